"""Intervals of a benchmark's scores: each metric over all samples, and over the samples of each subset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..scoring.aggregation import CORRELATIONS, NO_MEANS, OVER_PARTS
from ..scoring.units import OF_PART
from ..statistics.combined import estimate_from_parts
from ..statistics.correlation import estimate_correlation
from ..statistics.intervals import LEVEL, Estimate, estimate
from ..statistics.scores import UNIT, Bounds, Scores, by_question
from ..store.plan import BenchmarkPlan
from .columns import Columns, Parted, SubsetMetric, columns_of, joined, of_groups, parted, whole_parts
from .semantics import Identity, semantics_of

_DIGITS = 8  # what is left of a figure does not depend on the machine's mathematics


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
        semantics = semantics_of(identity)
        bounds = semantics.value_range
        if how in CORRELATIONS:
            found[identity.label] = _correlations(how, subsets)
            continue
        if how in NO_MEANS:
            continue
        columns = [columns_of(name, one.rows) for one in subsets]
        cut = _not_negative if semantics.is_share_of_right and bounds is None else _unchanged
        whole = _json(cut(_estimate(how, subsets, columns, bounds)))
        if len(subsets) > 1:
            whole["subsets"] = {
                one.subset: _json(cut(_estimate(how, [one], [column], bounds)))
                for one, column in zip(subsets, columns, strict=True)
            }
        found[identity.label] = whole
    return found


def _estimate(how: str, subsets: Sequence[SubsetMetric], columns: Sequence[Columns], bounds: Bounds | None) -> Estimate:
    """Return the estimate of a metric over some subsets, whose attempts are ``columns``."""
    if subsets[0].metric.by_group:
        return estimate(by_question(of_groups(subsets), UNIT))
    if how in OF_PART:
        return estimate(whole_parts(how, subsets[0].metric.name, ((one.subset, one.rows) for one in subsets)))
    if how in OVER_PARTS:
        return estimate_parted(parted(how, subsets), bounds)
    if how == "clipped_mean":
        return _clipped(estimate(by_question(joined(columns, how), None)))
    return estimate(by_question(joined(columns, how), bounds))


def _correlations(how: str, subsets: Sequence[SubsetMetric]) -> dict[str, Any]:
    """Return what reports hold about correlations over all pairs of a subset."""

    def of(chosen: Sequence[SubsetMetric]) -> dict[str, Any]:
        pairs = [len({row.group for row in one.rows if row.values is not None}) for one in chosen]
        scores = [(one.metric.score, count) for one, count in zip(chosen, pairs, strict=True)]
        return _json(estimate_correlation(CORRELATIONS[how], scores, sum(pairs)))

    whole = of(subsets)
    if len(subsets) > 1:
        whole["subsets"] = {one.subset: of([one]) for one in subsets}
    return whole


def estimate_parted(found: Parted, bounds: Bounds | None, level: float = LEVEL) -> Estimate:
    """Return the estimate of a mean of parts' means."""
    if found.reason:
        return replace(estimate(Scores([]), level), mean=found.score, reason=found.reason)
    return estimate_from_parts(found.score, found.parts, bounds, level)


def _clipped(found: Estimate) -> Estimate:
    """Return the estimate of a mean that is cut off at 0 and 1; without an interval if all of that is cut off."""
    low, high = (None if end is None else min(max(end, 0.0), 1.0) for end in (found.low, found.high))
    if low is not None and low == high:
        return replace(found, low=None, high=None, method="none", reason="the mean lies outside 0 to 1")
    return replace(found, low=low, high=high)


def _unchanged(found: Estimate) -> Estimate:
    return found


def _not_negative(found: Estimate) -> Estimate:
    """Return the estimate of an error rate, which has no upper bound, but 0 as the lower one."""
    return found if found.low is None else replace(found, low=max(found.low, 0.0))


def _json(found: Estimate) -> dict[str, Any]:
    fields = {k: round(v, _DIGITS) if isinstance(v, float) else v for k, v in found.to_json().items()}
    return {**fields, **({"reason": found.reason} if found.reason else {})}
