"""Several benchmarks together: sums over parts, weighted collections, adjusted p-values, and the gate ``ALL``."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from .comparison import Comparison, MeanDifference, PairedShares
from .gates import Gate
from .intervals import (
    FEW_CLUSTERS,
    FEW_QUESTIONS,
    LEVEL,
    Estimate,
    MeanError,
    cluster_sums,
    interval_of_mean,
    mean_error,
)
from .scores import SLACK, Bounds, Scores
from .verdicts import (
    DIGITS,
    Outcome,
    Verdict,
    decide,
    describe_change,
    describe_p,
    describe_range,
    improves,
    standard_error_of,
)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted so that the chance of any false alarm keeps its level (Holm 1979)."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for the expected share of false discoveries: for looking, not for deciding."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, lowest = [0.0] * len(p_values), 1.0
    for rank in range(len(order), 0, -1):
        place = order[rank - 1]
        lowest = min(lowest, p_values[place] * len(order) / rank)
        adjusted[place] = lowest
    return adjusted


@dataclass(frozen=True, slots=True)
class Sum:
    """A score combined from independent parts.

    Attributes:
        degrees_of_freedom: Satterthwaite's; None if no part has a standard error above 0.
    """

    score: float
    standard_error: float
    degrees_of_freedom: float | None


def weighted_sum(
    scores: Sequence[float],
    standard_errors: Sequence[float],
    weights: Sequence[float],
    degrees_of_freedom: Sequence[float],
) -> Sum | None:
    """Return the weighted mean of independent benchmarks' scores; None without any weight."""
    total = math.fsum(weights)
    if total <= 0:
        return None
    shares = [weight / total for weight in weights]
    parts = [(share * error) ** 2 for share, error in zip(shares, standard_errors, strict=True)]
    variance = math.fsum(parts)
    spread = math.fsum(part**2 / df for part, df in zip(parts, degrees_of_freedom, strict=True) if part)
    score = math.fsum(share * value for share, value in zip(shares, scores, strict=True))
    degrees = variance**2 / spread if spread else math.inf if variance else None
    return Sum(score, math.sqrt(variance), degrees)


def macro_mean(scores: Sequence[float], standard_errors: Sequence[float], degrees_of_freedom: Sequence[float]) -> Sum:
    """Return the unweighted mean of parts: SE^2 = sum SE_p^2 / P^2."""
    found = weighted_sum(scores, standard_errors, [1.0] * len(scores), degrees_of_freedom)
    assert found is not None, "there is at least one part"
    return found


def harmonic_mean(means: Sequence[float], standard_errors: Sequence[float]) -> tuple[float, float | None]:
    """Return the harmonic mean of parts and its standard error by the delta method; None if a part is 0."""
    if any(mean <= 0 for mean in means):
        return 0.0, None
    parts = len(means)
    score = parts / math.fsum(1 / mean for mean in means)
    slopes = [score**2 / (parts * mean**2) for mean in means]
    return score, math.hypot(*(slope * error for slope, error in zip(slopes, standard_errors, strict=True)))


@dataclass(frozen=True, slots=True)
class Member:
    """A benchmark of a collection.

    Attributes:
        values: One a question; its ``clusters`` may occur in other members too, as do their shared questions.
    """

    weight: float
    values: Sequence[float]
    clusters: Sequence[Hashable]


def overlapping_sum(members: Sequence[Member]) -> Sum | None:
    """Return the weighted mean of benchmarks that share questions: a question in two members is one cluster."""
    total = math.fsum(member.weight for member in members)
    if total <= 0 or not all(member.values for member in members):
        return None
    influences: list[float] = []
    clusters: list[Hashable] = []
    score = 0.0
    for member in members:
        mean = math.fsum(member.values) / len(member.values)
        share = member.weight / total
        score += share * mean
        influences += [share * (value - mean) / len(member.values) for value in member.values]
        clusters += member.clusters
    sums = cluster_sums(influences, clusters)
    groups = len(sums)
    if groups < 2:
        return None
    error = math.sqrt(groups / (groups - 1) * math.fsum(s * s for s in sums))
    return Sum(score, error, groups - 1.0)


