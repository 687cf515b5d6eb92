"""Tasks that small children solve by looking: tracing lines, finding differences, rotating shapes.

BabyVision: 2026, arXiv:2601.06521.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text
from evalscope_pytest.judge.prompts import same_answer

KINDS = ["Fine-grained Discrimination", "Spatial Perception", "Visual Pattern Recognition", "Visual Tracking"]
PROMPT = "{question}\nThink about it, then give the final answer inside \\boxed{{}}."


@benchmark(
    "baby_vision",
    pretty_name="BabyVision",
    dataset=hub("evalscope/BabyVision", subsets=KINDS, subset_by="type", split="train"),
    prompt=PROMPT,
    judge=same_answer("baby_vision"),
    tags=["multimodal", "visual_reasoning"],
)
def test_baby_vision(record) -> Sample:
    words, options = record["question"], list(record.get("options") or ())
    lines = [f"({letter}) {option}" for letter, option in zip("ABCDEFGH", options, strict=False)]
    words = "\n".join([words, "Choices:", *lines]) if record["ansType"] == "choice" else words
    right = "ABCDEFGH"[record["choiceAns"]] if record["ansType"] == "choice" else str(record["blankAns"])
    return Sample([image(record["image"]), text(words)], right, id=str(record["taskId"]))
