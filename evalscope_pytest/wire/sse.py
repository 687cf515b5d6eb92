"""Server-sent events (WHATWG HTML, section 9.2) as model services use them: the ``data`` of each event.

The only parser of event streams: evaluations and load tests both read with it. Fields other than ``data`` are skipped,
as services repeat the event's name inside its data. `FastDelta` is a shortcut for load tests: parsing is most of the
cost of reading (docs/design/perf.md), and reading bounds the load that one core makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

END = b"\n\n"  # completes an incomplete event, which is what `close` feeds
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # a stream may begin with one


class Parser(Protocol):
    """Splits a byte stream into events, given piece by piece."""

    @property
    def between(self) -> bool:
        """True while no event is incomplete."""

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the data of the events that the piece completes."""

    def close(self) -> list[bytes]:
        """Return the data of an event that the end of the stream completes."""


class EventParser:
    """Splits a stream of server-sent events, wherever the network cut it.

    Accepts LF, CRLF and CR line ends, comments, several ``data`` lines in one event, a byte order mark, and a last
    event without its blank line. An event whose data is empty is not an event (step 2 of dispatching).
    """

    __slots__ = ("_held", "_rest")

    def __init__(self) -> None:
        self._rest = bytearray()  # the incomplete event
        self._held = b""  # a CR that may be the first half of CRLF

    @property
    def between(self) -> bool:
        """True while no event is incomplete."""
        return not self._rest and not self._held

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the data of the events that the piece completes, in time proportional to its length."""
        rest = self._rest
        if not rest and not self._held and is_one_event(piece):
            return [piece[6:-2]]
        if self._held or b"\r" in piece:
            piece = self._held + piece
            self._held = b"\r" if piece.endswith(b"\r") else b""
            piece = piece[: len(piece) - len(self._held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        searched = max(0, len(rest) - 1)
        rest += piece
        if rest.find(END, searched) < 0:
            return []
        *whole, last = bytes(rest).split(END)
        self._rest = bytearray(last)
        return [data for block in whole if (data := _data(block))]

    def close(self) -> list[bytes]:
        """Return the data of an event that the end of the stream completes."""
        return self.feed(END)


class LineParser:
    """Splits a stream in which each line is an event; blank lines are skipped."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest: list[bytes] = []

    @property
    def between(self) -> bool:
        """True while no line is incomplete."""
        return not any(self._rest)

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the lines that the piece completes, in time proportional to its length."""
        self._rest.append(piece)
        if b"\n" not in piece:
            return []
        *whole, last = b"".join(self._rest).split(b"\n")
        self._rest = [last]
        return [line for part in whole if (line := part.strip())]

    def close(self) -> list[bytes]:
        """Return the last line, if the stream ended without a line break."""
        return self.feed(b"\n")


def is_one_event(piece: bytes) -> bool:
    """Return whether a piece is of the usual form: one line of data and a blank line.

    A CR inside such a line is not looked for: JSON has none, and the search costs 8 % of reading.
    """
    return piece.startswith(b"data: ") and piece.endswith(END) and piece.find(b"\n") == len(piece) - 2 > 6


def _data(block: bytes) -> bytes:
    if block.startswith(b"data: ") and b"\n" not in block:
        return block[6:]
    lines = block.removeprefix(_BYTE_ORDER_MARK).split(b"\n")
    return b"\n".join([line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:")])


# A shortcut for similar events ---------------------------------------------------------------------------------------


_plain = re.compile(rb'[^"\\\x00-\x1f]+').fullmatch
_TRIES = 8  # events to learn from, after which a stream counts as one whose events are never alike


class FastDelta:
    """The bytes before and after the text of an event that was parsed.

    A piece with the same bytes around another text, without quotes, backslashes and control characters, is the same
    event with another string in one place.

    Args:
        text_of: Returns the text of an event that carries a text and nothing else that counts; None for any other.
    """

    __slots__ = ("_before", "_behind", "_text_of", "_tries")

    def __init__(self, text_of: Callable[[bytes], str | None]) -> None:
        self._text_of = text_of
        self._before = self._behind = b""
        self._tries = _TRIES

    def text(self, piece: bytes) -> str | None:
        """Return the text of a piece that is an event like the last one learned; None: it must be parsed."""
        before, behind = self._before, self._behind
        if not (piece.startswith(before) and piece.endswith(behind)):
            return None
        found = piece[len(before) : len(piece) - len(behind)]
        if not before or not _plain(found):
            return None
        try:
            return found.decode()
        except UnicodeDecodeError:
            return None

    def learn(self, piece: bytes, text: str) -> None:
        """Learn from an event that was parsed, if another text in the place of its text is just another text."""
        learned = text.encode()
        place = piece.find(b'"%b"' % learned) + 1
        if not (self._tries and place and _plain(learned)):
            return
        self._tries -= 1
        before, behind = piece[:place], piece[place + len(learned) :]
        other = "?" if text != "?" else "!"
        if self._text_of(before + other.encode() + behind) == other:
            self._before, self._behind = before, behind
