"""Pairs of replies, of which one is preferred: to chats, to dangerous requests, of code and mathematics.

RewardBench: Lambert et al. 2024, Evaluating Reward Models for Language Modeling, arXiv:2403.13787. The leaderboard's
scores of four sections, each a weighted mean of its subsets, are below the table.
"""

from hashlib import sha256
from random import Random

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring
from evalscope_pytest.benchmarks.decisions import Decision

from .reward_sections import CATEGORIES, leaderboard


@benchmark(
    "reward_bench",
    pretty_name="RewardBench",
    dataset=hub("allenai/reward-bench", subsets=list(CATEGORIES), subset_by="subset", split="filtered"),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    decision=Decision("Which reply to the prompt in `question` is better?"),
    categories=CATEGORIES,
    after_run=leaderboard,
    tags=["preference", "multiple_choice"],
)
def test_reward_bench(record) -> Sample:
    drawn = sha256("\0".join(record[name] for name in ("prompt", "chosen", "rejected")).encode()).digest()
    replies = [record["chosen"], record["rejected"]]
    places = [0, 1]
    Random(int.from_bytes(drawn[:8], "big")).shuffle(places)  # the order that EvalScope draws
    options = [replies[place] for place in places]
    return Sample(f"User prompt:\n{record['prompt']}", "AB"[places.index(0)], options, cluster=record["prompt"])
