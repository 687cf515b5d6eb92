from __future__ import annotations

import json
import math
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.canonical import Fragment, dumps_ascii, text_ascii

TEXTS = st.text() | st.text(st.characters(codec=None))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_any_json_value_comes_back_from_one_line_of_ascii(value: Any) -> None:
    written = dumps_ascii(value)
    assert written.isascii()
    assert "\n" not in written
    assert json.loads(written) == value


@given(TEXTS)
def test_text_is_written_as_the_standard_library_writes_it(text: str) -> None:
    assert dumps_ascii(text) == dumps_ascii(text_ascii(text)) == json.dumps(text)


@given(VALUES, TEXTS)
def test_what_is_written_already_may_stand_anywhere(value: Any, text: str) -> None:
    document = {"first": Fragment(dumps_ascii(value)), "second": [text]}
    assert json.loads(dumps_ascii(document)) == {"first": value, "second": [text]}


def test_not_a_number_alone_becomes_null() -> None:
    assert dumps_ascii([math.nan, math.inf]) == "[null,null]"
    with pytest.raises(ValueError, match="Out of range"):
        dumps_ascii([math.nan, "\ud800"])


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", 1j])
def test_what_is_not_json_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        dumps_ascii(value)


def test_subclasses_of_text_count_as_text() -> None:
    class Word(str, Enum):
        """A word."""

        A = "a"

    assert dumps_ascii([Word.A]) == '["a"]'
