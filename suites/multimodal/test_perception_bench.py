"""Ten kinds of seeing, each for itself: relations, counts, attributes, depth, places, comparisons, text and others.

PerceptionBench: Moonshot AI 2026, arXiv:2607.24957.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, prompts, text
from evalscope_pytest.judge.prompts import same_answer

KINDS = """visual_relation_error visual_counting_error visual_attribute_error depth_3d_perception_error
    visual_localization_error visual_comparison_error fine_grained_recognition_error context_integration_error
    ocr_error hallucination"""


@benchmark(
    "perception_bench",
    pretty_name="PerceptionBench",
    dataset=hub("moonshotai/PerceptionBench", subsets=KINDS.split(), subset_by="error_category", split="train"),
    judge=same_answer("perception_bench"),
    tags=["multimodal", "qa"],
)
def test_perception_bench(record) -> Sample:
    media = {f"<|image_{n}|>": image(picture) for n, picture in enumerate(record["image"] or (), 1)}
    hint = [{"role": "system", "content": record["hint"]}] if (record.get("hint") or "").strip() else []
    before = prompts.without_mark(media, record["problem"])
    turns = [*hint, {"role": "user", "content": [*before, text(record["problem"])]}]
    return Sample(turns, str(record["answer"]), media=media, id=str(record["index"]))
