"""Visual puzzles in six kinds of reasoning that cannot be put into words; the options stand in the picture.

VisuLogic: Xu et al. 2025, A Benchmark for Evaluating Visual Reasoning in Multi-modal Large Language Models,
arXiv:2504.15279.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

KINDS = ["Quantitative Reasoning", "Other", "Positional Reasoning"]
KINDS += ["Stylistic Reasoning", "Spatial Reasoning", "Attribute Reasoning"]


@benchmark(
    "visulogic",
    pretty_name="VisuLogic",
    dataset=hub("evalscope/VisuLogic", subsets=KINDS, subset_by="tag"),
    prompt=prompts.CHOICE_LISTED,
    scorer=scoring.choice_answer(labels="ABCD"),
    tags=["multimodal", "multiple_choice", "reasoning"],
)
def test_visulogic(record) -> Sample:
    return Sample(prompts.with_picture(record), record["label"], id=str(record["id"]))
