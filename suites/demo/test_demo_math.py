"""Word problems written for this project, in the shape of GSM8K: something to run without any download."""

from evalscope_pytest import Sample, benchmark, local
from evalscope_pytest.benchmarks.wording import BOXED
from evalscope_pytest.scoring import math_answer


def to_sample(record) -> Sample:
    rationale, _, answer = record["answer"].rpartition("####")
    return Sample(input=record["question"], target=answer.strip().replace(",", ""), rationale=rationale.strip())


@benchmark("demo_math", version="2",
           pretty_name="Demo: maths", dataset=local("demo_math.jsonl"), to_sample=to_sample, prompt=BOXED,
           scorer=math_answer(), tags=["demo", "math"])  # fmt: skip
async def test_demo_math(sample, model):
    return await model.generate(sample)
