"""Distributions: normal, Student's t, beta and binomial, by continued fractions and safeguarded Newton steps.

Accuracy against scipy and mpmath is measured in tests/statistics/test_distributions.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist

_NORMAL = NormalDist()
_TINY = 1e-300
_LARGE = 10.0  # from here on Stirling's series is exact to the last digit
_MOST_TERMS = 100_000


def normal_quantile(probability: float) -> float:
    """Return the normal quantile of a probability; -inf for 0 and inf for 1."""
    if not 0 < probability < 1:
        return math.copysign(math.inf, probability - 0.5)
    return _NORMAL.inv_cdf(probability)


def normal_cdf(z: float) -> float:
    """Return the probability that a normal value lies below ``z``; tails keep their relative accuracy."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def one_sided_z(level: float) -> float:
    """Return the normal quantile of a one-sided bound at ``level``."""
    return normal_quantile(level)


def two_sided_z(level: float) -> float:
    """Return the normal quantile of a two-sided interval at ``level``."""
    return normal_quantile((1 + level) / 2)


def student_cdf(t: float, degrees: float) -> float:
    """Return the probability that Student's t lies below ``t``."""
    tail = 0.5 * _beta_cdf(degrees / (degrees + t * t), t * t / (degrees + t * t), degrees / 2, 0.5)
    return 1 - tail if t > 0 else tail


@lru_cache(maxsize=1024)
def student_quantile(probability: float, degrees: float) -> float:
    """Return the quantile of Student's t; the normal one for infinite degrees of freedom.

    Args:
        degrees: Above 0, not necessarily an integer (Satterthwaite).
    """
    if math.isinf(degrees) or not 0 < probability < 1:
        return normal_quantile(probability)
    if probability == 0.5:
        return 0.0
    if probability > 0.5:
        return -student_quantile(1 - probability, degrees)
    lowest = -1.0
    while student_cdf(lowest, degrees) > probability and lowest > -1e150:
        lowest *= 4
    log_scale = -_log_beta(degrees / 2, 0.5) - 0.5 * math.log(degrees)

    def density(t: float) -> float:
        return math.exp(log_scale - (degrees + 1) / 2 * math.log1p(t * t / degrees))

    return _solve(lambda t: student_cdf(t, degrees), density, probability, (lowest, 0.0))


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return the regularized incomplete beta function I_x(a, b)."""
    return _beta_cdf(x, 1 - x, a, b)


def beta_quantile(probability: float, a: float, b: float) -> float:
    """Return the quantile of the beta distribution."""
    if not 0 < probability < 1:
        return float(probability >= 1)
    log_scale = -_log_beta(a, b)

    def density(x: float) -> float:
        if not 0 < x < 1:
            return 0.0
        return math.exp(log_scale + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x))

    return _solve(lambda x: beta_cdf(x, a, b), density, probability, (0.0, 1.0))


def fair_binomial_cdf(successes: int, trials: int) -> float:
    """Return the probability of at most ``successes`` heads in ``trials`` tosses of a fair coin."""
    if successes >= trials:
        return 1.0
    if trials > 1000:
        return beta_cdf(0.5, trials - successes, successes + 1)
    return float(sum(math.comb(trials, k) for k in range(successes + 1)) / 2**trials)


def fair_binomial_probability(successes: int, trials: int) -> float:
    """Return the probability of exactly ``successes`` heads in ``trials`` tosses of a fair coin."""
    return float(math.comb(trials, successes) / 2**trials)


def _beta_cdf(x: float, rest: float, a: float, b: float) -> float:
    """Return I_x(a, b); ``rest`` is 1 - x, which the caller may know more exactly than a subtraction gives it."""
    if x <= 0 or rest <= 0:
        return float(x > 0)
    front = math.exp(a * math.log(x) + b * math.log(rest) - _log_beta(a, b))
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(x, a, b) / a
    return 1 - front * _continued_fraction(rest, b, a) / b


def _continued_fraction(x: float, a: float, b: float) -> float:
    """Return the continued fraction of I_x(a, b) by Lentz's method (Abramowitz & Stegun 26.5.8)."""
    d = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    c, fraction = 1.0, d
    for m in range(1, _MOST_TERMS):
        step = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _not_zero(1 + step * d)
        c = _not_zero(1 + step / c)
        fraction *= d * c
        step = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _not_zero(1 + step * d)
        c = _not_zero(1 + step / c)
        fraction *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return fraction


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _log_beta(a: float, b: float) -> float:
    """Return log B(a, b) without the cancellation of three large log-gammas."""
    a, b = min(a, b), max(a, b)
    if b < _LARGE:
        return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    shared = -(b - 0.5) * math.log1p(a / b) + _stirling(b) - _stirling(a + b)
    if a < _LARGE:
        return math.lgamma(a) + shared - a * math.log(a + b) + a
    return shared - a * math.log1p(b / a) - 0.5 * math.log(a) + 0.5 * math.log(2 * math.pi) + _stirling(a)


def _stirling(z: float) -> float:
    """Return the remainder of Stirling's formula, for z >= 10."""
    s = 1 / (z * z)
    return (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * 691 / 360360))))) / z


def _solve(
    cdf: Callable[[float], float], density: Callable[[float], float], target: float, bracket: tuple[float, float]
) -> float:
    """Return x with cdf(x) = target: Newton steps, halved when they leave the bracket."""
    low, high = bracket
    x = (low + high) / 2
    for _ in range(200):
        excess = cdf(x) - target
        if excess > 0:
            high = x
        else:
            low = x
        slope = density(x)
        following = x - excess / slope if slope > 0 else low
        if not low < following < high:
            following = (low + high) / 2
        if abs(following - x) <= 1e-16 * abs(following) or high - low <= 4e-16 * abs(low):
            return following
        x = following
    return x
