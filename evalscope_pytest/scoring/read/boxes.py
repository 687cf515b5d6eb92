r"""Finding ``\boxed{...}`` in a reply, from the last to the first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = re.compile(
    r"\\{0,4}(?<![A-Za-z])(?:f?boxed|fbox)\s{0,3}(?=(\{)|\s?([-+]?\d[\d.,/]{0,40}|[A-Za-z])(?![A-Za-z]))"
)
_BRACE = re.compile(r"[{}]|\\[{}\\]")
_LONGEST = 4000
_TRIED = 24


@dataclass(frozen=True, slots=True)
class Box:
    """One box: where it begins and ends in the reply, and what it holds."""

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
