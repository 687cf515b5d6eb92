"""Questions that two runs have in common, and what else differs between the runs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..statistics.scores import Scores
from ..store.rows import SampleSummary
from .attempts import question_key
from .columns import QuestionKey
from .model import Report

# Settings that choose the questions, with the values they have in records that do not name them.
SAMPLING = {"seed": None, "limit": None, "limit_total": None, "limit_order": "first"}


@dataclass(frozen=True, slots=True)
class Side:
    """One benchmark in one of the runs that are compared.

    Attributes:
        keyed: Each of its samples has the key of its question.
        settings: The settings `SAMPLING` of the run; empty if they are not known.
        targets: Returns the hash of each question's target, by subset and group.
    """

    report: Report
    keyed: bool
    settings: Mapping[str, Any] = field(default_factory=dict)
    targets: Callable[[], Mapping[tuple[str, int], bytes]] = dict


def pairing_keys(earlier: Sequence[Side], now: Side) -> tuple[QuestionKey, QuestionKey]:
    """Return the keys of a question in the earlier runs and in the run now: equal ones are a pair.

    Records without keys of questions pair by position if the same place is the same question in all runs, else never.
    """
    if now.keyed and all(side.keyed for side in earlier):
        return question_key, question_key
    return (_position if _same_positions(earlier, now) else _position_then), _position


def _position(row: SampleSummary) -> Hashable:
    return (row.subset, row.group)


def _position_then(row: SampleSummary) -> Hashable:
    return ("then", row.subset, row.group)


def _same_positions(earlier: Sequence[Side], now: Side) -> bool:
    """Return whether the same place in all runs is the same question."""
    own, targets = now.report.execution, now.targets()
    for side in earlier:
        old = side.report.execution
        if own is None or old is None or not own.fingerprint or old.fingerprint != own.fingerprint:
            return False
        if not side.settings or _sampling(side.settings) != _sampling(now.settings):
            return False
        if any(targets.get(place, target) != target for place, target in side.targets().items()):
            return False
    return True


def _sampling(settings: Mapping[str, Any]) -> list[Any]:
    return [default if settings.get(name) is None else settings[name] for name, default in SAMPLING.items()]


def won_and_lost(old: Scores, new: Scores, lower_is_better: bool) -> tuple[int, int]:
    """Return the number of shared questions with a better score in the new run, and with a worse one."""
    before = dict(zip(old.questions, old.values, strict=True))
    pairs = [(before[q], value) for q, value in zip(new.questions, new.values, strict=True) if q in before]
    higher, lower = sum(now > was for was, now in pairs), sum(now < was for was, now in pairs)
    return (lower, higher) if lower_is_better else (higher, lower)


def unlikenesses(before: Report, now: Report) -> Iterator[str]:
    """Yield what else is different between two runs of a benchmark: scores may differ for that reason alone."""
    old, new = before.execution, now.execution
    if before.num != now.num and not (new and new.stopped):
        yield f"{before.num} samples then, {now.num} now"
    if old and new and old.version and old.version != new.version:
        yield f"benchmark version {old.version} then, {new.version} now"
    elif old and new and old.fingerprint and old.fingerprint != new.fingerprint:
        yield "other benchmark settings"
    if before.model_name != now.model_name:
        yield f"model {before.model_name} then"
