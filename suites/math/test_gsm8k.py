"""Grade-school maths word problems that take two to eight steps of arithmetic.

GSM8K: Cobbe et al. 2021, Training Verifiers to Solve Math Word Problems, arXiv:2110.14168.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, prompts, scoring

SHOT = "{question}\n\nReasoning:\n{rationale}\n\nANSWER: \\boxed{{{target}}}"


@benchmark(
    "gsm8k",
    version="2",
    pretty_name="GSM8K",
    dataset=hub("AI-ModelScope/gsm8k", subsets=["main"]).counted(1319),
    prompt=prompts.BOXED,
    few_shot=FewShot(4, split="train", shot=SHOT),
    scorer=scoring.math_answer(),
    tags=["math", "reasoning"],
)
def test_gsm8k(record) -> Sample:
    rationale, _, answer = record["answer"].rpartition("####")
    return Sample(record["question"], answer.strip().replace(",", ""), rationale=rationale.strip())
