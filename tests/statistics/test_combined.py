"""Several benchmarks together: Holm, Benjamini-Hochberg, collections, sums over parts, the mean difference."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evalscope_pytest.statistics import combined as c
from evalscope_pytest.statistics.comparison import MeanDifference
from evalscope_pytest.statistics.intervals import mean_error
from evalscope_pytest.statistics.scores import UNIT, Scores

from . import reference

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=7)


@given(p_values)
def test_holm_is_closed_testing(values):
    assert c.holm(values) == pytest.approx(reference.holm(values))


@given(p_values)
def test_benjamini_hochberg_is_scipy_s(values):
    assert c.benjamini_hochberg(values) == pytest.approx(list(stats.false_discovery_control(values)))


def test_no_p_values():
    assert c.holm([]) == []
    assert c.benjamini_hochberg([]) == []


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(1e-3, 0.1), st.floats(0.1, 5)), min_size=1, max_size=6))
def test_a_collection_of_independent_benchmarks(rows):
    scores, errors, weights = zip(*rows, strict=True)
    found = c.weighted_sum(scores, errors, weights, [99.0] * len(rows))
    total = sum(weights)
    assert found.score == pytest.approx(sum(s * w for s, w in zip(scores, weights, strict=True)) / total)
    assert found.standard_error == pytest.approx(
        math.sqrt(sum((e * w / total) ** 2 for e, w in zip(errors, weights, strict=True)))
    )
    assert 99 - 1e-6 <= found.degrees_of_freedom <= 99 * len(rows) + 1e-6


def test_a_collection_without_weights_or_errors():
    assert c.weighted_sum([0.5], [0.1], [0.0], [9.0]) is None
    assert c.weighted_sum([0.5, 1.0], [0.0, 0.0], [1.0, 1.0], [9.0, 9.0]) == c.Sum(0.75, 0.0, None)


def test_sums_over_parts():
    assert c.macro_mean([0.5, 0.7], [0.03, 0.04], [9, 9]).standard_error == pytest.approx(0.025)
    score, error = c.harmonic_mean([0.5, 0.8], [0.02, 0.03])
    assert score == pytest.approx(2 / (1 / 0.5 + 1 / 0.8))
    # The delta method against a numerical derivative.
    h = 1e-6
    slopes = [(c.harmonic_mean([0.5 + h * (i == 0), 0.8 + h * (i == 1)], [0, 0])[0] - score) / h for i in (0, 1)]
    assert error == pytest.approx(math.hypot(slopes[0] * 0.02, slopes[1] * 0.03), rel=1e-4)
    assert c.harmonic_mean([0.0, 0.8], [0.02, 0.03]) == (0.0, None)


def test_a_question_in_two_members_is_one_cluster():
    values = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0]
    twice = c.overlapping_sum([c.Member(1, values, "abcdef"), c.Member(1, values, "abcdef")])
    once = mean_error(values)
    assert twice.standard_error == pytest.approx(once.standard_error)
    apart = c.overlapping_sum([c.Member(1, values, "abcdef"), c.Member(1, values, "ghijkl")])
    assert apart.standard_error < 0.75 * twice.standard_error
    assert c.overlapping_sum([c.Member(0, values, "abcdef")]) is None
    assert c.overlapping_sum([c.Member(1, [1.0], "a")]) is None


def test_small_drops_add_up_in_the_mean():
    parts = [MeanDifference(-0.03, -0.03, 0.025, 199.0)] * 10
    assert parts[0].p_less() > 0.05
    found = c.mean_difference(parts)
    assert found.p_less() < 0.001
    assert found.standard_error == pytest.approx(0.025 / math.sqrt(10))
    assert c.mean_difference([]) is None
    assert c.mean_difference([MeanDifference(0.0, 0.0, 0.0, 9.0)]) is None


def part(values, keys, slope, clusters=None):
    return c.ScoredPart(Scores(values, keys, clusters, bounds=None), slope)


def test_a_score_of_separate_parts_has_the_sum_of_their_variances():
    few, many = [1.0, 0.0, 1.0, 1.0, 0.0], [1.0, 0.0] * 20
    errors = [mean_error(few), mean_error(many)]
    found = c.estimate_from_parts(0.55, [part(few, range(5), 0.5), part(many, range(9, 49), 0.5)], UNIT)
    expected = c.macro_mean([0.6, 0.5], [e.standard_error for e in errors], [4, 39])
    assert found.standard_error == pytest.approx(expected.standard_error)
    assert found.degrees_of_freedom == pytest.approx(expected.degrees_of_freedom)
    assert (found.questions, found.clusters, found.method, found.few) == (45, 45, "score", False)
    assert found.low < 0.55 < found.high


def test_what_parts_share_is_counted_once():
    values = [1.0, 0.0] * 20
    twice = c.estimate_from_parts(0.5, [part(values, range(40), 0.5)] * 2, UNIT)
    assert twice.standard_error == pytest.approx(mean_error(values).standard_error)
    passages = [place // 4 for place in range(40)]
    shared = [part(values, range(40), 0.5, passages), part(values, range(40, 80), 0.5, passages)]
    assert c.estimate_from_parts(0.5, shared, UNIT).clusters == 10


def test_parts_without_an_error_give_no_interval():
    single = c.estimate_from_parts(0.5, [part([1.0], [0], 0.5), part([0.0, 0.0], [1, 2], 0.5)], UNIT)
    assert (single.interval, single.method, single.reason) == (None, "none", "a part has a single question")
    equal = [part([0.5, 0.5], [0, 1], 0.5), part([0.5, 0.5], [2, 3], 0.5)]
    assert c.estimate_from_parts(0.5, equal, None).reason == "all scores are equal"
    assert c.estimate_from_parts(0.5, equal, UNIT).interval is not None


def test_intervals_of_a_mean_of_parts_cover():
    draw = random.Random(13)
    chances, sizes = (0.9, 0.6, 0.3), (20, 60, 15)
    covered = 0
    for _ in range(600):
        values = [[float(draw.random() < p) for _ in range(n)] for p, n in zip(chances, sizes, strict=True)]
        parts = [part(own, [(i, place) for place in range(len(own))], 1 / 3) for i, own in enumerate(values)]
        found = c.estimate_from_parts(sum(sum(own) / len(own) for own in values) / 3, parts, UNIT)
        covered += found.low <= 0.6 <= found.high
    assert 0.92 <= covered / 600 <= 0.98
