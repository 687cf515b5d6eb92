"""Two runs compared: the score test against a numerical likelihood, the clustered t, pairing, and unpaired runs."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evalscope_pytest.statistics import comparison as c
from evalscope_pytest.statistics.scores import Attempts, Scores, by_question

from . import reference

paired = st.integers(1, 120).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.just(n)).flatmap(
        lambda bn: st.tuples(st.just(bn[0]), st.integers(0, bn[1] - bn[0]), st.just(bn[1]))
    )
)


@given(paired, st.floats(-0.95, 0.95))
def test_score_statistic_is_that_of_the_constrained_likelihood(counts, null):
    won, lost, n = counts
    found = c.PairedShares(won, lost, n).z(null)
    expected = reference.tango_z(won, lost, n, null)
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-4)


@given(paired)
def test_at_no_difference_it_is_mcnemar_s(counts):
    won, lost, n = counts
    expected = (won - lost) / math.sqrt(won + lost) if won + lost else 0.0
    assert c.PairedShares(won, lost, n).z() == pytest.approx(expected, abs=1e-9)


@given(paired, st.floats(0.55, 0.999))
def test_interval_is_what_the_test_keeps(counts, level):
    won, lost, n = counts
    found = c.PairedShares(won, lost, n)
    low, high = found.interval(level)
    assert -1 <= low <= found.difference <= high <= 1
    assert low < high
    tail = (1 - level) / 2
    if low > -1 + 1e-9:
        assert found.p_greater(low) == pytest.approx(tail, abs=1e-6)
    if high < 1 - 1e-9:
        assert found.p_less(high) == pytest.approx(tail, abs=1e-6)


@pytest.mark.parametrize("n", [1, 30, 133, 1319])
def test_no_difference_in_a_sample_is_not_certainty(n):
    z2 = stats.norm.ppf(0.975) ** 2
    assert c.PairedShares(0, 0, n).interval() == pytest.approx((-z2 / (n + z2), z2 / (n + z2)))


@given(paired)
def test_swapping_the_runs_mirrors_everything(counts):
    won, lost, n = counts
    one, other = c.PairedShares(won, lost, n), c.PairedShares(lost, won, n)
    assert one.interval() == pytest.approx((-other.interval().high, -other.interval().low), abs=1e-9)
    assert one.p_less(0.03) == pytest.approx(other.p_greater(-0.03), abs=1e-9)


@given(st.integers(0, 40), st.integers(0, 40))
def test_exact_mcnemar(won, lost):
    found = c.mcnemar_exact(won, lost)
    if won + lost:
        assert found.p_two_sided == pytest.approx(stats.binomtest(won, won + lost).pvalue)
        assert found.p_less == pytest.approx(stats.binom.cdf(won, won + lost, 0.5))
    assert found.p_less_mid <= found.p_less
    assert c.mcnemar_exact(0, 0) == c.ExactMcnemar(1.0, 1.0, 0.5)


@given(st.lists(st.tuples(st.sampled_from([-1, -0.5, 0, 0.5, 1]), st.integers(0, 4)), min_size=3), st.floats(0, 1))
def test_pseudo_questions_are_two_more_clusters_without_a_degree_of_freedom(rows, pseudo):
    differences, clusters = zip(*rows, strict=True)
    groups = len(set(clusters))
    found = c.paired_mean(differences, clusters, pseudo)
    if groups < 2:
        assert found.interval() is None
        return
    n = len(rows)
    with_pseudo = [*differences, pseudo, -pseudo]
    labels = [*clusters, "+", "-"]
    error = reference.clustered_error(with_pseudo, labels, [1] * (n + 2))
    error *= math.sqrt(groups / (groups - 1) * (groups + 1) / (groups + 2))
    assert found.standard_error == pytest.approx(error, abs=1e-9)
    assert found.centre == pytest.approx(sum(differences) / (n + 2))
    if pseudo:
        half = stats.t.ppf(0.975, groups - 1) * error
        assert found.interval() == pytest.approx((found.centre - half, found.centre + half))


def test_without_pseudo_questions_all_zeros_have_no_interval():
    found = c.paired_mean([0.0] * 50)
    assert found.interval() is None
    assert found.p_less() is None


def runs(old, new, **more):
    return Scores(old, range(len(old)), **more), Scores(new, range(len(new)), **more)


def test_plain_answers_are_compared_by_the_score_test():
    found = c.compare(*runs([1.0] * 40 + [0.0] * 60, [1.0] * 30 + [0.0] * 70))
    assert (found.method, found.paired, found.won, found.lost) == ("tango", 100, 0, 10)
    assert (found.old, found.new) == pytest.approx((0.4, 0.3))


def test_a_scale_of_0_to_100_gives_the_same_in_its_points():
    unit = c.compare(*runs([1.0] * 40 + [0.0] * 60, [1.0] * 30 + [0.0] * 70))
    points = c.compare(*runs([100.0] * 40 + [0.0] * 60, [100.0] * 30 + [0.0] * 70, bounds=(0.0, 100.0)))
    ends = unit.difference.interval()
    assert points.difference.interval() == pytest.approx((100 * ends.low, 100 * ends.high))
    assert points.difference.p_less(-2.0) == pytest.approx(unit.difference.p_less(-0.02))


def test_lower_is_better_turns_the_sign():
    old, new = runs([0.1, 0.2, 0.5] * 20, [0.2, 0.4, 0.5] * 20)
    assert c.compare(old, new).difference.difference == pytest.approx(0.1)
    assert c.compare(old, new, lower_is_better=True).difference.difference == pytest.approx(-0.1)
    assert c.compare(old, new, lower_is_better=True).lost == 40


def test_repeats_use_the_smaller_number_of_attempts():
    keys = [i // 4 for i in range(160)]
    draw = random.Random(1)
    four = by_question(Attempts(keys, [float(draw.random() < 0.7) for _ in keys]))
    one = by_question(Attempts(range(40), [float(draw.random() < 0.7) for _ in range(40)]))
    found = c.compare(one, four)
    assert found.method == "paired t"
    differences = [four.values[i] - one.values[i] for i in range(40)]
    assert found.difference.interval() == c.paired_mean(differences, None, 1.0).interval()
    both = c.compare(four, four)
    assert both.difference.interval() == c.paired_mean([0.0] * 40, None, 0.5).interval()


def test_clusters_of_either_run_are_used():
    values = [float(i % 3 > 0) for i in range(60)]
    known = Scores(values, range(60), clusters=[i // 10 for i in range(60)])
    unknown = Scores(values[::-1], range(60))
    for old, new in ((known, unknown), (unknown, known)):
        found = c.compare(old, new)
        assert (found.method, found.clusters, found.few_clusters) == ("paired t", 6, True)
        assert found.difference.degrees_of_freedom == 5


def test_fewer_than_five_clusters_have_no_interval():
    old, new = runs([1.0, 0.0] * 20, [1.0, 1.0] * 20, clusters=[i // 10 for i in range(40)])
    found = c.compare(old, new)
    assert found.difference is None
    assert found.reason == "4 clusters: at least 5 are needed"


@pytest.mark.parametrize(("shared", "n", "is_paired"), [(30, 60, True), (29, 29, False), (30, 61, False)])
def test_pairs_need_thirty_questions_and_half_the_run(shared, n, is_paired):
    old = Scores([1.0] * shared, range(shared))
    new = Scores([1.0] * n, range(n))
    found = c.compare(old, new)
    assert found.is_paired == is_paired
    assert (found.paired, found.only_old, found.only_new) == (shared, 0, n - shared)


def test_runs_that_share_nothing_are_not_compared_unpaired_unless_the_user_lets_them():
    old, new = Scores([1.0] * 40, range(40)), Scores([1.0] * 40, range(40, 80))
    found = c.compare(old, new, pairing="paired")
    assert found.difference is None
    assert found.reason == "no question is in both runs"
    assert c.compare(old, new).method == "newcombe"


def test_unpaired_as_the_user_requires():
    old, new = runs([1.0] * 40 + [0.0] * 60, [1.0] * 30 + [0.0] * 70)
    found = c.compare(old, new, pairing="unpaired")
    assert found.method == "newcombe"
    assert found.difference.difference == pytest.approx(-0.1)
    mirrored = c.compare(old, new, pairing="unpaired", lower_is_better=True)
    assert mirrored.difference.difference == pytest.approx(0.1)
    ends = found.difference.interval()
    assert mirrored.difference.interval() == pytest.approx((-ends.high, -ends.low))


@given(st.integers(0, 30), st.integers(0, 40), st.floats(0.6, 0.99))
def test_the_p_value_of_unpaired_shares_inverts_the_interval(old, new, level):
    found = c.UnpairedShares(old, 30, new, 40)
    low, high = found.interval(level)
    assert found.p_less(high) == pytest.approx((1 - level) / 2, abs=1e-6) or high >= 1 - 1e-9
    assert found.p_less(low) == pytest.approx((1 + level) / 2, abs=1e-6) or low <= -1 + 1e-9


def test_unpaired_means_are_welch_s():
    draw = random.Random(3)
    old, new = [draw.random() for _ in range(50)], [draw.random() * 0.9 for _ in range(80)]
    found = c.welch(Scores(old), Scores(new))
    expected = stats.ttest_ind(new, old, equal_var=False)
    ends = expected.confidence_interval()
    assert found.interval() == pytest.approx((ends.low, ends.high))
    assert found.p_less() == pytest.approx(stats.ttest_ind(new, old, equal_var=False, alternative="less").pvalue)


def test_two_constants_of_a_bounded_metric_have_an_interval():
    found = c.welch(Scores([0.5] * 40), Scores([0.5] * 40))
    low, high = found.interval()
    assert low < -0.1 < 0.1 < high
    worse = c.welch(Scores([0.2] * 40), Scores([0.4] * 40), sign=-1)
    assert worse.difference == pytest.approx(-0.2)
    assert c.welch(Scores([3.0] * 40, bounds=None), Scores([3.0] * 40, bounds=None)) is None
    assert c.welch(Scores([3.0], bounds=None), Scores([3.0, 4.0], bounds=None)) is None


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=9))
def test_sign_flips_are_all_signs(sums):
    found = c.sign_flip(sums)
    signs = list(itertools.product((1, -1), repeat=len(sums)))
    lower = sum(sum(a * b for a, b in zip(sign, sums, strict=True)) <= sum(sums) for sign in signs)
    assert found == lower / len(signs)


def test_sign_flips_of_many_clusters_are_sampled():
    assert c.sign_flip([-1.0] * 40, draws=500) < 0.01
    assert 0.3 < c.sign_flip([1.0, -1.0] * 20, draws=2000) < 0.7
    assert c.sign_flip([-1.0] * 40, clusters=[i // 10 for i in range(40)]) == 1 / 16  # 4 clusters never reach 5 %
