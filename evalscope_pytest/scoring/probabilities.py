"""Measures of forecasts over all samples of a subset: calibration, ranking, correlation, risk under abstention.

Each takes a row of numbers for each sample and returns a number, or None if the rows do not define one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

Row = Mapping[str, float]
Measure = Callable[[Sequence[Row]], float | None]

BINS = 10


def ece(rows: Sequence[Row]) -> float | None:
    """Return the expected calibration error: sum over bins b of n_b / n * |mean of p - mean of y|.

    Ten bins of equal width; a row has a probability ``p`` and an outcome ``y``, 0 or 1 (Naeini et al. 2015).
    """
    gaps: dict[int, list[float]] = {}
    for row in rows:
        gaps.setdefault(min(int(row["p"] * BINS), BINS - 1), []).append(row["p"] - row["y"])
    return math.fsum(abs(math.fsum(gap)) for gap in gaps.values()) / len(rows) if rows else None


def aurc(rows: Sequence[Row]) -> float | None:
    """Return the area under the risk-coverage curve: the mean loss of the most confident k rows, averaged over k.

    A row has a confidence ``p`` and a ``loss``; rows of equal confidence are covered at once (Geifman et al. 2019,
    arXiv:1805.08206).
    """
    ordered = sorted(rows, key=lambda row: -row["p"])
    area, covered, lost = 0.0, 0, 0.0
    for _, equals in groupby(ordered, key=lambda row: row["p"]):
        losses = [row["loss"] for row in equals]
        covered, lost = covered + len(losses), lost + math.fsum(losses)
        area += len(losses) / len(ordered) * lost / covered
    return area if ordered else None


def auroc(rows: Sequence[Row]) -> float | None:
    """Return the chance that a row with ``y`` 1 has a greater ``p`` than one with ``y`` 0, ties counted half."""
    positives = sum(row["y"] for row in rows)
    negatives = len(rows) - positives
    if not positives or not negatives:
        return None
    ranks = ranked([row["p"] for row in rows])
    above = math.fsum(rank for rank, row in zip(ranks, rows, strict=True) if row["y"])
    return (above - positives * (positives + 1) / 2) / (positives * negatives)


def auprc(rows: Sequence[Row]) -> float | None:
    """Return the average precision: sum over thresholds of (recall gained) * precision; equal ``p`` at once."""
    positives = sum(row["y"] for row in rows)
    if not positives:
        return None
    area, hits, seen = 0.0, 0.0, 0
    for _, equals in groupby(sorted(rows, key=lambda row: -row["p"]), key=lambda row: row["p"]):
        found = [row["y"] for row in equals]
        hits, seen = hits + sum(found), seen + len(found)
        area += sum(found) / positives * hits / seen
    return area


def pearson(rows: Sequence[Row]) -> float | None:
    """Return the correlation of ``x`` and ``y``; None if one of them is the same in all rows."""
    return _correlation([row["x"] for row in rows], [row["y"] for row in rows])


def spearman(rows: Sequence[Row]) -> float | None:
    """Return the correlation of the ranks of ``x`` and ``y``; equal values share the mean of their ranks."""
    return _correlation(ranked([row["x"] for row in rows]), ranked([row["y"] for row in rows]))


def precision(rows: Sequence[Row]) -> float | None:
    """Return the share of hits among what was given; a row counts a ``hit`` or an ``invented``. 0 if nothing was."""
    hits = math.fsum(row["hit"] for row in rows)
    given = hits + math.fsum(row["invented"] for row in rows)
    return hits / given if given else 0.0


def recall(rows: Sequence[Row]) -> float | None:
    """Return the share of hits among what was wanted; a row counts a ``hit`` or a ``missed``. 0 if nothing was."""
    hits = math.fsum(row["hit"] for row in rows)
    wanted = hits + math.fsum(row["missed"] for row in rows)
    return hits / wanted if wanted else 0.0


def ranked(values: Sequence[float]) -> list[float]:
    """Return the rank of each value from 1; equal values share the mean of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, seen = [0.0] * len(values), 0
    for _, equals in groupby(order, key=values.__getitem__):
        places = list(equals)
        for place in places:
            ranks[place] = seen + (len(places) + 1) / 2
        seen += len(places)
    return ranks


