"""805 instructions of users, whose replies are compared with GPT-4 Turbo's.

AlpacaEval 2.0: Dubois et al. 2024, Length-Controlled AlpacaEval: A Simple Way to Debias Automatic Evaluators,
arXiv:2404.04475. The win rate at equal length is that of the official ``length_controlled_minimal``.
"""

from dataclasses import replace

from evalscope_pytest import Sample, Score, benchmark, hub
from evalscope_pytest.judge import compared

SYSTEM = "You compare two models' replies to an instruction. Your verdicts rank models as people would rank them."
COMPARISON = """\
Two models received the same instruction. Choose the reply that people would prefer.

# Instruction

{question}

# Reply of model m

{a}

# Reply of model M

{b}

The verdict is m or M, the model with the better reply."""


def score(sample, reply, decided) -> Score:
    won = decided[0]["win_rate"]
    return Score(win_rate=won, length_controlled_win_rate=won, length_difference=len(reply) - len(sample.target))


PREFERENCE = replace(
    compared(
        "alpaca_eval",
        COMPARISON,
        {"m": 1.0, "M": 0.0},
        baseline=lambda sample: sample.target,
        system_prompt=SYSTEM,
        swap=False,
    ),
    metrics=("win_rate", "length_controlled_win_rate", "length_difference"),
    score=score,
    aggregation={"length_controlled_win_rate": "length_controlled"},
)


@benchmark(
    "alpaca_eval",
    version="2",
    pretty_name="AlpacaEval2.0",
    dataset=hub("AI-ModelScope/alpaca_eval", subsets=["alpaca_eval_gpt4_baseline"], split="eval").counted(805),
    judge=PREFERENCE,
    tags=["instruction_following", "arena"],
)
def test_alpaca_eval(record) -> Sample:
    return Sample(record["instruction"], record["output"], metadata={"dataset": record.get("dataset", "")})
