"""From the scores of a subset's samples to its metrics: means, rules over repeats, parts, calibration."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from ..core.errors import ConfigError, closest
from .ngrams import bleu
from .probabilities import MEASURES
from .units import OF_PART, Member, units

# How much a value counts: in the whole, or in each part of the metric it belongs to (a class, a group of questions).
Weight: TypeAlias = "float | Mapping[str, float]"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One scored generation.

    Attributes:
        group: The question; its repeats share it.
        repeat: 0 for the first generation.
        values: The metrics it has. One that is missing counts in no average of that metric.
        answer: The extracted answer, whose value votes compare.
        weights: Weight of a metric's value, if it is not 1 (IFEval: instructions of the prompt); for an
            aggregation over parts, by part.
    """

    group: int
    repeat: int
    values: Mapping[str, float]
    answer: str | None = None
    weights: Mapping[str, Weight] | None = None


@dataclass(frozen=True, slots=True)
class AggregatedMetric:
    """One number of a report.

    Attributes:
        aggregation: ``mean``, ``weighted_mean``, ``pass_at_k``, ``vote_at_k``, ``pass_hat_k``, ``at_least_k``, ``elo``
            (of battles), or another by its name.
        dimensions: ``(("k", 2),)``, or nothing.
        score: Unrounded.
        num: Items that are averaged: attempts, the sum of their weights, or groups.
        by_group: The value of each group, if groups are averaged: ``pass_at_k`` and its like.
    """

    name: str
    aggregation: str
    dimensions: tuple[tuple[str, int], ...]
    score: float
    num: int
    by_group: Mapping[int, float] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class _Group:
    """The attempts at one question that have the metric, by repeat."""

    number: int
    values: tuple[float, ...]
    answers: tuple[str | None, ...]
    first_missing: int = field(default=0)

    @property
    def right(self) -> int:
        return sum(value >= 1.0 for value in self.values)


def aggregate(
    attempts: Iterable[Attempt], metrics: Sequence[str], aggregation: str | Mapping[str, str] = "mean", repeats: int = 1
) -> list[AggregatedMetric]:
    """Return the metrics of one subset in the order of ``metrics``; those no attempt has are left out.

    Args:
        attempts: In any order.
        metrics: Aggregations to report.
        aggregation: For all metrics, or by metric (``mean`` for those it does not name).
        repeats: Number of planned generations of each question: k runs from 1 to it. A question counts for a k
            when its first k generations were scored; for ``at_least_k`` when those that were not can't change it.

    Raises:
        ConfigError: The aggregation does not exist.
    """
    ordered = sorted(attempts, key=lambda attempt: (attempt.group, attempt.repeat))
    result: list[AggregatedMetric] = []
    for metric in metrics:
        name = aggregation if isinstance(aggregation, str) else aggregation.get(metric, "mean")
        if name not in NAMES:
            raise ConfigError(f"aggregation {name!r} of metric {metric!r}. {closest(name, NAMES)}")
        having = [attempt for attempt in ordered if metric in attempt.values]
        if not having:
            continue
        if name in _OVER_PARTS:
            if (over_parts := _OVER_PARTS[name](metric, having)) is not None:
                result.append(over_parts)
            continue
        result.append(_mean(metric, having))
        if (at_k := _AT_K[name]) is not None:
            result += _by_k(metric, name.removeprefix("mean_and_"), at_k, _groups(metric, having), repeats)
    return result


