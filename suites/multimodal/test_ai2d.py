"""Questions on diagrams of school science books: arrows, labels, parts and stages.

AI2D: Kembhavi et al. 2016, A Diagram Is Worth A Dozen Images, arXiv:1603.07396.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "ai2d",
    pretty_name="AI2D",
    dataset=hub("evalscope/ai2d"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["multimodal", "multiple_choice"],
)
def test_ai2d(record) -> Sample:
    return Sample(prompts.with_picture(record), "ABCDEFGH"[int(record["answer"])], record["options"])
