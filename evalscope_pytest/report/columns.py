"""From rows to columns of attempts, for intervals and gates alike: questions, values, clusters, weights, parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from ..scoring.aggregation import AggregatedMetric
from ..statistics.combined import ScoredPart
from ..statistics.scores import UNIT, Attempts, Scores, by_question
from ..store.rows import SampleSummary

_OF_SUBSETS = frozenset({"weighted_mean", "battles"})  # several subsets average by their samples

QuestionKey = Callable[[SampleSummary], Hashable]


@dataclass(frozen=True, slots=True)
class SubsetMetric:
    """One metric of one subset, with the subset's samples."""

    subset: str
    metric: AggregatedMetric
    rows: Sequence[SampleSummary]


@dataclass(frozen=True, slots=True)
class Columns:
    """The attempts of one subset that count in a metric: as `Attempts`.

    Attributes:
        questions: The number of each one's question in the subset, or its key.
    """

    questions: Sequence[Hashable]
    values: Sequence[float | None]
    clusters: Sequence[str | None] | None = None
    weights: Sequence[float] | None = None


def by_subset(rows: Iterable[SampleSummary]) -> dict[str, list[SampleSummary]]:
    """Return rows by subset, in their order."""
    found: dict[str, list[SampleSummary]] = {}
    for row in rows:
        found.setdefault(row.subset, []).append(row)
    return found


def columns_of(
    metric: str,
    rows: Iterable[SampleSummary],
    part: str | None = None,
    *,
    key: QuestionKey | None = None,
    missing: bool = False,
) -> Columns:
    """Return the attempts of one subset that count in a metric, or in one part of it.

    Args:
        key: Of a row's question; by default its number.
        missing: Include the samples that have no score.
    """
    if missing:
        having = [row for row in rows if row.values is None or metric in row.values]
    else:
        having = [row for row in rows if row.values is not None and metric in row.values]
    weights = None
    if any([row.weights for row in having]):  # noqa: C419 - a list is faster here
        weighed = [(row, weight_of(row, metric, part)) for row in having]
        having = [row for row, weight in weighed if weight]
        weights = [weight for _, weight in weighed if weight]
    clusters = [row.cluster or None for row in having]
    return Columns(
        [row.group for row in having] if key is None else [key(row) for row in having],
        [None if row.values is None else row.values[metric] for row in having],
        clusters if any(clusters) else None,
        weights,
    )


def weight_of(row: SampleSummary, metric: str, part: str | None = None) -> float:
    """Return how much a sample counts in a metric, or in one part of it."""
    weight = (row.weights or {}).get(metric, 1.0)
    if isinstance(weight, Mapping):
        return math.fsum(weight.values()) if part is None else weight.get(part, 0.0)
    return weight if part in (None, "") else 0.0


def parts_of(row: SampleSummary, metric: str) -> Iterable[str]:
    """Return the parts of a metric in which a sample counts; a single one without a name if it has none."""
    weight = (row.weights or {}).get(metric, 1.0)
    return weight if isinstance(weight, Mapping) else ("",)


def joined(columns: Sequence[Columns], aggregation: str, *, numbered: bool = True) -> Attempts:
    """Return the attempts of several subsets.

    Args:
        aggregation: Of the metric: some count each subset by its samples, whatever their weights.
        numbered: Questions are numbers in their subset; the same number in two subsets is two questions.
    """
    if aggregation in _OF_SUBSETS and len(columns) > 1:
        columns = [_evened(column) for column in columns]
    clustered, weighted = any(c.clusters for c in columns), any(c.weights for c in columns)
    questions: list[Hashable] = []
    values: list[float | None] = []
    clusters: list[str | None] = []
    weights: list[float] = []
    for column, first in zip(columns, _firsts(columns) if numbered else [0] * len(columns), strict=True):
        questions += [first + number for number in column.questions] if first else column.questions  # type: ignore[operator]
        values += column.values
        clusters += (column.clusters or [None] * len(column.values)) if clustered else ()
        weights += (column.weights or [1.0] * len(column.values)) if weighted else ()
    return Attempts(questions, values, clusters or None, weights or None)


def _evened(column: Columns) -> Columns:
    """Return a subset's attempts with weights whose sum is the number of those that have a score."""
    if not column.weights:
        return column
    own = [weight for weight, value in zip(column.weights, column.values, strict=True) if value is not None]
    scale = len(own) / math.fsum(own) if own else 1.0
    return replace(column, weights=[weight * scale for weight in column.weights])


def _firsts(columns: Sequence[Columns]) -> list[int]:
    """Return what to add to each column's numbers of questions, so that no two have the same."""
    sizes = [max(column.questions, default=-1) + 1 for column in columns]  # type: ignore[type-var,operator]
    return list(accumulate(sizes, initial=0))[:-1]


