"""The values behind a reported score, one for each attempt at a question, as intervals and gates need them."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..scoring.aggregation import NO_MEANS, OVER_PARTS, Attempt, aggregate
from ..statistics.scores import Attempts, Bounds, Measured, measured
from ..store.plan import BenchmarkPlan
from ..store.rows import SampleSummary
from .semantics import AT_K, Identity, Semantics, identify, semantics_of

if TYPE_CHECKING:
    from .model import MetricScore

_BATTLES = ("battles", "elo")


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric of a benchmark, as its samples have it.

    Attributes:
        name: Its key in a sample's values.
        aggregation: ``mean``, ``pass_at_k``, ``all_of_part``, or another by its name.
        k: Of an aggregation at k; 0 for others.
    """

    name: str
    label: str
    semantics: Semantics
    aggregation: str = "mean"
    k: int = 0

    @property
    def bounds(self) -> Bounds | None:
        """The least and greatest value; None for an unbounded metric."""
        return self.semantics.value_range

    @property
    def lower_is_better(self) -> bool:
        """True for error rates and the like."""
        return self.semantics.direction == "lower_is_better"

    @property
    def no_interval(self) -> str:
        """Why there is no interval; empty if there is one."""
        if self.aggregation in NO_MEANS:
            return f"{self.label} is not a mean over samples ({self.aggregation})"
        if self.aggregation in OVER_PARTS:
            return f"{self.label} is a {self.aggregation.replace('_', ' ')} of parts"
        return f"{self.label} is a rating from battles" if self.aggregation in _BATTLES else ""


def find_measure(plan: BenchmarkPlan, wanted: str = "") -> Measure | None:
    """Return the metric that a user means; None if the benchmark does not report it.

    Args:
        wanted: Any of its names; empty for the primary one.
    """
    wanted = wanted or plan.primary or plan.metrics[0]
    return next((found for found, identity in measures(plan) if identity.is_called(wanted)), None)


def measures(plan: BenchmarkPlan) -> Iterator[tuple[Measure, Identity]]:
    """Yield each metric that a benchmark is going to report, with its identity."""
    for metric in plan.metrics:
        how = plan.aggregation if isinstance(plan.aggregation, str) else plan.aggregation.get(metric, "mean")
        at_k = how.removeprefix("mean_and_")
        of_mean = identify(metric)
        plain = "mean" if at_k in AT_K else how
        yield Measure(metric, of_mean.label, semantics_of(of_mean), plain), of_mean
        for k in range(1, plan.repeats + 1) if at_k in AT_K else ():
            identity = identify(metric, at_k, {"k": k})
            yield Measure(metric, identity.label, semantics_of(identity), at_k, k), identity


def reported_measure(
    metric: MetricScore, rows: Iterable[SampleSummary], planned: str | Mapping[str, str] = "mean"
) -> Measure | None:
    """Return a reported metric as samples have it; None if no sample does.

    Args:
        planned: The benchmark's aggregation: reports call a mean of weighted samples and a ``weighted_mean`` the same.
    """
    identity = metric.identity
    wanted = identity.raw_name
    name = next((n for row in rows if row.values for n in row.values if identify(n).raw_name == wanted), None)
    if name is None:
        return None
    how = identity.aggregation
    if how == "weighted_mean":
        plain = planned if isinstance(planned, str) else planned.get(name, "mean")
        how = how if plain == how else "mean"
    k = dict(identity.dimensions).get("k") if how in AT_K else 0
    return Measure(name, metric.label, metric.semantics, how, k if isinstance(k, int) else 0)


QuestionKey = Callable[[SampleSummary], Hashable]


def question_key(row: SampleSummary) -> Hashable:
    """Return the key by which a sample's question is found again; its position if the record has none."""
    return row.question or (row.subset, row.group)


def measured_of(
    measure: Measure,
    rows: Iterable[SampleSummary],
    missing: Mapping[str, int],
    *,
    repeats: int = 1,
    tolerated: bool = False,
    key: QuestionKey = question_key,
) -> Measured:
    """Return the scores of a metric by question.

    Args:
        rows: Of the part of the benchmark that is meant, errors included.
        missing: Samples of that part without a record, by subset.
        repeats: Planned attempts at each question.
        tolerated: Leave samples without a score out.
    """
    rows = list(rows)
    if measure.aggregation == "all_of_part":
        return _parts(measure, rows, sum(missing.values()), tolerated=tolerated)
    make = _at_k if measure.k else _every_attempt
    attempts = make(measure, rows, missing, repeats, key)
    if all(weight == 1 for weight in attempts.weights or ()):
        attempts = replace(attempts, weights=None)
    return measured(attempts, measure.bounds, tolerated=tolerated)


