"""Slow and plain versions of the formulas, for comparison: exact fractions, enumeration, numerical likelihood."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Sequence
from fractions import Fraction

from scipy import optimize


def clustered_error(values: Sequence[float], clusters: Sequence[Hashable], weights: Sequence[float]) -> float:
    """Standard error by the formula, with fractions until the root."""
    y, w = [Fraction(v) for v in values], [Fraction(v) for v in weights]
    mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    squares = Fraction(0)
    for cluster in set(clusters):
        squares += sum(w[i] * (y[i] - mean) for i in range(len(y)) if clusters[i] == cluster) ** 2
    groups = len(set(clusters))
    return math.sqrt(Fraction(groups, groups - 1) * squares) / float(sum(w))


def tango_z(won: int, lost: int, n: int, null: float) -> float:
    """Score statistic of paired shares, with the share of lost questions that is most likely at ``null``."""

    def unlikely(q: float) -> float:
        total = 0.0
        for count, p in ((won, q + null), (lost, q), (n - won - lost, 1 - 2 * q - null)):
            if count:
                total -= count * math.log(p) if p > 0 else -math.inf
        return total

    low, high = max(0.0, -null), (1 - null) / 2
    q = optimize.minimize_scalar(unlikely, bounds=(low, high), method="bounded", options={"xatol": 1e-13}).x
    q = min((low, high, q), key=unlikely)
    variance = n * (2 * q + null * (1 - null))
    excess = won - lost - n * null
    return excess / math.sqrt(variance) if variance > 0 else (math.copysign(math.inf, excess) if excess else 0.0)


def log_wealth(values: Sequence[Fraction], mean: Fraction, population: int | None = None) -> float:
    """Log of the mean wealth of 25 bets on a mean above ``mean``, in fractions."""
    total = Fraction(0)
    for k in range(1, 26):
        wealth, spent = Fraction(1), Fraction(0)
        for place, x in enumerate(values):
            expected = mean if population is None else (population * mean - spent) / (population - place)
            if 0 < expected < 1:
                wealth *= 1 + Fraction(k, 26) / expected * (x - expected)
            spent += x
        total += wealth
    return math.log(total / 25)


def at_k(right: int, attempts: int, k: int, rule: str) -> Fraction:
    """Share of all choices of k attempts in which any, or all, are right."""
    outcomes = [True] * right + [False] * (attempts - right)
    chosen = [any(c) if rule == "pass_at_k" else all(c) for c in itertools.combinations(outcomes, k)]
    return Fraction(sum(chosen), len(chosen))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values by closed testing: the highest Bonferroni p-value of all sets that hold the hypothesis."""
    n = len(p_values)
    adjusted = [0.0] * n
    for size in range(1, n + 1):
        for chosen in itertools.combinations(range(n), size):
            p = min(1.0, size * min(p_values[i] for i in chosen))
            for i in chosen:
                adjusted[i] = max(adjusted[i], p)
    return adjusted
