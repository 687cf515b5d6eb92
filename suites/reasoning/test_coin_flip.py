"""Coins that lie heads up, and people who flip them or don't: the question is how they lie in the end.

CoinFlip: Wei et al. 2022, Chain-of-Thought Prompting Elicits Reasoning in Large Language Models, arXiv:2201.11903.
"""

from evalscope_pytest import FewShot, Sample, benchmark, hub, scoring

PROMPT = "{question}\nReason step by step; then finish with the line 'ANSWER: YES' or 'ANSWER: NO' (without quotes)."


@benchmark(
    "coin_flip",
    pretty_name="CoinFlip",
    dataset=hub("extraordinarylab/coin-flip"),
    prompt=PROMPT,
    few_shot=FewShot(0, split="validation"),
    scorer=scoring.yes_no(),
    tags=["reasoning", "yes_no"],
)
def test_coin_flip(record) -> Sample:
    return Sample(record["question"], str(record["answer"]).upper())
