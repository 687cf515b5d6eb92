"""Which of two ways to reach an everyday goal works in the physical world.

PIQA: Bisk et al. 2019, Reasoning about Physical Commonsense in Natural Language, arXiv:1911.11641.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE
from evalscope_pytest.scoring import choice_answer


def to_sample(record) -> Sample:
    if "goal" in record:  # the authors' shape
        target = "AB"[int(record["label"])]
        return Sample(input=record["goal"], choices=[record["sol1"], record["sol2"]], target=target)
    return Sample(input=record["question"], choices=record["choices"], target=record["answer"])


@benchmark("piqa", version="2", pretty_name="PIQA", dataset=hub("extraordinarylab/piqa", split="validation"),
           to_sample=to_sample, prompt=CHOICE, few_shot=FewShot(0, split="train"), scorer=choice_answer(),
           tags=["commonsense", "reasoning", "multiple_choice"])  # fmt: skip
async def test_piqa(sample, model):
    return await model.generate(sample)
