"""Grade-school maths word problems that take two to eight steps of arithmetic.

GSM8K: Cobbe et al. 2021, Training Verifiers to Solve Math Word Problems, arXiv:2110.14168.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import BOXED
from evalscope_pytest.scoring import math_answer

SHOT = "{question}\n\nReasoning:\n{rationale}\n\nANSWER: \\boxed{{{target}}}"


def to_sample(record) -> Sample:
    rationale, _, answer = record["answer"].rpartition("####")
    target = answer.strip().replace(",", "")
    return Sample(input=record["question"], target=target, rationale=rationale.strip())


@benchmark("gsm8k", version="2",
           pretty_name="GSM8K", dataset=hub("AI-ModelScope/gsm8k", subsets=["main"], split="test"),
           to_sample=to_sample, prompt=BOXED, few_shot=FewShot(4, split="train", shot=SHOT),
           scorer=math_answer(), tags=["math", "reasoning"])  # fmt: skip
async def test_gsm8k(sample, model):
    return await model.generate(sample)
