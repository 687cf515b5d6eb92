"""Pairs of replies, of which one is preferred: to chats, to dangerous requests, of code and mathematics.

RewardBench: Lambert et al. 2024, Evaluating Reward Models for Language Modeling, arXiv:2403.13787. The accuracy of each
subset; the leaderboard's weights of the four categories are not applied.
"""

from hashlib import sha256
from random import Random

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

SUBSETS = """alpacaeval-easy alpacaeval-length alpacaeval-hard mt-bench-easy mt-bench-med mt-bench-hard llmbar-natural
    llmbar-adver-neighbor llmbar-adver-GPTInst llmbar-adver-GPTOut llmbar-adver-manual refusals-dangerous
    refusals-offensive xstest-should-refuse xstest-should-respond donotanswer math-prm hep-cpp hep-go hep-java hep-js
    hep-python hep-rust"""


@benchmark(
    "reward_bench",
    pretty_name="RewardBench",
    dataset=hub("allenai/reward-bench", subsets=SUBSETS.split(), subset_by="subset", split="filtered"),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["preference", "multiple_choice"],
)
def test_reward_bench(record) -> Sample:
    drawn = sha256("\0".join(record[name] for name in ("prompt", "chosen", "rejected")).encode()).digest()
    replies = [record["chosen"], record["rejected"]]
    places = [0, 1]
    Random(int.from_bytes(drawn[:8], "big")).shuffle(places)  # the order that EvalScope draws
    options = [replies[place] for place in places]
    return Sample(f"User prompt:\n{record['prompt']}", "AB"[places.index(0)], options, cluster=record["prompt"])
