"""Counting in photographs of cluttered scenes, several questions on each.

CountQA: Tamarapalli et al. 2025, How Well Do MLLMs Count in the Wild?, arXiv:2508.06585.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text

from .short_answers import counted, counted_nearly, short_answer

SYSTEM = "You count objects in pictures. Reply with one whole number and nothing else."


def questions(record):
    pairs = zip(record["questions"], record["answers"], strict=True)
    return [{**record, "question": words, "answer": answer} for words, answer in pairs]


@benchmark(
    "count_qa",
    version="2",
    pretty_name="CountQA",
    dataset=hub("evalscope/CountQA"),
    expand=questions,
    system_prompt=SYSTEM,
    scorer=short_answer("count", {"accuracy": counted, "relaxed_acc": counted_nearly}),
    tags=["multimodal", "counting"],
)
def test_count_qa(record) -> Sample:
    return Sample([image(record["image"]), text(record["question"])], str(record["answer"]))