def _mean(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric:
    values = [attempt.values[metric] for attempt in attempts]
    if not any(attempt.weights and metric in attempt.weights for attempt in attempts):
        return AggregatedMetric(metric, "mean", (), math.fsum(values) / len(values), len(values))
    weights = [sum(_by_part(attempt, metric).values()) for attempt in attempts]
    score = _weighted(values, weights)
    return AggregatedMetric(metric, "weighted_mean", (), score, round(math.fsum(weights)))


def _weighted(values: Sequence[float], weights: Sequence[float]) -> float:
    total = math.fsum(weights)
    return math.fsum(value * weight for value, weight in zip(values, weights, strict=True)) / total if total else 0.0


def _by_part(attempt: Attempt, metric: str) -> Mapping[str, float]:
    weight = (attempt.weights or {}).get(metric, 1.0)
    return weight if isinstance(weight, Mapping) else {"": weight}


@dataclass(slots=True)
class _Part:
    """The values that belong to one part of a metric, and how much each counts there."""

    values: list[float] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    @property
    def mean(self) -> float:
        return _weighted(self.values, self.weights)


def _parts(metric: str, attempts: Sequence[Attempt]) -> list[_Part]:
    parts: dict[str, _Part] = {}
    for attempt in attempts:
        for name, weight in _by_part(attempt, metric).items():
            part = parts.setdefault(name, _Part())
            part.values.append(attempt.values[metric])
            part.weights.append(weight)
    return list(parts.values())


def _macro_mean(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric:
    """Return the mean of the parts' weighted means; a part in which nothing counts is 0."""
    means = [part.mean for part in _parts(metric, attempts)]
    return AggregatedMetric(metric, "macro_mean", (), math.fsum(means) / len(means), len(attempts))


def _harmonic_mean(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric | None:
    """Return the harmonic mean of the parts' weighted means; None if a part has nothing that counts."""
    parts = _parts(metric, attempts)
    if not all(any(part.weights) for part in parts):
        return None
    means = [part.mean for part in parts]
    score = len(means) / math.fsum(1 / mean for mean in means) if all(means) else 0.0
    return AggregatedMetric(metric, "harmonic_mean", (), score, len(attempts))


def _units(how: str, metric: str, attempts: Sequence[Attempt]) -> dict[Hashable, float]:
    members = (
        Member(part, attempt.repeat, weight, attempt.values[metric])
        for attempt in attempts
        for part, weight in _by_part(attempt, metric).items()
    )
    return units(how, members)


def _over_units(how: str, metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric:
    """Return the mean over parts that count as one each; of ``all_of_part``, the share in which every value is 1."""
    found = _units(how, metric, attempts)
    return AggregatedMetric(metric, how, (), math.fsum(found.values()) / len(found), len(found))


def _all_of_part_by_kind(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric:
    """Return the mean over kinds of the share of parts in which every value is 1; a part's name is ``KIND/PART``."""
    kinds: dict[str, list[float]] = {}
    found = _units("all_of_part", metric, attempts)
    for name, value in found.items():
        kinds.setdefault(str(name).partition("/")[0], []).append(value)
    shares = [math.fsum(values) / len(values) for values in kinds.values()]
    return AggregatedMetric(metric, "all_of_part_by_kind", (), math.fsum(shares) / len(shares), len(found))


def _weighted_mean(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric:
    """Return the mean of what counts by its weights, as an average of the attempts."""
    return AggregatedMetric(metric, "weighted_mean", (), _mean(metric, attempts).score, len(attempts))


def _battles(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric:
    """Return the share of battles won, of which a sample stands for as many as it weighs.

    With two players that is the win rate which Bradley-Terry or Elo ratings of them predict.
    """
    mean = _mean(metric, attempts)
    return AggregatedMetric(metric, "elo", (), mean.score, len(attempts))


def _clipped_mean(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric:
    """Return the mean, or the bound next to it if it is not between 0 and 1."""
    mean = _mean(metric, attempts)
    return AggregatedMetric(metric, "clipped_mean", (), min(max(mean.score, 0.0), 1.0), mean.num)


def _length_controlled(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric:
    """Return the win rate at equal lengths; attempts have ``length_difference`` as well."""
    from .length_control import win_rate_at_equal_length

    battles = [(attempt.values[metric], attempt.values["length_difference"]) for attempt in attempts]
    return AggregatedMetric(metric, "length_controlled", (), win_rate_at_equal_length(battles), len(attempts))


def _macro_f1(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric:
    """Return the mean of the labels' F1."""
    labels = _labels(metric, attempts).values()
    score = math.fsum(label.f1 for label in labels) / len(labels) if labels else 0.0
    return AggregatedMetric(metric, "macro_f1", (), score, len(attempts))


def _weighted_f1(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric:
    """Return the mean of the labels' F1, each weighted by how many attempts have the label."""
    labels = _labels(metric, attempts).values()
    score = _weighted([label.f1 for label in labels], [label.support for label in labels])
    return AggregatedMetric(metric, "weighted_f1", (), score, len(attempts))


@dataclass(slots=True)
class _Label:
    """How often a label is given rightly (hit), left out (missed), and given wrongly (invented)."""

    hit: float = 0.0
    missed: float = 0.0
    invented: float = 0.0

    @property
    def support(self) -> float:
        return self.hit + self.missed

    @property
    def f1(self) -> float:
        total = 2 * self.hit + self.missed + self.invented
        return 2 * self.hit / total if total else 0.0


def _labels(metric: str, attempts: Sequence[Attempt]) -> dict[str, _Label]:
    """Count the outcomes that the weights name as ``"LABEL hit"``, ``"LABEL missed"`` and ``"LABEL invented"``."""
    labels: dict[str, _Label] = {}
    for attempt in attempts:
        for part, count in _by_part(attempt, metric).items():
            name, _, outcome = part.rpartition(" ")
            label = labels.setdefault(name, _Label())
            setattr(label, outcome, getattr(label, outcome) + count)
    return labels


def _hit_rate(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric | None:
    """Return the share of hits among what the weights count as ``"hit"`` and ``"missed"``; None if nothing counts."""
    labels = _labels(metric, attempts).values()
    support = math.fsum(label.support for label in labels)
    if not support:
        return None
    return AggregatedMetric(metric, "hit_rate", (), math.fsum(label.hit for label in labels) / support, round(support))


def _sum(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric:
    """Return the sum: how many attempts there are of a kind, for values of 0 and 1."""
    return AggregatedMetric(metric, "sum", (), math.fsum(a.values[metric] for a in attempts), len(attempts))


def _over_rows(how: str, metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric | None:
    """Return a measure of all attempts together; the weights of each are its numbers (`scoring.probabilities`)."""
    score = MEASURES[how]([_by_part(attempt, metric) for attempt in attempts])
    return None if score is None else AggregatedMetric(metric, how, (), score, len(attempts))


def _calibration_error(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric:
    """Return how far stated confidence is from accuracy; the metric's values are confidences."""
    stated = [(attempt.values[metric], attempt.values["accuracy"]) for attempt in attempts]
    return AggregatedMetric(metric, "calibration_error", (), calibration_error(stated), len(attempts))


def _correlation(how: str, metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric | None:
    """Return the correlation of values with references; None if it is not defined.

    An attempt's weight, ``reference``, or ``below zero`` as weights are not negative, is its reference.
    """
    from ..statistics.correlation import pearson, spearman

    parts = [_by_part(attempt, metric) for attempt in attempts]
    references = [part.get("reference", 0.0) - part.get("below zero", 0.0) for part in parts]
    pairs = [(attempt.values[metric], reference) for attempt, reference in zip(attempts, references, strict=True)]
    score = (spearman if CORRELATIONS[how] == "spearman" else pearson)(pairs)
    return None if score is None else AggregatedMetric(metric, how, (), score, len(attempts))


def _corpus_bleu(metric: str, attempts: Sequence[Attempt]) -> AggregatedMetric:
    """Return the BLEU of all captions together; the weights of each attempt are its sums."""
    score = bleu(_by_part(attempt, metric) for attempt in attempts)
    return AggregatedMetric(metric, "corpus_bleu", (), score, len(attempts))


def _groups(metric: str, attempts: Sequence[Attempt]) -> list[_Group]:
    by_group: dict[int, list[Attempt]] = {}
    for attempt in attempts:
        by_group.setdefault(attempt.group, []).append(attempt)
    groups = []
    for number, members in by_group.items():
        repeats = {member.repeat for member in members}
        missing = next(repeat for repeat in range(len(repeats) + 1) if repeat not in repeats)
        values = tuple(member.values[metric] for member in members)
        groups.append(_Group(number, values, tuple(member.answer for member in members), missing))
    return groups


def _by_k(
    metric: str, name: str, at_k: Callable[[_Group, int], float], groups: Sequence[_Group], repeats: int
) -> list[AggregatedMetric]:
    result = []
    for k in range(1, repeats + 1):
        counts = _is_decided if at_k is _at_least_k else _has_first
        counted = {group.number: at_k(group, k) for group in groups if counts(group, k, repeats)}
        if counted:
            score = math.fsum(counted.values()) / len(counted)
            result.append(AggregatedMetric(metric, name, (("k", k),), score, len(counted), counted))
    return result


def _has_first(group: _Group, k: int, repeats: int) -> bool:
    return group.first_missing >= k


def _is_decided(group: _Group, k: int, repeats: int) -> bool:
    """Return whether the generations without a score can't change if k are right."""
    return group.right >= k or group.right + repeats - len(group.values) < k


def _pass_at_k(group: _Group, k: int) -> float:
    """Return the chance that one of k attempts drawn from the group is right (Chen et al. 2021, arXiv:2107.03374)."""
    n = len(group.values)
    return 1.0 - math.comb(n - group.right, k) / math.comb(n, k)


def _pass_hat_k(group: _Group, k: int) -> float:
    """Return the chance that k attempts drawn from the group are all right (Yao et al. 2024, arXiv:2406.12045)."""
    return math.comb(group.right, k) / math.comb(len(group.values), k)


def _at_least_k(group: _Group, k: int) -> float:
    """Return 1 when at least k of all attempts are right: the rule "8 of 10 must pass"."""
    return float(group.right >= k)


def _vote_at_k(group: _Group, k: int) -> float:
    """Return 1 when the most frequent answer of the first k attempts, of equals the earliest, is a right one."""
    right = [value >= 1.0 for value in group.values[:k]]
    return float(any(right[position] for position in most_voted(group.answers[:k], right)))


CORRELATIONS = {"spearman_correlation": "spearman", "pearson_correlation": "pearson"}
# What each aggregation adds to the mean.
_AT_K: dict[str, Callable[[_Group, int], float] | None] = {
    "mean": None,
    "mean_and_pass_at_k": _pass_at_k,
    "mean_and_vote_at_k": _vote_at_k,
    "mean_and_pass_hat_k": _pass_hat_k,
    "mean_and_at_least_k": _at_least_k,
}
# Those that take each part of a metric for itself first, or need more than the metric itself.
_OVER_PARTS: dict[str, Callable[[str, Sequence[Attempt]], AggregatedMetric | None]] = {
    "macro_mean": _macro_mean,
    "harmonic_mean": _harmonic_mean,
    **{how: partial(_over_units, how) for how in OF_PART},
    "all_of_part_by_kind": _all_of_part_by_kind,
    "weighted_mean": _weighted_mean,
    "battles": _battles,
    "clipped_mean": _clipped_mean,
    "length_controlled": _length_controlled,
    "calibration_error": _calibration_error,
    "macro_f1": _macro_f1,
    "weighted_f1": _weighted_f1,
    "corpus_bleu": _corpus_bleu,
    "hit_rate": _hit_rate,
    "sum": _sum,
    **{how: partial(_over_rows, how) for how in MEASURES},
    **{how: partial(_correlation, how) for how in CORRELATIONS},
}
NAMES = (*_AT_K, *_OVER_PARTS)
# Those that a score and a slope for each part make up: their intervals follow from the parts'.
OVER_PARTS = frozenset({"macro_mean", "harmonic_mean", "all_of_part_by_kind"})
# Of these the interval of a mean says nothing.
NO_MEANS = frozenset(
    {"length_controlled", "calibration_error", "macro_f1", "weighted_f1", "corpus_bleu", "hit_rate", "sum", *MEASURES}
    | {*CORRELATIONS}
)
# Errors over units of a reference: 0 is right, and there is no greatest value. Rules over repeats count values of 1.
ERROR_RATES = frozenset({"wer", "cer", "mer", "per"})


BIN = 100  # samples of one bin, as Humanity's Last Exam counts


def calibration_error(stated: Sequence[tuple[float, float]]) -> float:
    """Return the root mean square of confidence less accuracy, over bins of samples of like confidence.

    As published with Humanity's Last Exam (arXiv:2501.14249), which takes it from Hendrycks et al. 2019: samples in the
    order of their confidence, 100 to a bin, the rest in the last one.

    Args:
        stated: Confidence, from 0 to 1, and accuracy of each sample.
    """
    ordered = sorted(stated)
    bins = max(1, len(ordered) // BIN)
    total = 0.0
    for number in range(bins):
        members = ordered[number * BIN : (number + 1) * BIN if number + 1 < bins else None]
        gap = math.fsum(confidence - accuracy for confidence, accuracy in members) / len(members)
        total += len(members) * gap**2
    return math.sqrt(total / len(ordered))


# Longer answers (programs, essays) are compared as they are.
_LONGEST = 200
_CURRENCIES = "$£€¥￥"
_RIGHT = "(a right reply without an answer of its own)"


def most_voted(answers: Sequence[str | None], right: Sequence[bool]) -> list[int]:
    """Return the positions of the answers that got most votes, of equally many the earliest; none without a vote.

    Replies without an answer do not vote. One that is right nevertheless has an answer that its scorer did not name.

    Args:
        right: True for each answer that is right.
    """
    keys = [_key(answer, fine) for answer, fine in zip(answers, right, strict=True)]
    votes = Counter(key for key in keys if key is not None)
    if not votes:
        return []
    chosen = max(votes, key=lambda key: votes[key])  # of equals the first one: a Counter keeps the order of arrival
    return [position for position, key in enumerate(keys) if key == chosen]


def _key(answer: str | None, right: bool) -> Hashable:
    text = " ".join((answer or "").split())
    if not text:
        return _RIGHT if right else None
    if len(text) > _LONGEST:
        return text
    from .compare.math_form import simplified, without_unit  # only votes need mathematics
    from .compare.math_value import exact

    written = simplified(text)
    plain = without_unit(written) if any(sign in text for sign in _CURRENCIES) else written
    number = exact(plain)
    if number is not None:
        return number
    return written.casefold() if written.replace(" ", "").isalpha() and len(written) > 1 else written
