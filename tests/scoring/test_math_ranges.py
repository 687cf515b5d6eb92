"""Commas in brackets, intervals and inequalities.

Each case: gold answer, boxed answer, whether it is right.
"""

from __future__ import annotations

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.scoring import math_answer

from .judging import judged

COMMA = [
    ("(5, 120)", "(5,120)", True), ("(5, 120)", "(5, 120)", True), ("(5, 120)", r"\left(5,120\right)", True),
    ("(5, 120)", r"(5,\,120)", True), ("[-36,104]", "[-36, 104]", True), ("1234", "1,234", True),
    ("1234", "1{,}234", True), ("1234", r"1\,234", True), ("1234", r"1,\!234", True),
    ("101,102,103", "101, 102, 103", True), ("2, 128", "2,128", True), ("2,128", "2, 128", True),
    ("2,128", "2128", True), (r"(2,12) \cup (12,102)", r"(2,12)\cup(12,102)", True),
    (r"(2,12) \cup (12,102)", r"(2, 12) \cup (12, 102)", True), (r"\{1000,2000\}", r"\{1,000, 2,000\}", True),
    (r"\{1000,2000\}", r"\{2000, 1000\}", True), ("(1000,2000)", "(1{,}000, 2{,}000)", True),
    ("(5,120)", "5120", False), ("(5,120)", "(5120)", False), ("(5,120)", "(120,5)", False),
    ("[-36,104]", "(-36,104)", False), ("[-36,104]", "[-36,104)", False), ("[-36,104]", "-36104", False),
    ("(1,234)", "1234", False), ("(1,234)", "1,234,0", False), ("1234", "(1,234)", False),
    ("1234", "1, 234", False), ("2,128", "2,129", False), ("2,128", "128,2", False), ("2,128", "2 128 1", False),
    (r"(2,12) \cup (12,102)", r"(2,12)\cup(12,103)", False), (r"(2,12) \cup (12,102)", "(2,102)", False),
    (r"(2,12) \cup (12,102)", r"[2,12)\cup(12,102)", False),
]  # fmt: skip
INTERVAL = [
    (r"x \in [-2,7]", r"-2 \le x \le 7", True), (r"x \in [-2,7]", r"7 \ge x \ge -2", True),
    (r"x \in [-2,7]", "[-2,7]", True), (r"x \in [-2,7]", "-2 ≤ x ≤ 7", True),
    (r"x \in [-2,7]", r"x \in [-2, 7]", True), (r"x \in [-2,7]", r"x \ge -2 \text{ and } x \le 7", True),
    (r"x \in [-2,7]", r"\{x \mid -2 \le x \le 7\}", True), (r"x \in [-2,7]", r"-2\leq x\leq 7", True),
    ("x>3", "x>3", True), ("x>3", r"(3,\infty)", True), ("x>3", "3<x", True), ("x>3", r"x \in (3, \infty)", True),
    ("x>3", r"x \gt 3", True), ("x>3", r"(3,+\infty)", True), ("x>3", r"3 < x < \infty", True),
    ("x>3", r"\{x : x > 3\}", True), (r"(-\infty,2)\cup(3,\infty)", r"x<2 \text{ or } x>3", True),
    (r"(-\infty,2)\cup(3,\infty)", r"(3,\infty)\cup(-\infty,2)", True),
    (r"(-\infty,2)\cup(3,\infty)", r"x \in (-\infty,2) \cup (3,\infty)", True),
    (r"(-\infty,2)\cup(3,\infty)", r"2 > x \text{ or } x > 3", True),
    (r"x<2 \text{ or } x>3", r"2 > x \text{ or } x > 3", True),
    (r"(-\sqrt{3},\sqrt{3})", r"-\sqrt{3} < x < \sqrt{3}", True),
    (r"(-\sqrt{3},\sqrt{3})", r"\sqrt{3} > x > -\sqrt{3}", True), ("-4<x<4", "|x|<4", True),
    ("-4<x<4", "(-4,4)", True), (r"(-\infty,3)\cup(3,\infty)", r"x \neq 3", True),
    (r"(-\infty,3)\cup(3,\infty)", r"x\ne3", True),
    ("[-2,7)", r"-2 \le x \le 7", False), ("[-2,7)", r"7 \ge x \ge -2", False), ("[-2,7)", "[-2,7]", False),
    ("[-2,7)", "-2 ≤ x ≤ 7", False), ("[-2,7)", r"x \in [-2, 7]", False),
    ("[-2,7)", r"x \ge -2 \text{ and } x \le 7", False), ("[-2,7)", r"\{x \mid -2 \le x \le 7\}", False),
    ("[-2,7)", r"-2\leq x\leq 7", False), ("x<3", "x>3", False), ("x<3", r"(3,\infty)", False),
    ("x<3", "3<x", False), ("x<3", r"x \in (3, \infty)", False), ("x<3", r"x \gt 3", False),
    ("x<3", r"(3,+\infty)", False), ("x<3", r"3 < x < \infty", False), ("x<3", r"\{x : x > 3\}", False),
    (r"(-\infty,2)\cup(4,\infty)", r"x<2 \text{ or } x>3", False),
    (r"(-\infty,2]\cup(3,\infty)", r"(-\infty,2)\cup(3,\infty)", False),
    (r"(-\infty,2)\cup(4,\infty)", r"(3,\infty)\cup(-\infty,2)", False),
    (r"(-\infty,2]\cup(3,\infty)", r"x > 3 \text{ or } x < 2", False),
    (r"(-\infty,2)\cup(4,\infty)", r"x \in (-\infty,2) \cup (3,\infty)", False),
    (r"(-\infty,2)", r"x \in (-\infty,2) \cup (3,\infty)", False),
    (r"(-\infty,2]\cup(3,\infty)", r"2 > x \text{ or } x > 3", False), ("(2,3)", r"2 > x \text{ or } x > 3", False),
    (r"(-\infty,2)\cup(4,\infty)", r"2 > x \text{ or } x > 3", False),
    (r"(-\infty,2)", r"2 > x \text{ or } x > 3", False),
]  # fmt: skip


@pytest.mark.parametrize(("gold", "answer", "right"), COMMA)
def test_a_comma_in_brackets_separates_members(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right


@pytest.mark.parametrize(("gold", "answer", "right"), INTERVAL)
def test_an_inequality_is_an_interval(gold: str, answer: str, right: bool) -> None:
    assert judged(math_answer(), f"So \\boxed{{{answer}}}", Sample("?", gold)).values["accuracy"] == right
