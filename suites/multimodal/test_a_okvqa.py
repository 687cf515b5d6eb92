"""Questions on photographs that need knowledge of the world besides.

A-OKVQA: Schwenk et al. 2022, A Benchmark for Visual Question Answering using World Knowledge, arXiv:2206.01718.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "a_okvqa",
    pretty_name="A-OKVQA",
    dataset=hub("HuggingFaceM4/A-OKVQA", split="validation"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["multimodal", "multiple_choice", "knowledge"],
)
def test_a_okvqa(record) -> Sample:
    answer = "ABCDEFGH"[int(record["correct_choice_idx"])]
    return Sample(prompts.with_picture(record), answer, record["choices"], id=str(record["question_id"]))
