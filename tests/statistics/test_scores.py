"""Grouping of attempts, missing scores, variance of repeats, scores at k, flaky questions."""

from __future__ import annotations

import itertools
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.statistics import scores as s

from . import reference


def test_attempts_of_a_question_are_one_value():
    found = s.by_question(s.Attempts(["a", "a", "b", "b", "b"], [1, 0, 1, 1, 0]))
    assert list(found.questions) == ["a", "b"]
    assert list(found.values) == pytest.approx([1 / 2, 2 / 3])
    assert list(found.weights) == [2, 3]  # as in the mean over samples
    assert found.attempts == 2
    assert found.mean_attempts == pytest.approx(2.4)
    assert found.within == pytest.approx((0.5 + 2 / 3) / 3)


def test_single_attempts_are_plain():
    found = s.by_question(s.Attempts("abc", [1, 0, 1]))
    assert found.is_plain
    assert found.weights is None
    assert found.within is None


def test_unequal_weights_are_kept_and_equal_ones_are_not():
    assert s.by_question(s.Attempts("ab", [1, 0], weights=[2, 2])).weights is None
    assert s.by_question(s.Attempts("ab", [1, 0], weights=[2, 3])).weights == [2, 3]
    repeated = s.by_question(s.Attempts("aabb", [1, 0, 1, 1], weights=[3, 1, 2, 2]))
    assert list(repeated.values) == [0.75, 1.0]


def test_a_question_without_cluster_is_its_own():
    found = s.by_question(s.Attempts("abcd", [1, 0, 1, 1], clusters=["p", "p", None, None]))
    assert found.cluster_count == 3
    assert found.is_clustered
    assert s.by_question(s.Attempts("ab", [1, 0], clusters=[None, None])).clusters is None
    # A question whose key equals another's cluster does not join it.
    assert s.by_question(s.Attempts("ab", [1, 0], clusters=[None, "a"])).cluster_count == 2


def test_missing_scores_give_a_worst_and_a_best_run():
    found = s.measured(s.Attempts("aabb", [1, None, None, None]))
    assert list(found.scores.values) == [1.0]
    assert list(found.least.values) == [0.5, 0.0]
    assert list(found.most.values) == [1.0, 1.0]
    assert found.missing == 3
    assert s.measured(s.Attempts("ab", (1, None)), tolerated=True).least.values == [1.0]
    assert s.measured(s.Attempts("ab", [1.0, None]), None).least is None
    whole = s.measured(s.Attempts("ab", [1, 0]))
    assert whole.least is whole.scores is whole.most


def test_the_mean_of_several_runs_counts_their_attempts():
    runs = [s.by_question(s.Attempts("abc", values)) for values in ([1, 0, 1], [0, 0, 1], [1, 0, 1])]
    found = s.mean_of_runs(runs)
    assert list(found.values) == pytest.approx([2 / 3, 0, 1])
    assert found.attempts == 3
    assert s.mean_of_runs(runs[:1]) is runs[0]
    clustered = [s.by_question(s.Attempts("ab", [1, 0], clusters="pp")), runs[0]]
    assert s.mean_of_runs(clustered).cluster_count == 2


tables = st.lists(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=2, max_size=6), min_size=2, max_size=12)


@given(tables)
def test_variance_of_repeats(table):
    found = s.variance_of_repeats(table)
    means = [statistics.fmean(row) for row in table]
    degrees = [len(row) - 1 for row in table]
    within = sum(df * statistics.variance(row) for df, row in zip(degrees, table, strict=True)) / sum(degrees)
    harmonic = statistics.harmonic_mean([len(row) for row in table])
    assert found.within == pytest.approx(within)
    assert found.between == pytest.approx(max(0.0, statistics.variance(means) - within / harmonic))
    assert found.noise_error == pytest.approx((within / (len(table) * harmonic)) ** 0.5)
    assert found.noise is None or 0 <= found.noise <= 1


@given(tables)
def test_a_table_and_its_attempts_agree(table):
    keys = [i for i, row in enumerate(table) for _ in row]
    grouped = s.by_question(s.Attempts(keys, [value for row in table for value in row]))
    parts = s.variance_components(grouped.values, grouped.within, grouped.mean_attempts)
    expected = s.variance_of_repeats(table)
    assert (parts.within, parts.between) == pytest.approx((expected.within, expected.between))


def test_variance_without_repeats_or_questions():
    single = s.variance_of_repeats([[1], [0], [1]])
    assert (single.within, single.between, single.noise) == (None, None, None)
    assert single.standard_error == pytest.approx(1 / 3)
    assert s.variance_of_repeats([[1, 0]]).between is None
    assert s.variance_of_repeats([[], []]).mean is None
    assert s.variance_of_repeats([[1, 1], [1, 1]]).noise is None


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(1, n))))
def test_scores_at_k_are_those_of_all_choices(case):
    right, attempts, k = case
    for rule in ("pass_at_k", "pass_hat_k"):
        assert s.AT_K[rule](right, attempts, k) == pytest.approx(float(reference.at_k(right, attempts, k, rule)))
    assert s.at_least(right, attempts, k) == (right >= k)


def test_a_question_counts_for_k_only_with_k_attempts():
    assert s.scores_at_k([(2, 3), (1, 1), (0, 5)], 2, "pass_at_k") == pytest.approx([1.0, 0.0])


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=2, max_size=8))
def test_flakiness_is_the_share_of_differing_pairs(values):
    pairs = list(itertools.combinations(values, 2))
    found = s.flakiness(values)
    assert found.rate == pytest.approx(sum(a != b for a, b in pairs) / len(pairs))
    assert found.is_flaky == (len(set(values)) > 1)


def test_the_most_flaky_come_first():
    table = {"a": [1, 1], "b": [1, 0], "c": [1, 1, 1, 0], "d": [1]}
    assert [question for question, _ in s.most_flaky(table)] == ["b", "c"]
    assert [question for question, _ in s.most_flaky(table, 1)] == ["b"]
