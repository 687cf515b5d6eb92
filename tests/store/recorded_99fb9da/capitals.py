"""Capitals of countries."""

from evalscope_pytest import Sample, benchmark, local
from evalscope_pytest.scoring import exact_match


def to_sample(record) -> Sample:
    return Sample(input=record["question"], target=record["answer"])


@benchmark("capitals", dataset=local("capitals.jsonl"), to_sample=to_sample, scorer=exact_match(), tags=["geography"])
async def test_capitals(sample, model):
    return await model.generate(sample)
