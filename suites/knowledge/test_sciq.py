"""Questions of school exams on physics, chemistry and biology, written by many hands.

SciQ: Welbl et al. 2017, Crowdsourcing Multiple Choice Science Questions, arXiv:1707.06209.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE
from evalscope_pytest.scoring import choice_answer


def to_sample(record) -> Sample:
    if "correct_answer" in record:  # the authors' shape, which has no order: an alphabetical one favours no letter
        choices = sorted(record[name] for name in ("correct_answer", "distractor1", "distractor2", "distractor3"))
        return Sample(record["question"], "ABCD"[choices.index(record["correct_answer"])], choices)
    return Sample(input=record["question"], choices=record["choices"], target=record["answer"])


@benchmark("sciq", version="2",
           pretty_name="SciQ", dataset=hub("extraordinarylab/sciq", split="test"), to_sample=to_sample,
           prompt=CHOICE, scorer=choice_answer(), tags=["knowledge", "multiple_choice"])  # fmt: skip
async def test_sciq(sample, model):
    return await model.generate(sample)