@dataclass(frozen=True, slots=True)
class ScoredPart:
    """A part of a score that is a function of its parts' means.

    Attributes:
        scores: Of the part's questions, with their keys; a question may be in several parts.
        slope: Derivative of the score by this part's mean.
    """

    scores: Scores
    slope: float


def estimate_from_parts(
    score: float, parts: Sequence[ScoredPart], bounds: Bounds | None, level: float = LEVEL
) -> Estimate:
    """Return a score with its interval by the delta method.

    For parts without common questions this is SE^2 = sum (slope SE_p)^2; what parts share is counted once. Degrees of
    freedom are Satterthwaite's.
    """
    found = [mean_error(part.scores.values, part.scores.clusters, part.scores.weights) for part in parts]
    influences: dict[Hashable, float] = {}
    spread = 0.0
    for part, of_part in zip(parts, found, strict=True):
        if of_part is not None and of_part.standard_error is not None:
            _add_influence(influences, part, of_part)
            variance = (part.slope * of_part.standard_error) ** 2
            spread += variance**2 / (of_part.clusters - 1)
    questions = len({question for part in parts for question in part.scores.questions})
    single = any(of_part is None or of_part.standard_error is None for of_part in found)
    error = math.sqrt(math.fsum(value * value for value in influences.values()))
    degrees = error**4 / spread if spread else len(influences) - 1.0
    whole = MeanError(score, None if single else error, len(influences))
    ends, effective = (None, None) if single else interval_of_mean(whole, degrees, bounds, level)
    reason = "" if ends else "a part has a single question" if single else "all scores are equal"
    low, high = ends or (None, None)
    return Estimate(
        score, level, low, high, whole.standard_error, ("score" if bounds else "t") if ends else "none", questions,
        len(influences), effective, degrees if ends else None,
        few=questions < FEW_QUESTIONS or len(influences) < FEW_CLUSTERS, reason=reason,
    )  # fmt: skip


def _add_influence(influences: dict[Hashable, float], part: ScoredPart, found: MeanError) -> None:
    """Add to each cluster how far its questions move the score through this part."""
    scores = part.scores
    clusters = scores.clusters or [("question", question) for question in scores.questions]
    for cluster, influence in zip(clusters, _influences(part, found), strict=True):
        influences[cluster] = influences.get(cluster, 0.0) + influence


def _influences(part: ScoredPart, found: MeanError) -> list[float]:
    """Return how far each question of a part moves the score."""
    scores = part.scores
    weights = scores.weights or [1.0] * len(scores)
    scale = part.slope * math.sqrt(found.clusters / (found.clusters - 1)) / math.fsum(weights)
    return [scale * weight * (value - found.mean) for weight, value in zip(weights, scores.values, strict=True)]


def pseudo_values(score: float, parts: Sequence[ScoredPart]) -> Scores | None:
    """Return one value a question, whose mean is a score made of parts' means and which vary as much as it does.

    The infinitesimal jackknife: with them two runs are compared question by question. They have no bounds. None if a
    part has a single cluster.
    """
    influences: dict[Hashable, float] = {}
    clusters: dict[Hashable, Hashable] = {}
    for part in parts:
        found = mean_error(part.scores.values, part.scores.clusters, part.scores.weights)
        if found is None or found.standard_error is None:
            return None
        for place, (question, influence) in enumerate(
            zip(part.scores.questions, _influences(part, found), strict=True)
        ):
            influences[question] = influences.get(question, 0.0) + influence
            if part.scores.clusters is not None:
                clusters[question] = part.scores.clusters[place]
    count = len(influences)
    return Scores(
        [score + count * influence for influence in influences.values()],
        list(influences),
        [clusters.get(question, ("question", question)) for question in influences] if clusters else None,
        bounds=None,
    )


def mean_difference(parts: Sequence[MeanDifference]) -> MeanDifference | None:
    """Return the equal-weight mean of several benchmarks' differences: the gate ``ALL``.

    None if no part has a standard error. Ten small drops that no benchmark shows by itself add up here.
    """
    if not parts:
        return None
    errors = [part.standard_error or 0.0 for part in parts]
    found = macro_mean([part.centre for part in parts], errors, [part.degrees_of_freedom or 1.0 for part in parts])
    if found.degrees_of_freedom is None:
        return None
    difference = math.fsum(part.difference for part in parts) / len(parts)
    return MeanDifference(difference, found.score, found.standard_error, found.degrees_of_freedom)


