"""Tests of five kinds of logical reasoning; the options stand in the picture, and several may be right.

LogicVista: Xiao et al. 2024, Multimodal LLM Logical Reasoning Benchmark in Visual Contexts, arXiv:2407.04973. A
question belongs to the first of its kinds.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, scoring, text

PROMPT = (
    "Answer the question on the picture, which shows the options. Reason step by step first; then finish with the line "
    "'ANSWER: [LETTERS]' (without quotes), where [LETTERS] are those of all right options, joined by commas.\n\n"
    "{question}"
)
KINDS = ["inductive", "deductive", "numerical", "spatial", "mechanical"]


@benchmark(
    "logic_vista",
    pretty_name="LogicVista",
    dataset=hub("evalscope/LogicVista", subsets=KINDS, subset_by=lambda record: (record["skill"] or [""])[0]),
    prompt=PROMPT,
    scorer=scoring.choice_answer(multiple=True, labels="ABCDEFGHI"),
    keep=lambda record, params: bool(record["answer"] and record["skill"]),
    tags=["multimodal", "multiple_choice", "reasoning"],
)
def test_logic_vista(record) -> Sample:
    letters = "".join(letter for letter in record["answer"].upper() if letter.isalpha())
    return Sample([image(record["image"]), text(record["question"])], letters, id=record["id"])
