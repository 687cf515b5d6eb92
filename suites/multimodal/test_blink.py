"""Tasks that people solve at a glance: depth, counting, correspondence, jigsaws, one to four pictures each.

BLINK: Fu et al. 2024, Multimodal Large Language Models Can See but Not Perceive, arXiv:2404.12390. Options are in the
question's text.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring, text

TASKS = """Art_Style Counting Forensic_Detection Functional_Correspondence IQ_Test Jigsaw Multi-view_Reasoning
    Object_Localization Relative_Depth Relative_Reflectance Semantic_Correspondence Spatial_Relation
    Visual_Correspondence Visual_Similarity"""


@benchmark(
    "blink",
    pretty_name="BLINK",
    dataset=hub("evalscope/BLINK", subsets=TASKS.split(), split="val"),
    prompt=prompts.CHOICE_LISTED,
    scorer=scoring.choice_answer(),
    tags=["multimodal", "multiple_choice"],
)
def test_blink(record) -> Sample:
    question, options = record["prompt"], prompts.options_in(record["prompt"])
    return Sample([text(question), *prompts.pictures(record)], record["answer"].strip("() "), options)
