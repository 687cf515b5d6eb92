"""Ratings of four emotions that a character in a dialogue feels: 171 dialogues. Scored by rule.

EQ-Bench 2: Paech 2023, EQ-Bench: An Emotional Intelligence Benchmark for Large Language Models, arXiv:2312.06281.
"""

from evalscope_pytest import Sample, benchmark, hub

from .emotions import emotion_ratings, reference_ratings


@benchmark(
    "eq_bench",
    pretty_name="EQ-Bench",
    dataset=hub("evalscope/EQ-Bench", split="validation").counted(171),
    scorer=emotion_ratings(),
    tags=["emotion", "instruction_following"],
)
def test_eq_bench(record) -> Sample:
    reference = reference_ratings(record["reference_answer_fullscale"] or record["reference_answer"])
    target = ", ".join(f"{name}: {rating:g}" for name, rating in reference.items())
    return Sample(record["prompt"].strip(), target, metadata={"reference": reference})
