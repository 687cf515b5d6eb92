"""Science questions of school exams, grade 3 to 9, in an easy and a challenging set.

ARC: Clark et al. 2018, Think you have Solved Question Answering?, arXiv:1803.05457.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE
from evalscope_pytest.scoring import choice_answer


def to_sample(record) -> Sample:
    texts, labels = record["choices"]["text"], record["choices"]["label"]  # labels are letters or digits
    target = "ABCDEFGH"[labels.index(record["answerKey"])]
    return Sample(input=record["question"], choices=texts, target=target, metadata={"id": record["id"]})


@benchmark("arc", version="2",
           pretty_name="ARC", to_sample=to_sample, prompt=CHOICE, few_shot=FewShot(0, split="train"),
           dataset=hub("allenai/ai2_arc", subsets=["ARC-Easy", "ARC-Challenge"], split="test"),
           scorer=choice_answer(), tags=["reasoning", "multiple_choice"])  # fmt: skip
async def test_arc(sample, model):
    return await model.generate(sample)
