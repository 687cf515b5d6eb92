"""Comparison of two runs: paired by question if they share enough of them, else unpaired.

A difference is new minus old; for a metric that should be low its sign is turned, so that below 0 is always worse.
"""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from .distributions import (
    fair_binomial_cdf,
    fair_binomial_probability,
    normal_cdf,
    student_cdf,
    student_quantile,
    two_sided_z,
)
from .intervals import (
    FEW_CLUSTERS,
    FEWEST_CLUSTERS,
    LEVEL,
    SEED,
    Interval,
    cluster_sums,
    estimate,
    mean_error,
    score_roots,
)
from .scores import Scores

Pairing = Literal["auto", "paired", "unpaired"]
FEWEST_PAIRS = 30
_STEPS = 60  # halvings of a bracket: far below the slack of 1e-9
_MOST_EXACT = 14  # clusters up to which all signs are tried


class Difference(Protocol):
    """An estimated difference with its uncertainty."""

    @property
    def difference(self) -> float:
        """New minus old."""

    def interval(self, level: float = LEVEL) -> Interval | None:
        """Return the two-sided interval; None if there is none."""

    def p_less(self, null: float = 0.0) -> float | None:
        """Return the one-sided p-value of the claim that the true difference lies below ``null``."""


@dataclass(frozen=True, slots=True)
class PairedShares:
    """The difference of two shares of right answers to the same questions, by Tango's score test (1998).

    Attributes:
        won: Questions that only the new run has right.
        lost: Questions that only the old run has right.
        scale: Difference of a right and a wrong answer's score.
    """

    won: int
    lost: int
    n: int
    scale: float = 1.0

    @property
    def difference(self) -> float:
        """New minus old."""
        return self.scale * (self.won - self.lost) / self.n

    def z(self, null: float = 0.0) -> float:
        """Return the score statistic at a difference of the shares; at 0 McNemar's (b - c) / sqrt(b + c)."""
        n, b, c = self.n, self.won, self.lost
        excess = b - c - n * null
        linear = -b - c + (2 * n - b + c) * null
        constant = -c * null * (1 - null)
        root = math.sqrt(max(0.0, linear * linear - 8 * n * constant))
        q = -2 * constant / (root + linear) if linear > 0 else (root - linear) / (4 * n)
        variance = n * (2 * q + null * (1 - null))
        if variance <= 0 or abs(excess) < 1e-12 * n:
            return 0.0 if abs(excess) < 1e-12 * n else math.copysign(math.inf, excess)
        return excess / math.sqrt(variance)

    def interval(self, level: float = LEVEL) -> Interval | None:
        """Return all differences that the two-sided test does not reject, by bisection."""
        if self.n <= 0:
            return None
        z, found = two_sided_z(level), (self.won - self.lost) / self.n
        low, high = self._edge(-1.0, found, z), self._edge(1.0, found, -z)
        return Interval(low * self.scale, high * self.scale)

    def _edge(self, outside: float, inside: float, z: float) -> float:
        """Return the difference between an end of the scale and the estimate at which the statistic is ``z``."""
        if abs(outside - inside) < 1e-15:
            return outside
        for _ in range(_STEPS):
            middle = (outside + inside) / 2
            if abs(self.z(middle)) > abs(z):
                outside = middle
            else:
                inside = middle
        return (outside + inside) / 2

    def p_less(self, null: float = 0.0) -> float | None:
        """Return the p-value of the claim that the true difference lies below ``null``."""
        return normal_cdf(self.z(min(1.0, max(-1.0, null / self.scale)))) if self.n > 0 else None

    def p_greater(self, null: float = 0.0) -> float | None:
        """Return the p-value of the claim that the true difference lies above ``null``."""
        return normal_cdf(-self.z(min(1.0, max(-1.0, null / self.scale)))) if self.n > 0 else None


@dataclass(frozen=True, slots=True)
class ExactMcnemar:
    """McNemar's exact test, without and with the mid-p correction; the score test is stronger and holds its level."""

    p_two_sided: float
    p_less: float
    p_less_mid: float


