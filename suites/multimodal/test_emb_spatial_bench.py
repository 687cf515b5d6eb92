"""Questions on where things are in a room, as seen by a robot: near or far, above, under, left, right.

EmbSpatial-Bench: Du et al. 2024, Benchmarking Spatial Understanding for Embodied Tasks with Large Vision-Language
Models, arXiv:2406.05756.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, prompts, scoring, text

RELATIONS = ["close", "far", "above", "under", "left", "right"]


@benchmark(
    "emb_spatial_bench",
    pretty_name="EmbSpatial-Bench",
    dataset=hub("evalscope/EmbSpatial-Bench", subsets=RELATIONS, subset_by="relation"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["multimodal", "multiple_choice", "spatial"],
)
def test_emb_spatial_bench(record) -> Sample:
    question = [image(record["image"]), text(record["question"])]
    return Sample(question, "ABCDEFGH"[record["answer"]], record["answer_options"], id=record["question_id"])
