"""Certainty of a score: a 95 % interval that holds near 0 and 1, and takes a question's repeats for one observation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from ..store.rows import SampleSummary

Z = 1.959964  # of the normal distribution: 95 % lie within


def interval(
    rows: Iterable[SampleSummary], metric: str, bounds: tuple[float, float] | None
) -> tuple[float, float] | None:
    """Return the confidence interval of a metric's mean; None for fewer than two questions.

    The standard error takes each question with its repeats as one observation (a ratio estimator over clusters). Where
    the metric is bounded, the interval is Wilson's score interval (1927) for the number of independent samples that
    would give this error.

    Args:
        bounds: The least and greatest value the metric can have.
    """
    sums = _cluster_sums(rows, metric)
    n, weight = len(sums), math.fsum(w for _, w in sums.values())
    if n < 2 or weight <= 0:
        return None
    mean = math.fsum(v for v, _ in sums.values()) / weight
    squares = math.fsum((v - mean * w) ** 2 for v, w in sums.values())
    error = math.sqrt(squares * n / (n - 1)) / weight
    if bounds is None:
        return mean - Z * error, mean + Z * error
    low, high = bounds
    share = min(max((mean - low) / (high - low), 0.0), 1.0)
    error /= high - low
    effective = share * (1 - share) / error**2 if error > 0 and 0 < share < 1 else float(n)
    lower, upper = wilson(share, effective)
    return low + lower * (high - low), low + upper * (high - low)


def _cluster_sums(rows: Iterable[SampleSummary], metric: str) -> Mapping[tuple[str, int], tuple[float, float]]:
    """Return weighted value and weight of each question; none for a metric over parts, which is not a mean of them."""
    sums: dict[tuple[str, int], tuple[float, float]] = {}
    for row in rows:
        if row.values is None or metric not in row.values:
            continue
        weight = row.weights.get(metric, 1.0) if row.weights else 1.0
        if isinstance(weight, Mapping):
            return {}
        value, total = sums.get((row.subset, row.group), (0.0, 0.0))
        sums[row.subset, row.group] = (value + row.values[metric] * weight, total + weight)
    return sums


def wilson(share: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share among ``n``."""
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)
