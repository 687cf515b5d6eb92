"""Errors are grouped by what happened, not by the numbers in it."""

from __future__ import annotations

from evalscope_pytest.core.values import SampleError
from evalscope_pytest.report.execution import group_errors

from .rows import row


def _failed(index: int, message: str, kind: str = "TransientError") -> object:
    return row("a", index, None, error=SampleError("model", kind, message))


def test_messages_that_differ_in_numbers_only_are_one_group() -> None:
    rows = [_failed(i, f"no reply after {i}.5 s\nTraceback ...") for i in range(5)] + [_failed(5, "refused")]
    first, second = group_errors(rows)  # type: ignore[arg-type]
    assert (first.message, first.count) == ("no reply after 0.5 s", 5)
    assert first.samples == ("quiz[a-0]", "quiz[a-1]", "quiz[a-2]")
    assert (second.message, second.count) == ("refused", 1)


def test_types_are_told_apart_and_scored_rows_left_out() -> None:
    groups = group_errors([_failed(0, "x", "A"), _failed(1, "x", "B"), row("a", 2)])  # type: ignore[list-item]
    assert [(g.type, g.count) for g in groups] == [("A", 1), ("B", 1)]


def test_media_that_cannot_be_sent_are_one_group_whatever_their_names() -> None:
    names = ["dog.jpg", "a b.png", "it's.gif", "dog.jpg"]
    missing = [_failed(i, f"{name!r} does not exist.", "MediaError") for i, name in enumerate(names)]
    large = _failed(4, "'dog.jpg' has 21 MiB.", "MediaError")
    assert [g.count for g in group_errors([*missing, large])] == [4, 1]  # type: ignore[list-item]
    others = [_failed(i, f"name {name!r} is not defined", "NameError") for i, name in enumerate("xy")]
    assert [g.count for g in group_errors(others)] == [1, 1]  # type: ignore[arg-type]


def test_repeats_have_the_ids_pytest_shows() -> None:
    (group,) = group_errors([row("main", 5, None, repeats=3)])
    assert group.samples == ("quiz[main-1-r3]",)


def test_an_empty_or_endless_message_is_no_trouble() -> None:
    groups = group_errors([_failed(0, ""), _failed(1, "y" * 100_000)])  # type: ignore[list-item]
    assert sorted(len(g.message) for g in groups) == [0, 200]
