"""A shortcut for events that differ from the one before in their text only: they need not be parsed.

Parsing is most of the cost of reading (docs/design/perf.md), and reading bounds the load that one core makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

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
