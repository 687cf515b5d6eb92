"""Notation that changes nothing: signs, roots, exponents, layout, vectors, repeating decimals.

Each case: gold answer, boxed answer, whether it is right.
"""

from __future__ import annotations

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.scoring import math_answer
from evalscope_pytest.scoring.compare.math_equal import same

from .judging import judged

APPROXIMATION = [
    (r"\frac{14}{3}", r"\frac{14}{3} \approx 4.67", True), (r"\frac{14}{3}", r"x = \frac{14}{3} ≈ 4.67", True),
    (r"\frac{14}{3}", r"\frac{14}{3} \text{ (approximately 4.67)}", True),
    (r"\frac{14}{3}", r"\frac{14}{3} \text{ or approximately } 4.67", True),
    (r"\frac{14}{3}", r"4\frac{2}{3} \simeq 4.67", True), (r"\frac{14}{3}", r"4.\overline{6} \approx 4.67", True),
    (r"\frac{14}{3}", r"\frac{14}{3}\ (\approx 4.67)", True),
    (r"\frac{14}{3}", r"\frac{14}{3} \text{ cm} \approx 4.67 \text{ cm}", True), ("36", r"\approx 36", True),
    ("36", "≈36", True), ("36", r"x \approx 36", True), ("36", "~36", True), ("36", r"\text{about } 36", True),
    (r"2\pi", r"2\pi\approx 6.28", True), (r"2\pi", "2π≈6.28", True), (r"2\pi", r"2\pi \sim 6.28", True),
    (r"(2,\sqrt{3})", r"(2, \sqrt{3} \approx 1.73)", True), (r"2,\frac{1}{3}", r"2, \frac{1}{3}\approx 0.33", True),
    (r"2,\frac{1}{3}", r"x = 2, x = \frac{1}{3} \approx 0.33", True),
    (r"\frac{10000}{3}", r"\frac{10000}{3} \approx 3,333.33", True),
    ("4.67", r"\frac{14}{3} \approx 4.67", False), ("5", r"4.98 \approx 5", False),
    (r"\frac{14}{3}", r"\frac{13}{3}\approx 4.67", False), (r"\frac{14}{3}", r"4.67 \approx \frac{14}{3}", False),
    ("36", r"\approx 37", False), (r"2\pi", "6.28", False), (r"2\pi", r"3\pi \approx 6.28", False),
    (r"2,\frac{1}{3}", r"2 \approx 0.33", False), ("36", r"\text{about } 37", False),
]  # fmt: skip
ROOT = [
    (r"\sqrt{21}", "√21", True), (r"\sqrt{21}", "√(21)", True), (r"\sqrt{21}", "√{21}", True),
    (r"\sqrt{21}", r"\sqrt{21}", True), (r"\sqrt{21}", "sqrt(21)", True), (r"\sqrt{21}", "sqrt{21}", True),
    (r"\sqrt{21}", "√ 21", True), (r"\frac{\sqrt{15}}{2}", "√15/2", True),
    (r"\frac{\sqrt{15}}{2}", "(√15)/2", True), (r"3\sqrt{13}", "3√13", True), (r"\sqrt[3]{2}", "∛2", True),
    (r"\sqrt[3]{2}", "³√2", True), (r"\sqrt[3]{2}", "cbrt(2)", True), (r"\frac{1+\sqrt{5}}{2}", "(1+√5)/2", True),
    (r"\frac{1+\sqrt{5}}{2}", "(1 + √5) / 2", True), (r"\sqrt{2+\sqrt{3}}", "√(2+√3)", True),
    (r"2\sqrt{10}+1", "2√10 + 1", True), (r"-\sqrt{10}", "-√10", True), (r"-\sqrt{10}", "−√10", True),
    (r"\sqrt{3}\pi", "√3π", True), (r"\sqrt{3}\pi", "√3 π", True),
    (r"\sqrt{2}", "√21", False), (r"\sqrt{2}", "√(21)", False), (r"\sqrt{21}", "√2", False),
    (r"\sqrt{21}", "√22", False), (r"\sqrt{21}", "21√", False), (r"3\sqrt{13}", "√313", False),
    (r"3\sqrt{13}", "3√1", False), (r"3\sqrt{13}", "3√12", False), (r"\sqrt[3]{2}", "√2", False),
    (r"\sqrt[3]{2}", "∛3", False), (r"\sqrt{2+\sqrt{3}}", "√2+√3", False),
]  # fmt: skip
TIE = [
    ("12", r"12~\text{cm}", True), ("12", "~12", True), ("12", "12~cm", True), ("12", r"12~\mathrm{cm}^2", True),
    ("12", r"13~\text{cm}", False),
    ("12", "~13", False), ("12", "1~000", False), ("12", r"12~\text{million}", False), ("12", "12~x", False),
    ("12", r"-12~\text{cm}", False), ("(-2,2)", r"(-2,2) \text{ units}", True),
    (r"[0,\infty)", r"[0,\infty)\ \text{cm}", True), ("(1,2),(3,4)", r"(1,2), (3,4)~\text{ km}", True),
    ("(-2,2)", r"(-2,2) \text{ only}", False), ("(-2,2)", r"(2,-2) \text{ units}", False),
]  # fmt: skip
DEGREES = [
    (r"120^\circ", r"\mathbf{120^\circ}", True), (r"120^\circ", r"120^{\circ}", True),
    (r"120^\circ", r"\textbf{120^\circ}", True), (r"120^\circ", "120º", True), (r"120^\circ", r"{120}^\circ", True),
    (r"120^\circ", r"120\degree", True), (r"120^\circ", r"120^{ \circ }", True),
    (r"120^\circ", r"\mathrm{120^{\circ}}", True), (r"120^\circ", r"\angle A = 120^\circ", True),
    (r"\frac{360}{7}", r"\frac{360^\circ}{7}", True), (r"\frac{360}{7}", r"\frac{360^{\circ}}{7}", True),
    (r"\frac{360}{7}", r"{\frac{360}{7}}^\circ", True), (r"\sin{30^\circ}", r"\sin 30^\circ", True),
    (r"\sin{30^\circ}", r"\sin(30^\circ)", True),
    (r"120^\circ", r"\mathbf{121^\circ}", False), (r"120^\circ", r"\frac{120^\circ}{2}", False),
    (r"120^\circ", r"12^\circ", False),
    (r"120^\circ", r"-120^\circ", False), (r"120^\circ", "121º", False), (r"120^\circ", r"\theta = 12^\circ", False),
    (r"\frac{360}{7}", r"{\frac{360}{8}}^\circ", False), (r"\sin{30^\circ}", r"\sin 60^\circ", False),
]  # fmt: skip
EXPONENT = [
    ("x^{10}", "x¹⁰", True), ("10^{-3}", "10⁻³", True), ("10^{-3}", "0.001", True), ("3x^{-2}", "3x⁻²", True),
    ("3x^{-2}", r"\frac{3}{x^2}", True), ("2^{10}", "2¹⁰", True), ("2^{10}", "1024", True), ("x_1", "x₁", True),
    ("7/2", "3½", True),
    ("x^{10}", "x¹¹", False), ("x^{10}", "x10", False), ("2^{10}", "2¹¹", False), ("2^{10}", "210", False),
    ("10^{-3}", "10³", False), ("3x^{-2}", "3x²", False), ("x_1", "x₂", False), ("7/2", "3¼", False),
]  # fmt: skip
DRESS = [
    ("5", r"\ 5\ ", True), ("5", r"\color{blue}{5}", True), ("5", r"\textcolor{red}{5}", True),
    ("5", r"{\color{red} 5}", True), ("5", r"\color{red}5", True), ("5", r"\large 5", True),
    ("5", r"{\Large 5}", True), ("5", r"\underline{5}", True), ("5", r"\bm{5}", True),
    ("5", r"\boldsymbol{5}", True), ("5", r"\mathbf{\color{blue}{5}}", True), ("5", r"\hspace{1cm} 5", True),
    ("5", r"\displaystyle{5}", True), ("5", r"\;5\;", True), ("5", r"\left. 5 \right.", True),
    ("5", r"\colorbox{yellow}{5}", True), ("5", r"\quad 5", True), ("5", r"\underline{\underline{5}}", True),
    ("5", r"5 \tag{1}", True),
    ("5", r"\ 6\ ", False), ("5", r"\color{blue}{6}", False), ("5", r"\underline{\underline{55}}", False),
    ("5", r"\color{5}{6}", False),
    ("5", r"\large 6", False), ("5", r"\textcolor{red}{-5}", False), ("5", r"5 \quad 6", False),
]  # fmt: skip
VECTOR = [
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{pmatrix} 1 \\[4pt] 2 \end{pmatrix}", True),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\langle 1, 2 \rangle", True),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{bmatrix} 1 \\ 2 \end{bmatrix}", True),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\left\langle 1,2 \right\rangle", True),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", "⟨1, 2⟩", True),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\left(\begin{array}{c} 1 \\ 2 \end{array}\right)", True),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{pmatrix}1\\2\\\end{pmatrix}", True),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\mathbf{v} = \begin{pmatrix} 1 \\[2ex] 2 \end{pmatrix}", True),
    (r"\begin{pmatrix} 1/2 & 3 \\ 0 & \sqrt{8} \end{pmatrix}",
     r"\begin{bmatrix} 0.5 & 3 \\ 0 & 2\sqrt{2} \end{bmatrix}", True),
    (r"\langle 1,2 \rangle", r"\langle 1,2\rangle", True),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\langle 2,1 \rangle", False),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\langle 1,2,3\rangle", False),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{pmatrix} 1 \\[4pt] 3 \end{pmatrix}", False),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{pmatrix} 1 & 2 \end{pmatrix}", False),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{vmatrix}1\\2\end{vmatrix}", False),
    (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", "⟨1, 3⟩", False), (r"\langle 1,2 \rangle", r"\langle 1,-2\rangle", False),
]  # fmt: skip
EMPTY = [
    (r"\emptyset", r"\varnothing", True), (r"\emptyset", "∅", True),
    (r"\emptyset", r"\left\{\right\}", True), (r"\emptyset", "Ø", True),
    (r"\emptyset", r"x \in \emptyset", True), (r"1-\frac{1}{\mathrm{e}}", "1-e^{-1}", True),
    (r"1-\frac{1}{\mathrm{e}}", r"1-\frac{1}{e}", True), (r"1-\frac{1}{\mathrm{e}}", r"1 - \mathrm{e}^{-1}", True),
    (r"2\mathrm{i}", "2i", True), (r"\pi e", r"\pi\mathrm{e}", True),
    (r"\emptyset", r"\{0\}", False), (r"\emptyset", "0", False), (r"\emptyset", r"\{\emptyset\}", False),
    (r"\emptyset", r"\phi", False), (r"1-\frac{1}{\mathrm{e}}", "1-e^{-2}", False),
    (r"1-\frac{1}{\mathrm{e}}", r"1-\frac{1}{\mathrm{c}}", False),
]  # fmt: skip
REPEATING = [
    (r"\frac{14}{3}", r"4.\overline{6}", True), (r"\frac{14}{3}", r"4.\dot{6}", True),
    (r"\frac{14}{3}", "4.(6)", True), (r"\frac{14}{3}", r"4.\bar{6}", True),
    (r"\frac{14}{3}", r"4.\overline6", True), (r"\frac{14}{3}", r"x=4.\overline{6}", True),
    (r"\frac13", r"0.\overline{3}", True), (r"\frac13", r".\overline{3}", True), (r"\frac13", "0.3̅", True),
    (r"\frac13", "0.(3)", True), (r"\frac16", r"0.1\overline{6}", True), (r"\frac16", "0.1(6)", True),
    (r"\frac16", r"0.1\dot{6}", True), (r"\frac17", r"0.\overline{142857}", True),
    (r"\frac17", r"0.\dot{1}4285\dot{7}", True), (r"-\frac{4}{3}", r"-1.\overline{3}", True),
    ("1", r"0.\overline{9}", True), (r"33\frac13\%", r"33.\overline{3}\%", True),
    (r"0.\overline{3}", r"\frac{1}{3}", True), (r"0.\overline{3}", r"0.\overline{33}", True),
    (r"\frac{14}{3}", "4.6", False), (r"\frac{14}{3}", r"4.\overline{7}", False),
    (r"\frac{14}{3}", r"4.\overline{06}", False), (r"\frac{14}{3}", "4.(7)", False),
    (r"\frac{14}{3}", r"4.\dot{7}", False), (r"\frac13", "0", False), (r"\frac13", "0.3", False),
    (r"\frac13", r"0.0\overline{3}", False), (r"\frac17", r"0.\overline{142856}", False),
    ("0", r"0.\overline{3}", False),
]  # fmt: skip


@pytest.mark.parametrize(("gold", "answer", "right"), APPROXIMATION)
def test_the_value_before_an_approximation_sign_is_the_answer(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), ROOT)
def test_a_root_sign_covers_the_whole_number_behind_it(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), TIE)
def test_a_tie_is_a_blank(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), DEGREES)
def test_a_degree_sign_takes_no_brace_along(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), EXPONENT)
def test_unicode_exponents_and_indices_are_read(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), DRESS)
def test_layout_and_color_are_overlooked(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), VECTOR)
def test_a_vector_may_be_written_in_other_brackets(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), EMPTY)
def test_the_empty_set_and_upright_constants_have_several_forms(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), REPEATING)
def test_a_repeating_decimal_is_a_fraction(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("answer", "right"), [(r"\{\}", True), (r"\{ \}", True), (r"\{0\}", False), ("{}", False)])
def test_empty_braces_are_the_empty_set(answer: str, right: bool) -> None:
    assert (same(r"\emptyset", answer) is True) == right
