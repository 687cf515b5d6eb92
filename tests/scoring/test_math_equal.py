from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.scoring.compare.math_equal import Undecided, same
from evalscope_pytest.scoring.compare.math_form import simplified, without_unit
from evalscope_pytest.scoring.compare.math_value import exact

EQUAL = [
    ("18", "18.0"), ("18", "18."), ("1,234", "1234"), ("1234", "1,234"), ("1234", "1 234"), ("1{,}000", "1000"),
    ("1\\,000", "1000"), ("1\\!000", "1000"), ("11,\\! 111", "11111"), ("\\$32,\\!348", "32348"), ("5", "five"),
    ("21", "twenty-one"), ("105", "one hundred and five"), ("3", "\\text{three}"), ("18", "\\$18"), ("18", "$18.00"),
    ("18", "$18$"), ("18", "18 dollars"), ("18", "18 dollars per day"), ("18", "18元"), ("4", "4\\text{个}"),
    ("5", "5 cm"), ("5", "5\\text{ cm}^2"), ("5", "5\\ \\mathrm{cm}^2"), ("12", "12 \\text{ (cm)}"),
    ("864 \\mbox{ inches}^2", "864"), ("\\text{5 cents}", "5"), ("5000000", "5 million"), ("12", "1 dozen"),
    ("\\frac{1}{2}", "0.5"), ("\\frac12", "1/2"), ("\\frac{1}{2}", "\\dfrac{1}{2}"),
    ("\\frac{1}{2}", "0.5000000000"), ("\\frac{1}{3}", "0.333333"), ("3\\frac{1}{2}", "3.5"),
    ("3\\frac{1}{2}", "\\frac{7}{2}"), ("3 1/2", "3.5"), ("-\\frac{1}{8}", "\\frac{-1}{8}"),
    ("-\\frac{1}{8}", "-0.125"), ("2/3", "\\frac{4}{6}"), ("x=5", "5"), ("5", "x = 5"), ("5", "2+3=5"), ("8", "2^3"),
    ("70", "70*2/2"), ("3300", "3.3 \\times 10^{3}"), ("540", "5.400000e+02"), ("3", "0003"), ("27", "+27"),
    ("125", "１２５"), ("-125", "－１２５"), ("2", "{2}"), ("2", "\\left(2\\right)"), ("5", "\\boxed{5}"),
    ("6 - 5i", "\\mathbf{6 - 5i}"), ("\\frac{3}{4}", "\\mathbf{\\frac{3}{4}}"), ("11\\sqrt2", "11\\sqrt{2}"),
    ("p - q", "p-q"), ("y = 2x + 3", "2x+3"), ("90^\\circ", "90"), ("90", "90^{\\circ}"), ("90", "90 degrees"),
    ("90", "90°"), ("2516_8", "2516_{8}"), ("2516_8", "2516"), ("60\\%", "60"), ("60\\%", "60%"), ("60\\%", "0.6"),
    ("0.6", "60\\%"), ("\\text{Evelyn}", "evelyn"), ("\\text{(C)}", "C"), ("\\text{June 20}", "June 20"),
    ("(15,-29)", "15,-29"), ("[0,\\infty)", "x = [0, \\infty)"), ("x \\in [-2,7]", "[-2,7]"),
    ("\\{3,4\\}", "\\{4,3\\}"), ("12, 10, 6", "12,10 and 6"), ("4,6,14,15", "4, 6, 14, 15"),
    ("(1,\\frac{9}{2})", "(1, 4.5)"), ("5", "5 or 10/2"), (".5", "0.5"),
]  # fmt: skip
DIFFERENT = [
    ("100", "1"), ("18", "1800"), ("18", "0.18"), ("18", "18.001"), ("10", "10.0000001"), ("5", "-5"),
    ("3,4", "4,3"), ("(3,4)", "(4,3)"), ("60", "60\\%"), ("-1", "-1\\%"), ("\\frac{1}{3}", "0.33"),
    ("-\\frac{1}{8}", "-0.12"), ("4", "4 or 5"), ("4", "4 \\text{ or } 5"), ("203", "203, 204"),
    ("12, 10, 6", "12106.5"), ("[0,\\infty)", "(0,\\infty)"), ("(1,2)", "[1,2]"), ("2516_8", "2517_8"),
    ("2516_8", "2516_9"), ("52_8", "42"), ("\\text{Evelyn}", "Alice"), ("5", ""), ("6", "six apples"),
    ("18", "18 or so"), ("x^2+1", "5"), ("\\text{even}", "odd"), ("28", "28.5"), ("10", "9901"),
]  # fmt: skip


