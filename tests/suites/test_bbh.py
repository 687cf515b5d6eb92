from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from evalscope_pytest.scoring.read.phrase import read_phrase
from evalscope_pytest.suites.reasoning.bbh import bbh_answer
from tests.scoring.judging import judged

DATES = "Today is 6/18/2017. What is tomorrow?\nOptions:\n(A) 06/19/2017\n(B) 06/17/2017\n(C) 12/19/2017"
FREE = ["True", "invalid", "-50", "24", "apple banana cherry", "] ] >", "}", ") ) >", "No", "it&t malton"]
FORMS = [
    "So the answer is {v}.", "So the answer is: {v}", "so the answer is {v}.", "So the answer is [{v}]",
    "So the answer is [{v}].", 'So the answer is "{v}".', "So the answer is **{v}**.", "So the answer is ${v}$.",
    "So the answer is \\boxed{{{v}}}.", "Therefore, the answer is {v}.", "So the answer is {v}..  ",
    "So the answer is {v}\nThank you.", "So the answer is \n{v}",
    "Step 1. We go on. So the answer is {v}. This follows from the rules above.",
    "So the answer is x. Hmm. So the answer is {v}.", "<think>So the answer is x.</think>So the answer is {v}.",
    "{v}", "Reasoning.\n{v}", "So the answer is {v}, not x.",
]  # fmt: skip


@given(st.sampled_from(FORMS), st.sampled_from(FREE))
def test_a_free_answer_is_read_in_any_dress(form, value):
    assert judged(bbh_answer(), form.format(v=value), Sample("?", value)).values == {"accuracy": 1.0}


@pytest.mark.parametrize(
    ("target", "reply"),
    [
        ("True", "So the answer is False."), ("valid", "So the answer is invalid."),
        ("valid", "So the answer is valid or invalid."), ("-33", "So the answer is -33 or -32."),
        ("-33", "So the answer is 33."), ("a b", "So the answer is b a."), ("}", ""),
        ("] ]", "So the answer is ] ] ]."), ("Yes", "I cannot tell."), ("valid", "<think>So the answer is valid."),
    ],
)  # fmt: skip
def test_another_free_answer_is_wrong(target, reply):
    assert judged(bbh_answer(), reply, Sample("?", target)).values == {"accuracy": 0.0}


def test_blanks_in_brackets_commas_in_lists_and_case_do_not_matter():
    assert judged(bbh_answer(), "So the answer is ]]>.", Sample("?", "] ] >")).values == {"accuracy": 1.0}
    assert judged(bbh_answer(), "So the answer is apple, banana.", Sample("?", "apple banana")).values == {
        "accuracy": 1.0
    }
    assert judged(bbh_answer(), "So the answer is yes, he is.", Sample("?", "Yes")).values == {"accuracy": 1.0}
    assert judged(bbh_answer(), "So the answer is -11,520.", Sample("?", "-11520")).values == {"accuracy": 1.0}


@pytest.mark.parametrize(
    "reply",
    [
        "So the answer is (A).",
        "So the answer is A.",
        "So the answer is (a).",
        "So the answer is 06/19/2017.",
        "So the answer is:\n(A)",
        "So the answer is (A), not (B).",
        "(A)",
        "Option (B) fails.\n(A)",
        "So the answer is, as I see it, A.",
        "ANSWER: A",
    ],
)
@pytest.mark.parametrize("target", ["A", "(A)"])
def test_an_option_is_read_by_letter_or_text(reply, target):
    assert judged(bbh_answer(), reply, Sample(DATES, target)).values == {"accuracy": 1.0}
    assert judged(bbh_answer(), reply, Sample(DATES, "B")).values == {"accuracy": 0.0}


def test_two_options_are_not_an_answer():
    assert judged(bbh_answer(), "So the answer is (C) or (A).", Sample(DATES, "C")).answer is None


@pytest.mark.parametrize("target", [*FREE, "B"])
def test_the_ideal_reply_is_right(target):
    sample = Sample(DATES, target)
    assert judged(bbh_answer(), bbh_answer().ideal_reply(sample), sample).values == {"accuracy": 1.0}


@given(st.text())
def test_reading_a_phrase_never_raises(reply):
    assert "" not in read_phrase(reply)
