"""Keys that never show: a value type that prints as stars, and a filter for text that leaves the process."""

from __future__ import annotations

import re

MASK = "***"
_SHAPES = re.compile(r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{12,}|(?<=Bearer )[^\s'\"]{8,}|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)")
_known: set[str] = set()


class Secret:
    """A key. ``str``, ``repr``, logs and reports show stars; ``reveal()`` gives it, at the last moment."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        if len(value) >= 6 and value != "EMPTY":
            _known.add(value)

    def reveal(self) -> str:
        """Return the key itself."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return Secret, (self._value,)


def redact(text: str) -> str:
    """Return ``text`` fit to leave the process: every known key, and all that is shaped like one, replaced by stars.

    Lone surrogates, which models do write, become escapes: neither a terminal nor a worker's channel takes them.
    """
    for value in _known:
        if value in text:
            text = text.replace(value, MASK)
    text = _SHAPES.sub(MASK, text)
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
