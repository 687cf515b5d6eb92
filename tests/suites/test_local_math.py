"""Mathematical answers in other languages, and what a benchmark may allow beyond exact equality."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample, Score
from evalscope_pytest.scoring.compare.math_equal import Leniency, same
from evalscope_pytest.scoring.compare.number_words import last_spoken_zh, spoken_zh
from evalscope_pytest.scoring.read.math_text import read_math
from evalscope_pytest.suites.math.local_math import local_math_answer, local_number
from tests.cost import at_most

DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """Write a number below ten thousand the way it is spoken."""
    text, gap = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + unit
        gap = not digit
    return text[1:] if 10 <= number < 20 else text


@given(st.integers(1, 9999), st.sampled_from(["", "元", "个", "千克"]))
def test_every_number_in_characters_is_read_with_its_unit(number: int, unit: str) -> None:
    assert spoken_zh(chinese(number) + unit) == f"{number}{unit}"
    assert last_spoken_zh(f"一共有{chinese(number)}{unit}。") == str(number)


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_large_numbers_are_read(high: int, low: int) -> None:
    between = "零" if low < 1000 else ""
    assert spoken_zh(f"{chinese(high)}万{between}{chinese(low)}") == str(high * 10_000 + low)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("三分之二", "2/3"), ("百分之十二点五", "12.5%"), ("5分之2", "2/5"), ("负三", "-3"), ("一半", "1/2"),
        ("零点五米", "0.5米"), ("一百二", "120"), ("一万二", "12000"),
        ("一亿二千万", "120000000"), ("二〇二四年", "2024年"),
        ("三角形", None), ("一样", None), ("千克", None), ("万元", None), ("三三", None), ("百千", None), ("", None),
    ],
)  # fmt: skip
def test_numbers_in_characters(text: str, digits: str | None) -> None:
    assert spoken_zh(text) == digits


@given(st.text(alphabet="零一二三十百千万亿点分之负元a1。", max_size=60))
def test_any_characters_are_read_without_an_error(text: str) -> None:
    spoken_zh(text)
    last_spoken_zh(text)


@pytest.mark.parametrize(
    ("reply", "gold"),
    [
        ("La respuesta es 18.", "18"), ("La respuesta final es: **18**", "18"), ("La réponse est 18 dollars.", "18"),
        ("Die Antwort lautet: 18 Dollar", "18"), ("Ответ: 18 долларов", "18"), ("Ответ — 18.", "18"),
        ("Jibu ni 18.", "18"), ("答えは１８ドルです。", "18"), ("คำตอบคือ ๑๘ ดอลลาร์", "18"),
        ("উত্তর হল ১৮ টাকা।", "18"),
        ("సమాధానం: ౧౮", "18"), ("答：一共有二十四个苹果。", "24"), ("答：小红还剩3.5千克。", "3.5"),
        ("所以是二十四。", "24"),
        ("答案：百分之二十", "1/5"), ("答：占全长的2/5。", "0.4"), ("\\boxed{二十四个}", "24"),
        ("\\boxed{3又1/2}", "7/2"),
        ("\\boxed{5千克}", "5"), ("\\boxed{18 €}", "18"), ("\\boxed{18 долларов}", "18"), ("\\boxed{18 ดอลลาร์}", "18"),
        ("\\boxed{2万}", "20000"),
    ],
)  # fmt: skip
def test_an_answer_announced_in_its_language_is_read(reply: str, gold: str) -> None:
    assert same(gold, read_math(reply) or "") is True


@pytest.mark.parametrize(
    ("text", "language", "english"),
    [
        ("1.250,5", "de", "1250.5"), ("1.250", "es", "1250"), ("1.250", "en", "1.250"), ("1,250", "de", "1,250"),
        ("2,5", "ru", "2.5"), ("1{,}5", "fr", "1.5"), ("2,5", "en", "2,5"), ("12.5", "de", "12.5"),
        ("১,০০,০০০", "bn", "100000"), ("1,00,000", "te", "100000"), ("3,4,5", "de", "3,4,5"), ("๑๘", "th", "18"),
        ("x = (-2,2).", "de", "x = (-2,2)."), ("\\mathbf{[0,5]}", "fr", "\\mathbf{[0,5]}"),
        ("\\left(1,5\\right)", "it", "\\left(1,5\\right)"), ("\\{-3,3\\}", "es", "\\{-3,3\\}"),
        ("(1,5 + 2)", "de", "(1.5 + 2)"),
    ],
)  # fmt: skip
def test_separators_are_those_of_the_language(text: str, language: str, english: str) -> None:
    assert local_number(text, language) == english


@pytest.mark.parametrize(("gold", "right"), [("-3, 3", True), ("-3.3", True), ("33", False), ("-3", False)])
def test_a_comma_between_numbers_is_decimal_or_separates_members(gold: str, right: bool) -> None:
    score = local_math_answer().score("Die Antwort ist $\\boxed{-3,3}$.", Sample("?", gold, subset="de-low"))
    assert isinstance(score, Score)
    assert score.values["accuracy"] == float(right)


@pytest.mark.parametrize(
    ("gold", "answer", "right"),
    [
        ("4.5e33", "4.46 \\times 10^{33}", True), ("4.5e33", "4.4e33", False), ("1.6", "1.571", True),
        ("1.6", "1.4", False), ("5", "5.3", False), ("4e33", "3.8e33", True), ("-0.2", "-0.21", True),
        ("1.6", "1.571\\text{ cm}", True),
    ],
)  # fmt: skip
def test_a_measured_quantity_is_met_by_what_rounds_to_it(gold: str, answer: str, right: bool) -> None:
    assert same(gold, answer, leniency=Leniency(measured=True)) is right
    assert right is False or same(gold, answer) is not True


def test_tolerances_and_order_are_allowed_if_they_are_requested() -> None:
    both = Leniency(any_order=True, tolerances=(Fraction("0.1"), Fraction("0.5")))
    assert same("2,1", "1,2", leniency=Leniency(any_order=True)) is True
    assert same("2,1", "1,2") is False
    assert same("2,10", "10.4, 2.05", leniency=both) is True
    assert same("2,10", "10.05, 2.4", leniency=both) is False
    assert same("(2,1)", "(1,2)", leniency=both) is False


@pytest.mark.parametrize(("question", "right"), [("一共多少万元？", True), ("一共多少元？", False)])
def test_a_scale_the_question_asks_for_is_a_unit(question: str, right: bool) -> None:
    assert same("3.5", "3.5万元", question) is right
    assert same("35000", "3.5万元", question) is True


@pytest.mark.parametrize(
    "piece", ["零", "一百二", "百分之", "答：一", "respuesta ", "উত্তর ", "1又", "1,00,", "18 ดอลลาร์ "]
)
def test_a_reply_of_a_megabyte_takes_no_time(piece: str) -> None:
    with at_most(cpu_s=3):
        local_number(read_math(piece * (1_000_000 // len(piece))) or "", "bn")
