"""The challenging questions of ARC, translated into ten languages of India.

ARC: Clark et al. 2018, Think you have Solved Question Answering?, arXiv:1803.05457.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE
from evalscope_pytest.scoring import choice_answer

LANGUAGES = ["bn", "en", "gu", "hi", "kn", "ml", "mr", "or", "pa", "ta", "te"]


def to_sample(record) -> Sample:
    texts, labels = record["choices"]["text"], record["choices"]["label"]  # labels are letters or digits
    return Sample(input=record["question"], choices=texts, target="ABCDEFGH"[labels.index(record["answerKey"])])


@benchmark("arc_indic", version="2", pretty_name="ARC-Challenge-Indic", to_sample=to_sample, prompt=CHOICE,
           dataset=hub("sarvamai/arc-challenge-indic", subsets=LANGUAGES, split="test"),
           few_shot=FewShot(0, split="validation"), scorer=choice_answer(),
           tags=["reasoning", "multiple_choice", "multilingual"])  # fmt: skip
async def test_arc_indic(sample, model):
    return await model.generate(sample)
