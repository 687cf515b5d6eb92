"""The line of progress: one line that changes on a terminal, a line now and then in a log."""

from __future__ import annotations

import io
import time

import pytest

from evalscope_pytest.core.progress_line import Part, ProgressLine, StreamScreen, fit


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_log_gets_a_line_now_and_then_and_news_at_once(clock: list[float]) -> None:
    line = ProgressLine(StreamScreen(io.StringIO()), 10.0, began=100.0)
    due = []
    for clock[0] in (105.0, 110.0, 115.0):
        due.append(line.is_due())
    assert due == [False, True, False]
    assert line.is_due(at_once=True)
    clock[0] = 124.0
    assert not line.is_due(), "the ten seconds begin with the news"


def test_a_terminal_is_rewritten_ten_times_a_second_from_the_start(clock: list[float]) -> None:
    line = ProgressLine(StreamScreen(Terminal()), 10.0, began=100.0)
    due = []
    for clock[0] in (100.0, 100.05, 100.11):
        due.append(line.is_due())
    assert due == [True, False, True]


def test_a_line_is_replaced_as_a_whole_and_its_last_form_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "12")
    terminal = Terminal()
    line = ProgressLine(StreamScreen(terminal), 10.0, began=0.0)
    line.show([Part("abcdef", 0)])
    line.show([Part("abc", 0)], last=True)
    line.clear()
    line.end()
    assert terminal.getvalue() == "\r\x1b[2Kabcdef     \r\x1b[2Kabc        \n"


def test_an_open_line_is_cleared_or_left_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "5")
    terminal = Terminal()
    line = ProgressLine(StreamScreen(terminal), 10.0, began=0.0)
    line.show([Part("ab", 0)])
    line.end()
    line.end()
    line.show([Part("cd", 0)])
    line.clear()
    line.clear()
    assert terminal.getvalue() == "\r\x1b[2Kab  \n\r\x1b[2Kcd  \r\x1b[2K"


def test_parts_keep_their_separators_when_others_are_dropped() -> None:
    parts = [Part("a", 0), Part("b", 2, ", "), Part("(x)", 1, " "), Part("", 1, ", "), Part("c", 0, ", ")]
    assert [fit(parts, room) for room in (None, 11, 10, 7, 4, 2)] == [
        "a, b (x), c", "a, b (x), c", "a (x), c"[:10], "a, c", "a, c", "a,"
    ]  # fmt: skip
