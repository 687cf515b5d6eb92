"""Twenty tests of human cognition that need looking: hidden figures, rotated shapes, mazes, memory for pictures.

VisFactor: Huang et al. 2025, Human Cognitive Benchmarks Reveal Foundational Visual Gaps in MLLMs, arXiv:2502.16435.
An item is right if all its variants are; ``accuracy`` is the mean over the tests.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, prompts, text

from .cognitive_factors import cognitive_factors, kind_of, question_of


@benchmark(
    "visfactor",
    pretty_name="VisFactor",
    dataset=hub("lmms-lab-encoder/visfactor"),
    scorer=cognitive_factors(),
    tags=["multimodal", "visual_reasoning"],
)
def test_visfactor(record) -> Sample:
    item = f"{record['category_id']}/{record['eval_index']}"
    media = {f"<IMAGE_{n}>": image(picture) for n, picture in enumerate(record["image"])}
    about = {"item": item, "kind": kind_of(record), "category_name": record["category_name"]}
    words, name = question_of(record), str(record["index"])
    question = [*prompts.without_mark(media, words), text(words)]
    return Sample(question, str(record["answer"]), media=media, metadata=about, id=name, cluster=item)
