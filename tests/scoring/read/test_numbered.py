"""Choices among more options than there are letters, and choices that replace another one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalscope_pytest.core.listed_options import letters
from evalscope_pytest.scoring.read.choice import read_choice
from evalscope_pytest.scoring.read.numbered import read_numbered
from evalscope_pytest.scoring.read.options import options

WORDS = ["top up", "card lost", "pin blocked", "rate", "fee", "transfer", "refund", "cash"]
TEXTS = [f"{WORDS[n % 8]} of kind {chr(97 + n // 8)}{chr(97 + n % 8)}" for n in range(77)]
LABELS = letters(len(TEXTS))
LISTED = "\n".join(f"{label}) {text}" for label, text in zip(LABELS, TEXTS, strict=True))
FORMS = [
    "ANSWER: {x}", "answer: {x}", "ANSWER: ({x})", "**ANSWER: {x}**", "ANSWER: {x}.", "The answer is {x}. It fits.",
    "It is $\\boxed{{{x}}}$", '{{"answer": "{x}"}}', "Option {x} is right, unlike option {y}", "{x}) {text}", "{text}",
    "ANSWER: {x}) {text}", "ANSWER: {y}\nHold on, I misread it.\nANSWER: {x}", "答案：{x}", "ANSWER: {text}",
    "Two weeks, 3 cards.\n\nANSWER: {x}", "ANSWER: {y}\nNo, I take it back: {x}", LISTED + "\n\nANSWER: {x}",
    "<think>ANSWER: {y}</think>{x}",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=range(len(FORMS)))
@pytest.mark.parametrize(("x", "y"), [("19", "21"), ("51", "5"), ("1", "Z"), ("Q", "7"), ("A", "51"), ("Z", "B")])
def test_every_label_is_read_in_every_form(form: str, x: str, y: str) -> None:
    reply = form.format(x=x, y=y, text=TEXTS[LABELS.index(x)])
    assert read_numbered(reply, TEXTS) == (x,)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "I cannot help.",
        "ANSWER: 52",
        "ANSWER: 0",
        "ANSWER: 19 or 21",
        "ANSWER: 19, Q",
        "In 19 days it came.",
        LISTED,
    ],
)
def test_what_is_no_choice(reply: str) -> None:
    assert not read_numbered(reply, TEXTS)


def test_what_is_denied_is_not_chosen() -> None:
    assert read_numbered("I would say it is 41, certainly not 28", TEXTS) == ("41",)


def test_several_options() -> None:
    assert set(read_numbered("ANSWER: 19, C, 40", TEXTS, multiple=True) or ()) == {"19", "C", "40"}


@settings(max_examples=60)
@given(st.text(alphabet=st.sampled_from("AZz19 0:.()\n答案ANSWER"), max_size=200))
def test_any_text_is_read(text: str) -> None:
    found = read_numbered(text, TEXTS)
    assert found is None or set(found) <= set(LABELS)


FOUR = options(["laugh at him", "help him up", "look away", "shout"])


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("C\nNo, I take it back: B", "B"),
        ("ANSWER: C\nOn second thought, B", "B"),
        ("C. Correction: B", "B"),
        ("ANSWER: C\nWait, no: it's B.", "B"),
        ("C\n更正：B", "B"),
        ("A\n不，我收回：B", "B"),
        ("ANSWER: C\nI was wrong: help him up.", "B"),
        ("ANSWER: C\nI take it back: B\nANSWER: D", "D"),
        ("ANSWER: C\nI take nothing back: B", "C"),
        ('Not "look away" but "help him up".', "B"),
        ("Help him up, rather than shout.", "B"),
        ("不是“look away”，而是“help him up”。", "B"),
        ('Not "look away" but "run".', None),
    ],
)
def test_a_choice_that_replaces_another(reply: str, label: str | None) -> None:
    assert read_choice(reply, FOUR) == (label and (label,))
