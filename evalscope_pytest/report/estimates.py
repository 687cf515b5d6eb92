"""Intervals of a benchmark's scores: each metric over all samples, and over the samples of each subset."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from ..scoring.aggregation import NO_MEANS, OVER_PARTS, AggregatedMetric
from ..statistics.combined import ScoredPart, estimate_from_parts
from ..statistics.intervals import Estimate, estimate
from ..statistics.scores import UNIT, Attempts, Bounds, Scores, by_question
from ..store.plan import BenchmarkPlan
from ..store.rows import SampleSummary
from .attempts import parts_of, weight_of
from .semantics import Identity, semantics_of

_DIGITS = 8  # what is left of a figure does not depend on the machine's mathematics
_OF_SUBSETS = frozenset({"weighted_mean", "battles", "clipped_mean"})  # several subsets average by their samples


@dataclass(frozen=True, slots=True)
class SubsetMetric:
    """One metric of one subset, with the subset's samples."""

    subset: str
    metric: AggregatedMetric
    rows: Sequence[SampleSummary]


def estimates(plan: BenchmarkPlan, metrics: Mapping[Identity, Sequence[SubsetMetric]]) -> dict[str, Mapping[str, Any]]:
    """Return what reports hold about the certainty of each metric's score, by its label.

    Cells of a grid, each a score of few samples, are left out.

    Args:
        metrics: Each metric's subsets, in report order.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for identity, subsets in metrics.items():
        if identity.is_cell:
            continue
        name = subsets[0].metric.name
        how = plan.aggregation if isinstance(plan.aggregation, str) else plan.aggregation.get(name, "mean")
        bounds = semantics_of(identity).value_range
        if how in NO_MEANS:
            continue
        columns = [_columns(name, one.rows) for one in subsets]
        whole = _json(_estimate(how, subsets, columns, bounds))
        if len(subsets) > 1:
            whole["subsets"] = {
                one.subset: _json(_estimate(how, [one], [column], bounds))
                for one, column in zip(subsets, columns, strict=True)
            }
        found[identity.label] = whole
    return found


def _estimate(
    how: str, subsets: Sequence[SubsetMetric], columns: Sequence[_Columns], bounds: Bounds | None
) -> Estimate:
    """Return the estimate of a metric over some subsets, whose attempts are ``columns``."""
    if subsets[0].metric.by_group:
        return estimate(_of_groups(subsets))
    if how == "all_of_part":
        return estimate(_of_whole_parts(subsets))
    if how in OVER_PARTS:
        return _from_parts(how, subsets, bounds)
    if how == "clipped_mean":
        return _clipped(estimate(by_question(_joined(columns), None)))
    if how in _OF_SUBSETS and len(subsets) > 1 and any(column.weights for column in columns):
        parts = [_scores(column, number) for number, column in enumerate(columns)]
        scored = [ScoredPart(part, share) for part, share in zip(parts, _shares(subsets), strict=True)]
        return estimate_from_parts(_score(subsets), scored, bounds)
    return estimate(by_question(_joined(columns), bounds))


@dataclass(frozen=True, slots=True)
class _Columns:
    """The attempts of one subset that count in a metric: as `Attempts`, with the number of each one's question."""

    groups: Sequence[int]
    values: Sequence[float]
    clusters: Sequence[str | None] | None
    weights: Sequence[float] | None


def _columns(metric: str, rows: Iterable[SampleSummary], part: str | None = None) -> _Columns:
    """Return the attempts of one subset that count in a metric, or in one part of it."""
    having = [row for row in rows if row.values is not None and metric in row.values]
    weights = None
    if any([row.weights for row in having]):  # noqa: C419 - a list is faster here
        weighed = [(row, weight_of(row, metric, part)) for row in having]
        having = [row for row, weight in weighed if weight]
        weights = [weight for _, weight in weighed if weight]
    clusters = [row.cluster or None for row in having]
    return _Columns(
        [row.group for row in having],
        [row.values[metric] for row in having if row.values is not None],
        clusters if any(clusters) else None,
        weights,
    )


def _joined(columns: Sequence[_Columns]) -> Attempts:
    """Return the attempts of several subsets: questions of the same number in two subsets are two."""
    clustered, weighted = any(c.clusters for c in columns), any(c.weights for c in columns)
    questions: list[int] = []
    values: list[float] = []
    clusters: list[str | None] = []
    weights: list[float] = []
    for column, first in zip(columns, _firsts(columns), strict=True):
        questions += [first + group for group in column.groups] if first else column.groups
        values += column.values
        clusters += (column.clusters or [None] * len(column.values)) if clustered else ()
        weights += (column.weights or [1.0] * len(column.values)) if weighted else ()
    return Attempts(questions, values, clusters or None, weights or None)


