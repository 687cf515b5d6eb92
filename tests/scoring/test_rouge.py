"""ROUGE-1, -2 and -L."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.values import Sample
from evalscope_pytest.scoring.overlap import common_length, rouge
from tests.cost import at_most


def values(text: str, *targets: str) -> dict[str, float]:
    return rouge().score(text, Sample("question", target=targets)).values


def test_the_longest_common_subsequence_is_the_primary_metric():
    assert rouge().metrics[0] == "Rouge-L-R"
    assert set(values("a", "a")) == set(rouge().metrics)
    assert len(rouge().metrics) == 9


def test_order_matters_for_l_and_2_but_not_for_1():
    found = values("c b a", "a b c")
    assert (found["Rouge-1-R"], found["Rouge-2-R"], found["Rouge-L-R"]) == (1, 0, 1 / 3)


def test_repeating_the_answer_costs_precision_of_l_only():
    found = values("a b a b", "a b")
    assert (found["Rouge-1-P"], found["Rouge-2-P"], found["Rouge-L-P"]) == (1, 1 / 2, 1 / 2)


def test_f_is_the_harmonic_mean():
    assert values("a b c d", "a b")["Rouge-1-F"] == pytest.approx(2 / 3)


def test_chinese_is_cut_into_words():
    found = values("答案是撒哈拉沙漠。", "撒哈拉沙漠")
    assert found["Rouge-L-R"] == 1
    assert 0 < found["Rouge-L-P"] < 1


def test_the_target_with_the_best_recall_counts():
    assert values("a b", "x y z", "a b") == values("a b", "a b")


def test_punctuation_at_the_end_of_a_sentence_does_not_matter():
    assert values("It is Paris.", "It is Paris")["Rouge-L-F"] == pytest.approx(1)


@pytest.mark.parametrize(("text", "targets"), [("", ("a",)), ("a", ("",)), ("...", ("中",)), (" ", ("",)), ("a", ())])
def test_an_empty_side_gives_zeros(text, targets):
    assert set(values(text, *targets).values()) == {0.0}


def _by_table(first: str, second: str) -> int:
    row = [0] * (len(second) + 1)
    for a in first:
        left = [0]
        for column, b in enumerate(second):
            left.append(row[column] + 1 if a == b else max(row[column + 1], left[-1]))
        row = left
    return row[-1]


@given(st.text(alphabet="abc", max_size=90), st.text(alphabet="abc", max_size=90))
def test_the_common_length_equals_the_textbook_table(first, second):
    assert common_length(first, second) == _by_table(first, second)


def test_long_texts_are_compared_in_bounded_time():
    with at_most(cpu_s=5):
        assert values("a b " * 50_000, "b a " * 50_000)["Rouge-L-R"] == pytest.approx(1, abs=1e-3)
