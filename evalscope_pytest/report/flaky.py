"""Flaky questions: those whose repeats did not all have the same score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.text import visible
from ..statistics.scores import flakiness, most_flaky
from ..store.plan import BenchmarkPlan
from ..store.rows import SampleSummary
from .attempts import find_measure

_MOST = 10  # questions that a report lists
_MOST_NAMED = 3  # that the terminal names
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class FlakyQuestion:
    """A question whose repeats differ.

    Attributes:
        id: As pytest shows the first of its samples.
        rate: Chance that two of its attempts have different scores.
        right: Attempts with score 1, of ``attempts``.
    """

    id: str
    subset: str
    rate: float
    right: int
    attempts: int

    @property
    def name(self) -> str:
        """The id without the benchmark's name: ``main-17``."""
        return self.id.partition("[")[2].removesuffix("]")

    def to_json(self) -> dict[str, Any]:
        """Return it as reports hold it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Flaky:
    """The flaky questions of a benchmark.

    Attributes:
        metric: Label of the metric whose values are compared: the primary one.
        questions: Questions with at least two scores; ``count`` of them are flaky.
        subsets: Number of flaky questions of each subset that has any.
        most: Those with the highest rates, the worst first.
    """

    metric: str
    questions: int
    count: int
    subsets: Mapping[str, int] = field(default_factory=dict)
    most: tuple[FlakyQuestion, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as reports hold it."""
        return {
            "metric": self.metric,
            "questions": self.questions,
            "flaky": self.count,
            "subsets": dict(self.subsets),
            "most": [question.to_json() for question in self.most],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Flaky:
        """Read it from a report."""
        most = tuple(FlakyQuestion(**question) for question in data["most"])
        return cls(data["metric"], data["questions"], data["flaky"], data["subsets"], most)

    def line(self, benchmark: str) -> str:
        """Return it in one line, for the terminal."""
        what = f"{self.count:,} of {self.questions:,} question{'' if self.questions == 1 else 's'}"
        if not self.count:
            return visible(f"flaky: {benchmark}: none of {what.partition(' of ')[2]}")
        most = self.most[:_MOST_NAMED]
        shown = [f"{q.name} {q.right} of {q.attempts} right" for q in most]
        more = ", ..." if self.count > len(shown) else ""
        return visible(f"flaky: {benchmark}: {what}: {', '.join(shown)}{more}")


def find_flaky(plan: BenchmarkPlan, rows: Iterable[SampleSummary]) -> Flaky | None:
    """Return the flaky questions of a benchmark; None if no question has two scores."""
    found = find_measure(plan)
    if plan.repeats < 2 or found is None:
        return None
    table: dict[tuple[str, int], list[float]] = {}
    for row in rows:
        if row.values is not None and found.name in row.values:
            value = found.semantics.credit(row.values[found.name])
            table.setdefault((row.subset, row.group), []).append(value)
    several = {question: values for question, values in table.items() if len(values) > 1}
    if not several:
        return None
    subsets: dict[str, int] = {}
    for (subset, _), values in several.items():
        if flakiness(values).is_flaky:
            subsets[subset] = subsets.get(subset, 0) + 1
    most = tuple(
        FlakyQuestion(f"{plan.name}[{subset}-{group}]", subset, round(of_it.rate or 0.0, _DIGITS), of_it.right,
                      of_it.attempts)
        for (subset, group), of_it in most_flaky(several, _MOST)
    )  # fmt: skip
    return Flaky(found.label, len(several), sum(subsets.values()), subsets, most)