def _correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    if len(set(x)) < 2 or len(set(y)) < 2:
        return None
    middle_x, middle_y = math.fsum(x) / len(x), math.fsum(y) / len(y)
    both = math.fsum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True))
    return both / math.sqrt(math.fsum((a - middle_x) ** 2 for a in x) * math.fsum((b - middle_y) ** 2 for b in y))


# OpenDecisions -------------------------------------------------------------------------------------------------------

TIERS = {"easy": 0.1, "standard": 0.2, "judge": 0.3, "hard": 0.4}
KINDS = ("choice", "noul", "score")


def intelligence(rows: Sequence[Row]) -> float | None:
    """Return OpenDecisions' intelligence, from 0 to 1: the mean over kinds of what exceeds chance.

    Of a kind and tier: (accuracy - chance) / (1 - chance) for choices (chance: mean of 1 / options) and noul (1 / 2);
    1 - (mean error) / (mean error of the middle level) for scores, errors in scale lengths. Tiers weigh 0.1 (easy),
    0.2, 0.3, 0.4 (hard); a kind below 0 is 0. Kinds and tiers that do not occur are left out.

    A row has ``kind`` and ``tier`` as positions in `KINDS` and `TIERS`, ``correct``, ``chance``, and, of a score,
    ``error``, ``middle`` and ``random`` (the errors of a level in the middle and of any level).
    """
    kinds = []
    for kind in range(len(KINDS)):
        found = {
            weight: _competence(kind, [row for row in rows if row["kind"] == kind and row["tier"] == tier])
            for tier, weight in enumerate(TIERS.values())
        }
        there = {weight: value for weight, value in found.items() if value is not None}
        if there:
            kinds.append(max(0.0, math.fsum(w * v for w, v in there.items()) / math.fsum(there)))
    return min(1.0, math.fsum(kinds) / len(kinds)) if kinds else None


def _competence(kind: int, rows: Sequence[Row]) -> float | None:
    if not rows:
        return None
    if KINDS[kind] == "score":
        chance = _mean(rows, "middle")
        chance = chance if chance > 0 else _mean(rows, "random")
        return 1 - _mean(rows, "error") / chance
    chance = _mean(rows, "chance")
    return (_mean(rows, "correct") - chance) / (1 - chance)


def calibration(rows: Sequence[Row]) -> float | None:
    """Return OpenDecisions' calibration, from 0 to 1: the mean over kinds of max(0, 1 - ECE / 0.5).

    Of choices in the hard tier alone, by the probability of the answer; of a noul by that of yes; a score's is the mean
    of that by its most likely level and 1 - mean of ``nrps``. A row has, besides those of `intelligence`, ``p``, ``y``
    and, of a score, ``nrps``.
    """
    hard = list(TIERS).index("hard")
    parts = [_forecast([row for row in rows if row["kind"] == 0 and row["tier"] == hard])]
    parts.append(_forecast([row for row in rows if row["kind"] == 1]))
    scores = [row for row in rows if row["kind"] == 2]
    top = _forecast(scores)
    parts.append(None if top is None else (top + 1 - _mean(scores, "nrps")) / 2)
    there = [part for part in parts if part is not None]
    return math.fsum(there) / len(there) if there else None


def capability(rows: Sequence[Row]) -> float | None:
    """Return OpenDecisions' capability, the mean of intelligence and calibration."""
    parts = intelligence(rows), calibration(rows)
    return None if None in parts else math.fsum(part or 0.0 for part in parts) / 2


def _forecast(rows: Sequence[Row]) -> float | None:
    error = ece(rows)
    return None if error is None else max(0.0, 1 - error / 0.5)


def _mean(rows: Sequence[Row], name: str) -> float:
    return math.fsum(row[name] for row in rows) / len(rows)


MEASURES: Mapping[str, Measure] = {
    "ece": ece,
    "aurc": aurc,
    "auroc": auroc,
    "auprc": auprc,
    "pearson": pearson,
    "spearman": spearman,
    "precision": precision,
    "recall": recall,
    "intelligence": intelligence,
    "calibration": calibration,
    "capability": capability,
}
