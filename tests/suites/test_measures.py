"""Readings of instruments: values within an interval, multiples of the unit, times of day."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.core.errors import RecordError
from suites.multimodal.instrument import expected
from suites.multimodal.quantities import unit

from .test_suites import score_of

AMPERE = {"interval": [60.5, 61.5], "units": ["A", "Ampere"]}
TEN = {"intervals": [["10:08:00", "10:12:00"], ["22:08:00", "22:12:00"]], "units": []}


def values(reply: str, kwargs: dict[str, Any]) -> dict[str, float]:
    sample = Sample("?", metadata={"evaluator_kwargs": json.dumps(kwargs)})
    return score_of(load_bundled("measure_bench"), reply, sample).values


RIGHT = """Answer: 61 A|Answer: 61000 mA|Answer: 0.061 kA|61 A|Answer: 61A|Answer: 61 amps|Answer: 61,0 A
Answer: 61.0 A.|Answer: 61,000 mA|Answer: sixty-one amperes|Answer: 6.1e1 A|Answer: 6.1 × 10^1 A
Answer: 61000 milliamperes|Answer: 122/2 A|Answer: 61 A, not 70 A|Answer: 61 A (100 A full scale)
Answer: 61 ± 0.5 A|Answer: <61> <A>|Answer: about 61 A|**Answer**: 61 A|Answer：６１ A|答案：61 A
\\boxed{61\\,\\text{A}}|{"value": 61, "unit": "A"}|{"answer": "61 A"}
Answer: 70 A. Wait. Answer: 61 A|The scale goes from 0 to 100 A and the needle points at 61 A.
I read 61 A on the meter, since the needle is above 60.|Value: 61, Unit: A"""
WRONG = """Answer: 61|Answer: 61 V|Answer: 61 mA|Answer: 70 A|Answer: -61 A|Answer: 60-62 A
Answer: between 60 and 62 A|Answer: 61 or 70 A|Answer: not 61 A|Answer: 70 A, not 61 A
Answer: more than 61 A|Answer: 61 A. Wait. Answer: 70 A|<think>61 A|As an AI I cannot read it.|
Answer:"""


@pytest.mark.parametrize(("replies", "right"), [(RIGHT, 1.0), (WRONG, 0.0)])
def test_a_current(replies: str, right: float) -> None:
    found = {reply: values(reply, AMPERE)["accuracy"] for line in replies.splitlines() for reply in line.split("|")}
    assert set(found.values()) == {right}, [reply for reply, value in found.items() if value != right]


@pytest.mark.parametrize(
    ("reply", "number", "right_unit"),
    [("Answer: 61", 1.0, 0.0), ("Answer: 61 V", 1.0, 0.0), ("Answer: 61 mA", 0.0, 1.0), ("Answer: 70 A", 0.0, 1.0)],
)
def test_value_and_unit_count_apart(reply: str, number: float, right_unit: float) -> None:
    assert values(reply, AMPERE) == {"accuracy": 0.0, "number_acc": number, "unit_acc": right_unit}


def test_units_in_other_words_and_multiples() -> None:
    cases = [
        ("Answer: 23.5 degrees Celsius; Answer: 23.5℃; Answer: $23.5^\\circ$C; Answer: 23.5 C", [23, 24], ["°C"]),
        ("Answer: 2 1/4 lb; Answer: 2.25 pounds", [2.2, 2.3], ["lb"]),
        ("Answer: 1,250 g; Answer: 1.25 kilograms", [1.2, 1.3], ["kg"]),
        ("Answer: 80 kilometers per hour; Answer: 80 km/h; Answer: 80 kph", [79, 81], ["km/h"]),
        ("Answer: 80 miles per hour; Answer: 80 mph", [79, 81], ["mph"]),
        ("Answer: 45%; Answer: 45 percent", [44, 46], ["%"]),
        ("Answer: 2500 mbar; Answer: 2.5 bar", [2.4, 2.6], ["bar"]),
        ("Answer: 400 kPa; Answer: 0.4 MPa", [0.39, 0.41], ["MPa"]),
        ("Answer: 0.03 L; Answer: 30 mL", [29, 31], ["ml"]),
        ("Answer: −5°C; Answer: minus five degrees Celsius", [-5.5, -4.5], ["°C"]),
        ("Answer: 3 m^3; Answer: 3 m³", [2.9, 3.1], ["m3"]),
        ("Answer: 7; The reading is 7", [6.9, 7.1], []),
    ]
    for replies, interval, units in cases:
        for reply in replies.split("; "):
            found = values(reply, {"interval": interval, "units": units})
            assert found["accuracy"] == 1.0, reply
            assert ("unit_acc" in found) == bool(units)
    assert values("Answer: 23.5 °F", {"interval": [23, 24], "units": ["°C"]})["accuracy"] == 0.0
    assert (unit("MPa"), unit("mPa")) == ((1e6, "pa"), (1e-3, "pa"))
    assert unit("bananas") is None


def test_a_time_of_day() -> None:
    right = "10:10|10:10:30|22:10|10:10 AM|10:10 p.m.|ten past ten|10 hours 10 minutes|10h10|10点10分"
    wrong = "10:20|2:50|10 o'clock|not 10:10|10:10 or 2:50|1010"
    for reply in right.split("|"):
        assert values(f"Answer: {reply}", TEN) == {"accuracy": 1.0, "number_acc": 1.0}, reply
    for reply in wrong.split("|"):
        assert values(f"Answer: {reply}", TEN)["accuracy"] == 0.0, reply


@given(reply=st.text(max_size=200))
def test_any_reply_has_a_score(reply: str) -> None:
    for kwargs in (AMPERE, TEN):
        assert 0.0 <= values(reply, kwargs)["accuracy"] <= 1.0


def test_a_unit_may_stand_in_brackets_and_a_time_has_none() -> None:
    assert values("Answer: 61 (A)", AMPERE)["accuracy"] == 1.0
    assert values("Answer: 61 (V)", AMPERE)["accuracy"] == 0.0
    assert values("Answer: 61 A (a bit more than 60 V)", AMPERE)["accuracy"] == 1.0
    for reply in ("Answer: 10:10", "10:10", "Answer: ten past ten"):
        assert values(reply, {**TEN, "units": [[""], [""]]}) == {"accuracy": 1.0, "number_acc": 1.0}


@pytest.mark.parametrize("kwargs", ["", "[]", "{}", '{"interval": [1]}', '{"interval": ["x", "y"]}'])
def test_a_record_without_an_interval_is_an_error(kwargs: str) -> None:
    with pytest.raises(RecordError, match="its evaluator_kwargs are"):
        expected(kwargs)
