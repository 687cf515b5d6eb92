"""Lists in replies: bulleted or numbered, one point a line or all in one."""

from __future__ import annotations

import re

_POINT = re.compile(
    r"\s{0,8}(?:[-*•‣▪+]\s|(?:\*\*)?(?:\(?(\d{1,3})[.):]|#(\d{1,3})|\(?([A-Za-z])[.)])"
    r"(?:\*\*)?[\s*]|([①-⑳])\s?)\s{0,4}(?=\S)"
)
_FIRST = re.compile(r"\s{0,8}(?:\*\*)?[(#]?1(?!\d)")
_INLINE = re.compile(r"(?:^|(?<=[\s,;.]))(?:\((\d{1,2})\)|(\d{1,2})[.)])\s{1,3}(?=\S)")
_ROUND = re.compile(r"[①-⑳]\s?")
_EDGES = " \t\r\n,;"
_MOST = 200  # Points that are read.
_LONGEST = 8000


def points(text: str) -> tuple[str, ...]:
    """Return the points of the list ``text`` begins with, after a line that ends in a colon; empty when there is none.

    Blank lines between points do not end a list, a line that is no point does. Numbers count up from 1. A single
    point is a list only when it stands on a line of its own, so ``12. It says so.`` is none.
    """
    found: list[str] = []
    numbered = False
    lines = [line for line in text[:_LONGEST].splitlines() if line.strip()]
    headed = bool(lines) and lines[0].rstrip(" *_").endswith(":")
    for line in lines[1:] if headed else lines:
        point = _POINT.match(line)
        if point is None or len(found) == _MOST:
            break
        number = _number(point)
        if (found and (number is not None) != numbered) or (number is not None and number != len(found) + 1):
            break
        numbered = number is not None
        found.append(line[point.end() :].strip(_EDGES))
    own_line = headed or text.lstrip(" \t*_:").startswith(("\n", "\r"))
    return tuple(found) if len(found) > 1 or own_line else ()


def _number(point: re.Match[str]) -> int | None:
    """Return the number of a point, that of ``b)`` being 2; None for a bullet."""
    digits, hashed, letter, circled = point.groups()
    if digits or hashed:
        return int(digits or hashed)
    if letter:
        return ord(letter.lower()) - ord("a") + 1
    return ord(circled) - ord("①") + 1 if circled else None


def last_points(text: str) -> str:
    """Return the list that ``text`` ends with, on lines of its own; empty when it ends with none."""
    lines = text.rstrip().split("\n")
    start = len(lines)
    while start and len(lines) - start < _MOST and _POINT.match(lines[start - 1]):
        start -= 1
        if _FIRST.match(lines[start]) and start + 1 < len(lines):
            break
    return "\n" + "\n".join(lines[start:]) if len(lines) - start > 1 else ""


def inline_points(text: str) -> tuple[str, ...]:
    """Return the points of a line that numbers them: ``1. Ann Lee 2. Bo Ray``; empty when it does not count from 1."""
    text = text[:_LONGEST].strip()
    marks = [*_INLINE.finditer(text)]
    numbers = [int(mark.group(1) or mark.group(2)) for mark in marks]
    if len(marks) < 2 or marks[0].start() or numbers != [*range(1, len(marks) + 1)]:
        rounded = [part.strip(_EDGES) for part in _ROUND.split(text)]
        return tuple(rounded[1:]) if len(rounded) > 2 and not rounded[0] else ()
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return tuple(text[mark.end() : end].strip(_EDGES) for mark, end in zip(marks, ends, strict=True))
