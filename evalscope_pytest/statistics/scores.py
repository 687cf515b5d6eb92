"""Scores of one metric, one value a question: grouping of attempts, clusters, missing scores, and noise of repeats."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

Bounds = tuple[float, float]
UNIT: Bounds = (0.0, 1.0)
T = TypeVar("T")
SLACK = 1e-9  # by which sums of binary fractions may miss a bound


@dataclass(frozen=True, slots=True)
class Attempts:
    """Attempts at questions, in columns.

    Attributes:
        questions: Key of each attempt's question: attempts with the same key are repeats.
        values: Score of each attempt; None if it has none.
        clusters: Key of what an attempt's question shares with others, such as a passage, or None if it shares nothing;
            None in place of the column if no question shares anything.
        weights: Weight of each value in the benchmark's mean; None if all are equal.
    """

    questions: Sequence[Hashable]
    values: Sequence[float | None]
    clusters: Sequence[Hashable | None] | None = None
    weights: Sequence[float] | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one metric, one value a question.

    Attributes:
        values: Weighted mean of each question's attempts.
        questions: Key of each question; empty if they are not to be paired.
        clusters: Cluster of each question; None if none are known.
        weights: Weight of each question; None if all are equal.
        bounds: Lowest and highest possible value; None for an unbounded metric.
        attempts: Smallest number of attempts a question.
        mean_attempts: Harmonic mean of the numbers of attempts.
        within: Variance of one question's attempts, pooled by degrees of freedom; None without repeats.
    """

    values: Sequence[float]
    questions: Sequence[Hashable] = ()
    clusters: Sequence[Hashable] | None = None
    weights: Sequence[float] | None = None
    bounds: Bounds | None = UNIT
    attempts: int = 1
    mean_attempts: float = 1.0
    within: float | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def cluster_count(self) -> int:
        """Number of clusters; a question without one is its own."""
        return len(self.values) if self.clusters is None else len(set(self.clusters))

    @property
    def is_clustered(self) -> bool:
        """True if at least two questions share a cluster."""
        return self.clusters is not None and self.cluster_count < len(self.values)

    @property
    def is_plain(self) -> bool:
        """True for right or wrong answers, one attempt each, with equal weights and no clusters."""
        if self.bounds is None or self.attempts > 1 or self.weights is not None or self.within is not None:
            return False
        return set(self.values) <= set(self.bounds) and not self.is_clustered

    @property
    def outside(self) -> float | None:
        """The first value outside the bounds, which is the benchmark author's error; None if there is none."""
        if self.bounds is None or not self.values:
            return None
        low, high = self.bounds
        slack = SLACK * (high - low)
        if min(self.values) >= low - slack and max(self.values) <= high + slack:
            return None
        return next(value for value in self.values if not low - slack <= value <= high + slack)


@dataclass(frozen=True, slots=True)
class Measured:
    """Scores of a run, and the worst and best they could be with the samples that have no score (Manski's bounds).

    Attributes:
        scores: Of the attempts that have one.
        least: With the lowest possible value in place of each missing score; None if the metric is unbounded and
            scores are missing.
        most: With the highest possible value.
        missing: Number of attempts without a score.
        tolerated: Missing scores are left out since the user accepts errors; ``least`` and ``most`` are ``scores``.
    """

    scores: Scores
    least: Scores | None
    most: Scores | None
    missing: int = 0
    tolerated: bool = False


def measured(attempts: Attempts, bounds: Bounds | None = UNIT, *, tolerated: bool = False) -> Measured:
    """Group attempts by question, and bound the effect of missing scores.

    Args:
        bounds: Lowest and highest possible value of the metric.
        tolerated: Leave attempts without a score out.
    """
    scores = by_question(attempts, bounds)
    missing = attempts.values.count(None) if isinstance(attempts.values, list) else list(attempts.values).count(None)
    if tolerated or not missing:
        return Measured(scores, scores, scores, missing, tolerated)
    if bounds is None:
        return Measured(scores, None, None, missing)
    low, high = (
        by_question(replace(attempts, values=[end if v is None else v for v in attempts.values]), bounds)
        for end in bounds
    )
    return Measured(scores, low, high, missing)