def mcnemar_exact(won: int, lost: int) -> ExactMcnemar:
    """Return the exact p-values for the questions on which two runs differ."""
    differing = won + lost
    less = fair_binomial_cdf(won, differing)
    both = min(1.0, 2 * fair_binomial_cdf(min(won, lost), differing))
    return ExactMcnemar(both, less, less - 0.5 * fair_binomial_probability(won, differing))


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """A difference of means with Student's t.

    Attributes:
        centre: Centre of the interval: with two pseudo-questions it is a little nearer to 0 than the difference.
        standard_error: None or 0 gives no interval.
    """

    difference: float
    centre: float
    standard_error: float | None
    degrees_of_freedom: float

    def interval(self, level: float = LEVEL) -> Interval | None:
        """Return the two-sided interval; None without a standard error."""
        if not self.standard_error:
            return None
        half = student_quantile((1 + level) / 2, self.degrees_of_freedom) * self.standard_error
        return Interval(self.centre - half, self.centre + half)

    def p_less(self, null: float = 0.0) -> float | None:
        """Return the p-value of the claim that the true difference lies below ``null``."""
        if not self.standard_error:
            return None
        t = (self.centre - null) / self.standard_error
        return normal_cdf(t) if math.isinf(self.degrees_of_freedom) else student_cdf(t, self.degrees_of_freedom)


def paired_mean(
    differences: Sequence[float], clusters: Sequence[Hashable] | None = None, pseudo: float = 0.0
) -> MeanDifference:
    """Return the mean of paired differences with two pseudo-questions at +-``pseudo`` (after Bonett & Price 2012).

    With a pseudo-question the interval never has width 0: that nothing differs in a sample is not certainty.
    """
    n = len(differences)
    mean = math.fsum(differences) / n
    centre = math.fsum(differences) / (n + 2)
    residuals = [d - centre for d in differences]
    sums = residuals if clusters is None else cluster_sums(residuals, clusters)
    groups = len(sums)
    if groups < 2:
        return MeanDifference(mean, centre, None, 0.0)
    squares = math.fsum([r * r for r in sums]) + 2 * pseudo**2 + 2 * centre**2
    return MeanDifference(mean, centre, math.sqrt(groups / (groups - 1) * squares) / (n + 2), groups - 1.0)


@dataclass(frozen=True, slots=True)
class UnpairedShares:
    """The difference of two shares over different questions, by Newcombe's hybrid score interval (1998)."""

    old_right: float
    old_n: float
    new_right: float
    new_n: float
    scale: float = 1.0

    @property
    def difference(self) -> float:
        """New minus old."""
        return self.scale * (self.new_right / self.new_n - self.old_right / self.old_n)

    def interval(self, level: float = LEVEL) -> Interval | None:
        """Return the two-sided interval."""
        if self.old_n <= 0 or self.new_n <= 0:
            return None
        return self._at(two_sided_z(level))

    def _at(self, z: float) -> Interval:
        old, new = self.old_right / self.old_n, self.new_right / self.new_n
        of_old, of_new = score_roots(old, self.old_n, z), score_roots(new, self.new_n, z)
        low = new - old - math.hypot(new - of_new.low, of_old.high - old)
        high = new - old + math.hypot(of_new.high - new, old - of_old.low)
        return Interval(low * self.scale, high * self.scale)

    def p_less(self, null: float = 0.0) -> float | None:
        """Return the tail beyond the widest interval that leaves ``null`` out."""
        if self.old_n <= 0 or self.new_n <= 0:
            return None
        above = null > self.difference
        low, high = 0.0, 40.0
        for _ in range(_STEPS):
            z = (low + high) / 2
            ends = self._at(z)
            if (ends.high < null) if above else (ends.low > null):
                low = z
            else:
                high = z
        return normal_cdf(-low) if above else normal_cdf(low)


