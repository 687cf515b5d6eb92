"""Judges that err: scores corrected by human labels, and agreement beyond chance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from .distributions import two_sided_z
from .intervals import LEVEL, mean_error

LEAST_SKILL = 1.1  # sensitivity plus specificity at or below which a judge says too little to correct for


@dataclass(frozen=True, slots=True)
class Corrected:
    """A score corrected for the judge's errors."""

    estimate: float
    standard_error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class JudgeSkill:
    """A judge's rates on answers that people labelled.

    Attributes:
        sensitivity: Share judged right of those that are right.
        specificity: Share judged wrong of those that are wrong.
    """

    sensitivity: float
    positives: int
    specificity: float
    negatives: int


def corrected_share(judged_right: float, n: int, skill: JudgeSkill, level: float = LEVEL) -> Corrected | None:
    """Return the true share of right answers (Rogan & Gladen 1978), clipped to [0, 1].

    None if the judge is little better than chance, or if nothing was labelled.
    """
    se, sp = skill.sensitivity, skill.specificity
    if se + sp <= LEAST_SKILL + 1e-12 or min(n, skill.positives, skill.negatives) <= 0:
        return None
    slope = se + sp - 1
    theta = (judged_right + sp - 1) / slope
    variance = (
        judged_right * (1 - judged_right) / n
        + theta**2 * se * (1 - se) / skill.positives
        + (1 - theta) ** 2 * sp * (1 - sp) / skill.negatives
    ) / slope**2
    error = math.sqrt(variance)
    half = two_sided_z(level) * error
    return Corrected(_clip(theta), error, _clip(theta - half), _clip(theta + half))


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))


def prediction_powered_mean(
    human: Sequence[float],
    judge_on_the_same: Sequence[float],
    judge_on_the_rest: Sequence[float],
    level: float = LEVEL,
    *,
    clusters: tuple[Sequence[Hashable], Sequence[Hashable]] | None = None,
) -> Corrected | None:
    """Return the mean that people would give, from labels on a random part (Angelopoulos et al. 2023).

    The judge's mean on the rest plus the mean difference on the part. None if either has no answers.

    Args:
        clusters: Of the answers of the part and of the rest, if some are not independent. Standard errors are
            cluster-robust then; None if the part or the rest is a single cluster.
    """
    if not human or not judge_on_the_rest:
        return None
    errors = [h - j for h, j in zip(human, judge_on_the_same, strict=True)]
    mean = math.fsum(judge_on_the_rest) / len(judge_on_the_rest) + math.fsum(errors) / len(errors)
    if clusters is None:
        error = math.sqrt(_variance(judge_on_the_rest) / len(judge_on_the_rest) + _variance(errors) / len(errors))
    else:
        part, rest = mean_error(errors, clusters[0]), mean_error(judge_on_the_rest, clusters[1])
        if part is None or rest is None or part.standard_error is None or rest.standard_error is None:
            return None
        error = math.hypot(part.standard_error, rest.standard_error)
    half = two_sided_z(level) * error
    return Corrected(mean, error, mean - half, mean + half)


def _variance(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / len(values)


def krippendorff_alpha(units: Sequence[Sequence[Hashable]], *, interval: bool = False) -> float | None:
    """Return Krippendorff's alpha: 1 for full agreement, 0 for that of chance.

    Args:
        units: The labels of each judged answer, by any number of judges; a missing label is left out.
        interval: All labels are numbers on a scale, and differ by their squared distance; otherwise any two differ
            alike.

    Returns:
        None if no answer has two labels, or if all labels are equal: chance agrees as well then.
    """
    totals: dict[Hashable, int] = {}
    observed = 0.0
    for unit in units:
        if len(unit) > 1:
            counts = Counter(unit)
            observed += _differing(counts, interval=interval) / (len(unit) - 1)
            for label, count in counts.items():
                totals[label] = totals.get(label, 0) + count
    expected = _differing(totals, interval=interval)
    return 1 - (sum(totals.values()) - 1) * observed / expected if expected else None


def _differing(counts: Mapping[Hashable, int], *, interval: bool) -> float:
    """Return the sum of the distances of all ordered pairs of labels."""
    n = sum(counts.values())
    if not interval:
        return float(n * n - sum(count * count for count in counts.values()))
    first = min((float(label) for label in counts if isinstance(label, int | float)), default=0.0)
    # Distances from one of the labels: squares of large numbers would lose their last digits.
    values = [(float(label) - first, count) for label, count in counts.items() if isinstance(label, int | float)]
    squares = math.fsum(count * value * value for value, count in values)
    return 2 * (n * squares - math.fsum(count * value for value, count in values) ** 2)
