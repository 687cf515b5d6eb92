"""What an author puts into metadata is recorded, whatever it is; content addresses are the same everywhere."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.canonical import MAX_CONTAINERS, MAX_DEPTH, MAX_NAME, digest, dumps, encode, joined
from evalscope_pytest.core.text import MAX_TEXT, bounded

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers()
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=3)
        | st.frozensets(SCALARS.filter(lambda value: value == value), max_size=2)
    ),
    max_leaves=6,
)


class Mute:
    """An object that has no text."""

    def __str__(self) -> str:
        raise RuntimeError("nothing to show")


def strictly(text: str) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


@given(ANYTHING)
def test_anything_is_recorded_as_one_line_of_strict_ascii_json(value: Any) -> None:
    written = encode(value)
    assert written.isascii()
    assert "\n" not in written
    strictly(written)


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        (None, None),
        ({}, {}),
        ([], []),
        ({"a": math.nan, "b": [math.inf, -math.inf, 1.5]}, {"a": None, "b": [None, None, 1.5]}),
        (MappingProxyType({"a": {1}}), {"a": "{1}"}),
        ({1: "one", None: "none", ("a", 2): Path("p")}, {"1": "one", "None": "none", "('a', 2)": "p"}),
        ((1, (2, (3,)), b"x"), [1, [2, [3]], "b'x'"]),
        ({"big": 1 << 4095, "object": 1j}, {"big": 1 << 4095, "object": "1j"}),
        ([Mute()], ["<Mute>"]),
        ("\ud800 half", "\ud800 half"),
    ],
)
def test_what_json_has_no_form_for_is_recorded_as_text(value: Any, recorded: Any) -> None:
    assert strictly(encode(value)) == recorded


def test_an_integer_that_python_refuses_to_write_is_recorded_in_part() -> None:
    (kept,) = strictly(encode([1 << 20_000]))
    assert kept.startswith("0x1000")
    assert len(kept) == MAX_NAME


def test_the_text_of_a_foreign_object_is_recorded_in_part() -> None:
    assert len(strictly(encode([b"x" * 10_000]))[0]) == MAX_NAME
    assert strictly(encode({"value": "x" * 10_000, "set": {1}}))["value"] == "x" * 10_000


def test_a_list_that_holds_itself_is_recorded_with_an_end() -> None:
    endless: list[Any] = []
    endless += [1, endless]
    kept, depth = strictly(encode(endless)), 0
    while isinstance(kept, list):
        assert kept[0] == 1
        kept, depth = kept[1], depth + 1
    assert (kept, depth) == ("…", MAX_DEPTH)


def test_a_list_that_holds_itself_twice_is_recorded_with_an_end() -> None:
    endless: list[Any] = []
    endless += [endless, endless]
    assert encode(endless).count("[") == MAX_CONTAINERS


@given(st.dictionaries(st.text(), st.integers() | st.text(), max_size=4))
def test_an_address_does_not_depend_on_the_order_of_entries(entries: dict[str, Any]) -> None:
    assert digest(entries) == digest(dict(reversed(entries.items())))
    assert len(digest(entries)) == 32


@given(st.lists(st.text(max_size=3), max_size=3), st.lists(st.text(max_size=3), max_size=3))
def test_different_values_have_different_addresses(first: list[str], second: list[str]) -> None:
    assert (digest(*first) == digest(*second)) is (first == second)


def test_an_address_is_the_same_in_another_process() -> None:
    code = "from evalscope_pytest.core.canonical import digest; print(digest('a', {'b': 1.5, 'ü': None}, ['\\ud800']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == digest("a", {"ü": None, "b": 1.5}, ["\ud800"]) == "4a4b9e82b9bd60a68bf2a17d2b5e4710"


@pytest.mark.parametrize("value", [math.nan, math.inf, {"a": [-math.inf]}])
def test_a_number_that_is_not_json_has_no_address(value: Any) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        digest(value)
    with pytest.raises(ValueError, match="Out of range"):
        dumps(value)


@given(st.text(st.characters(codec=None)))
def test_text_is_joined_to_what_json_gives_back(text: str) -> None:
    assert joined(text) == json.loads(dumps(text))


def test_two_halves_of_a_character_become_one() -> None:
    assert joined("a\ud83d" + "\ude00b") == "a\U0001f600b"
    assert joined("\ude00\ud83d") == "\ude00\ud83d"


@pytest.mark.parametrize("length", [0, 1, MAX_TEXT - 1, MAX_TEXT])
def test_a_text_within_the_limit_is_kept_whole(length: int) -> None:
    text = "é" * length
    assert bounded(text) is text


@pytest.mark.parametrize("more", [1, 2, 1000])
def test_a_text_beyond_the_limit_keeps_its_beginning_its_end_and_its_length(more: int) -> None:
    text = "a" * (MAX_TEXT // 2) + "b" * (MAX_TEXT // 2 + more)
    cut = bounded(text)
    assert MAX_TEXT - 2 < len(cut) <= MAX_TEXT
    assert cut.startswith("a" * (MAX_TEXT // 2 - 200))
    assert cut.endswith("b" * (MAX_TEXT // 2 - 200))
    assert f"[... cut: this text has {MAX_TEXT + more} characters, sha256 " in cut
    assert bounded(cut) is cut


def test_texts_that_differ_in_the_part_cut_out_stay_different() -> None:
    first, second = ("a" * MAX_TEXT + middle + "a" * MAX_TEXT for middle in "xy")
    assert bounded(first) != bounded(second)
    assert bounded(first) == bounded(str(first))
    assert len(bounded("\ud800" * (MAX_TEXT + 1))) <= MAX_TEXT