def welch(old: Scores, new: Scores, *, sign: int = 1) -> Difference | None:
    """Return the difference of two means over different questions, with clustered standard errors; None without them.

    Args:
        sign: -1 for a metric that should be low.
    """
    before, after = estimate(old), estimate(new)
    if before.mean is None or after.mean is None or before.standard_error is None or after.standard_error is None:
        return None
    parts = (before.standard_error**2, after.standard_error**2)
    total = sum(parts)
    difference = sign * (after.mean - before.mean)
    if total == 0:
        if new.bounds is None:
            return None
        low, high = new.bounds  # two constants: each side's interval is Wilson's over its clusters
        shares = ((before.mean - low) / (high - low), (after.mean - low) / (high - low))
        if sign < 0:
            shares = (1 - shares[0], 1 - shares[1])
        g, h = before.clusters, after.clusters
        return UnpairedShares(shares[0] * g, g, shares[1] * h, h, high - low)
    degrees = total**2 / sum(
        part**2 / (groups - 1) for part, groups in zip(parts, (before.clusters, after.clusters), strict=True)
    )
    return MeanDifference(difference, difference, math.sqrt(total), degrees)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs compared.

    Attributes:
        difference: None if nothing can be compared, for ``reason``.
        method: ``tango``, ``paired t``, ``newcombe`` or ``welch``.
        paired: Number of questions that both runs have.
        only_old: Number of questions of the old run alone.
        won: Paired questions with a better score; ``lost`` those with a worse one.
        few_clusters: 5 to 9 clusters: the interval is rough.
        sums: Of a few clusters the sum of the differences and the number of questions of each; otherwise empty.
    """

    difference: Difference | None
    method: str
    old: float | None
    new: float | None
    paired: int
    only_old: int
    only_new: int
    won: int = 0
    lost: int = 0
    clusters: int = 0
    few_clusters: bool = False
    reason: str = ""
    sums: Sequence[tuple[float, int]] = ()

    def p_by_sign_flips(self, bound: float, *, above: bool = False) -> float | None:
        """Return the one-sided p-value of a difference below a bound, or above it; None unless clusters are few."""
        if not self.sums:
            return None
        beyond = [total - count * bound for total, count in self.sums]
        return sign_flip([-value for value in beyond] if above else beyond)

    @property
    def is_paired(self) -> bool:
        """True if the difference is by question."""
        return self.method in ("tango", "paired t")


def can_pair(pairs: int, questions: int) -> bool:
    """Return whether two runs share enough questions: 30, and half of the new run's."""
    return pairs >= FEWEST_PAIRS and 2 * pairs >= questions


def compare(
    old: Scores,
    new: Scores,
    *,
    lower_is_better: bool = False,
    pairing: Pairing = "auto",
) -> Comparison:
    """Compare two runs of a benchmark, by question if they share enough of them.

    Args:
        old: Several earlier runs are one by `mean_of_runs`.
        pairing: ``paired`` or ``unpaired`` as the user requires; ``auto`` decides by the shared questions.
    """
    before = dict(zip(old.questions, old.values, strict=True)) if old.questions else {}
    after = dict(zip(new.questions, new.values, strict=True)) if new.questions else {}
    shared = [question for question in after if question in before]
    paired = can_pair(len(shared), len(new)) if pairing == "auto" else pairing == "paired"
    sign = -1 if lower_is_better else 1
    counts = (len(shared), len(old) - len(shared), len(new) - len(shared))
    if paired and shared:
        return _paired(old, new, shared, sign, counts)
    if pairing == "paired":
        return Comparison(None, "paired t", _mean(old), _mean(new), *counts, reason="no question is in both runs")
    return _unpaired(old, new, sign, counts)


