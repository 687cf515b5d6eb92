r"""Powers and factorials that nobody can write out are told from the text; everything else is computed as before."""

from __future__ import annotations

import asyncio

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.scoring import math_answer
from evalscope_pytest.scoring.compare.math_worker import MathWorker, is_huge

from .judging import judged

HUGE = [
    "9^{9^{9^{9^{9}}}}", "9^9^9", "(10^{9})!", "100000000!", "((9!)!)!", r"\left(10^{9}\right)!", "10^{10^{10}}",
    r"\sqrt{9^{9^{9}}}", "10^{-10^{9}}", "x + 2^{10^{9}}", r"(9^{9})^{9^{9}}", "2^{40!}", "2^{3*10^{9}}",
]  # fmt: skip
ORDINARY = [
    "2^{2005}", "10^{100}", "2^{10^{7}}", "100!", "(9!)!", "x^{10^{9}}", "(x+1)^{10^{9}}", r"\sum_{1}^{10^{10}} i",
    r"\int_0^{10^{9}} x", "1^{10^{10}}", "0.5^{10^{10}}", "2^{n!}", "n!", r"\frac{100!}{98!}", "!", "^", "2^", ")!",
    "2^{", r"x_{12}^{10^{9}}", "", "3!!", "2^{(3" + "!" * 900 + ")}", "2^{(1/2)}",
]  # fmt: skip


@pytest.mark.parametrize("text", HUGE)
def test_what_cannot_be_written_out_is_huge(text: str) -> None:
    assert is_huge(text)


@pytest.mark.parametrize("text", ORDINARY)
def test_what_can_be_computed_is_not(text: str) -> None:
    assert not is_huge(text)


def test_a_huge_answer_is_wrong_at_once_without_a_process() -> None:
    worker = MathWorker()
    assert [asyncio.run(worker.equal("5", text)) for text in HUGE] == ["different"] * len(HUGE)
    assert worker._child is None
    score = judged(math_answer(), r"\boxed{9^{9^{9^{9^{9}}}}}", Sample("?", "\\sqrt{2}"))
    assert (score.values, score.metadata) == ({"accuracy": 0.0}, {})


def test_a_huge_target_is_still_found_equal() -> None:
    target = "2^{10^{10}}-1"
    assert judged(math_answer(), rf"\boxed{{{target}}}", Sample("?", target)).values == {"accuracy": 1.0}
