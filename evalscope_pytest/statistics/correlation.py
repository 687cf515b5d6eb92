"""Correlation of pairs: Pearson's, and Spearman's, which is Pearson's of ranks."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .distributions import two_sided_z
from .intervals import LEVEL, Estimate

Pairs = Sequence[tuple[float, float]]


def pearson(pairs: Pairs) -> float | None:
    """Return the correlation of pairs, from -1 to 1; None if one side is constant, or there are fewer than two."""
    if len(pairs) < 2:
        return None
    means = [math.fsum(side) / len(pairs) for side in zip(*pairs, strict=True)]
    centred = [(x - means[0], y - means[1]) for x, y in pairs]
    squares = [math.fsum(value * value for value in side) for side in zip(*centred, strict=True)]
    scale = math.sqrt(squares[0]) * math.sqrt(squares[1])
    if not scale:
        return None
    return min(1.0, max(-1.0, math.fsum(x * y for x, y in centred) / scale))


def spearman(pairs: Pairs) -> float | None:
    """Return the correlation of the ranks of pairs; None if one side is constant, or there are fewer than two."""
    if len(pairs) < 2:
        return None
    first, second = (ranks(side) for side in zip(*pairs, strict=True))
    return pearson(list(zip(first, second, strict=True)))


def estimate_correlation(
    how: str, scores: Sequence[tuple[float, int]], clusters: int, level: float = LEVEL
) -> Estimate:
    """Return the interval of a correlation, or of the mean of several that weigh by their numbers of pairs.

    Fisher's transformation, for ranks with the standard error of Bonett and Wright 2000 (Psychometrika 65).

    Args:
        how: ``spearman`` or ``pearson``.
        scores: Each correlation, and its number of pairs.
        clusters: Number of pairs that are independent of each other.
    """
    total = sum(count for _, count in scores)
    mean = math.fsum(score * count for score, count in scores) / total
    if any(abs(score) >= 1 or count < 4 for score, count in scores):
        reason = "a correlation of 1, or of fewer than 4 pairs"
        return Estimate(mean, level, None, None, None, "none", total, clusters, reason=reason)
    factors = [1 + score * score / 2 if how == "spearman" else 1.0 for score, _ in scores]
    errors = [math.sqrt(factor / (count - 3)) for factor, (_, count) in zip(factors, scores, strict=True)]
    slopes = [(1 - score * score) * count / total for score, count in scores]
    error = math.sqrt(math.fsum((slope * own) ** 2 for slope, own in zip(slopes, errors, strict=True)))
    width = two_sided_z(level) * error / (1 - mean * mean)  # on the scale of the transformation
    low, high = (math.tanh(math.atanh(mean) + sign * width) for sign in (-1, 1))
    return Estimate(mean, level, low, high, error, "fisher", total, clusters, few=total < 30)


def ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value, from 1; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    start = 0
    for end in range(1, len(order) + 1):
        if end == len(order) or values[order[end]] != values[order[start]]:
            for place in order[start:end]:
                found[place] = (start + 1 + end) / 2
            start = end
    return found
