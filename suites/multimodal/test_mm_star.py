"""Questions that cannot be answered without the picture, in six abilities.

MMStar: Chen et al. 2024, Are We on the Right Way for Evaluating Large Vision-Language Models?, arXiv:2403.20330.
Options are in the question's text.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

ABILITIES = ["coarse perception", "fine-grained perception", "instance reasoning"]
ABILITIES += ["logical reasoning", "math", "science & technology"]


@benchmark(
    "mm_star",
    pretty_name="MMStar",
    dataset=hub("evalscope/MMStar", subsets=ABILITIES, subset_by="category", split="val", config="val"),
    prompt=prompts.CHOICE_LISTED,
    scorer=scoring.choice_answer(labels="ABCD"),
    tags=["multimodal", "multiple_choice"],
)
def test_mm_star(record) -> Sample:
    return Sample(prompts.with_picture(record), record["answer"], prompts.options_in(record["question"]))