def over_benchmarks(verdicts: Sequence[Verdict], level: float) -> list[Verdict]:
    """Return alarms against a baseline after Holm's adjustment: the chance that any is false stays 1 - level."""
    places = [place for place, verdict in enumerate(verdicts) if verdict.p is not None]
    adjusted = holm([verdicts[place].p or 0.0 for place in places])
    found = list(verdicts)
    for place, p in zip(places, adjusted, strict=True):
        verdict = verdicts[place]
        failed = p <= 1 - level + SLACK
        facts = verdict.facts
        if len(places) > 1 and verdict.p is not None:
            facts = facts.replace(
                describe_p(verdict.p), f"{describe_p(verdict.p)} (Holm over {len(places)}: {describe_p(p)})", 1
            )
        found[place] = replace(verdict, verdict="failed" if failed else "passed", p_adjusted=p, facts=facts)
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """A benchmark's comparison, for the mean over all benchmarks.

    Attributes:
        bounds: Range of the metric; differences are in shares of it. An unbounded metric is left out.
    """

    name: str
    comparison: Comparison
    bounds: Bounds | None


def judge_all(gate: Gate, parts: Sequence[Part]) -> Verdict:
    """Return the verdict of a gate on ``ALL``: the equal-weight mean of the benchmarks' differences."""
    used, left_out = on_a_common_scale(parts)
    note = f", without {', '.join(left_out)} (no interval on a common scale)" if left_out else ""
    found = mean_difference(used)
    if found is None or gate.level is None:
        return _all_by_points(gate, used, note)
    claim, bound = (">", gate.margin) if gate.comparison == "better" else (">=", -gate.margin)
    interval = found.interval(2 * gate.level - 1)
    lower, upper = interval or (None, None)
    verdict = decide(gate.kind, claim, bound, lower, upper)
    p = found.p_less(bound)
    facts = f"{describe_change(found.difference)}{describe_range(verdict, gate, found.difference, (lower, upper))}"
    facts += f", the mean of {len(used)} benchmarks{note}" + (f", {describe_p(p)}" if p is not None else "")
    return Verdict(
        gate=gate, verdict=verdict, facts=facts, difference=found.difference, lower=lower, upper=upper,
        method="mean of differences", p=p, questions=len(used),
    )  # fmt: skip


def _all_by_points(gate: Gate, used: Sequence[MeanDifference], note: str) -> Verdict:
    """Compare the printed mean difference: for a gate without a level, or if no benchmark has an interval."""
    if not used:
        return Verdict(gate=gate, verdict="failed", facts=f"nothing was compared{note}")
    difference = math.fsum(mean.difference for mean in used) / len(used)
    verdict: Outcome = "passed" if improves(gate, round(difference, DIGITS)) and gate.kind != "demand" else "failed"
    facts = f"{describe_change(difference)}, the mean of {len(used)} benchmarks{note}"
    return Verdict(gate=gate, verdict=verdict, facts=facts, difference=difference, method="point")


def on_a_common_scale(parts: Sequence[Part]) -> tuple[list[MeanDifference], list[str]]:
    """Return the differences as shares of their metrics' ranges, and the names of benchmarks that have none."""
    scaled = [(part.name, _as_mean(part)) for part in parts]
    return [mean for _, mean in scaled if mean is not None], [name for name, mean in scaled if mean is None]


def _as_mean(part: Part) -> MeanDifference | None:
    """Return a benchmark's difference as a share of its metric's range; None without interval or range."""
    found, error = part.comparison.difference, standard_error_of(part.comparison)
    if found is None or error is None or part.bounds is None:
        return None
    scale = part.bounds[1] - part.bounds[0]
    if isinstance(found, MeanDifference):
        return MeanDifference(found.difference / scale, found.centre / scale, error / scale, found.degrees_of_freedom)
    degrees = float(part.comparison.clusters - 1) if isinstance(found, PairedShares) else math.inf
    return MeanDifference(found.difference / scale, found.difference / scale, error / scale, degrees)
