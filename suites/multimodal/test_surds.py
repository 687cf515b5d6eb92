"""Where things are in street scenes, as a car's cameras see them: directions, points, depths, who is left or in front.

SURDS: Guo et al. 2024, Benchmarking Spatial Understanding and Reasoning in Driving Scenarios with Vision Language
Models, arXiv:2411.13112. Two opposite questions are a pair, which is right if both answers are; a point counts by how
central it is in its box. A limit counts questions.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text

from .driving import TASKS, in_scene, questions, sample_of

PROMPT = """{question}

Reason between <think> and </think>. Then write the answer alone between <answer> and </answer>."""


@benchmark(
    "surds",
    pretty_name="SURDS",
    dataset=hub("evalscope/SURDS_eval", subsets=TASKS, split="validation"),
    records=questions,
    prompt=PROMPT,
    scorer=in_scene(),
    tags=["multimodal", "spatial", "grounding"],
)
def test_surds(record) -> Sample:
    return Sample([text(record["question"]), image(record["image"])], record["answer"], **sample_of(record))
