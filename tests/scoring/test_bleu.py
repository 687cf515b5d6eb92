"""BLEU by n-gram order."""

from __future__ import annotations

import math

import pytest

from evalscope_pytest.core.values import Sample
from evalscope_pytest.scoring.overlap import bleu


def values(text: str, *targets: str) -> list[float]:
    return list(bleu().score(text, Sample("question", target=targets)).values.values())


def test_the_metrics_are_the_four_orders():
    assert bleu().metrics == ("bleu-1", "bleu-2", "bleu-3", "bleu-4")


def test_an_equal_text_has_1_for_every_order_it_is_long_enough_for():
    assert values("the cat sat", "the cat sat") == [1, 1, 1, 0]


def test_precision_counts_an_ngram_no_more_often_than_the_reference_has_it():
    assert values("the the cat the", "the cat the") == [3 / 4, 2 / 3, 1 / 2, 0]


def test_a_short_reply_pays_the_brevity_penalty():
    assert values("the cat", "the cat sat on the mat")[:2] == pytest.approx([math.exp(1 - 6 / 2)] * 2)


def test_any_of_several_targets_may_match_and_the_closest_length_counts():
    assert values("a dog ran", "the cat sat on the mat", "a dog slept")[0] == pytest.approx(2 / 3)


def test_an_ngram_in_two_targets_may_match_as_often_as_in_the_one_that_has_it_most():
    assert values("the the", "the cat", "the dog")[0] == 1 / 2


def test_a_trailing_newline_and_blanks_are_not_words():
    assert values("金字塔\n", "金字塔")[0] == 1


@pytest.mark.parametrize(("text", "targets"), [("", ("a",)), ("a", ("",)), ("", ("",)), (" \n", ("中",)), ("a", ())])
def test_an_empty_side_gives_zeros(text, targets):
    assert values(text, *targets) == [0, 0, 0, 0]
