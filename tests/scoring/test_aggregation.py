from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.scoring.aggregation import AggregatedMetric, Attempt, aggregate

outcomes = st.lists(st.lists(st.sampled_from([0.0, 1.0]), min_size=4, max_size=4), min_size=1, max_size=5)


def attempts_of(groups, answers=None):
    return [
        Attempt(group, repeat, {"accuracy": value}, answers[group][repeat] if answers else None)
        for group, values in enumerate(groups)
        for repeat, value in enumerate(values)
    ]


def at_k(metrics, name):
    return [metric.score for metric in metrics if metric.aggregation == name]


def test_the_mean_counts_the_attempts_that_have_the_metric():
    attempts = [Attempt(0, 0, {"em": 1.0, "f1": 0.5}), Attempt(1, 0, {"em": 0.0}), Attempt(2, 0, {"f1": 1.0})]
    assert aggregate(attempts, ["f1", "em", "bleu"]) == [
        AggregatedMetric("f1", "mean", (), 0.75, 2),
        AggregatedMetric("em", "mean", (), 0.5, 2),
    ]
    assert aggregate([], ["em"]) == []


def test_weights_make_a_weighted_mean_whose_number_is_their_sum():
    attempts = [
        Attempt(0, 0, {"prompt": 1.0, "inst": 1.0}, weights={"inst": 1}),
        Attempt(1, 0, {"prompt": 0.0, "inst": 0.5}, weights={"inst": 3}),
    ]
    prompt, inst = aggregate(attempts, ["prompt", "inst"])
    assert prompt == AggregatedMetric("prompt", "mean", (), 0.5, 2)
    assert inst == AggregatedMetric("inst", "weighted_mean", (), 0.625, 4)


@given(outcomes)
def test_pass_at_k_is_the_share_of_draws_with_a_right_one(groups):
    scores = at_k(aggregate(attempts_of(groups), ["accuracy"], "mean_and_pass_at_k", 4), "pass_at_k")
    for k, score in enumerate(scores, 1):
        assert math.isclose(score, float(brute_force(groups, k, any)), abs_tol=1e-12)


@given(outcomes)
def test_pass_hat_k_is_the_share_of_draws_that_are_all_right(groups):
    scores = at_k(aggregate(attempts_of(groups), ["accuracy"], "mean_and_pass_hat_k", 4), "pass_hat_k")
    for k, score in enumerate(scores, 1):
        assert math.isclose(score, float(brute_force(groups, k, all)), abs_tol=1e-12)


@given(outcomes)
def test_at_least_k_is_the_share_of_questions_with_k_right_ones(groups):
    scores = at_k(aggregate(attempts_of(groups), ["accuracy"], "mean_and_at_least_k", 4), "at_least_k")
    assert scores == [sum(sum(values) >= k for values in groups) / len(groups) for k in range(1, 5)]


def test_at_least_k_counts_questions_that_missing_scores_cannot_change():
    attempts = [
        *[Attempt(0, repeat, {"a": 1.0}) for repeat in (0, 2)],  # at least two right, whatever the third
        *[Attempt(1, repeat, {"a": 0.0}) for repeat in (1, 2)],  # one at most
        *[Attempt(2, repeat, {"a": float(repeat)}) for repeat in (0, 1)],  # one or two
    ]
    result = aggregate(attempts, ["a"], "mean_and_at_least_k", 3)
    assert [(dict(m.dimensions)["k"], m.by_group) for m in result[1:]] == [
        (1, {0: 1.0, 2: 1.0}), (2, {0: 1.0, 1: 0.0}), (3, {1: 0.0, 2: 0.0}),
    ]  # fmt: skip


def brute_force(groups, k, holds):
    shares = []
    for values in groups:
        draws = list(itertools.combinations(values, k))
        shares.append(Fraction(sum(holds(value == 1.0 for value in draw) for draw in draws), len(draws)))
    return sum(shares) / len(shares)


