"""EvalScope's options of a metric: they add a comparison and leave the benchmark's own reading of a reply in place."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from ..core.values import Sample, Score
from . import comparers
from .comparers import within
from .composed import compared
from .rules import exact_match, math_answer
from .scorer import Scorer

OPTIONS = ("numeric", "allow_inclusion")
# Metrics that say whether an answer is the reference. Others measure something else: an overlap, a share, a count.
COMPARING = frozenset({"accuracy", "em", "exact_match"})
# What these read is compared as mathematics already.
_MATHEMATICAL = frozenset({"math_answer", "aime_answer", "olympiad_answer", "local_math_answer"})
Comparison = Callable[[str, Sample], "Score | Awaitable[Score]"]


def with_option(scorer: Scorer | None, option: str, metrics: Sequence[str]) -> Scorer:
    """Return a scorer that also accepts what an option of some of its metrics accepts.

    The benchmark's scorer reads the reply and decides first. An answer that it does not accept is compared again, as
    the option says: ``numeric`` by its mathematical value, ``allow_inclusion`` as a part of a target.

    Args:
        scorer: The benchmark's; None if it has none: the whole reply is then the answer.
        option: One of `OPTIONS`.
        metrics: Those the option is for, out of `COMPARING`.
    """
    if option == "numeric":
        if scorer is None or scorer.name == "exact_match":  # neither reads anything out of a reply
            return replace(math_answer(), metrics=scorer.metrics if scorer else ("accuracy",))
        compare: Comparison = _numeric
        if scorer.name in _MATHEMATICAL:
            return scorer
    else:
        compare = _included
        if scorer is None:
            return exact_match(inclusion=True)
    mark = f"{option}:{','.join(metrics)}"
    if mark in scorer.options.split(" "):
        return scorer
    return replace(scorer, score=_also(scorer.score, compare, metrics), options=f"{scorer.options} {mark}".strip())


def _also(
    own: Callable[..., Score | Awaitable[Score]], compare: Comparison, metrics: Sequence[str]
) -> Callable[[str, Sample], Score | Awaitable[Score]]:
    def score(text: str, sample: Sample) -> Score | Awaitable[Score]:
        found = own(text, sample)
        if isinstance(found, Score) and not _is_open(found, metrics):
            return found
        return _compared(found, compare, metrics, sample)

    return score


def _is_open(found: Score, metrics: Sequence[str]) -> bool:
    return bool(found.answer) and any(found.values.get(metric, 1.0) < 1 for metric in metrics)


async def _compared(
    found: Score | Awaitable[Score], compare: Comparison, metrics: Sequence[str], sample: Sample
) -> Score:
    own = await found if inspect.isawaitable(found) else found
    if not _is_open(own, metrics):
        return own
    other = compare(own.answer or "", sample)
    other = await other if inspect.isawaitable(other) else other
    if other.values["accuracy"] < 1:
        return own
    raised = {metric: 1.0 for metric in metrics if metric in own.values}
    values = {**own.values, **raised}
    return Score.of(values, answer=own.answer, explanation=own.explanation, metadata=own.metadata)


def _numeric(answer: str, sample: Sample) -> Score | Awaitable[Score]:
    # An option's label has no value: algebra would take B and C for two unknowns.
    return Score(accuracy=0.0) if sample.choices else compared((answer,), comparers.math, sample)


def _included(answer: str, sample: Sample) -> Score:
    return Score(accuracy=float(within(answer, sample)))