def by_question(attempts: Attempts, bounds: Bounds | None = UNIT) -> Scores:
    """Group attempts by question; those without a score are left out.

    A question weighs as much as its attempts together, as in the benchmark's own mean.
    """
    attempts = _scored(attempts)
    if len(set(attempts.questions)) == len(attempts.questions):
        clusters = _clusters(attempts.questions, attempts.clusters)
        values = [float(value) for value in attempts.values if value is not None]
        return Scores(values, attempts.questions, clusters, _unequal(attempts.weights), bounds)
    places: dict[Hashable, list[int]] = {}
    for place, question in enumerate(attempts.questions):
        places.setdefault(question, []).append(place)
    firsts = [found[0] for found in places.values()]
    counts = [len(found) for found in places.values()]
    squares, values, weights = 0.0, [], []
    all_values, all_weights = attempts.values, attempts.weights
    for found in places.values():
        own = [all_values[place] or 0.0 for place in found]
        mean, within = _mean_and_squares(own)
        weight = float(len(own))
        if all_weights is not None:
            mean, weight = _weighted_mean(own, [all_weights[place] for place in found], mean)
        values.append(mean)
        weights.append(weight)
        squares += within
    of_first = None if attempts.clusters is None else [attempts.clusters[place] for place in firsts]
    return Scores(
        values,
        list(places),
        _clusters(list(places), of_first),
        _unequal(weights),
        bounds,
        min(counts),
        len(counts) / math.fsum(1 / count for count in counts),
        squares / (sum(counts) - len(counts)),
    )


def _scored(attempts: Attempts) -> Attempts:
    """Return the attempts that have a score."""
    if None not in attempts.values:
        return attempts
    kept = [place for place, value in enumerate(attempts.values) if value is not None]

    def of(column: Sequence[T]) -> list[T]:
        return [column[place] for place in kept]

    return Attempts(
        of(attempts.questions),
        of(attempts.values),
        None if attempts.clusters is None else of(attempts.clusters),
        None if attempts.weights is None else of(attempts.weights),
    )