def test_the_vote_is_the_most_frequent_answer_and_of_equals_the_earliest():
    attempts = attempts_of([[0.0, 1.0, 1.0]], [["5", "7", "7"]])
    assert at_k(aggregate(attempts, ["accuracy"], "mean_and_vote_at_k", 3), "vote_at_k") == [0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("right", "answers", "score"),
    [
        ([1, 1, 1, 0, 0], ["18", "$18", "18.00", "17", "17"], 1.0),
        ([1, 1, 1, 0, 0], ["1,800", "1800", "1.8 * 10^3", "17", "17"], 1.0),
        ([1, 1, 1, 0, 0], ["0.5", "1/2", "\\frac{1}{2}", "2", "2"], 1.0),
        ([1, 1, 1, 0, 0], ["$\\$18$", "\\$18.0", "18 ", "17", "17"], 1.0),
        ([1, 1, 1, 0, 0], ["Paris", "paris", "PARIS", "Rome", "Rome"], 1.0),
        ([0, 0, 1], [None, None, "18"], 1.0),
        ([0, 0, 1], ["", " ", "18"], 1.0),
        ([1, 0, 0], ["18", "17", "17.0"], 0.0),
        ([0, 1], ["17", "18"], 0.0),
        ([0, 1, 0, 1], ["17", "18", "$17", "18.0"], 0.0),
        ([1, 1, 0, 0, 0], ["18", "18", "-18", "(18", "180"], 1.0),
        ([1, 0, 0, 0], ["x", "X", "y", "Y"], 1.0),
        ([1, 0, 0], ["18 cm", "18 m", "18 m"], 0.0),
        ([1, 0, 0], ["18", "18%", "18 %"], 0.0),
        ([0, 0, 0], [None, "", None], 0.0),
        ([1, 1, 0], [None, None, None], 1.0),
        ([1, 0, 0], ["a" * 300 + "b", "a" * 300 + "c", "a" * 300 + "c"], 0.0),
    ],
)
def test_votes_are_counted_on_equal_values_and_what_has_no_answer_has_no_vote(right, answers, score):
    attempts = attempts_of([[float(r) for r in right]], [answers])
    k = len(answers)
    assert at_k(aggregate(attempts, ["accuracy"], "mean_and_vote_at_k", k), "vote_at_k")[-1] == score


def test_every_k_up_to_the_repeats_is_reported_with_the_groups_it_counts():
    result = aggregate(attempts_of([[1.0, 0.0], [1.0, 1.0]]), ["accuracy"], "mean_and_pass_hat_k", 2)
    assert result == [
        AggregatedMetric("accuracy", "mean", (), 0.75, 4),
        AggregatedMetric("accuracy", "pass_hat_k", (("k", 1),), 0.75, 2),
        AggregatedMetric("accuracy", "pass_hat_k", (("k", 2),), 0.5, 2),
    ]


