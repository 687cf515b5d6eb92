"""Science questions written for this project, in the shape of ARC: something to run without any download."""

from evalscope_pytest import Sample, benchmark, local
from evalscope_pytest.benchmarks.wording import CHOICE
from evalscope_pytest.scoring import choice_answer


def to_sample(record) -> Sample:
    texts, labels = record["choices"]["text"], record["choices"]["label"]
    return Sample(input=record["question"], choices=texts, target="ABCD"[labels.index(record["answerKey"])])


@benchmark("demo_science", version="2",
           pretty_name="Demo: science", dataset=local("demo_science.jsonl"), to_sample=to_sample,
           prompt=CHOICE, scorer=choice_answer(), tags=["demo", "multiple_choice"])  # fmt: skip
async def test_demo_science(sample, model):
    return await model.generate(sample)
