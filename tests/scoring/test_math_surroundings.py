"""What stands around a value: words, an option's letter, a unit.

Each case: gold answer, boxed answer, whether it is right.
"""

from __future__ import annotations

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.scoring import math_answer

from .judging import judged

WORDS = [
    ("5", r"\text{Answer: }5", True), ("5", r"\text{The answer is } 5", True), ("5", r"\text{Profit: } 5", True),
    ("5", r"\text{Total} : 5", True), ("5", r"\text{Final answer: } 5", True),
    ("5", r"\text{The value of } x \text{ is } 5", True), ("5", r"\text{Total cost: } \$5", True),
    ("5", r"\text{Answer} = 5", True), ("5", r"\text{Answer }(a)\text{: }5", True),
    ("5", r"\textbf{Answer: } 5", True), ("5", r"\text{Answer: 5 apples}", True),
    ("5", r"\text{Number of ways: }5", True), ("5", "答案：5", True),
    (r"\frac{\sqrt3}{2}", r"\text{The value is } \frac{\sqrt3}{2}", True),
    (r"\text{Evelyn}", r"\text{The answer is Evelyn}", True), (r"\text{Evelyn}", r"\text{Answer: Evelyn}", True),
    ("2:3", r"\text{Ratio: }2:3", True), ("2:3", "2:3", True),
    ("5", r"\text{Answer: }6", False), ("5", r"\text{not } 5", False), ("5", r"\text{The answer is not } 5", False),
    ("5", r"\text{at least } 5", False), ("5", r"\text{less than } 5", False),
    ("5", r"\text{The answer is at most } 5", False), ("5", r"\text{wrong: }5", False),
    ("2:3", r"\text{Ratio: }3:2", False),
]  # fmt: skip
LABEL = [
    ("36", r"\textbf{(C)}\ 36", True), ("36", r"\text{(C) }36", True), ("36", "(C) 36", True),
    ("36", r"\textbf{(C) } 36", True), ("36", r"\mathrm{(C)}\ 36", True), ("36", r"\text{C. }36", True),
    ("36", r"\textbf{(C)}~36", True), (r"-\frac12", r"\textbf{(B)}\ -\frac{1}{2}", True),
    ("36.0", r"\textbf{(C)}\ 36", True),
    ("36", "C", False), ("36", r"\textbf{(C)}", False), ("36", r"\textbf{(C)}\ 35", False),
    ("36", "(C)^{36}", False),
    (r"-\frac12", r"\textbf{(B)}\ \frac{1}{2}", False), ("36", "(C) 63", False), ("36", r"\text{C. }3.6", False),
]  # fmt: skip
UNIT = [
    (r"36\pi", r"36\pi\ \text{cm}^3", True), (r"36\pi", r"36\pi\text{ cm}^3", True),
    (r"36\pi", r"36\pi \text{ cubic inches}", True), (r"36\pi", r"36\pi\, \mathrm{cm}^2", True),
    (r"36\pi", r"36\pi~\text{square units}", True), (r"36\pi", r"36\pi \text{ units}^2", True),
    (r"36\pi", "36π cm^3", True), (r"36\pi", r"36\pi \text{ sq. units}", True),
    (r"2\sqrt{3}", r"2\sqrt{3}\,\text{cm}", True), (r"2\sqrt{3}", r"2\sqrt{3} \text{ units}", True),
    (r"2\sqrt{3}", "2√3 cm", True), (r"2\sqrt{3}", r"2\sqrt{3}\text{ m/s}", True), ("x+1", "x + 1", True),
    (r"\frac{\pi}{2}", r"\frac{\pi}{2} \text{ radians}", True),
    (r"\frac{\pi}{2}", r"\frac{\pi}{2}\text{ rad}", True),
    (r"36\pi", r"35\pi\ \text{cm}^3", False), (r"36\pi", r"36\ \text{cm}^3", False),
    (r"36\pi", r"36\pi^2\text{ cm}", False), (r"36\pi", r"36\pi \text{ million}", False),
    (r"2\sqrt{3}", "2√5 cm", False), (r"2\sqrt{3}", r"\sqrt{3}\,\text{cm}", False), ("x+1", "x - 1", False),
    (r"\frac{\pi}{2}", r"\frac{\pi}{3} \text{ rad}", False), (r"36\pi", r"-36\pi\text{ cm}", False),
    (r"36\pi", r"36\pi \text{ dozen}", False), (r"36\pi", "36π + 1 cm", False),
]  # fmt: skip
CONDITION = [
    ("36", r"36 \text{ (since }x>0)", True), ("36", r"36 \text{ for } n \ge 1", True),
    ("36", r"36,\text{ where } n \in \mathbb{Z}", True), (r"\frac12", r"\frac{1}{2} \text{ if } x \neq 0", True),
    ("36", r"\,36\text{ when }x=3\,", True),
    ("36", r"35 \text{ (since }x>0)", False), ("36", r"36 \text{ if } x>0, 35 \text{ otherwise}", False),
    ("3", r"36 \text{ for } n = 3", False), (r"36 \text{ for } n = 3", r"36 \text{ for } n = 4", False),
    ("0", r"36 \text{ (since }x>0)", False),
]  # fmt: skip
ALTERNATIVES = [
    ("2,-3", "x=-3, x=2", True), ("2,-3", r"x = -3 \text{ or } x = 2", True), ("3,4", r"4 \text{ or } 3", True),
    ("x=2,x=-3", "x=-3,x=2", True),
    ("2,-3", "-3,2", False), ("(2,-3)", "x=-3, x=2", False), ("2,-3", "x=-3, x=3", False),
    ("2,-3", "x=2, x=2", False), ("3,4", r"4 \text{ or } 5", False), ("2,-3", "x=-3, y=2", False),
]  # fmt: skip


@pytest.mark.parametrize(("gold", "answer", "right"), CONDITION)
def test_a_condition_behind_a_value_is_overlooked(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), ALTERNATIVES)
def test_the_values_of_one_unknown_come_in_any_order(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), WORDS)
def test_words_before_a_value_are_overlooked(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), LABEL)
def test_the_letter_of_an_option_is_overlooked_before_its_text(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), UNIT)
def test_a_unit_behind_an_expression_is_overlooked(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right
