"""Intervals of one score: Wilson, Wilson with an effective sample size, Student, exact ones, and the bootstrap."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from .distributions import beta_quantile, student_quantile, two_sided_z
from .scores import Bounds, Scores, variance_components

LEVEL = 0.95
FEWEST_CLUSTERS = 5  # fewer do not give an interval
FEW_CLUSTERS = 10  # with fewer an interval is marked
FEW_QUESTIONS = 30
RESAMPLES = 2000
SEED = 42

T = TypeVar("T")


class Interval(NamedTuple):
    """Two ends."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MeanError:
    """A weighted mean with its cluster-robust standard error (CR1).

    Attributes:
        standard_error: None for fewer than two clusters.
    """

    mean: float
    standard_error: float | None
    clusters: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score with its interval.

    Attributes:
        low: Lower end of the two-sided interval; None without one.
        method: ``wilson``, ``score`` (Wilson's with an effective sample size), ``t``, ``bootstrap``, or ``none``.
        effective_n: Number of independent right or wrong answers that would give this standard error.
        degrees_of_freedom: Of Student's t; None if the normal distribution is used.
        noise: Share of one answer's variance that repeating the question explains; None without repeats.
        noise_error: Standard error for these very questions.
        few: True under 30 questions or 10 clusters.
        reason: The reason for having no interval; empty if there is one.
    """

    mean: float | None
    level: float
    low: float | None
    high: float | None
    standard_error: float | None
    method: str
    questions: int
    clusters: int
    effective_n: float | None = None
    degrees_of_freedom: float | None = None
    noise: float | None = None
    noise_error: float | None = None
    few: bool = False
    reason: str = ""

    @property
    def interval(self) -> Interval | None:
        """The two-sided interval; None if there is none."""
        return None if self.low is None or self.high is None else Interval(self.low, self.high)

    def to_json(self) -> dict[str, Any]:
        """Return the fields that reports hold for a metric."""
        return {
            "level": self.level,
            "low": self.low,
            "high": self.high,
            "standard_error": self.standard_error,
            "method": self.method,
            "questions": self.questions,
            "clusters": self.clusters,
            "effective_n": self.effective_n,
            "noise": self.noise,
            "noise_se": self.noise_error,
            "few": self.few,
        }


def score_roots(share: float, n: float, quantile: float) -> Interval:
    """Return the roots x of (share - x)^2 = quantile^2 x (1 - x) / n: Wilson's score interval (1927)."""
    square = quantile * quantile
    centre = share + square / (2 * n)
    half = quantile * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    scale = 1 + square / n
    low = 0.0 if share <= 0 else max(0.0, (centre - half) / scale)
    high = 1.0 if share >= 1 else min(1.0, (centre + half) / scale)
    return Interval(low, high)


def wilson(right: float, n: float, level: float = LEVEL) -> Interval | None:
    """Return Wilson's two-sided interval of a share; None for no answers.

    Args:
        level: A one-sided bound at level L is an end of the two-sided interval at 2L - 1.
    """
    return score_roots(right / n, n, two_sided_z(level)) if n > 0 else None


def clopper_pearson(right: int, n: int, level: float = LEVEL) -> Interval | None:
    """Return the exact interval of Clopper & Pearson: never covers less than ``level``, and is wide."""
    tail = (1 - level) / 2
    if n <= 0:
        return None
    low = beta_quantile(tail, right, n - right + 1) if right > 0 else 0.0
    high = beta_quantile(1 - tail, right + 1, n - right) if right < n else 1.0
    return Interval(low, high)


def jeffreys(right: int, n: int, level: float = LEVEL) -> Interval | None:
    """Return Jeffreys' interval; its end is 0 or 1 if none or all are right (Brown, Cai & DasGupta 2001)."""
    tail = (1 - level) / 2
    if n <= 0:
        return None
    low = beta_quantile(tail, right + 0.5, n - right + 0.5) if right > 0 else 0.0
    high = beta_quantile(1 - tail, right + 0.5, n - right + 0.5) if right < n else 1.0
    return Interval(low, high)


def mean_error(
    values: Sequence[float], clusters: Sequence[Hashable] | None = None, weights: Sequence[float] | None = None
) -> MeanError | None:
    """Return the weighted mean and its cluster-robust standard error; None without any weight.

    Liang & Zeger 1986 with the factor G/(G-1) of Miller 2024. Without clusters each question is one.
    """
    n = len(values)
    total = math.fsum(weights) if weights is not None else float(n)
    if total <= 0:
        return None
    if weights is None:
        mean = math.fsum(values) / n
        residuals: Sequence[float] = [y - mean for y in values]
    else:
        mean = math.fsum(w * y for w, y in zip(weights, values, strict=True)) / total
        residuals = [w * (y - mean) for w, y in zip(weights, values, strict=True)]
    sums = residuals if clusters is None else cluster_sums(residuals, clusters)
    groups = len(sums)
    if groups < 2:
        return MeanError(mean, None, groups)
    error = math.sqrt(groups / (groups - 1) * math.fsum([r * r for r in sums])) / total
    if error < 1e-9 and error <= 1e-14 * max(map(abs, values)):
        error = 0.0  # rounding of equal values
    return MeanError(mean, error, groups)


def cluster_sums(values: Sequence[float], clusters: Sequence[Hashable]) -> list[float]:
    """Return the sum of each cluster's values."""
    sums: dict[Hashable, float] = {}
    for cluster, value in zip(clusters, values, strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + value
    return list(sums.values())


def estimate(scores: Scores, level: float = LEVEL) -> Estimate:
    """Return a score with its two-sided interval, for questions like these.

    Right or wrong answers have Wilson's interval; other bounded scores, repeats and clusters Wilson's with an effective
    sample size and Student's t; unbounded scores Student's.
    """
    found = mean_error(scores.values, scores.clusters, scores.weights)
    n = len(scores)
    if found is None:
        return Estimate(None, level, None, None, None, "none", n, scores.cluster_count, few=True, reason="no scores")
    noise = (
        variance_components(scores.values, scores.within, scores.mean_attempts) if scores.within is not None else None
    )
    method, ends, effective, degrees, reason = _ends(scores, found, level)
    return Estimate(
        found.mean,
        level,
        ends.low if ends else None,
        ends.high if ends else None,
        found.standard_error,
        method,
        n,
        found.clusters,
        effective,
        degrees,
        noise.noise if noise else None,
        noise.noise_error if noise else None,
        n < FEW_QUESTIONS or found.clusters < FEW_CLUSTERS,
        reason,
    )


_Ends = tuple[str, "Interval | None", "float | None", "float | None", str]


def _ends(scores: Scores, found: MeanError, level: float) -> _Ends:
    """Return method, interval, effective sample size, degrees of freedom and the reason for none."""
    if (value := scores.outside) is not None and scores.bounds:
        low, high = scores.bounds
        return "none", None, None, None, f"a score of {value:g} lies outside {low:g} to {high:g}"
    if scores.is_plain and scores.bounds:
        share = _share(found.mean, scores.bounds)
        ends = score_roots(share, len(scores), two_sided_z(level))
        return "wilson", _scaled(ends, scores.bounds), float(len(scores)), None, ""
    if found.standard_error is None:
        return "none", None, None, None, "a single question" if len(scores) == 1 else "a single cluster"
    if scores.is_clustered and found.clusters < FEWEST_CLUSTERS:
        reason = f"{found.clusters} clusters: at least {FEWEST_CLUSTERS} are needed"
        return "none", None, None, None, reason
    degrees = found.clusters - 1.0
    ends_, effective = interval_of_mean(found, degrees, scores.bounds, level)
    if ends_ is None:
        return "none", None, None, None, "all scores are equal"
    return "score" if scores.bounds else "t", ends_, effective, degrees, ""


def interval_of_mean(
    found: MeanError, degrees: float, bounds: Bounds | None, level: float = LEVEL
) -> tuple[Interval | None, float | None]:
    """Return the interval of a mean from its standard error, and the effective sample size of a bounded one.

    A bounded score has Wilson's interval for the number of independent answers that would give this standard error
    (Kish 1965, Korn & Graubard 1998); that is the number of clusters if the standard error is 0.
    """
    quantile = student_quantile((1 + level) / 2, degrees)
    error = found.standard_error
    if error is None or found.clusters < 2:
        return None, None
    if bounds is None:
        return (Interval(found.mean - quantile * error, found.mean + quantile * error), None) if error else (None, None)
    share, error = _share(found.mean, bounds), error / (bounds[1] - bounds[0])
    inside = error > 0 and 0 < share < 1
    effective = share * (1 - share) / error**2 if inside else float(found.clusters)
    return _scaled(score_roots(share, effective, quantile), bounds), effective


def _share(mean: float, bounds: Bounds) -> float:
    low, high = bounds
    return min(max((mean - low) / (high - low), 0.0), 1.0)


def _scaled(ends: Interval, bounds: Bounds) -> Interval:
    low, high = bounds
    return Interval(low + ends.low * (high - low), low + ends.high * (high - low))


def one_sided(scores: Scores, level: float) -> Estimate:
    """Return the estimate whose ends are each a one-sided bound at ``level``, above 50 %."""
    return estimate(scores, 2 * level - 1)


def bootstrap(
    items: Sequence[T],
    statistic: Callable[[Sequence[T]], float],
    *,
    clusters: Sequence[Hashable] | None = None,
    level: float = LEVEL,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Interval | None:
    """Return the percentile interval of a statistic that is not a mean, such as a corpus's BLEU or a median.

    Args:
        items: Arguments of the statistic, one item a question.
        clusters: Resampled as a whole; without them each item is one.
    """
    groups: dict[Hashable, list[T]] = {}
    for place, item in enumerate(items):
        groups.setdefault(place if clusters is None else clusters[place], []).append(item)
    parts = list(groups.values())
    if len(parts) < 2 or (clusters is not None and len(parts) < min(FEWEST_CLUSTERS, len(items))):
        return None
    draw = random.Random(seed)
    found = sorted(
        statistic([item for part in draw.choices(parts, k=len(parts)) for item in part]) for _ in range(resamples)
    )
    tail = (1 - level) / 2
    return Interval(_percentile(found, tail), _percentile(found, 1 - tail))


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Return a percentile by linear interpolation, as numpy does."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
