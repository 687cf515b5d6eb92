"""Splits the pieces of a stream, as they came, into events. Feeding `END` completes what was under way."""

from __future__ import annotations

from typing import Protocol

END = b"\n\n"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # a stream may begin with one


class Splitter(Protocol):
    """Takes pieces one after the other."""

    @property
    def between(self) -> bool:
        """No event is under way."""

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the data of the events that the piece completes."""


class EventSplitter:
    """Splits server-sent events. Comments, names and ids are left out; lines end with LF or CRLF."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._held = b""

    @property
    def between(self) -> bool:
        """No event is under way."""
        return not self._rest and not self._held

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the data of the events that the piece completes; takes time in proportion to its length."""
        if self.between and is_one_event(piece):
            return [piece[6:-2]]
        if self._held or b"\r" in piece:
            piece = self._held + piece
            self._held = b"\r" if piece.endswith(b"\r") else b""  # the rest of a line end may be in the next piece
            piece = piece[: len(piece) - len(self._held)].replace(b"\r\n", b"\n")
        rest = self._rest
        searched = max(0, len(rest) - 1)
        rest += piece
        if rest.find(b"\n\n", searched) < 0:
            return []
        *whole, last = bytes(rest).split(b"\n\n")
        self._rest = bytearray(last)
        return [data for block in whole if (data := _data(block))]


class LineSplitter:
    """Splits lines that are events each; blank ones are none."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []

    @property
    def between(self) -> bool:
        """No line is under way."""
        return not any(self._rest)

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the lines that the piece completes; takes time in proportion to its length."""
        self._rest.append(piece)
        if b"\n" not in piece:
            return []
        *whole, last = b"".join(self._rest).split(b"\n")
        self._rest = [last]
        return [line for part in whole if (line := part.strip())]


def is_one_event(piece: bytes) -> bool:
    """Tell whether a piece is just what most are: one line of data and a blank one."""
    return piece.startswith(b"data: ") and piece.endswith(b"\n\n") and piece.find(b"\n") == len(piece) - 2 > 6


def _data(block: bytes) -> bytes:
    if block.startswith(b"data: ") and b"\n" not in block:
        return block[6:]
    lines = block.removeprefix(BYTE_ORDER_MARK).split(b"\n")
    lines = [line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:")]
    return b"\n".join(lines).strip()
