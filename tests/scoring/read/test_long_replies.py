"""Hostile replies of 200,000 characters are read in milliseconds (each of them stops a backtracking expression).

What is slower than three plain scans of such a reply in the same process (60 ms, if a scan takes 20) must at least grow
in proportion to the reply. `bench/long_replies.py` has the figures.
"""

from __future__ import annotations

import re
from functools import cache

import pytest

from evalscope_pytest.scoring.compare.math_equal import same
from evalscope_pytest.scoring.filters import Filters
from evalscope_pytest.scoring.read.choice import read_choice
from evalscope_pytest.scoring.read.math_text import read_math
from evalscope_pytest.scoring.read.options import listed, options
from evalscope_pytest.scoring.read.phrase import read_phrase, read_spans
from evalscope_pytest.scoring.read.verdict import read_verdict
from tests.cost import cpu_s_of, grows_linearly

LENGTH = 200_000
PIECES = [
    "#### ", "\\boxed{", "\\boxed{1} and ", "not \\boxed{1} ", " ", "\n", "<think>", "<think></think>", "</think>",
    "a", "answer ", "ANSWER: ", "ANSWER: B, ", "the answer is not ", "答案", "答案：不是", "**", "**1** ",
    "$", "(", "{",
    "[", "A B ", "A is right. ", "A", "I choose ", "1", "1,", "\\frac{1}{", '"answer":', "选", "x=", ". ", "B)\n",
    "(A) x\n", "\\", "9^", "Ａ", "<answer>", "a" * 50 + "!",
    "réponse ", "A、", "A还是", '"answer', "'", "so A", "antwort a a ", "الإجابة ", "yes ", "actually ",
    "| A | ✅ |\n", "1. a\n", "- A: no\n", "based on a, ", "I'd say ", "answer: (a) ", "A is true ", " (a", ", because",
    "<|im_end|>", "<|channel|>analysis<|message|>", "[THINK]", "<reasoning>", '{"answer": ', "The answer is 3, ",
    "$x$ or ", "3 and ", "since 3 ", "(3 ", "\\begin{align}", "$1 ", "3、", "answer (a) to the question ",
    "❌ no ", "**a**\n", "A it is\n", "so A it is ", "a: A", "A: x; y\n", "1. A – ", ", so yes ",
]  # fmt: skip
FOUR = options(["a dog", "the cat", "fish", "bird"])
READERS = {
    "choice": lambda text: read_choice(text, FOUR),
    "choices": lambda text: read_choice(text, FOUR, multiple=True),
    "verdict": read_verdict,
    "math": read_math,
    "phrase": read_phrase,
    "spans": read_spans,
    "equality": lambda text: same("5", text),
    "equality_of_both": lambda text: same(text, text[:-1]),
    "options": listed,
    "filters": Filters.of({"remove_until": "</think>", "extract": r"answer is (\d+)"}).apply,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("piece", PIECES)
def test_a_hostile_reply_is_read_within_three_plain_scans_or_in_proportion_to_its_length(name, piece):
    grows_linearly(READERS[name], lambda length: reply(piece, length), LENGTH, glance_s=3 * plain_scan_s())


@pytest.mark.parametrize("make", [lambda length: reply("a", length), lambda length: reply("ab ", length)])
def test_a_reply_that_is_read_again_and_again_is_noticed(make):
    with pytest.raises(AssertionError, match=r"at size 1500, .* at 6000: at most 8 times as long"):
        grows_linearly(re.compile(r"[ab ]*y").search, make, 6000, glance_s=0.005)


def reply(piece: str, length: int = LENGTH) -> str:
    """Return a reply that repeats a piece, and ends with what a backtracking expression did not expect."""
    return (piece * (length // len(piece) + 1))[:length] + "x"


@cache
def plain_scan_s() -> float:
    """Return the seconds of CPU that finding every letter of such a reply takes."""
    word, text = re.compile(r"\w"), "a" * LENGTH
    return min(cpu_s_of(lambda: [*map(re.Match.start, word.finditer(text))]) for _ in range(3))
