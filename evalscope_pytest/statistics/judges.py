"""Judges that err: scores corrected by human labels, and agreement beyond chance."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from .distributions import two_sided_z
from .intervals import LEVEL

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
    human: Sequence[float], judge_on_the_same: Sequence[float], judge_on_the_rest: Sequence[float], level: float = LEVEL
) -> Corrected | None:
    """Return the mean that people would give, from labels on a random part (Angelopoulos et al. 2023).

    The judge's mean on the rest plus the mean difference on the part. None if either has no answers.
    """
    if not human or not judge_on_the_rest:
        return None
    errors = [h - j for h, j in zip(human, judge_on_the_same, strict=True)]
    mean = math.fsum(judge_on_the_rest) / len(judge_on_the_rest) + math.fsum(errors) / len(errors)
    error = math.sqrt(_variance(judge_on_the_rest) / len(judge_on_the_rest) + _variance(errors) / len(errors))
    half = two_sided_z(level) * error
    return Corrected(mean, error, mean - half, mean + half)


def _variance(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / len(values)


def krippendorff_alpha(units: Sequence[Sequence[Hashable]], *, interval: bool = False) -> float | None:
    """Return Krippendorff's alpha: 1 for full agreement, 0 for that of chance.

    Args:
        units: The labels of each judged answer, by any number of judges; a missing label is left out.
        interval: Labels are numbers on a scale, and differ by their squared distance; otherwise any two differ alike.

    Returns:
        None if no answer has two labels, or if all labels are equal: chance agrees as well then.
    """
    pairs: dict[tuple[Hashable, Hashable], float] = {}
    totals: dict[Hashable, float] = {}
    for unit in units:
        if len(unit) < 2:
            continue
        for i, a in enumerate(unit):
            totals[a] = totals.get(a, 0.0) + 1
            for j, b in enumerate(unit):
                if i != j:
                    pairs[a, b] = pairs.get((a, b), 0.0) + 1 / (len(unit) - 1)
    n = sum(totals.values())

    def distance(a: Hashable, b: Hashable) -> float:
        if interval and isinstance(a, int | float) and isinstance(b, int | float):
            return float(a - b) ** 2
        return float(a != b)

    observed = math.fsum(count * distance(a, b) for (a, b), count in pairs.items())
    expected = math.fsum(x * y * distance(a, b) for a, x in totals.items() for b, y in totals.items())
    return 1 - (n - 1) * observed / expected if expected else None
