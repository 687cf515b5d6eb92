"""Hostile replies of 200,000 characters are read in milliseconds (each of them stops a backtracking expression).

The bound is a multiple of what a plain scan of such a reply takes in the same process, so it holds on a busy machine:
60 ms where that scan takes 20.
"""

from __future__ import annotations

import re
import time
from functools import cache

import pytest

from evalscope_pytest.scoring.compare.math_equal import same
from evalscope_pytest.scoring.filters import Filters
from evalscope_pytest.scoring.read.choice import read_choice
from evalscope_pytest.scoring.read.math_text import read_math
from evalscope_pytest.scoring.read.options import listed, options
from evalscope_pytest.scoring.read.phrase import read_phrase, read_spans
from evalscope_pytest.scoring.read.verdict import read_verdict

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
def test_a_hostile_reply_is_read_within_three_plain_scans(name, piece):
    reply = (piece * (LENGTH // len(piece) + 1))[:LENGTH] + "x"
    best = min(_cpu_s(READERS[name], reply) for _ in range(2))
    # A machine that became busy since is measured again before the reader is blamed.
    assert best < 3 * _plain_scan_s() or min(_cpu_s(READERS[name], reply) for _ in range(5)) < 3 * _scanned()


@cache
def _plain_scan_s():
    return _scanned()


def _scanned():
    word = re.compile(r"\w")
    return min(_cpu_s(lambda text: [*map(re.Match.start, word.finditer(text))], "a" * LENGTH) for _ in range(3))


def _cpu_s(read, reply):
    started = time.thread_time()
    read(reply)
    return time.thread_time() - started
