"""The values behind a reported score, one for each attempt at a question, as intervals and gates need them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..scoring.aggregation import NO_MEANS, OVER_PARTS, AggregatedMetric, Attempt, aggregate
from ..scoring.units import OF_PART
from ..statistics.combined import pseudo_values
from ..statistics.scores import Attempts, Bounds, Measured, Scores, measured
from ..store.plan import BenchmarkPlan
from ..store.rows import SampleSummary
from .columns import Parted, QuestionKey, SubsetMetric, by_subset, columns_of, joined, of_groups, parted, whole_parts
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
    def over_parts(self) -> bool:
        """True for a mean of the means of parts."""
        return self.aggregation in OVER_PARTS

    @property
    def lower_is_better(self) -> bool:
        """True for error rates and the like."""
        return self.semantics.direction == "lower_is_better"

    @property
    def no_interval(self) -> str:
        """Why there is no interval; empty if there is one."""
        if self.aggregation in NO_MEANS:
            return f"{self.label} is not a mean over samples ({self.aggregation})"
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


def question_key(row: SampleSummary) -> Hashable:
    """Return the key by which a sample's question is found again; its position if the record has none."""
    return row.question or (row.subset, row.group)


@dataclass(frozen=True, slots=True)
class Missing:
    """Samples of a part of a benchmark that never ran.

    Attributes:
        counts: Their number by subset.
        questions: Key and cluster of all planned questions by subset, as far as they are known.
    """

    counts: Mapping[str, int]
    questions: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Their number."""
        return sum(number for number in self.counts.values() if number > 0)

    def attempts(
        self, rows: Iterable[SampleSummary], key: QuestionKey, repeats: int
    ) -> Iterator[tuple[Hashable, str | None]]:
        """Yield question and cluster of each attempt without a record.

        Of a subset whose questions are not known: of those with too few attempts first, then of new ones.
        """
        left = {subset: number for subset, number in self.counts.items() if number > 0}
        if not left:
            return
        places: dict[tuple[str, Hashable], list[str | None]] = {}  # the cluster, once for each attempt
        known: dict[tuple[str, Hashable], str | None] = {
            (subset, question): cluster or None
            for subset in left
            for question, cluster in (self.questions.get(subset, ()) if key is question_key else ())
        }
        for place in known:
            places[place] = []
        for row in rows:
            places.setdefault((row.subset, key(row)), []).append(row.cluster or None)
        for (subset, question), clusters in places.items():
            for _ in range(min(left.get(subset, 0), repeats - len(clusters))):
                left[subset] -= 1
                yield question, clusters[0] if clusters else known[subset, question]
        for subset, number in left.items():
            for position in range(number):
                yield ("never run", subset, position // repeats), None


NONE_MISSING = Missing({})


def measured_of(
    measure: Measure,
    rows: Iterable[SampleSummary],
    missing: Missing = NONE_MISSING,
    *,
    repeats: int = 1,
    tolerated: bool = False,
    key: QuestionKey = question_key,
) -> Measured:
    """Return the scores of a metric by question.

    A mean of parts' means has one value a question too, which differ as much as the score is uncertain.

    Args:
        rows: Of the part of the benchmark that is meant, errors included.
        missing: Samples of that part without a record.
        repeats: Planned attempts at each question.
        tolerated: Leave samples without a score out.
    """
    rows = list(rows)
    absent = missing.total + sum(row.values is None for row in rows)
    if measure.aggregation in OF_PART:
        return _unbounded(
            whole_parts(measure.aggregation, measure.name, by_subset(rows).items()), absent, tolerated=tolerated
        )
    if measure.over_parts:
        found = parted_of(measure, rows, key)
        scores = pseudo_values(found.score, found.parts) if found.parts else None
        return _unbounded(scores or Scores([], bounds=None), absent, tolerated=tolerated)
    never = list(missing.attempts(rows, key, repeats))
    if measure.k:
        planned = max(repeats, attempts_of(rows)) if measure.aggregation == "at_least_k" else measure.k
        attempts = of_groups(_aggregated(measure, rows, planned), key, missing=True)
        known = set(attempts.questions)
        never = [(question, cluster) for question, cluster in dict(never).items() if question not in known]
    else:
        columns = [columns_of(measure.name, own, key=key, missing=True) for own in by_subset(rows).values()]
        attempts = joined(columns, measure.aggregation, numbered=False)
    return measured(_with_missing(attempts, never), measure.bounds, tolerated=tolerated)


def attempts_of(rows: Iterable[SampleSummary]) -> int:
    """Return the number of attempts at each question, errors included."""
    return max((row.repeat for row in rows), default=0) + 1


def parted_of(measure: Measure, rows: Iterable[SampleSummary], key: QuestionKey = question_key) -> Parted:
    """Return the parts behind a mean of parts' means, with the keys of their questions."""
    return parted(measure.aggregation, _aggregated(measure, rows), key)


def _aggregated(measure: Measure, rows: Iterable[SampleSummary], repeats: int = 1) -> list[SubsetMetric]:
    """Return the metric of each subset as the report has it; without a value if none of its questions counts."""
    how = f"mean_and_{measure.aggregation}" if measure.k else measure.aggregation
    dimensions = (("k", measure.k),) if measure.k else ()
    subsets = []
    for subset, own in by_subset(rows).items():
        attempts = [Attempt(r.group, r.repeat, r.values, r.answer, r.weights) for r in own if r.values is not None]
        found = [one for one in aggregate(attempts, [measure.name], how, repeats) if one.dimensions == dimensions]
        if found or measure.k:
            nothing = AggregatedMetric(measure.name, measure.aggregation, dimensions, 0.0, 0)
            subsets.append(SubsetMetric(subset, found[0] if found else nothing, own))
    return subsets


def _with_missing(attempts: Attempts, never: Sequence[tuple[Hashable, str | None]]) -> Attempts:
    """Return attempts with those that never ran, which have no value."""
    if not never:
        return attempts
    count = len(attempts.values)
    clusters = [*(attempts.clusters or [None] * count), *(cluster for _, cluster in never)]
    return Attempts(
        [*attempts.questions, *(question for question, _ in never)],
        [*attempts.values, *[None] * len(never)],
        clusters if any(clusters) else None,
        [*attempts.weights, *[1.0] * len(never)] if attempts.weights else None,
    )


def _unbounded(scores: Scores, missing: int, *, tolerated: bool) -> Measured:
    """Return scores of which nobody knows what a missing sample would change: its part is not known."""
    if not missing or tolerated:
        return Measured(scores, scores, scores, missing, tolerated)
    return Measured(scores, None, None, missing)
