"""Parts of a reply that are marked: ``\boxed{...}``, and lists with one point a line or all in one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_POINT = re.compile(
    r"\s{0,8}(?:[-*•‣▪+]\s|(?:\*\*)?(?:\(?(\d{1,3})[.):]|#(\d{1,3})|\(?([A-Za-z])[.)])"
    r"(?:\*\*)?[\s*]|([①-⑳])\s?)\s{0,4}(?=\S)"
)
_FIRST = re.compile(r"\s{0,8}(?:\*\*)?[(#]?1(?!\d)")
_INLINE = re.compile(r"(?:^|(?<=[\s,;.]))(?:\((\d{1,2})\)|(\d{1,2})[.)])\s{1,3}(?=\S)")
_ROUND = re.compile(r"[①-⑳]\s?")
_EDGES = " \t\r\n,;"
_MOST = 200  # Points that are read.
_LONGEST_LIST = 8000


def points(text: str) -> tuple[str, ...]:
    """Return the points of the list ``text`` begins with, after a line that ends in a colon; empty when there is not.

    Blank lines between points do not end a list, a line that is not a point does. Numbers count up from 1. A single
    point is a list only when it is on a separate line, so ``12. It says so.`` is not.
    """
    found: list[str] = []
    numbered = False
    lines = [line for line in text[:_LONGEST_LIST].splitlines() if line.strip()]
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
    """Return the list that ``text`` ends with, on separate lines; empty if it does not end with one."""
    lines = text.rstrip().split("\n")
    start = len(lines)
    while start and len(lines) - start < _MOST and _POINT.match(lines[start - 1]):
        start -= 1
        if _FIRST.match(lines[start]) and start + 1 < len(lines):
            break
    return "\n" + "\n".join(lines[start:]) if len(lines) - start > 1 else ""


def inline_points(text: str) -> tuple[str, ...]:
    """Return the points of a line that numbers them: ``1. Ann Lee 2. Bo Ray``; empty when it does not count from 1."""
    text = text[:_LONGEST_LIST].strip()
    marks = [*_INLINE.finditer(text)]
    numbers = [int(mark.group(1) or mark.group(2)) for mark in marks]
    if len(marks) < 2 or marks[0].start() or numbers != [*range(1, len(marks) + 1)]:
        rounded = [part.strip(_EDGES) for part in _ROUND.split(text)]
        return tuple(rounded[1:]) if len(rounded) > 2 and not rounded[0] else ()
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return tuple(text[mark.end() : end].strip(_EDGES) for mark, end in zip(marks, ends, strict=True))


_NAME = re.compile(
    r"\\{0,4}(?<![A-Za-z])(?:f?boxed|fbox)\s{0,3}(?=(\{)|\s?([-+]?\d[\d.,/]{0,40}|[A-Za-z])(?![A-Za-z]))"
)
_BRACE = re.compile(r"[{}]|\\[{}\\]")
_LONGEST = 4000
_TRIED = 24


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its beginning and end in the reply, and its content."""

    start: int
    end: int
    content: str


def boxes(text: str) -> Iterator[Box]:
    """Yield the boxes of ``text``, the last one first; of nested ones the inner comes first.

    Accepted: ``\\boxed``, ``\\fbox``, ``boxed{`` without its backslash, blanks before the brace, a single token
    without braces after a backslash, and a last box that is never closed (a reply cut off, or careless).
    """
    end = len(text)
    for _ in range(_TRIED):
        at = max(text.rfind("boxed", 0, end), text.rfind("fbox", 0, end))
        if at == -1:
            return
        end = at
        start = at
        while start and text[start - 1] == "\\":
            start -= 1
        name = _NAME.match(text, start)
        if name is None:
            continue
        if name.group(1):
            yield _braced(text, start, name.end() + 1)
        elif start < at:
            yield Box(start, name.end(2), name.group(2))


def braced(text: str) -> str:
    """Return what the braces hold that ``text`` begins with, others inside them included; empty without any."""
    begin = len(text) - len(text.lstrip()) + 1
    return _braced(text, 0, begin).content if text[begin - 1 : begin] == "{" else ""


def _braced(text: str, start: int, begin: int) -> Box:
    depth = 1
    for brace in _BRACE.finditer(text, begin, begin + _LONGEST):
        if brace.group() == "{":
            depth += 1
        elif brace.group() == "}":
            depth -= 1
            if depth == 0:
                return Box(start, brace.end(), text[begin : brace.start()])
    line = text[begin : begin + _LONGEST].split("\n", 1)[0]
    content = line.split("$", 1)[0] if line.count("$") % 2 else line
    return Box(start, begin + len(line), content.rstrip())
