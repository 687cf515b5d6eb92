"""The interval of a score holds where it should and widens where it must."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.report.statistics import interval

from .rows import row


def test_right_and_wrong_give_wilsons_interval() -> None:
    rows = [row("a", i, float(i < 7)) for i in range(10)]
    low, high = interval(rows, "accuracy", (0.0, 1.0)) or (0, 0)
    n = 0.7 * 0.3 / (0.7 * 0.3 / 9)  # the sample variance has n - 1
    centre = (0.7 + 1.959964**2 / (2 * n)) / (1 + 1.959964**2 / n)
    assert (low + high) / 2 == pytest.approx(centre)
    assert low == pytest.approx(0.37, abs=0.02)
    assert high == pytest.approx(0.90, abs=0.02)


def test_all_right_is_not_certainty() -> None:
    low, high = interval([row("a", i) for i in range(20)], "accuracy", (0.0, 1.0)) or (0, 0)
    assert high == 1.0
    assert low == pytest.approx(20 / (20 + 1.959964**2))


def test_repeats_of_a_question_are_no_new_questions() -> None:
    once = [row("a", i, float(i % 2)) for i in range(40)]
    repeated = [row("a", i, float(i // 5 % 2), repeats=5) for i in range(200)]
    assert interval(once, "accuracy", (0.0, 1.0)) == pytest.approx(interval(repeated, "accuracy", (0.0, 1.0)))


def test_weights_count() -> None:
    rows = [row("a", i, float(i % 2), weights={"accuracy": 3.0 if i % 2 else 1.0}) for i in range(40)]
    low, high = interval(rows, "accuracy", (0.0, 1.0)) or (0, 0)
    assert low < 0.75 < high


def test_unbounded_metrics_take_the_normal_interval() -> None:
    rows = [row("a", i, float(v)) for i, v in enumerate([10, 20, 30])]
    low, high = interval(rows, "accuracy", None) or (0, 0)
    assert (low, high) == pytest.approx((20 - 1.959964 * 10 / math.sqrt(3), 20 + 1.959964 * 10 / math.sqrt(3)))


@given(st.lists(st.floats(0, 1), max_size=30))
def test_the_score_lies_in_its_interval_and_that_in_the_metrics_range(values: list[float]) -> None:
    bounds = interval([row("a", i, v) for i, v in enumerate(values)], "accuracy", (0.0, 1.0))
    if len(values) < 2:
        assert bounds is None
    else:
        assert bounds is not None
        assert 0 <= bounds[0] <= math.fsum(values) / len(values) + 1e-9
        assert math.fsum(values) / len(values) - 1e-9 <= bounds[1] <= 1


def test_a_metric_over_parts_has_no_interval() -> None:
    rows = [row("a", i, float(i % 2), weights={"accuracy": {"even": 1.0}}) for i in range(40)]
    assert interval(rows, "accuracy", (0.0, 1.0)) is None
