"""Measures of forecasts, beside the standard library's and values computed by hand."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalscope_pytest.report.model import CategoryScore, SubsetScore
from evalscope_pytest.scoring.aggregation import Attempt, aggregate
from evalscope_pytest.scoring.probabilities import (
    auprc,
    aurc,
    auroc,
    calibration,
    capability,
    ece,
    intelligence,
    pearson,
    spearman,
)

SHARES = st.integers(0, 8).map(lambda n: n / 8)
PAIRS = st.lists(st.tuples(SHARES, SHARES), min_size=2, max_size=30)
FORECASTS = st.lists(st.tuples(SHARES, st.integers(0, 1)), min_size=2, max_size=30)


def rows(pairs, first="p", second="y"):
    return [{first: float(a), second: float(b)} for a, b in pairs]


@settings(max_examples=25)
@given(PAIRS)
def test_correlations(pairs):
    x, y = zip(*pairs, strict=True)
    if len(set(x)) < 2 or len(set(y)) < 2:
        assert pearson(rows(pairs, "x")) is spearman(rows(pairs, "x")) is None
        return
    assert pearson(rows(pairs, "x")) == pytest.approx(statistics.correlation(x, y), abs=1e-9)
    ranks = [[(sum(a < b for a in of) + sum(a <= b for a in of) + 1) / 2 for b in of] for of in (x, y)]
    assert spearman(rows(pairs, "x")) == pytest.approx(statistics.correlation(*ranks), abs=1e-9)


@settings(max_examples=25)
@given(FORECASTS)
def test_auroc_counts_pairs(pairs):
    above = [(p > q) + (p == q) / 2 for p, y in pairs if y for q, z in pairs if not z]
    assert auroc(rows(pairs)) == (pytest.approx(sum(above) / len(above)) if above else None)


@settings(max_examples=25)
@given(FORECASTS)
def test_all_right_or_perfectly_ordered_costs_nothing(pairs):
    assert aurc(rows(((p, 0) for p, _ in pairs), second="loss")) == 0.0
    ordered = [(float(y), y) for _, y in pairs]
    assert ece(rows(ordered)) == 0.0
    assert auprc(rows(ordered)) == (1.0 if any(y for _, y in ordered) else None)


def test_by_hand():
    four = [(0.9, 0), (0.8, 1), (0.8, 0), (0.5, 1)]
    assert aurc(rows(four, second="loss")) == pytest.approx((0 + 2 * (1 / 3) + 2 / 4) / 4)
    assert ece(rows([(0.95, 1), (0.85, 1), (0.81, 0), (0.1, 0)])) == pytest.approx((0.05 + 0.66 + 0.1) / 4)
    assert auprc(rows([(0.9, 1), (0.8, 0), (0.7, 1)])) == pytest.approx(0.5 + 0.5 * 2 / 3)


def official(kind, tier, correct, **more):
    return {"kind": kind, "tier": tier, "correct": correct, "chance": 0.5, "p": 1.0, "y": correct, **more}


def test_capability_by_hand():
    hard, easy = official(0, 3, 1.0), official(0, 0, 0.0)
    score = official(2, 1, 0.0, p=0.5, error=0.25, middle=0.5, random=0.5, nrps=0.2)
    found = [hard, easy, score]
    assert intelligence(found) == pytest.approx(((0.4 - 0.1) / 0.5 + 0.5) / 2)
    assert calibration(found) == pytest.approx((1.0 + (0.0 + 0.8) / 2) / 2)
    assert capability(found) == pytest.approx((0.55 + 0.7) / 2)
    assert capability([easy]) is None  # no forecast of the hard tier


def test_counts_are_summed_over_subsets_and_hits_are_shares():
    attempts = [
        Attempt(0, 0, {"n": 1.0, "rate": 0.0}, weights={"rate": {"hit": 1.0, "missed": 0.0}}),
        Attempt(1, 0, {"n": 1.0, "rate": 1.0}, weights={"rate": {"hit": 0.0, "missed": 1.0}}),
        Attempt(2, 0, {"n": 0.0, "rate": 1.0}, weights={"rate": {"hit": 0.0, "missed": 0.0}}),
    ]
    count, rate = aggregate(attempts, ["n", "rate"], {"n": "sum", "rate": "hit_rate"})
    assert (count.score, count.num, rate.score, rate.num) == (2.0, 3, 0.5, 2)
    assert not aggregate(attempts[2:], ["rate"], "hit_rate")
    both = CategoryScore.of(("default",), [SubsetScore("a", 2.0, 3), SubsetScore("b", 5.0, 9)], summed=True)
    assert (both.score, both.num) == (7.0, 12)
