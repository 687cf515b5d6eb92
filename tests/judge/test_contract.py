"""Reading verdicts: what counts as one, and that nothing else does."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.judge.contract import Labels, Marks, Number, Verdict
from evalscope_pytest.scoring.pattern import pattern
from tests.cost import at_most

AB = Labels({"A": {"accuracy": 1.0}, "B": {"accuracy": 0.0}})
UNIT = Number()


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ('{"explanation": "same", "verdict": "A"}', "A"),
        ('```json\n{"verdict": "B", "explanation": "no"}\n```', "B"),
        ('Let me see. {"verdict": "A"} That is my verdict: {"verdict": "A"}', "A"),
        ('{"thought": {"x": 1}} {"verdict": "B"}', "B"),
        ("A", "A"),
        (" **B**.\n", "B"),
        ("[[A]]", "A"),
        ('{"verdict": "A"} or {"verdict": "B"}', None),
        ('{"verdict": "C"}', None),
        ('{"verdict": "a"}', None),
        ('{"verdict": true}', None),
        ('{"verdict": ["A"]}', None),
        ("A or B", None),
        ("A good answer.", None),
        ("I cannot judge this.", None),
        ("", None),
        ("{" * 1000, None),
        ('{"verdict": "A"', None),
    ],
)
def test_labels(reply: str, value: str | None) -> None:
    found = AB.read(reply)
    assert (found and found.value) == value


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ('{"explanation": "fine", "verdict": 0.5}', 0.5),
        ('{"verdict": "0.5"}', 0.5),
        ("Rating: [[0.7]]", 0.7),
        ("Rating: [[1]] I repeat [[1.0]]", 1.0),
        ("[[0.2]] or [[0.3]]", None),
        ('{"verdict": 1.5}', None),
        ('{"verdict": NaN}', None),
        ('{"verdict": "1e400"}', None),
        ('{"verdict": false}', None),
        ("0.5", None),
        ("[[good]]", None),
    ],
)
def test_numbers(reply: str, value: float | None) -> None:
    found = UNIT.read(reply)
    assert (found and float(found.value)) == value


def test_a_users_pattern_takes_the_last_match() -> None:
    graded = Labels(AB.values, pattern(r"Grade: ([A-Z])"))
    assert graded.read("Grade: A. No, Grade: B") == Verdict("B", {"accuracy": 0.0})
    assert graded.read("Grade: C") is None
    assert graded.read("A") is None
    marks = Number(1, 10, "quality", unit=10, pattern=pattern(r"score=(\d+)"))
    assert marks.read("score=7") == Verdict("7", {"quality": 0.7})
    assert marks.read("score=11") is None
    assert marks.read("score=") is None


@given(st.sampled_from("AB"), st.text(), st.booleans())
def test_a_verdict_is_read_back_whatever_its_explanation_says(label: str, why: str, spaced: bool) -> None:
    written = json.dumps({"explanation": why, "verdict": label}, indent=1 if spaced else None)
    assert AB.read(written) == Verdict(label, AB.values[label], why)


@given(st.text(alphabet='{}[]":, verdictAB0.1n\\\n', max_size=200))
def test_reading_never_fails(reply: str) -> None:
    for contract in (AB, UNIT):
        found = contract.read(reply)
        assert found is None or 0 <= found.metrics["accuracy"] <= 1


@pytest.mark.parametrize("part", ["{", '{"a":', "[[", "[[0.5", '{"verdict": "A"} ', '{"verdict": [', "\\" * 9])
def test_reading_takes_no_time(part: str) -> None:
    reply = part * (200_000 // len(part))
    with at_most(cpu_s=3):
        AB.read(reply), UNIT.read(reply)


MARKS = Marks({"Relevance": "relevance", "Reading Experience": "reading"})


@pytest.mark.parametrize(
    ("reply", "metrics"),
    [
        ('{"verdict": {"Relevance": 5, "Reading Experience": 1, "Rigour": 9}}', {"relevance": 5.0, "reading": 1.0}),
        ('{"verdict": {"Relevance": 5}}', None),
        ('{"verdict": {"Relevance": 5, "Reading Experience": 6}}', None),
        ('{"verdict": {"Relevance": 5, "Reading Experience": "3"}}', None),
        ('{"verdict": {"Relevance": true, "Reading Experience": 3}}', None),
        ('{"verdict": 4}', None),
        ("5, 5", None),
    ],
)
def test_marks(reply: str, metrics: dict[str, float] | None) -> None:
    found = MARKS.read(reply)
    assert (found and dict(found.metrics)) == metrics


@pytest.mark.parametrize("contract", [AB, UNIT, MARKS])
def test_a_mock_judge_knows_what_is_asked_of_it(contract: Labels | Number | Marks) -> None:
    verdict = contract.read(contract.ideal)
    assert verdict is not None
    assert set(verdict.metrics) == set(contract.metrics)