@pytest.mark.parametrize(("gold", "answer"), EQUAL)
def test_the_same_answer_written_otherwise_is_the_same(gold, answer):
    assert same(gold, answer) is True


@pytest.mark.parametrize(("gold", "answer"), DIFFERENT)
def test_another_answer_is_another(gold, answer):
    assert same(gold, answer) is False


@pytest.mark.parametrize(
    ("gold", "answer"),
    [("\\frac{\\pi}{2}", "\\pi/2"), ("x^2-1", "(x-1)(x+1)"), ("5", "5!"), ("(1, \\sqrt{4})", "(1, \\sqrt{9})")],
)
def test_what_takes_algebra_is_left_open(gold, answer):
    assert isinstance(same(gold, answer), Undecided)


def test_a_percent_sign_is_a_unit_only_if_the_question_asks_for_a_percentage():
    assert same("60", "60\\%", "What percent of the cake is left?") is True
    assert same("60", "60\\%", "Find the percentage of red marbles.") is True
    assert same("60", "60\\%", "A price of 75 dollars falls by 20 percent. What is it now?") is False


def test_values_come_in_any_order_if_the_question_asks_for_all():
    question = "Find all solutions. Enter them separated by commas."
    assert same("3,4", "4,3", question) is True
    assert same("1,-2", "-2, 1", "What are all the roots? Enter all of them, separated by commas.") is True
    assert same("3,4", "4,4", question) is False
    assert same("3,4", "4,3", "What are x and y?") is False


@given(
    st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=999),
    st.sampled_from(["{}", "\\frac{{{n}}}{{{d}}}", "({n})/{d}", "$\\dfrac{{{n}}}{{{d}}}$"]),
)
def test_every_way_to_write_a_fraction_has_its_value(value, form):
    text = form.format(value, n=value.numerator, d=value.denominator)
    assert exact(simplified(text)) == value
    assert same(str(value), text) is True


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_integers_are_equal_when_they_are_the_same(one, other):
    assert same(str(one), f"{other:,}") is (one == other)


@given(
    st.integers(0, 10**6),
    st.sampled_from(
        [" dollars", " cm", "\\text{ units}", "元", " km/h", "kg", " square meters", "\\%", "x", "ab", "xy^2"]
    ),
)
def test_units_are_overlooked_and_variables_are_not(value, suffix):
    verdict = same(str(value), f"{value}{suffix}")
    assert (verdict is True) == (suffix not in ("\\%", "x", "ab", "xy^2") or (value == 0 and suffix == "\\%"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1+2*3", 7),
        ("-2^2", -4),
        ("2^{-1}", Fraction(1, 2)),
        ("(1+2)(3)", 9),
        ("\\frac{1}{2}*4", 2),
        ("1/2/2", Fraction(1, 4)),
        ("50%", Fraction(1, 2)),
        ("\\frac12", Fraction(1, 2)),
    ],
)
def test_arithmetic_has_its_usual_precedence(text, value):
    assert exact(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "1/0",
        "9^9^9",
        "9^{9999}",
        "1e9999",
        "((((1",
        "1 2",
        "sqrt(2)",
        "(" * 100 + "1" + ")" * 100,
        "1" * 500 + "+1",
        "\\frac{1}{0}",
    ],
)
def test_unbounded_arithmetic_has_no_value(text):
    assert exact(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("5 cm", "5"), ("5x", "5x"), ("3 million", "3*10^6"), ("5万", "5*10^4"), ("5 or 6", "5 or 6"), ("m5", "m5")],
)
def test_units_are_taken_off(text, value):
    assert without_unit(text) == value


@given(st.text(max_size=80), st.text(max_size=80))
def test_comparing_never_raises(gold, answer):
    assert isinstance(same(gold, answer), (bool, Undecided))


@given(
    st.lists(
        st.sampled_from(
            [
                "\\frac",
                "{",
                "}",
                "1",
                "2",
                "x",
                "+",
                "-",
                "^",
                "(",
                ")",
                ",",
                "\\text{",
                "=",
                "%",
                "$",
                " ",
                "_",
                "[",
                "\\{",
                "or",
            ]
        ),
        max_size=20,
    ).map("".join)
)
def test_an_answer_is_equal_to_itself(text):
    if simplified(text):
        assert same(text, text) is True