def _every_attempt(
    measure: Measure, rows: Sequence[SampleSummary], missing: Mapping[str, int], repeats: int, key: QuestionKey
) -> Attempts:
    """Return an attempt for each sample. A sample with other metrics only counts nowhere, as in the report."""
    kept = [row for row in rows if row.values is None or measure.name in row.values]
    questions = [key(row) for row in kept]
    values = [None if row.values is None else row.values[measure.name] for row in kept]
    clusters: list[Hashable | None] = [row.cluster or None for row in kept]
    weights = _weights(measure, kept)
    for question in _never_run(rows, missing, repeats, key):
        questions.append(question)
        values.append(None)
        clusters.append(None)
        weights.append(1.0)
    return Attempts(questions, values, clusters if any(clusters) else None, weights)


def _weights(measure: Measure, rows: Sequence[SampleSummary]) -> list[float]:
    """Return the weight of each value. Subsets of a ``weighted_mean`` average by their samples, as in the report."""
    weights = [weight_of(row, measure.name) for row in rows]
    if measure.aggregation != "weighted_mean":
        return weights
    totals: dict[str, list[float]] = {}
    for row, weight in zip(rows, weights, strict=True):
        if row.values is not None:
            totals.setdefault(row.subset, []).append(weight)
    scale = {subset: len(own) / sum(own) if sum(own) else 1.0 for subset, own in totals.items()}
    return [weight * scale.get(row.subset, 1.0) for row, weight in zip(rows, weights, strict=True)]


def weight_of(row: SampleSummary, metric: str, part: str | None = None) -> float:
    """Return how much a sample counts in a metric, or in one part of it."""
    weight = (row.weights or {}).get(metric, 1.0)
    if isinstance(weight, Mapping):
        return math.fsum(weight.values()) if part is None else weight.get(part, 0.0)
    return weight if part in (None, "") else 0.0


def parts_of(row: SampleSummary, metric: str) -> Iterable[str]:
    """Return the parts of a metric in which a sample counts; a single one without a name if it has none."""
    weight = (row.weights or {}).get(metric, 1.0)
    return weight if isinstance(weight, Mapping) else ("",)


def _never_run(
    rows: Sequence[SampleSummary], missing: Mapping[str, int], repeats: int, key: QuestionKey
) -> Iterator[Hashable]:
    """Yield the question of each attempt without a record: of those with too few attempts first, then of new ones."""
    left = {subset: number for subset, number in missing.items() if number > 0}
    if not left:
        return
    counts: dict[tuple[str, Hashable], int] = {}
    for row in rows:
        counts[row.subset, key(row)] = counts.get((row.subset, key(row)), 0) + 1
    for (subset, question), count in counts.items():
        for _ in range(min(left.get(subset, 0), repeats - count)):
            left[subset] -= 1
            yield question
    for subset, number in left.items():
        for place in range(number):
            yield ("never run", subset, place // repeats)


def _at_k(
    measure: Measure, rows: Sequence[SampleSummary], missing: Mapping[str, int], repeats: int, key: QuestionKey
) -> Attempts:
    """Return one value a question; None if too few of its attempts have a score."""
    groups: dict[Hashable, list[SampleSummary]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    for question in _never_run(rows, missing, repeats, key):
        groups.setdefault(question, [])
    values: list[float | None] = []
    clusters: list[Hashable | None] = []
    planned = repeats if measure.aggregation == "at_least_k" else measure.k
    for members in groups.values():
        attempts = [
            Attempt(0, row.repeat, row.values, row.answer)
            for row in members
            if row.values is not None and measure.name in row.values
        ]
        found = aggregate(attempts, [measure.name], f"mean_and_{measure.aggregation}", planned)
        at_k = (one.score for one in found if one.dimensions == (("k", measure.k),))
        values.append(next(at_k, None))
        clusters.append(members[0].cluster or None if members else None)
    return Attempts(list(groups), values, clusters if any(clusters) else None)


def _parts(measure: Measure, rows: Sequence[SampleSummary], never_run: int, *, tolerated: bool) -> Measured:
    """Return one value a part: 1 if all of its samples are right. What a missing sample would change is not known."""
    right: dict[Hashable, bool] = {}
    missing = never_run
    for row in rows:
        if row.values is None:
            missing += 1
            continue
        for part in parts_of(row, measure.name):
            if measure.name in row.values:
                key = (row.subset, part)
                right[key] = right.get(key, True) and row.values[measure.name] >= 1.0
    found = measured(Attempts(list(right), [float(fine) for fine in right.values()]), measure.bounds)
    if not missing or tolerated:
        return replace(found, missing=missing, tolerated=tolerated)
    return replace(found, least=None, most=None, missing=missing)
