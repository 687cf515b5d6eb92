"""Words of errors: the closest name, the line to look at, and nothing that a terminal would obey."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core import errors
from evalscope_pytest.core.errors import StoreError, UnreadyRunError, UsageError, closest, closest_path, raised_in
from evalscope_pytest.core.text import visible


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("gsm8", "Did you mean 'gsm8k'?"),
        ("GSM8K", "Did you mean 'gsm8k'?"),
        ("arc-c", "Did you mean 'arc_c'?"),
        ("nothing like it", "Allowed: arc_c, gsm8k, mmlu."),
    ],
)
def test_the_closest_name_is_suggested_or_all_are_listed_in_order(name: str, sentence: str) -> None:
    assert closest(name, ["mmlu", "gsm8k", "arc_c", "mmlu"]) == sentence


def test_a_long_list_of_names_ends_with_how_many_there_are() -> None:
    names = [f"subset{i:02}" for i in range(21)]
    assert closest("zzz", names[:20]).endswith("subset19.")
    assert closest("zzz", names).endswith("subset19 ... (21 in all).")
    assert closest("zzz", []) == "There is none."


def test_a_missing_path_is_answered_with_the_nearest_entry_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "questions.jsonl").touch()
    assert closest_path(tmp_path / "records" / "question.jsonl") == (
        f"Did you mean {str(tmp_path / 'records' / 'questions.jsonl')!r}? "
    )
    assert closest_path(tmp_path / "record" / "questions.jsonl") == f"Did you mean {str(tmp_path / 'records')!r}? "
    assert closest_path(tmp_path / "records" / "zzz") == ""


def test_a_missing_path_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "questions.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    assert closest_path(Path("question.jsonl")) == f"Did you mean {str(tmp_path / 'questions.jsonl')!r}? "


def test_an_error_is_placed_on_the_author_s_line_rather_than_in_a_library() -> None:
    def read(text: str) -> Any:
        return json.loads(text)

    def body(text: str) -> Any:
        return read(text)

    with pytest.raises(ValueError) as caught:
        body("{")
    assert raised_in(caught.value) == f"{__file__}:{read.__code__.co_firstlineno + 1}"


def test_an_error_of_the_call_itself_has_no_line_of_the_author() -> None:
    with pytest.raises(TypeError) as caught:
        json.loads()  # type: ignore[call-arg]
    assert raised_in(caught.value) == ""
    assert raised_in(ValueError("never raised")) == ""


@given(st.text())
def test_nothing_a_terminal_would_obey_is_left_in_a_message(text: str) -> None:
    shown = str(UsageError(text))
    assert shown.isprintable()
    assert shown == visible(text)
    assert visible(shown) == shown


def test_line_breaks_stay_only_in_errors_that_have_several_lines() -> None:
    text = "first\nsecond\x1b[31m\u202e"
    assert str(UsageError(text)) == "first\\nsecond\\x1b[31m\\u202e"
    assert str(UnreadyRunError(text)) == str(StoreError(text)) == "first\nsecond\\x1b[31m\\u202e"


def test_every_error_is_in_the_tree_that_the_module_draws() -> None:
    drawn = errors.__doc__ or ""
    classes = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert len(classes) > 10
    assert all(issubclass(kind, errors.EvalError) and kind.__name__ in drawn for kind in classes)
