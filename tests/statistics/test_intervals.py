"""Intervals of one score: against scipy, exact fractions and simulation, and every edge case of the specification."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from evalscope_pytest.statistics import intervals
from evalscope_pytest.statistics.intervals import estimate, mean_error, one_sided
from evalscope_pytest.statistics.scores import Scores

from . import reference

counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.5, 0.999)


@given(counts, levels)
def test_wilson_ends_are_the_shares_that_the_score_test_just_keeps(count, level):
    right, n = count
    z = stats.norm.ppf((1 + level) / 2)
    low, high = intervals.wilson(right, n, level)
    for end in (low, high):
        if 0 < end < 1:
            assert abs(right / n - end) == pytest.approx(z * (end * (1 - end) / n) ** 0.5, abs=1e-9)
    assert 0 <= low <= right / n <= high <= 1


@given(counts, levels)
def test_exact_intervals(count, level):
    right, n = count
    low, high = intervals.clopper_pearson(right, n, level)
    expected = stats.binomtest(right, n).proportion_ci(level, method="exact")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-8)
    jeffreys = intervals.jeffreys(right, n, level)
    assert jeffreys.low <= right / n <= jeffreys.high


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), st.floats(0.1, 5)), min_size=2, max_size=30))
def test_standard_error_is_that_of_exact_arithmetic(rows):
    values, clusters, weights = zip(*rows, strict=True)
    assume(len(set(clusters)) > 1)
    found = mean_error(values, clusters, weights)
    assert found.standard_error == pytest.approx(reference.clustered_error(values, clusters, weights), abs=1e-9)
    plain = mean_error(values)
    assert plain.standard_error == pytest.approx(
        reference.clustered_error(values, range(len(values)), [1] * len(values)), abs=1e-9
    )


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=2, max_size=60), levels)
def test_bounded_interval_lies_within_the_bounds_around_the_mean(values, level):
    found = estimate(Scores([10 * v - 5 for v in values], bounds=(-5.0, 5.0)), level)
    assert -5 <= found.low <= found.mean + 1e-12
    assert found.mean - 1e-12 <= found.high <= 5
    assert found.low < found.high


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=6, max_size=60))
def test_an_affine_scale_moves_the_interval_with_it(values):
    unit = estimate(Scores(values))
    scaled = estimate(Scores([100 * v for v in values], bounds=(0.0, 100.0)))
    assert (scaled.low, scaled.high) == pytest.approx((100 * unit.low, 100 * unit.high))
    assert scaled.effective_n == pytest.approx(unit.effective_n)


def test_one_question_right_has_wilson_s_interval():
    found = estimate(Scores([1.0]))
    assert (found.low, found.high) == pytest.approx((0.206549, 1.0), abs=1e-6)
    assert found.standard_error is None
    assert found.few


def test_one_question_with_partial_credit_has_none():
    found = estimate(Scores([0.4]))
    assert found.interval is None
    assert found.reason == "a single question"


@pytest.mark.parametrize("n", [1, 5, 100])
def test_all_right_never_is_certainty(n):
    z2 = 1.959963985**2
    found = estimate(Scores([1.0] * n))
    assert (found.low, found.high) == (pytest.approx(n / (n + z2)), 1.0)
    wrong = estimate(Scores([0.0] * n))
    assert (wrong.low, wrong.high) == (0.0, pytest.approx(z2 / (n + z2)))


def test_all_right_in_clusters_counts_the_clusters():
    found = estimate(Scores([1.0] * 60, clusters=[i // 10 for i in range(60)]))
    assert found.effective_n == 6
    assert found.low == pytest.approx(6 / (6 + stats.t.ppf(0.975, 5) ** 2))
    assert found.few


def test_equal_partial_credit_has_an_interval_not_a_point():
    found = estimate(Scores([0.5] * 40))
    assert found.effective_n == 40
    assert found.low < 0.4 < 0.6 < found.high


@pytest.mark.parametrize("value", [0.1, 0.3, 0.7, 1 / 3])
def test_rounding_of_equal_values_is_not_a_standard_error(value):
    assert estimate(Scores([value] * 41)).standard_error == 0
    assert estimate(Scores([value] * 41)).effective_n == 41
    assert estimate(Scores([1e6 + value] * 41, bounds=None)).interval is None


def test_few_clusters_have_no_interval():
    found = estimate(Scores([1.0, 0.0] * 20, clusters=[i // 10 for i in range(40)]))
    assert found.interval is None
    assert found.reason == "4 clusters: at least 5 are needed"


def test_few_questions_without_clusters_do():
    assert estimate(Scores([0.5, 0.25, 1.0])).interval is not None
    assert estimate(Scores([2.0, 3.0], bounds=None)).method == "t"


def test_clusters_of_one_question_are_plain_answers():
    assert estimate(Scores([1.0, 0.0] * 20, clusters=list(range(40)))).method == "wilson"


@pytest.mark.parametrize("value", [-0.1, 1.2])
def test_a_score_outside_the_bounds_is_the_author_s_error(value):
    found = estimate(Scores([0.5, value, 1.0]))
    assert found.interval is None
    assert found.reason == f"a score of {value:g} lies outside 0 to 1"


def test_nothing_scored():
    assert estimate(Scores([])).reason == "no scores"


def test_an_unbounded_score_has_student_s_interval():
    values = [10.0, 20.0, 30.0, 45.0]
    found = estimate(Scores(values, bounds=None))
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_one_sided_bound_is_an_end_of_a_wider_two_sided_interval():
    scores = Scores([1.0] * 230 + [0.0] * 70)
    assert one_sided(scores, 0.95).interval == pytest.approx(estimate(scores, 0.90).interval)


def test_noise_of_repeats_is_reported():
    found = estimate(Scores([0.5, 1.0, 0.0, 0.5, 1.0], attempts=2, mean_attempts=2.0, within=0.2))
    assert found.method == "score"
    assert 0 < found.noise < 1
    assert found.noise_error == pytest.approx((0.2 / 10) ** 0.5)
    assert found.to_json()["noise_se"] == found.noise_error


def test_bootstrap_agrees_with_student_on_a_mean_and_is_seeded():
    draw = random.Random(1)
    values = [draw.gauss(0, 1) for _ in range(200)]

    def mean(items):
        return sum(items) / len(items)

    found = intervals.bootstrap(values, mean, resamples=1000)
    expected = estimate(Scores(values, bounds=None))
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.03)
    assert found == intervals.bootstrap(values, mean, resamples=1000)
    assert found != intervals.bootstrap(values, mean, resamples=1000, seed=7)


def test_bootstrap_resamples_whole_clusters():
    values = [float(i // 20) for i in range(200)]
    clusters = [i // 20 for i in range(200)]

    def mean(items):
        return sum(items) / len(items)

    apart = intervals.bootstrap(values, mean, resamples=300)
    together = intervals.bootstrap(values, mean, clusters=clusters, resamples=300)
    assert together.high - together.low > 2 * (apart.high - apart.low)
    assert intervals.bootstrap(values, mean, clusters=[0] * 200) is None
    assert intervals.bootstrap(values, mean, clusters=[i % 4 for i in range(200)]) is None


@pytest.mark.parametrize(("groups", "size"), [(5, 40), (10, 20), (50, 4)])
def test_clustered_intervals_cover(groups, size):
    draw = random.Random(groups)
    covered = 0
    for _ in range(400):
        chances = [draw.betavariate(6.75, 2.25) for _ in range(groups) for _ in [0]]
        values = [float(draw.random() < chances[i // size]) for i in range(groups * size)]
        found = estimate(Scores(values, clusters=[i // size for i in range(groups * size)]))
        covered += found.low <= 0.75 <= found.high
    assert 0.92 <= covered / 400 <= 0.985
