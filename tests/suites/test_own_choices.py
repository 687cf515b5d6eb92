"""Own multiple-choice records in the shapes people write; what cannot be read is an error, never a wrong key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import samples_of
from evalscope_pytest.core.errors import DatasetError, RecordError
from evalscope_pytest.suites.custom.choices import choices_of, target_of

AB = {"A": "red", "B": "green", "C": "blue"}
LIST = {"choices": ["red", "green", "blue"]}
ARC = {"choices": {"text": ["red", "green"], "label": ["1", "2"]}}


@pytest.mark.parametrize(
    ("record", "target"),
    [
        ({**AB, "answer": "B"}, "B"),
        ({**AB, "answer": "b"}, "B"),
        ({**AB, "answer": " (C) "}, "C"),
        ({**AB, "answer": "B."}, "B"),
        ({**AB, "answer": "green"}, "B"),
        ({**AB, "answer": "AC"}, "AC"),
        ({**AB, "answer": "A,C"}, "AC"),
        ({**AB, "answer": "A、C"}, "AC"),
        ({**AB, "answer": "A, C"}, "AC"),
        ({**AB, "answer": ["A", "C"]}, "AC"),
        ({**AB, "answer": ["A", "C", "A"]}, "AC"),
        ({**AB, "D": "", "answer": "A"}, "A"),
        ({**AB, "D": None, "E": float("nan"), "answer": "A"}, "A"),
        ({"A": 0, "B": 1, "answer": "A"}, "A"),
        ({**LIST, "answer": "B"}, "B"),
        ({**LIST, "answer": 0}, "A"),
        ({**LIST, "answer": 2}, "C"),
        ({**LIST, "answer": [0, 2]}, "AC"),
        ({**LIST, "answer": "blue"}, "C"),
        ({"options": ["red", "green"], "answer": "B"}, "B"),
        ({"choices": ("red", "green"), "answer": 1}, "B"),
        ({"choices": ["A", "B"], "answer": "B"}, "B"),
        ({**ARC, "answerKey": "2"}, "B"),
        ({**ARC, "answer": "A"}, "A"),
        ({**{letter: letter.lower() * 2 for letter in "ABCDEFGHIJKL"}, "answer": "L"}, "L"),
    ],
)
def test_the_right_options_are_read(record, target):
    assert "".join(target_of(record, choices_of(record))) == target


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"answer": "B"}, "it has no options"),
        ({"a": "x", "b": "y", "answer": "B"}, "it has no options"),
        ({"choices": [], "answer": "B"}, "it has no options"),
        ({"choices": "x, y", "answer": "B"}, "choices is 'x, y'"),
        ({"choices": ["x", ""], "answer": "A"}, r"choices\[1\] is ''"),
        ({"choices": ["x", None], "answer": "A"}, r"choices\[1\] is None"),
        ({"A": "x", "C": "y", "answer": "C"}, "option B is missing or empty, and C is there"),
        ({"A": "x", "B": "", "C": "y", "answer": "C"}, "option B is missing or empty"),
        ({**AB}, "it has no answer"),
        ({**AB, "answer": None}, "it has no answer"),
        ({**AB, "answer": ""}, "it has no answer"),
        ({**AB, "answer": []}, "it has no answer"),
        ({**AB, "answer": 1}, "answer is the number 1. It must be the letter of an option, A, B, C"),
        ({**AB, "answer": True}, "answer is True"),
        ({**AB, "answer": "E"}, "answer is 'E'"),
        ({**AB, "answer": "bad"}, "answer is 'bad'"),
        ({**AB, "answer": "yellow"}, "answer is 'yellow'"),
        ({**AB, "answer": "AA"}, "answer is 'AA'"),
        ({**AB, "answer": ","}, "answer is ','"),
        ({**LIST, "answer": 3}, "answer is the number 3.* or the position of one in the list, 0 to 2"),
        ({**LIST, "answer": -1}, "answer is the number -1"),
        ({**LIST, "answer": "1"}, "answer is '1'"),
        ({**LIST, "answer": 1.0}, "answer is the number 1.0"),
        ({"choices": ["x", "x"], "answer": "x"}, "answer is 'x'"),
        ({"choices": ["B", "A"], "answer": "B"}, "which is a letter and also the text of option A"),
        ({**LIST, "answer": {"x": 1}}, "answer is {'x': 1}"),
    ],
)
def test_what_cannot_be_read_is_an_error(record, said):
    with pytest.raises(RecordError, match=said):
        target_of(record, choices_of(record))


@given(st.dictionaries(st.sampled_from(["A", "B", "C", "choices", "options", "answer"]), st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "label"]), inner),
    max_leaves=5)))  # fmt: skip
def test_any_record_is_read_or_refused(record):
    try:
        choices = choices_of(record)
        target = target_of(record, choices)
    except RecordError:
        return
    assert choices
    assert target
    assert set(target) <= set("ABC"[: len(choices)])


def test_the_message_names_the_record_and_leaks_nothing_of_the_code():
    benchmark = load_bundled("general_mcq")
    records = [{"question": "Q", **AB, "answer": "A"}, {"question": "Q", **AB, "answer": 1}]
    with pytest.raises(DatasetError) as caught:
        samples_of(benchmark, "default", records)
    assert str(caught.value) == (
        "record 2 of subset 'default' of 'general_mcq': answer is the number 1. It must be the letter of an option, "
        "A, B, C. Its fields are: question, A, B, C, answer."
    )
    with pytest.raises(DatasetError) as caught:
        samples_of(benchmark, "default", [{"question": None, **AB, "answer": "A"}])
    assert "has no value in 'question': null or NaN" in str(caught.value)
    assert ".py" not in str(caught.value)


def test_a_missing_field_is_said_once_and_another_separator_is_named():
    benchmark = load_bundled("general_mcq")
    with pytest.raises(DatasetError) as caught:
        samples_of(benchmark, "default", [{"q": "Q", **AB, "answer": "A"}])
    assert str(caught.value).endswith("has no field 'question'. Its fields are: q, A, B, C, answer.")
    with pytest.raises(DatasetError, match="separated by ';'"):
        samples_of(load_bundled("gsm8k"), "main", [{"question;answer": "1;2"}])
    with pytest.raises(DatasetError, match="separated by ';'"):
        samples_of(benchmark, "default", [{"question;A;B;answer": "Q;x;y;A"}])
    with pytest.raises(DatasetError, match="separated by tabs"):
        samples_of(load_bundled("general_qa"), "default", [{"query\tresponse": "Q\tx"}])
