"""One line of progress, of an evaluation or a load test: rewritten on a terminal, written now and then to a log."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from typing import NamedTuple, Protocol, TextIO

REWRITE_EVERY_S = 0.1


class Screen(Protocol):
    """The terminal or log that shows progress."""

    @property
    def columns(self) -> int | None:
        """The width of a terminal on which lines can be rewritten; None for a log."""
        ...

    def write_line(self, text: str) -> None:
        """Write a separate line."""

    def rewrite(self, text: str) -> None:
        """Replace the current line."""

    def end_line(self) -> None:
        """Begin a new line."""


class StreamScreen:
    """A stream as a screen; it is a terminal if it says so."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def columns(self) -> int | None:
        """The width of the terminal; None for a file or pipe."""
        return shutil.get_terminal_size().columns if self._stream.isatty() else None

    def write_line(self, text: str) -> None:
        """Write a separate line."""
        self._write(f"{text}\n")

    def rewrite(self, text: str) -> None:
        """Replace the current line."""
        self._write(f"\r\x1b[2K{text}")

    def end_line(self) -> None:
        """Begin a new line."""
        self._write("\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class Part(NamedTuple):
    """A part of a line.

    Attributes:
        rank: A narrow terminal drops the parts of the highest rank first; those of rank 0 stay.
        before: Separator from the part before it.
    """

    text: str
    rank: int
    before: str = "  "


def fit(parts: Sequence[Part], room: int | None) -> str:
    """Return the parts in one line of at most ``room`` columns; None for a line of any length.

    Parts of the highest rank are dropped first. If those that always stay are too long, the line is cut.
    """
    kept = [part for part in parts if part.text]
    for rank in range(max((part.rank for part in kept), default=0), 0, -1):
        if room is None or len(_joined(kept)) <= room:
            break
        kept = [part for part in kept if part.rank != rank]
    return _joined(kept)[:room]


def _joined(parts: Sequence[Part]) -> str:
    return "".join(f"{part.before * (place > 0)}{part.text}" for place, part in enumerate(parts))


class ProgressLine:
    """Writes progress to a screen, no more often than it can be read.

    Args:
        every_s: Seconds between two lines of a log; a terminal's line is rewritten ten times a second.
        began: `time.monotonic` of the run's beginning.
    """

    def __init__(self, screen: Screen, every_s: float, began: float) -> None:
        self._screen = screen
        log = screen.columns is None
        self._every_s = every_s if log else REWRITE_EVERY_S
        self._last = began if log else float("-inf")
        self._is_open = False  # with the cursor at its beginning: what is written next would mix with it

    def is_due(self, *, at_once: bool = False) -> bool:
        """Return whether to show progress now, and count the time from now if so."""
        now = time.monotonic()
        if not at_once and now - self._last < self._every_s:
            return False
        self._last = now
        return True

    def show(self, parts: Sequence[Part], *, last: bool = False) -> None:
        """Show the line; a last one stays."""
        columns = self._screen.columns
        if columns is None:
            self._screen.write_line(fit(parts, None))
            return
        room = columns - 1  # a line that wraps cannot be rewritten
        self._screen.rewrite(f"{fit(parts, room):<{room}}")
        self._is_open = not last
        if last:
            self._screen.end_line()

    def end(self) -> None:
        """Leave an open line, so that the next text begins a new one."""
        if self._is_open:
            self._screen.end_line()
            self._is_open = False

    def clear(self) -> None:
        """Remove an open line."""
        if self._is_open:
            self._screen.rewrite("")
            self._is_open = False