def _paired(
    old: Scores, new: Scores, shared: Sequence[Hashable], sign: int, counts: tuple[int, int, int]
) -> Comparison:
    before = dict(zip(old.questions, old.values, strict=True))
    after = dict(zip(new.questions, new.values, strict=True))
    differences = [sign * (after[question] - before[question]) for question in shared]
    bounds, scale = new.bounds, 1.0 if new.bounds is None else new.bounds[1] - new.bounds[0]
    clusters = _clusters_of(shared, old, new)
    groups = len(shared) if clusters is None else len(set(clusters))
    known = groups < len(shared)
    base = Comparison(
        None,
        "paired t",
        math.fsum(before[question] for question in shared) / len(shared),
        math.fsum(after[question] for question in shared) / len(shared),
        *counts,
        won=sum(d > 0 for d in differences),
        lost=sum(d < 0 for d in differences),
        clusters=groups,
        few_clusters=known and groups < FEW_CLUSTERS,
    )
    if not known and bounds is not None and _are_answers(old, new, bounds):
        return replace(base, difference=PairedShares(base.won, base.lost, len(shared), scale), method="tango")
    if known and groups < FEWEST_CLUSTERS:
        return replace(base, reason=f"{groups} clusters: at least {FEWEST_CLUSTERS} are needed")
    pseudo = 0.0 if bounds is None else scale / math.sqrt(min(old.attempts, new.attempts))
    found = paired_mean(differences, clusters, pseudo)
    if found.standard_error:
        if base.few_clusters and clusters is not None:
            counts_of = Counter(clusters).values()
            base = replace(base, sums=list(zip(cluster_sums(differences, clusters), counts_of, strict=True)))
        return replace(base, difference=found)
    return replace(base, reason="a single question" if groups < 2 else "all differences are 0")


def _are_answers(old: Scores, new: Scores, bounds: tuple[float, float]) -> bool:
    """Return whether both runs have right or wrong answers, one attempt each."""
    once = all(scores.attempts == 1 and scores.within is None for scores in (old, new))
    return once and set(old.values) | set(new.values) <= set(bounds)


def _clusters_of(shared: Sequence[Hashable], old: Scores, new: Scores) -> list[Hashable] | None:
    """Return the cluster of each shared question, of the run that knows it; None if neither does."""
    for scores in (new, old):
        if scores.clusters is not None:
            known = dict(zip(scores.questions, scores.clusters, strict=True))
            return [known[question] for question in shared]
    return None


def _mean(scores: Scores) -> float | None:
    found = mean_error(scores.values, scores.clusters, scores.weights)
    return found.mean if found else None


def _unpaired(old: Scores, new: Scores, sign: int, counts: tuple[int, int, int]) -> Comparison:
    found: Difference | None
    means = _mean(old), _mean(new)
    if old.is_plain and new.is_plain and new.bounds is not None and len(old) and len(new):
        low, high = new.bounds
        right = low if sign < 0 else high
        found = UnpairedShares(
            list(old.values).count(right), len(old), list(new.values).count(right), len(new), high - low
        )
        return Comparison(found, "newcombe", *means, *counts, clusters=len(new))
    fewest = min(scores.cluster_count for scores in (old, new))
    if any(scores.is_clustered and scores.cluster_count < FEWEST_CLUSTERS for scores in (old, new)):
        found, reason = None, f"{fewest} clusters: at least {FEWEST_CLUSTERS} are needed"
    else:
        found = welch(old, new, sign=sign)
        reason = "" if found else "too few scores"
    return Comparison(
        found,
        "welch",
        *means,
        *counts,
        clusters=fewest,
        few_clusters=fewest < FEW_CLUSTERS and (old.is_clustered or new.is_clustered),
        reason=reason,
    )


def sign_flip(
    differences: Sequence[float], clusters: Sequence[Hashable] | None = None, *, seed: int = SEED, draws: int = 20_000
) -> float:
    """Return the one-sided p-value of a drop from turning the signs of whole clusters: exact under symmetry.

    All signs are tried up to 14 clusters, else a seeded sample of them. Fewer than 5 clusters never give p < 0.05.
    """
    sums = list(differences) if clusters is None else cluster_sums(differences, clusters)
    found = math.fsum(sums) + 1e-12 * math.fsum(map(abs, sums))
    if len(sums) <= _MOST_EXACT:
        signs = itertools.product((1, -1), repeat=len(sums))
        totals = [sum(s * value for s, value in zip(sign, sums, strict=True)) for sign in signs]
        return sum(total <= found for total in totals) / len(totals)
    draw = random.Random(seed)
    lower = 0
    for _ in range(draws):
        bits = draw.getrandbits(len(sums))
        lower += sum(value if bits >> place & 1 else -value for place, value in enumerate(sums)) <= found
    return (lower + 1) / (draws + 1)
