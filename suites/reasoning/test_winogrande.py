"""Which of two names or things a sentence's blank stands for, where word statistics do not help.

WinoGrande: Sakaguchi et al. 2019, An Adversarial Winograd Schema Challenge at Scale, arXiv:1907.10641.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE
from evalscope_pytest.scoring import choice_answer


def to_sample(record) -> Sample:
    options = record["option1"], record["option2"]
    return Sample(input=record["sentence"], choices=options, target="AB"[int(record["answer"]) - 1])


@benchmark("winogrande", version="2",
           pretty_name="Winogrande", dataset=hub("AI-ModelScope/winogrande_val", split="validation"),
           to_sample=to_sample, prompt=CHOICE, scorer=choice_answer(),
           tags=["commonsense", "reasoning", "multiple_choice"])  # fmt: skip
async def test_winogrande(sample, model):
    return await model.generate(sample)
