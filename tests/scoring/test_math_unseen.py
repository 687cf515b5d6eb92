"""Answers as models write them: in lists, tables and HTML, in words, with bases, conditions and rounded values.

Each case: gold answer, reply, whether it is right.
"""

from __future__ import annotations

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.scoring import math_answer

from .judging import judged

ROOTS = "Find all roots, separated by commas."
LISTED = [
    ("4,6,14", "Answer:\n- 4\n- 6\n- 14", True), ("4,6,14", "The roots are:\n1. $4$\n2. $6$\n3. $14$", True),
    ("9,-7", "The roots are $x_1 = 9$ and $x_2 = -7$.", True), ("3,11", "Final answer: {3, 11}", True),
    ("18", "Steps:\n1. 16 - 7 = 9\n2. 9 × 2 = 18", True),
    ("4,6,14", "Answer:\n- 4\n- 6", False), ("4,6,14", "The roots are:\n1. $4$\n2. $6$\n3. $15$", False),
    ("9,-7", "The roots are $x_1 = 9$ and $x_2 = 7$.", False), ("3,11", "Final answer: {3, 12}", False),
    ("9", "Steps:\n1. 16 - 7 = 9\n2. 9 × 2 = 18", False),
]  # fmt: skip
MARKUP = [
    ("3528", "Answer: <b>3528</b>", True), ("3528", "Answer: ~~3600~~ 3528", True), ("3528", "| Total | 3528 |", True),
    ("x^{10}", "Answer: x**10", True), ("4x^3", "Answer: 4x<sup>3</sup>", True), ("28", "=> 28", True),
    ("3528", "Answer: ~~3528~~ 3600", False), ("3528", "| Total | 3258 |", False), ("x^{10}", "Answer: x**11", False),
    ("4x^3", "Answer: 4x<sup>2</sup>", False), ("3528", "Answer: <b>352</b>", False), ("28", "=> 82", False),
]  # fmt: skip
BASES = [
    ("443_5", "Answer: 443 base 5", True), ("2516_8", r"\boxed{2516 \text{ base } 8}", True),
    ("300", "Answer: 300 (base 10)", True), ("1200_7", "441 in base 7 is **1200**.", True),
    ("443_5", "Answer: 443 base 10", False), ("2516_8", r"\boxed{2516 \text{ base } 9}", False),
    ("300", "Answer: 300 in base 7", False), ("1200_7", "Answer: 441 (base 10)", False),
]  # fmt: skip
STATED = [
    ("54", r"\boxed{\text{Tom walked } 54 \text{ miles}}", True),
    ("54", r"\boxed{\text{He is }54\text{ miles away}}", True),
    ("36", r"\boxed{(\text{C})\;36}", True),
    ("18", "Janet makes $18 each day by selling the remaining 9 eggs.", True),
    ("27", "Final Answer: At age 5 the dog will have had 27 puppies.", True),
    ("312", "Answer: $312 — 104 loads at $3 each.", True), ("18", "So it is $18/day.", True),
    ("54", r"\boxed{\text{Tom walked half of } 54}", False), ("3", r"\boxed{\text{Jim gets 3 times as many}}", False),
    ("3", r"\boxed{\text{three thirds more}}", False), ("9", "Answer: (B) -9", False),
    ("9", "Janet makes $18 each day by selling the remaining 9 eggs.", False),
    ("5", "Final Answer: At age 5 the dog will have had 27 puppies.", False),
    ("104", "Answer: $312 — 104 loads at $3 each.", False), ("54", r"\boxed{\text{after 54 days}}", False),
]  # fmt: skip
CONDITION = [
    (r"\sqrt{15}", r"\boxed{r=\sqrt{15},\ r>0}", True), (r"\sqrt{15}", r"\boxed{\sqrt{15}\quad (r>0)}", True),
    (r"14\pi", r"The circumference is exactly $14\pi$, or about 43.98.", True),
    (r"14\pi", "C = 14π inches ≈ 43.98", True),
    (r"\sqrt{15}", r"\boxed{r=\sqrt{15},\ -\sqrt{15}}", False), (r"\sqrt{15}", r"\boxed{r > \sqrt{15}}", False),
    (r"14\pi", r"The circumference is exactly $7\pi$, or about 21.99.", False), ("3", r"\boxed{n > 2, n < 3}", False),
]  # fmt: skip
RUNNING_ON = [
    (r"\frac13", r"\boxed{0.333\ldots}", True), (r"\frac23", "Answer: 0.666...", True),
    (r"\frac56", r"\boxed{0.8333\ldots}", True), (r"\frac17", "Answer: 0.142857142857...", True),
    (r"\frac13", r"\boxed{0.33\ldots}", False), (r"\frac23", "Answer: 0.677...", False),
    (r"\frac56", r"\boxed{0.8366\ldots}", False), (r"\frac17", "Answer: 0.143", False),
    (r"\frac13", r"\boxed{0.333}", False), (r"\frac13", r"\boxed{0.344\ldots}", False),
]  # fmt: skip
SETS = [
    (r"\emptyset", r"\boxed{\text{the empty set}}", True), (r"\emptyset", "The solution set is the empty set.", True),
    (r"\emptyset", r"\boxed{\varnothing \text{ (no solution)}}", True), ("3x^{-2}", "Answer: 3x^-2", True),
    (r"\emptyset", r"\boxed{\text{nonempty}}", False), (r"\emptyset", "The solution set is not empty.", False),
    (r"\emptyset", r"\boxed{0 \text{ (no solution)}}", False), ("3x^{-2}", "Answer: 3x^-3", False),
]  # fmt: skip
COLUMN = r"\begin{pmatrix} -2 \\ 3 \\ 3 \end{pmatrix}"
VECTORS = [
    (COLUMN, r"\boxed{(-2, 3, 3)}", True), (COLUMN, r"\boxed{-2\mathbf{i}+3\mathbf{j}+3\mathbf{k}}", True),
    (COLUMN, r"\boxed{-2\hat{\imath}+3\hat{\jmath}+3\hat{k}}", True), (COLUMN, r"Answer: v = (−2, 3, 3)", True),
    (COLUMN, r"\boxed{(3, -2, 3)}", False), (COLUMN, r"\boxed{-2\mathbf{i}+3\mathbf{j}}", False),
    (COLUMN, r"\boxed{(-2, 3)}", False), (COLUMN, r"\boxed{-2\hat{i}-3\hat{j}+3\hat{k}}", False),
]  # fmt: skip
# More near misses for kinds of test_math_notation, test_math_surroundings and test_math_equations.
NEAR = [
    (r"\sqrt{21}", "√1·21", False), (r"\frac{\sqrt{15}}{2}", "√(15/2)", False), (r"3\sqrt{13}", "³√13", False),
    ("5", r"\underline{5}5", False), ("5", r"\fcolorbox{red}{5}{6}", False), ("5", r"\text{twice } 5", False),
    ("5", r"\text{between } 4 \text{ and } 5", False), ("480", "4~80", False),
    ("10", r"3 \times \text{shirt} = 10", False),
    ("y=2x+3", "4x-2y+3=0", False), ("2516_8", "2516^8", False), ("x^{10}", "(x)10", False),
    ("5", r"\fcolorbox{red}{white}{5}", True), ("y=2x+3", "f(x)=2x+3", True), (r"\frac{\sqrt3}{2}", "½√3", True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("gold", "reply", "right"), [*LISTED, *MARKUP, *BASES, *STATED, *CONDITION, *RUNNING_ON, *SETS, *VECTORS]
)
def test_a_reply_is_read_as_a_person_reads_it(gold: str, reply: str, right: bool) -> None:
    assert judged(math_answer(), reply, Sample(ROOTS, gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), NEAR)
def test_a_near_miss_stays_wrong(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


def test_a_long_run_of_roots_or_approximations_is_read_without_their_arguments() -> None:
    for text in ("√(" * 900, "≈" * 1900):
        assert judged(math_answer(), f"\\boxed{{{text}}}", Sample("?", "(1, 2)")).values["accuracy"] == 0
