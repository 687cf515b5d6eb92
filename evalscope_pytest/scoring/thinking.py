"""Efficiency of thinking: its length, and the position of the first right answer.

Thinking is taken apart into thoughts, which begin when the text changes its mind ("Wait", "Alternatively", 等等). The
benchmark's own scorer reads each of them, so a thought is right when it would have been a right reply. Measures follow
Chen et al. 2024, Do NOT Think That Much for 2+3=?, arXiv:2412.21187 (efficiency of right replies) and Wang et al. 2025,
Thoughts Are All Over the Place, arXiv:2501.18585 (right thoughts in wrong replies).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from inspect import isawaitable

from ..core.errors import ScoringError
from ..core.values import ModelOutput, Sample, Score
from .scorer import Scorer

METRICS = ("thinking_tokens", "thoughts", "first_right_tokens", "token_efficiency", "thinking_truncated")
# Thoughts that are scored; a model that goes round in circles has thousands.
MOST_SCORED = 64

_CHANGES = (
    "wait", "alternatively", "however", "hmm", "but wait", "actually", "let me double-check", "let me double check",
    "let me check", "let me verify", "let me reconsider", "let me re-examine", "another approach", "another way",
    "on second thought", "hold on", "等等", "等一下", "不过", "但是", "另外", "或者",
    "再检查", "重新", "换一种", "让我再",
)  # fmt: skip
_LONGEST_CHANGE = max(map(len, _CHANGES))

ScoreThought = Callable[[str, Sample], Score | Awaitable[Score]]


def measured(scorer: Scorer, *, output: Callable[[], ModelOutput | None], read: Callable[[str], str]) -> Scorer:
    """Return a bound scorer that also measures the thinking before a reply.

    Args:
        output: Returns the reply that is being scored; None if there is none.
        read: Applies the user's filters to a text.
    """

    async def score(text: str, sample: Sample) -> Score:
        found = scorer.score(text, sample)
        found = await found if isawaitable(found) else found
        reply = output()
        if reply is None:
            return found
        return await with_thinking(found, reply, sample, lambda thought, s: scorer.score(read(thought), s))

    return replace(scorer, score=score)


async def with_thinking(score: Score, output: ModelOutput, sample: Sample, score_thought: ScoreThought) -> Score:
    """Return the score with the figures of `METRICS` that are known.

    * ``thinking_tokens``: as the service counted them, else the share of the reply's tokens by length; missing when
      nothing was counted.
    * ``thoughts``: how many there are, 0 for a reply without thinking.
    * ``first_right_tokens``: tokens up to the end of the first right thought; missing when none is right.
    * ``token_efficiency``: that, as a share of the reply's tokens, if the reply is right; 1 without any thinking, 0
      for a wrong reply.
    * ``thinking_truncated``: 1 when the token limit came before the answer.

    Args:
        score_thought: Scores one thought as if it were the reply.
    """
    thoughts = list(thoughts_of(output.reasoning))
    right = next(iter(score.values.values()), 0.0) >= 1
    values = dict(score.values)
    values["thoughts"] = len(thoughts)
    values["thinking_truncated"] = float(output.truncated and bool(thoughts) and output.empty)
    share = await _first_right(thoughts, len(output.reasoning), sample, score_thought)
    tokens = thinking_tokens(output)
    if tokens is not None:
        values["thinking_tokens"] = tokens
        if share is not None:
            values["first_right_tokens"] = share * tokens
        total = output.usage.output_tokens if output.usage else 0
        until = tokens if share is None else share * tokens
        values["token_efficiency"] = 0.0 if not right else until / max(total, tokens) if thoughts else 1.0
    return Score.of(values, answer=score.answer, explanation=score.explanation, metadata=score.metadata)


def thinking_tokens(output: ModelOutput) -> float | None:
    """Return the tokens of the thinking part; None when the service counted nothing."""
    if output.usage is None:
        return None
    if output.usage.reasoning_tokens is not None:
        return output.usage.reasoning_tokens
    length = len(output.reasoning) + len(output.text)
    return output.usage.output_tokens * len(output.reasoning) / length if length else 0.0


def thoughts_of(reasoning: str) -> Iterator[str]:
    """Yield the thoughts, which together are the whole text. Each begins with a line that changes the model's mind."""
    start = 0
    for at in _line_starts(reasoning):
        if at and reasoning[start:at].strip() and _changes_mind(reasoning, at):
            yield reasoning[start:at]
            start = at
    if reasoning[start:].strip():
        yield reasoning[start:]


def _line_starts(text: str) -> Iterator[int]:
    at = 0
    while at >= 0:
        yield at
        at = text.find("\n", at) + 1 or -1


def _changes_mind(text: str, at: int) -> bool:
    beginning = text[at : at + _LONGEST_CHANGE + 1].lower().lstrip(" \t\u3000")
    turn = next((turn for turn in _CHANGES if beginning.startswith(turn)), "")
    # "Waiting" is not "wait"; Chinese has no spaces between words.
    return bool(turn) and not (turn.isascii() and beginning[len(turn) : len(turn) + 1].isalpha())


async def _first_right(thoughts: list[str], length: int, sample: Sample, score_thought: ScoreThought) -> float | None:
    """Return where the first right thought ends, as a share of the whole; None when none of them is right."""
    end = 0
    for thought in thoughts[:MOST_SCORED]:
        end += len(thought)
        try:
            score = score_thought(thought, sample)
            if isawaitable(score):
                score = await score
        except ScoringError:
            continue
        if next(iter(score.values.values()), 0.0) >= 1:
            return end / length
    return None
