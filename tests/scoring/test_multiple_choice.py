from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from evalscope_pytest.scoring import choice_answer, multi_choice_accuracy

from .judging import judged

CHOICES = tuple(f"text {letter}" for letter in "abcde")


def test_one_right_option():
    sample = Sample("?", "B", CHOICES)
    assert judged(choice_answer(), "ANSWER: B", sample).values == {"accuracy": 1.0}
    wrong = judged(choice_answer(), "ANSWER: C", sample)
    assert (wrong.values, wrong.answer) == ({"accuracy": 0.0}, "C")
    assert judged(choice_answer(), "I do not know.", sample).answer is None


def test_several_targets_of_a_single_choice_are_alternatives():
    sample = Sample("?", ("B", "D"), CHOICES)
    assert judged(choice_answer(), "ANSWER: D", sample).values == {"accuracy": 1.0}
    assert judged(choice_answer(), "ANSWER: B, D", sample).values == {"accuracy": 0.0}


@pytest.mark.parametrize("target", [("A", "C"), "AC", "A,C", "A, C"])
def test_of_several_right_options_all_have_to_be_chosen(target):
    sample, scorer = Sample("?", target, CHOICES), choice_answer(multiple=True)
    assert judged(scorer, "ANSWER: A, C", sample).values == {"accuracy": 1.0}
    assert judged(scorer, "ANSWER: C and A", sample).answer == "A,C"
    for reply in ("ANSWER: A", "ANSWER: A, B, C", "ANSWER: A or C"):
        assert judged(scorer, reply, sample).values == {"accuracy": 0.0}


@given(st.sets(st.sampled_from("ABCDE"), min_size=1), st.sets(st.sampled_from("ABCDE"), min_size=1))
def test_the_share_of_right_options_is_lost_by_a_wrong_one(gold, chosen):
    score = judged(multi_choice_accuracy(), "ANSWER: " + ", ".join(sorted(chosen)), Sample("?", tuple(gold), CHOICES))
    expected = 0.0 if chosen - gold else len(chosen) / len(gold)
    assert score.values == {"multi_choice_acc": expected}


def test_right_replies_have_the_form_the_benchmark_requests():
    one, several = Sample("?", "B", CHOICES), Sample("?", ("C", "A"), CHOICES)
    assert choice_answer().ideal_reply(one) == "ANSWER: B"
    assert choice_answer(language="zh").ideal_reply(one) == "答案：B"
    assert choice_answer(multiple=True).ideal_reply(several) == "ANSWER: A,C"
    assert multi_choice_accuracy().ideal_reply(several) == "ANSWER: A,C"
    assert judged(multi_choice_accuracy(), "ANSWER: A,C", several).values == {"multi_choice_acc": 1.0}


def test_letters_beyond_the_options_are_not_an_answer():
    assert judged(choice_answer(), "ANSWER: F", Sample("?", "F", CHOICES)).answer is None
    assert judged(choice_answer(labels="ABCDEF"), "ANSWER: F", Sample("?", "F")).values == {"accuracy": 1.0}


def test_scorers_that_judge_differently_have_different_fingerprints():
    scorers = [choice_answer(), choice_answer(multiple=True), choice_answer(labels="AB"), multi_choice_accuracy()]
    assert len({scorer.fingerprint for scorer in scorers}) == len(scorers)
    assert choice_answer(language="zh").fingerprint == choice_answer().fingerprint