def test_a_group_counts_for_a_k_when_its_first_k_attempts_are_there():
    attempts = [
        Attempt(0, 0, {"a": 1.0}),
        Attempt(0, 2, {"a": 1.0}),
        Attempt(1, 0, {"a": 0.0}),
        Attempt(1, 1, {"a": 0.0}),
        Attempt(1, 2, {"a": 0.0}),
    ]
    result = aggregate(attempts, ["a"], "mean_and_pass_at_k", 3)
    assert [(dict(m.dimensions)["k"], m.num, m.score) for m in result[1:]] == [(1, 2, 0.5), (2, 1, 0.0), (3, 1, 0.0)]


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_order_and_sharding_do_not_change_a_digit(values, rng: random.Random):
    attempts = [Attempt(i // 3, i % 3, {"m": value}, str(value), {"m": 1 + i}) for i, value in enumerate(values)]
    shuffled = list(attempts)
    rng.shuffle(shuffled)
    for how in ("mean", "mean_and_pass_at_k", "mean_and_vote_at_k", "mean_and_pass_hat_k", "mean_and_at_least_k"):
        assert aggregate(shuffled, ["m"], how, 3) == aggregate(attempts, ["m"], how, 3)


def test_metrics_may_be_aggregated_each_its_own_way():
    attempts = [Attempt(0, 0, {"accuracy": 1.0, "length": 7.0})]
    result = aggregate(attempts, ["accuracy", "length"], {"accuracy": "mean_and_pass_at_k"}, 1)
    assert [(m.name, m.aggregation) for m in result] == [
        ("accuracy", "mean"),
        ("accuracy", "pass_at_k"),
        ("length", "mean"),
    ]


def test_an_unknown_aggregation_is_refused():
    with pytest.raises(ConfigError, match="Did you mean 'mean_and_pass_at_k'"):
        aggregate([Attempt(0, 0, {"a": 1.0})], ["a"], "mean_and_pass_at_n")


def in_parts(*values_and_parts):
    return [Attempt(n, 0, {"f1": value}, weights={"f1": parts}) for n, (value, parts) in enumerate(values_and_parts)]


LABEL_SETS = st.lists(
    st.tuples(st.sets(st.sampled_from("abc")), st.sets(st.sampled_from("abc"))), min_size=1, max_size=8
)


@given(LABEL_SETS)
def test_means_of_the_labels_f1(pairs):
    def parts(gold, given):
        found = {"hit": gold & given, "missed": gold - given, "invented": given - gold}
        return {f"{label} {what}": float(label in held) for label in "abc" for what, held in found.items()}

    attempts = [Attempt(n, 0, {"f1": 0.0}, weights={"f1": parts(*pair)}) for n, pair in enumerate(pairs)]
    f1, support = {}, {}
    for label in "abc":
        said, so = [label in given for _, given in pairs], [label in gold for gold, _ in pairs]
        both = sum(a and b for a, b in zip(said, so, strict=True))
        f1[label], support[label] = 2 * both / max(1, sum(said) + sum(so)), sum(so)
    (macro,), (weighted,) = (aggregate(attempts, ["f1"], how) for how in ("macro_f1", "weighted_f1"))
    assert macro.score == pytest.approx(sum(f1.values()) / 3)
    total = sum(f1[label] * support[label] for label in "abc")
    assert weighted.score == pytest.approx(total / max(1, sum(support.values())))


def test_the_macro_mean_takes_each_part_for_itself_and_an_empty_one_for_nothing():
    attempts = in_parts((1.0, {"a": 2, "b": 0}), (0.0, {"a": 1, "b": 0}), (0.0, {"a": 1, "b": 0}))
    assert aggregate(attempts, ["f1"], "macro_mean") == [AggregatedMetric("f1", "macro_mean", (), 0.25, 3)]


@pytest.mark.parametrize(
    ("attempts", "scores"),
    [
        (in_parts((1.0, {"a": 1}), (1.0, {"b": 1}), (0.0, {"b": 1})), [2 / 3]),
        (in_parts((1.0, {"a": 1}), (0.0, {"b": 1})), [0.0]),
        (in_parts((1.0, {"a": 1, "b": 0}), (0.0, {"a": 1, "b": 0})), []),
    ],
    ids=["of both", "one is zero", "one has no sample"],
)
def test_the_harmonic_mean_of_parts(attempts, scores):
    assert [metric.score for metric in aggregate(attempts, ["f1"], {"f1": "harmonic_mean"})] == pytest.approx(scores)


def test_all_of_a_part_have_to_be_right():
    attempts = in_parts((1.0, {"x": 1}), (1.0, {"y": 1}), (1.0, {"x": 1}), (0.0, {"y": 1}), (1.0, {"z": 1}))
    assert aggregate(attempts, ["f1"], "all_of_part") == [AggregatedMetric("f1", "all_of_part", (), 2 / 3, 3)]
    assert aggregate(attempts, ["f1"], "mean")[0].score == pytest.approx(0.8)
