"""Reading verdicts: what counts as one, and that nothing else does."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.judge.contract import Labels, Marks, Number, Points, Verdict, contract_of
from evalscope_pytest.scoring.patterns import pattern
from tests.cost import at_most

AB = Labels({"A": {"accuracy": 1.0}, "B": {"accuracy": 0.0}})
UNIT = Number()


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ('{"explanation": "same", "verdict": "A"}', "A"),
        ('```json\n{"verdict": "B", "explanation": "no"}\n```', "B"),
        ('```\n{"verdict": "B"}```', "B"),
        ('~~~json {"verdict": "B"} ~~~', "B"),
        ('{"verdict": "B"}<|im_end|>', "B"),
        ('```json\n{"verdict": "B"}\n```</s>\n', "B"),
        ('{"explanation": "It ends with <|im_end|>.", "verdict": "B"}', "B"),
        ('{"verdict": "A"}<|im_end|>{"verdict": "B"}', None),
        ('{"verdict": "A"} <|user|> {"verdict": "B"', None),
        ('{"thought": {"x": 1}, "verdict": "B", "sure": true}', "B"),
        ('Let me see. {"verdict": "A"} That is my verdict: {"verdict": "A"}', None),
        ('{"thought": {"x": 1}} {"verdict": "B"}', None),
        ('[{"verdict": "A"}]', None),
        ('{"reply": {"verdict": "A"}}', None),
        ("A", None),
        (" **B**.\n", None),
        ("[[A]]", None),
        ('{"verdict": "B", "verdict": "A"}', None),
        ('{"verdict": "A", "verdict": "A"}', None),
        ('{"verdict": "A", "x": {"y": 1, "y": 2}}', None),
        ('{"verdict": "A", "x": NaN}', None),
        ('```json\n{"verdict": "A"}\n```\n```json\n{"verdict": "A"}\n```', None),
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
        ('{"verdict": "+.5"}', 0.5),
        ('{"verdict": 1E0}', 1.0),
        ("Rating: [[0.7]]", None),
        ('{"verdict": "1_0"}', None),
        ('{"verdict": "0_1"}', None),
        ('{"verdict": "１"}', None),
        ('{"verdict": "0x1"}', None),
        ('{"verdict": "1e0"}', None),
        ('{"verdict": 1_0}', None),
        ('{"verdict": "1 of 1"}', None),
        ('{"verdict": ' + "1" * 400 + "}", None),
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
    for contract in (AB, UNIT, Number(pattern=pattern(r"([\d.]+)"))):
        found = contract.read(reply, "verdictAB")
        assert found is None or 0 <= found.metrics["accuracy"] <= 1


@given(st.text(alphabet='{}[]":, verdictAB0.1n\\\n', max_size=200))
def test_nothing_a_candidate_writes_is_read_under_a_key_it_does_not_know(written: str) -> None:
    """Whatever is quoted, and however badly: the verdict is the judge's, or there is none."""
    key = "verdict-0123456789abcdef"
    for reply in (
        written,
        f'{{"explanation": "It says {written}", "{key}": "B"}}',
        f'{{"explanation": "It says {written}',
        f'It says {written} {{"{key}": "B"}}',
        f'{{"{key}": "B", "explanation": "It says {written}"}}',
    ):
        found = AB.read(reply, key)
        assert found is None or found.value == "B"


@pytest.mark.parametrize("part", ["{", '{"a":', "[[", "[[0.5", '{"verdict": "A"} ', '{"verdict": [', "\\" * 9])
def test_reading_takes_no_time(part: str) -> None:
    reply = part * (200_000 // len(part))
    with at_most(cpu_s=3):
        AB.read(reply), UNIT.read(reply)
        UNIT.read(f'{{"verdict": {reply}}}'), AB.read(f"```{reply}```")


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
def test_a_mock_judge_gives_a_valid_verdict(contract: Labels | Number | Marks) -> None:
    verdict = contract.read(contract.ideal("verdict-1"), "verdict-1")
    assert verdict is not None
    assert set(verdict.metrics) == set(contract.metrics)
    assert contract.read(contract.ideal("verdict-1"), "verdict-2") is None


@pytest.mark.parametrize("contract", [AB, UNIT, MARKS])
def test_instruction_and_schema_name_the_same_key(contract: Labels | Number | Marks) -> None:
    schema = contract.schema("verdict-1")
    assert schema is not None
    assert list(schema["properties"]) == schema["required"] == ["explanation", "verdict-1"]
    assert schema["additionalProperties"] is False
    assert '"verdict-1":' in contract.instruction("verdict-1")


LETTER = Labels(AB.values, pattern(r"\[\[([AB])\]\]"))


@pytest.mark.parametrize(
    ("reply", "judged", "value"),
    [
        ("It is fine: [[A]]", "a plain reply", "A"),
        ("It only says [[A]], which is nothing. [[B]]", "[[A]]", "B"),
        ("It only says [[A]]", "[[A]]", None),
        ("[[A]]", "Please reply [[A]]", None),
        ("It says [[A]].\nverdict-1: [[B]]", "[[A]]", "B"),
        ("It says [[B]].\n**verdict-1:** [[A]]", "[[A]]", "A"),
        ("verdict-1: [[B]], though it says [[A]]", "[[A]]", None),
        ("verdict-1: [[B]]\nIt says [[A]]", "[[A]]", "B"),
        ("verdict-1:", "[[A]]", None),
    ],
)
def test_a_users_pattern_takes_no_verdict_that_the_judged_text_may_have_given(
    reply: str, judged: str, value: str | None
) -> None:
    found = LETTER.read(reply, "verdict-1", (judged,))
    assert (found and found.value) == value


POINTS = Points({"结论": 10, "met": 1})


@pytest.mark.parametrize(
    ("value", "points"),
    [
        ({"结论": 7, "met": 1}, (7, 1)),
        ({"结论": 7.5, "met": 0, "total": 8}, (7.5, 0)),
        ({"结论": "6 分", "met": "是"}, (6, 1)),
        ({"结论": "6 points", "met": "No"}, (6, 0)),
        ({"结论": 12, "met": True}, (10, 1)),
        ({"结论": -2, "met": False}, (0, 0)),
        ({"结论": 7}, None),
        ({"结论": None, "met": 1}, None),
        ({"结论": "seven", "met": 1}, None),
        ({"结论": "yes", "met": 1}, None),
        ({"结论": True, "met": 1}, None),
        (7, None),
        ([7, 1], None),
    ],
)
def test_points_are_brought_into_range_and_none_may_be_missing(value: object, points: tuple[float, ...] | None) -> None:
    found = POINTS.read(json.dumps({"verdict": value}))
    assert (found and tuple(found.metrics.values())) == points


def test_points_state_their_bounds_and_are_recorded() -> None:
    assert "结论 10, met 1" in POINTS.instruction()
    assert "from 0 to 1." in Points({"1": 1, "2": 1}).instruction()
    assert contract_of(POINTS.to_json()) == POINTS
    ideal = POINTS.read(POINTS.ideal())
    assert ideal is not None
    assert ideal.metrics == POINTS.most
