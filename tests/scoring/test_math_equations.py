"""Equations, names, bases and numbers too small for a tolerance.

Each case: gold answer, boxed answer, whether it is right.
"""

from __future__ import annotations

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.scoring import math_answer

from .judging import judged

EQUATION = [
    (r"\left(\frac12,\infty\right)", "x > 0.5", True), (r"\left(\frac12,\infty\right)", r"x>\frac{1}{2}", True),
    (r"[\frac{\pi}{6},\frac{\pi}{3}]", r"\pi/6 \le \theta \le \pi/3", True), ("x=5", "5", True),
    ("x=5", "x=5", True), ("x=5", "5=x", True), ("x=5", r"x = \frac{10}{2} = 5", True),
    ("x=5", r"\text{Area} = 5", True), ("10", "x=10", True), ("10", "f(2)=10", True), ("10", "|AB|=10", True),
    ("10", "AB = 10", True), ("10", r"\text{Area} = 10", True), ("10", r"\angle ABC = 10", True),
    ("10", "x_1=10", True), ("10", "10 = x", True), ("10", r"2\cdot 5=10", True), ("10", r"m\angle A = 10", True),
    ("10", "P(A)=10", True), ("10", "S_{10} = 10", True), ("10", r"\text{Area of } \triangle ABC = 10", True),
    ("10", r"\sqrt{100}=10", True), ("x=1, y=2", "x = 1, y = 2", True), ("(1,2)", "(x,y)=(1,2)", True),
    ("(1,2)", "x=1, y=2", True),
    ("x>3", "y>3", False), (r"\left(\frac12,\infty\right)", "x > 2", False), ("x=5", "y=5", False),
    ("x=5", "2x+1=5", False), ("x=5", "x+1=5", False), ("x=5", "5x=5", False), ("x=5", "-x=5", False),
    ("x=5", "x^2=5", False), ("10", "2x=10", False), ("10", r"\frac{x}{2}=10", False), ("10", "x-3=10", False),
    ("10", "x/2=10", False), ("10", r"\sqrt{x}=10", False), ("10", "xy=10", False), ("10", "-x = 10", False),
    ("10", "x^2=10", False), ("10", "|x|+1=10", False), ("10", "n(n+1)=10", False), ("(1,2)", "(2,1)", False),
    ("(1,2)", "x=2,y=1", False),
]  # fmt: skip
REARRANGED = [
    ("y=2x+3", "2x-y+3=0", True), ("y=2x+3", "y=3+2x", True), ("y=2x+3", "2x+3-y=0", True),
    ("y=2x+3", "2x+3=y", True), ("y=2x+3", "-2x+y=3", True), ("y=2x+3", "y-3=2x", True), ("y=2x+3", "2x+3", True),
    ("2x-y+3=0", "y=2x+3", True), ("y = 2x", "2x-y=0", True), ("x^2+y^2=25", "x^2+y^2-25=0", True),
    ("x^2+y^2=25", "25=x^2+y^2", True),
    ("y=2x+3", "2x-y-3=0", False), ("y=2x+3", "2x+y+3=0", False), ("y=2x+3", "y=2x-3", False),
    ("y=2x+3", "x=2y+3", False), ("y=2x+3", "2x+3=0", False), ("x^2+y^2=25", "x^2-y^2=25", False),
    ("x^2+y^2=25", "x^2+y^2", False), ("x^2+y^2=25", "25", False),
]  # fmt: skip
BASE = [
    ("2516_8", "(2516)_8", True), ("2516_8", r"2516_{\text{eight}}", True), ("2516_8", "2516_{(8)}", True),
    ("2516_8", "2516₈", True), ("2516_8", r"2516 \text{ (base 8)}", True),
    ("2516_8", r"2516_{\text{base }8}", True), ("2516_8", r"2516\text{ in base }8", True),
    ("2516_8", "2516_{eight}", True), ("2516_8", "(2516)_{8}", True), ("2516_8", "2516_{8}", True),
    ("2516_8", r"2516_{\mathrm{eight}}", True), ("1358", "1358_{10}", True), ("1358", r"1358_{\text{ten}}", True),
    ("1358", r"1358\text{ (base 10)}", True), ("1A3_{16}", r"1A3_{\text{hex}}", True),
    ("1A3_{16}", "1a3_{16}", True), ("1A3_{16}", "1A3", True),
    ("2516_8", "2517_8", False), ("2516_8", "2516_7", False), ("2516_8", r"2516_{\text{seven}}", False),
    ("2516_8", r"2516 \text{ (base 9)}", False), ("2516_8", "1358_{10}", False), ("2516_8", "1358", False),
    ("20", "20_7", False), ("20", r"20_{\text{seven}}", False), ("20", r"20 \text{ (base 7)}", False),
    ("20", "(20)_7", False), ("20", "20₇", False),
]  # fmt: skip
TINY = [
    (r"\frac{1}{e^{40}}", "e^{-40}", True), (r"\frac{1}{2^{1005}}", "2^{-1005}", True),
    (r"\frac{1}{2^{1005}}", r"\frac{2}{2^{1006}}", True), (r"\frac{1}{100!}", r"\frac{101}{101!}", True),
    (r"\frac{1}{2004!}", r"\frac{2005}{2005!}", True), (r"\binom{10}{3}", "120", True),
    (r"\frac{1}{2^{1005}}", r"\frac{1}{2^{1004}}", False), (r"\frac{1}{100!}", r"\frac{1}{101!}", False),
    (r"\frac{1}{100!}", "0", False), (r"\frac{2^{2005}+1}{3\cdot 2^{2006}}", r"\frac{1}{3\cdot 2^{2006}}", False),
    (r"\frac{2^{2005}+1}{3\cdot 2^{2006}}", r"\frac{1}{6}", False),
    (r"\frac{1}{e^{40}}", r"\frac{1}{e^{41}}", False), (r"\frac{1}{e^{40}}", "0", False),
    (r"\frac{1}{e^{40}}", "e^{-41}", False), ("10^{-20}x", "10^{-21}x", False), (r"\pi^{-50}", r"\pi^{-51}", False),
    (r"\frac{1}{2^{100}}\pi", r"\frac{1}{2^{101}}\pi", False), ("e^{-40}x", "e^{-41}x", False),
    ("2^{50000}", "2^{50001}", False), (r"\frac{1}{2^{50000}}", r"\frac{1}{2^{50001}}", False),
    (r"\left(\frac{1}{2}\right)^{200}\sqrt{2}", r"\left(\frac{1}{2}\right)^{201}\sqrt{2}", False),
]  # fmt: skip


@pytest.mark.parametrize(("gold", "answer", "right"), EQUATION)
def test_only_a_bare_name_before_the_equals_sign_is_overlooked(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(
    ("gold", "answer", "question", "right"),
    [
        ("7", "a+b=7", "If $a$ and $b$ are digits, what is $a+b$?", True),
        ("7", "a + b = 7", "Find $a + b$.", True),
        ("5", "2x+1=5", "Find x if $2x+1=11$.", False),
    ],
)
def test_the_question_may_ask_for_the_left_side(gold: str, answer: str, question: str, right: bool) -> None:
    sample = Sample(question, gold)
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", sample).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), REARRANGED)
def test_an_equation_may_be_rearranged(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), BASE)
def test_a_base_may_be_written_in_several_ways(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(
    ("gold", "answer", "question", "right"),
    [
        ("20", "20_7", "Write 14 in base 7.", True),
        ("20", "20_7", "Write $26_7$ in base 10.", False),
    ],
)
def test_the_question_may_ask_for_a_base(gold: str, answer: str, question: str, right: bool) -> None:
    sample = Sample(question, gold)
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", sample).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), TINY)
def test_tiny_values_are_distinguished(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right
