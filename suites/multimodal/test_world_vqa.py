"""Names of plants, buildings, products, works and brands shown in pictures, known and rare.

WorldVQA: published by Moonshot AI, 2026.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text
from evalscope_pytest.judge.prompts import same_answer

KINDS = """Nature & Environment; Locations & Architecture; Culture, Arts & Crafts; Objects & Products
Vehicles, Craft & Transportation; Entertainment, Media & Gaming; Brands, Logos & Graphic Design
Sports, Gear & Venues"""


@benchmark(
    "world_vqa",
    pretty_name="WorldVQA",
    dataset=hub(
        "evalscope/WorldVQA", subsets=KINDS.replace("\n", "; ").split("; "), subset_by="category", split="train"
    ),
    judge=same_answer("world_vqa"),
    tags=["multimodal", "qa", "knowledge"],
)
def test_world_vqa(record) -> Sample:
    question = [text(record["question"]), image(record["image"])]
    about = {name: str(record.get(name, "")) for name in ("language", "difficulty")}
    return Sample(question, record["answer"], metadata=about, id=str(record["index"]))
