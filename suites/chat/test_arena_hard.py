"""500 hard prompts of users, whose replies are compared with GPT-4-0314's in both orders.

Arena-Hard-Auto: Li et al. 2024, From Crowdsourced Data to High-Quality Benchmarks: Arena-Hard and BenchBuilder
Pipeline, arXiv:2406.11939.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.release import with_answers
from evalscope_pytest.judge import compared

SYSTEM = """\
You are an impartial judge of two assistants' replies to a user's prompt. First work out your own reply, compare both \
replies with it, and identify their mistakes. Then consider how helpful they are (correct, and doing what the user \
requested; if the prompt is ambiguous, a clarifying question is better than a guess), how relevant (nothing off \
topic), and how concise; if the prompt calls for it, how original. Finally, consider what is missing."""
COMPARISON = """\
# Prompt

{question}

# Reply of assistant A

{a}

# Reply of assistant B

{b}

The verdict is A>>B (A is much better), A>B (A is a little better), A=B (about the same), B>A or B>>A."""
VALUES = {"A>>B": 1.0, "A>B": 1.0, "A=B": 0.5, "B>A": 0.0, "B>>A": 0.0}
BATTLE = compared(
    "arena_hard",
    COMPARISON,
    VALUES,
    baseline=lambda sample: sample.target,
    system_prompt=SYSTEM,
    weights={"A>>B": 3.0, "B>>A": 3.0},
)


def records(read, subset, params):
    return with_answers(read, "question.jsonl", "model_answer/gpt-4-0314.jsonl")


@benchmark(
    "arena_hard",
    version="2",
    pretty_name="ArenaHard",
    dataset=hub("AI-ModelScope/arena-hard-auto-v0.1").counted(500),
    records=records,
    judge=BATTLE,
    tags=["instruction_following", "arena"],
)
def test_arena_hard(record) -> Sample:
    if "turns" not in record:
        return Sample(record["question"], record["prediction"], metadata={"capability": record.get("capability", "")})
    metadata = {"capability": record["cluster"]}
    return Sample(record["turns"][0]["content"], record["answers"][0], metadata=metadata, id=record["question_id"])