def _firsts(columns: Sequence[_Columns]) -> list[int]:
    """Return what to add to each column's numbers of questions, so that no two have the same."""
    sizes = [max(column.groups, default=-1) + 1 for column in columns]
    return list(accumulate(sizes, initial=0))[:-1]


def _of_groups(subsets: Sequence[SubsetMetric]) -> Scores:
    """Return the value of each question that counts: pass@k and its like."""
    values, questions, clusters = [], [], []
    for one in subsets:
        cluster_of = {row.group: row.cluster for row in one.rows}
        for group, value in one.metric.by_group.items():
            values.append(value)
            questions.append((one.subset, group))
            clusters.append(cluster_of[group] or None)
    return by_question(Attempts(questions, values, clusters if any(clusters) else None), UNIT)


def _of_whole_parts(subsets: Sequence[SubsetMetric]) -> Scores:
    """Return 1 for each part in which every value is 1, otherwise 0: parts are the unit."""
    perfect: dict[Hashable, float] = {}
    for one in subsets:
        for row in one.rows:
            if row.values is None or (value := row.values.get(one.metric.name)) is None:
                continue
            for part in parts_of(row, one.metric.name):
                key = (one.subset, part)
                perfect[key] = float(perfect.get(key, 1.0) == 1.0 and value >= 1.0)
    return Scores(list(perfect.values()), list(perfect))


def _from_parts(how: str, subsets: Sequence[SubsetMetric], bounds: Bounds | None) -> Estimate:
    """Return the estimate of a mean of parts' means: parts of each subset, subsets by their samples."""
    scored: list[ScoredPart] = []
    for number, (one, share) in enumerate(zip(subsets, _shares(subsets), strict=True)):
        metric = one.metric.name
        having = [row for row in one.rows if row.values is not None and metric in row.values]
        names = dict.fromkeys(part for row in having for part in parts_of(row, metric))
        columns = [_columns(metric, having, part) for part in names]
        # The mean of a part in which nothing counts is 0 by definition.
        parts = [_scores(column, number) for column in columns if column.values]
        slopes = _slopes(how, one.metric.score, parts, len(names))
        if slopes is None:
            reason = "a part's mean is 0"
            return replace(estimate(Scores([])), mean=_score(subsets), reason=reason)
        scored += [ScoredPart(part, share * slope) for part, slope in zip(parts, slopes, strict=True)]
    return estimate_from_parts(_score(subsets), scored, bounds)


def _scores(column: _Columns, subset: int) -> Scores:
    """Return the scores of a subset's questions, with keys that no other subset's have."""
    questions = [(subset, group) for group in column.groups]
    return by_question(Attempts(questions, column.values, column.clusters, column.weights), None)


def _slopes(how: str, score: float, parts: Sequence[Scores], number: int) -> list[float] | None:
    """Return the derivative of the score by each part's mean; None if it has none."""
    if how == "macro_mean":
        return [1 / number] * len(parts)
    means = [_mean(part) for part in parts]
    return [score**2 / (number * mean**2) for mean in means] if all(means) else None


def _mean(scores: Scores) -> float:
    weights = scores.weights or [1.0] * len(scores)
    return math.fsum(w * y for w, y in zip(weights, scores.values, strict=True)) / math.fsum(weights)


def _shares(subsets: Sequence[SubsetMetric]) -> list[float]:
    total = sum(one.metric.num for one in subsets)
    return [one.metric.num / total if total else 0.0 for one in subsets]


def _score(subsets: Sequence[SubsetMetric]) -> float:
    return math.fsum(share * one.metric.score for share, one in zip(_shares(subsets), subsets, strict=True))


def _clipped(found: Estimate) -> Estimate:
    """Return the estimate of a mean that is cut off at 0 and 1; without an interval if all of that is cut off."""
    low, high = (None if end is None else min(max(end, 0.0), 1.0) for end in (found.low, found.high))
    if low is not None and low == high:
        return replace(found, low=None, high=None, method="none", reason="the mean lies outside 0 to 1")
    return replace(found, low=low, high=high)


def _json(found: Estimate) -> dict[str, Any]:
    fields = {k: round(v, _DIGITS) if isinstance(v, float) else v for k, v in found.to_json().items()}
    return {**fields, **({"reason": found.reason} if found.reason else {})}
