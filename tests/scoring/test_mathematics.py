from __future__ import annotations

import subprocess
import sys

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.scoring import aime_answer, math_answer
from tests.cost import calls

from .judging import judged


def test_a_boxed_answer_is_right_or_wrong():
    sample = Sample("How many?", "18")
    assert judged(math_answer(), "3 * 6 = 18, so \\boxed{18}", sample).values == {"accuracy": 1.0}
    wrong = judged(math_answer(), "\\boxed{19}", sample)
    assert (wrong.values, wrong.answer) == ({"accuracy": 0.0}, "19")
    assert judged(math_answer(), "No idea, sorry.", sample).answer is None


def test_any_of_several_targets_is_right():
    sample = Sample("?", ("x^2-1", "7"))
    assert judged(math_answer(), "\\boxed{7}", sample).values == {"accuracy": 1.0}
    assert judged(math_answer(), "\\boxed{(x-1)(x+1)}", sample).values == {"accuracy": 1.0}
    assert judged(math_answer(), "\\boxed{(x-1)(x+2)}", sample).values == {"accuracy": 0.0}


def test_every_member_of_a_pair_has_to_be_equal():
    sample = Sample("?", "(\\sqrt{8}, x+1)")
    assert judged(math_answer(), "\\boxed{(2\\sqrt{2}, 1+x)}", sample).values == {"accuracy": 1.0}
    assert judged(math_answer(), "\\boxed{(2\\sqrt{2}, 2+x)}", sample).values == {"accuracy": 0.0}


@pytest.mark.parametrize(
    "reply", ["\\boxed{113}", "x = 113", "\\frac{226}{2}", "ANSWER: 1.13 \\times 10^{2}", "#### 113", "\\boxed{113.}"]
)
def test_an_aime_answer_is_a_value(reply):
    assert judged(aime_answer(), reply, Sample("?", "113")).values == {"accuracy": 1.0}
    assert judged(aime_answer(), reply, Sample("?", "114")).values == {"accuracy": 0.0}


def test_aime_zeros_in_front_do_not_matter():
    assert judged(aime_answer(), "\\boxed{33}", Sample("?", "033")).values == {"accuracy": 1.0}


def test_the_ideal_reply_is_boxed():
    assert math_answer().ideal_reply(Sample("?", "\\frac{1}{2}")) == "\\boxed{\\frac{1}{2}}"


def test_easy_answers_need_neither_sympy_nor_a_process():
    code = (
        "import sys\nfrom evalscope_pytest import Sample\nfrom evalscope_pytest.scoring import math_answer\n"
        "assert math_answer().score('So \\\\boxed{18}', Sample('?', '18')).values == {'accuracy': 1.0}\n"
        "assert not {'sympy', 'math_verify', 'evalscope_pytest.scoring.compare.math_worker'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=240)


def test_an_easy_answer_costs_few_calls():
    """It costs 40 µs, a tenth of a millisecond at most."""
    scorer, sample = math_answer(), Sample("How many?", "1234")
    reply = "She sells 12 a day. That is 12 * 2 = 24 in all.\n" * 8 + "The answer is \\boxed{1,234}."
    scorer.score(reply, sample)
    assert calls(lambda: scorer.score(reply, sample)) < 250  # 114 when it was written
