"""The result of a sample in a few words: correct, wrong, an error."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..core.text import visible
from ..engine.evaluation import Outcome

State = Literal["correct", "wrong", "partial", "error", "failed", "skipped"]


class Verdict(NamedTuple):
    """One sample's result, in a few words.

    Attributes:
        value: The primary metric's value; None without a score.
        stopped: Why the run cannot go on; empty while it can.
        alike: The same for errors with the same cause.
    """

    benchmark: str
    state: State
    value: float | None = None
    stopped: str = ""
    alike: str = ""


def verdict_of(outcome: Outcome, primary: str, stopped: str) -> Verdict:
    """Sum an outcome up."""
    result = outcome.result
    if outcome.skipped is not None:
        return Verdict(result.benchmark, "skipped")
    if result.error is not None:
        state: State = "failed" if result.error.kind == "author" else "error"
        return Verdict(
            result.benchmark, state, None, stopped, visible(f"{result.error.type}: {result.error.message}"[:200], "\n")
        )
    assert result.score is not None
    values = result.score.values
    value = values.get(primary, next(iter(values.values()), 0.0))
    return Verdict(result.benchmark, "correct" if value >= 1 else "wrong" if value <= 0 else "partial", value)