def _mean_and_squares(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and the sum of squared deviations from it, exactly 0 for equal values."""
    first = values[0]
    if values.count(first) == len(values):
        return first, 0.0
    mean = math.fsum(values) / len(values)
    return mean, math.fsum([(value - mean) ** 2 for value in values])


def _weighted_mean(values: Sequence[float], weights: Sequence[float], plain: float) -> tuple[float, float]:
    """Return the weighted mean and the sum of the weights; the plain mean if that is 0."""
    total = math.fsum(weights)
    return (math.fsum([w * y for w, y in zip(weights, values, strict=True)]) / total if total else plain), total


def _clusters(questions: Sequence[Hashable], known: Sequence[Hashable | None] | None) -> Sequence[Hashable] | None:
    """Return the cluster of each question: the known one or the question itself; None if none is known."""
    if known is None or all(cluster is None for cluster in known):
        return None
    pairs = zip(questions, known, strict=True)
    return [("question", question) if cluster is None else ("cluster", cluster) for question, cluster in pairs]


def _unequal(weights: Sequence[float] | None) -> Sequence[float] | None:
    return None if weights is None or (len(set(weights)) <= 1 and any(weights)) else weights


def mean_of_runs(runs: Sequence[Scores]) -> Scores:
    """Return the scores of several runs as one: each question's mean over the runs that have it.

    Runs of the same model and questions narrow the comparison with a new run, and no single lucky one decides.
    """
    if len(runs) == 1:
        return runs[0]
    found: dict[Hashable, list[float]] = {}
    clusters: dict[Hashable, Hashable] = {}
    for run in runs:
        for place, (question, value) in enumerate(zip(run.questions, run.values, strict=True)):
            found.setdefault(question, []).append(value)
            if run.clusters is not None:
                clusters[question] = run.clusters[place]
    attempts = min(map(len, found.values()), default=1) * min((run.attempts for run in runs), default=1)
    return Scores(
        [math.fsum(values) / len(values) for values in found.values()],
        list(found),
        [clusters.get(question, ("question", question)) for question in found] if clusters else None,
        bounds=runs[0].bounds if runs else UNIT,
        attempts=attempts,
        mean_attempts=float(attempts),
        within=next((run.within for run in runs if run.within is not None), None),
    )


@dataclass(frozen=True, slots=True)
class Variance:
    """Components of a score's variance, by one-way random effects (Miller 2024, section 3).

    Attributes:
        within: Variance of one question's attempts; None without repeats. Repeats reduce this part only.
        between: Variance of the questions' true means.
        standard_error: For questions like these.
        noise_error: For these very questions: only the answers are random.
        noise: Share of ``within`` in the variance of one answer.
    """

    mean: float | None
    within: float | None
    between: float | None
    standard_error: float | None
    noise_error: float | None
    noise: float | None


def variance_of_repeats(table: Iterable[Sequence[float]]) -> Variance:
    """Return the variance components of a table with one row of attempts a question; empty rows are left out."""
    rows = [row for row in table if row]
    if not rows:
        return Variance(None, None, None, None, None, None)
    means = [math.fsum(row) / len(row) for row in rows]
    degrees = sum(len(row) - 1 for row in rows)
    squares = math.fsum((y - mean) ** 2 for row, mean in zip(rows, means, strict=True) for y in row)
    attempts = len(rows) / math.fsum(1 / len(row) for row in rows)
    return variance_components(means, squares / degrees if degrees else None, attempts)


def variance_components(means: Sequence[float], within: float | None, attempts: float) -> Variance:
    """Return the variance components of questions' means.

    Args:
        within: Pooled variance of one question's attempts.
        attempts: Harmonic mean of the numbers of attempts.
    """
    n = len(means)
    mean = math.fsum(means) / n if n else None
    total = between = noise = None
    if mean is not None and n > 1:
        total = math.fsum((y - mean) ** 2 for y in means) / (n - 1)
        between = max(0.0, total - within / attempts) if within is not None else None
    if within is not None and between is not None and within + between > 0:
        noise = within / (within + between)
    return Variance(
        mean,
        within,
        between,
        None if total is None else math.sqrt(total / n),
        None if within is None else math.sqrt(within / (n * attempts)),
        noise,
    )


@dataclass(frozen=True, slots=True)
class Flakiness:
    """Agreement of one question's attempts.

    Attributes:
        right: Attempts with score 1.
        rate: Chance that two attempts differ; None for fewer than two.
    """

    right: int
    attempts: int
    rate: float | None

    @property
    def is_flaky(self) -> bool:
        """True if at least two attempts differ."""
        return bool(self.rate)


def flakiness(values: Sequence[float]) -> Flakiness:
    """Return the share of pairs of attempts that differ, an unbiased estimate of 2p(1-p) for right or wrong."""
    n = len(values)
    counts: dict[float, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    if n < 2:
        return Flakiness(counts.get(1, 0), n, None)
    equal = sum(count * (count - 1) for count in counts.values())
    return Flakiness(counts.get(1, 0), n, 1 - equal / (n * (n - 1)))


def most_flaky(table: Mapping[T, Sequence[float]], most: int = 10) -> list[tuple[T, Flakiness]]:
    """Return the flaky questions with the highest rates, first the worst; equal ones in their order."""
    found = [(question, flakiness(values)) for question, values in table.items()]
    flaky = [(question, of_it) for question, of_it in found if of_it.is_flaky]
    return sorted(flaky, key=lambda pair: -(pair[1].rate or 0.0))[:most]


def pass_at_k(right: int, attempts: int, k: int) -> float:
    """Return the chance that at least one of k attempts is right: 1 - C(n-c, k) / C(n, k) (Chen et al. 2021)."""
    return 1 - math.comb(attempts - right, k) / math.comb(attempts, k)


def pass_hat_k(right: int, attempts: int, k: int) -> float:
    """Return the chance that all of k attempts are right: C(c, k) / C(n, k) (Yao et al. 2024)."""
    return math.comb(right, k) / math.comb(attempts, k)


def at_least(right: int, attempts: int, k: int) -> float:
    """Return 1 if at least k of a question's attempts are right, otherwise 0: the rule "8 of 10 must pass"."""
    return float(right >= k)


AT_K = {"pass_at_k": pass_at_k, "pass_hat_k": pass_hat_k, "at_least": at_least}


def scores_at_k(table: Iterable[tuple[int, int]], k: int, rule: str) -> list[float]:
    """Return one value a question. Questions with fewer than k attempts do not count.

    Args:
        table: Right attempts and all attempts of each question.
        rule: A key of ``AT_K``.
    """
    return [AT_K[rule](right, attempts, k) for right, attempts in table if 0 < k <= attempts]
