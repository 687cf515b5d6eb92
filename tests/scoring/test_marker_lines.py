"""Announcements are looked for in lines that hold one of their words: nothing is lost by that."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.scoring.read import choice, marker, verdict

PIECES = (
    "The answer is ", "answer", "Answer:", "ANSWER - ", "final_answer = ", "My answer", "means", "\n", "\n\n", " ",
    ". ", "x", "12", "B", "(a)", "to part (b) is ", "**", "####", "答案是", "答：", "正确的选项是", "选项", "Antwort: ",
    "réponse est ", "الإجابة: ", "正解は", "คำตอบ", "<answer>", "[答案]", "ans. ", "\\boxed{", "1. ", "correct:",
    "the correct option: ", "Conclusion: ", "Actually, ", '"label": ', "I would", "w" * 700, "\n" + "w" * 300, "İ",
    "solution: ", "Judgement is ",
)  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (marker.ANNOUNCEMENT, marker.WORDS),
        (choice._MARKER, choice._WORDS),
        (verdict._MARKER, verdict._MARKER_WORDS),
    ],
    ids=["every reader", "choice", "verdict"],
)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=14))
def test_the_lines_with_a_word_hold_every_announcement(
    pattern: re.Pattern[str], words: tuple[str, ...], pieces: list[str]
) -> None:
    reply = "".join(pieces)
    found = [match.span() for match in marker._matches(reply, pattern, words)]
    assert found == [match.span() for match in pattern.finditer(reply)]
