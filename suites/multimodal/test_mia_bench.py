"""Instructions on a picture with one to five parts, such as content, length and style, each judged for itself.

MIA-Bench: Qian et al. 2024, Towards Better Instruction Following Evaluation of Multimodal LLMs, arXiv:2407.01509.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text

from .instruction_parts import followed


@benchmark(
    "mia_bench",
    pretty_name="MIA-Bench",
    dataset=hub("lmms-lab/MIA-Bench"),
    keep=lambda record, params: bool(record["components"]),
    judge=followed("mia_bench"),
    tags=["multimodal", "instruction_following"],
)
def test_mia_bench(record) -> Sample:
    names = zip(record["components"], record["component_weight"], record["component_type"], strict=True)
    parts = [{"part": words, "points": float(points), "kind": kind} for words, points, kind in names]
    about = {"parts": parts, "type": record.get("type", "")}
    return Sample([image(record["image"]), text(record["instruction"])], "", metadata=about)