# One value a question, or a part --------------------------------------------------------------------------------------


def of_groups(subsets: Iterable[SubsetMetric], key: QuestionKey | None = None, *, missing: bool = False) -> Attempts:
    """Return the value of each question that counts: pass@k and its like.

    Args:
        key: Of a row's question; by default its number with its subset.
        missing: Include the questions that do not count, without a value.
    """
    questions: list[Hashable] = []
    values: list[float | None] = []
    clusters: list[str | None] = []
    for one in subsets:
        value_of = one.metric.by_group
        for row in {row.group: row for row in one.rows}.values():
            value = value_of.get(row.group)
            if value is not None or missing:
                questions.append((one.subset, row.group) if key is None else key(row))
                values.append(value)
                clusters.append(row.cluster or None)
    return Attempts(questions, values, clusters if any(clusters) else None)


def whole_parts(metric: str, subsets: Iterable[tuple[str, Iterable[SampleSummary]]]) -> Scores:
    """Return 1 for each part in which every value is 1, otherwise 0: parts are the unit.

    Args:
        subsets: Rows by subset.
    """
    perfect: dict[Hashable, float] = {}
    for subset, rows in subsets:
        for row in rows:
            if row.values is None or (value := row.values.get(metric)) is None:
                continue
            for part in parts_of(row, metric):
                key = (subset, part)
                perfect[key] = float(perfect.get(key, 1.0) == 1.0 and value >= 1.0)
    return Scores(list(perfect.values()), list(perfect), bounds=UNIT)


# A mean of the parts' means -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parted:
    """A score made of its parts' means.

    Attributes:
        parts: Empty if the score has no derivative by them, for the reason in ``reason``.
    """

    score: float
    parts: Sequence[ScoredPart]
    reason: str = ""


def parted(how: str, subsets: Sequence[SubsetMetric], key: QuestionKey | None = None) -> Parted:
    """Return the parts of a mean of parts' means: parts of each subset, subsets by their samples.

    Args:
        key: Of a row's question; by default its number with its subset.
    """
    scored: list[ScoredPart] = []
    total = sum(one.metric.num for one in subsets)
    shares = [one.metric.num / total if total else 0.0 for one in subsets]
    score = math.fsum(share * one.metric.score for share, one in zip(shares, subsets, strict=True))
    for one, share in zip(subsets, shares, strict=True):
        metric = one.metric.name
        if how == "all_of_part_by_kind":
            scored += _kinds(metric, one, share)
            continue
        having = [row for row in one.rows if row.values is not None and metric in row.values]
        names = dict.fromkeys(part for row in having for part in parts_of(row, metric))
        columns = [columns_of(metric, having, part, key=key) for part in names]
        # The mean of a part in which nothing counts is 0 by definition.
        subset = one.subset if key is None else None
        parts = [_scores(column, subset) for column in columns if column.values]
        slopes = _slopes(how, one.metric.score, parts, len(names))
        if slopes is None:
            return Parted(score, (), "a part's mean is 0")
        scored += [ScoredPart(part, share * slope) for part, slope in zip(parts, slopes, strict=True)]
    return Parted(score, scored)


def _kinds(metric: str, one: SubsetMetric, share: float) -> list[ScoredPart]:
    """Return the kinds of a subset's parts, of whose shares of whole parts the score is the mean."""
    kinds: dict[str, dict[tuple[str, str], float]] = {}
    for row in one.rows:
        if row.values is not None and (value := row.values.get(metric)) is not None:
            for part in parts_of(row, metric):
                whole = kinds.setdefault(part.partition("/")[0], {})
                key = (one.subset, part)
                whole[key] = float(whole.get(key, 1.0) == 1.0 and value >= 1.0)
    return [ScoredPart(Scores(list(of.values()), list(of)), share / len(kinds)) for of in kinds.values()]


def _scores(column: Columns, subset: str | None) -> Scores:
    """Return the scores of a subset's questions, with keys that no other subset's have."""
    questions = column.questions if subset is None else [(subset, number) for number in column.questions]
    return by_question(Attempts(questions, column.values, column.clusters, column.weights), None)


def _slopes(how: str, score: float, parts: Sequence[Scores], number: int) -> list[float] | None:
    """Return the derivative of the score by each part's mean; None if it has none."""
    if how == "macro_mean":
        return [1 / number] * len(parts)
    means = [_mean(part) for part in parts]
    return [(score / mean) ** 2 / number for mean in means] if all(means) else None


def _mean(scores: Scores) -> float:
    weights = scores.weights or [1.0] * len(scores)
    return math.fsum(w * y for w, y in zip(weights, scores.values, strict=True)) / math.fsum(weights)
