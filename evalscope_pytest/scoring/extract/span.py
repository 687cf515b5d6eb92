"""Reading a short answer in words, announced as "Answer: ..." (DROP, TriviaQA)."""

from __future__ import annotations

from itertools import takewhile

from .json_text import said
from .phrase import claimed, first_sentence, unwrapped
from .visible import fold

_SEPARATORS = (";", "\n", ",")
_POINTS = ("- ", "* ", "• ")
_JOINS = ("and ", "& ")
_LONGEST = 1000
MOST = 64  # Members of a list that are read.


def read_spans(text: str) -> tuple[str, ...]:
    """Return what the reply may be taken to answer: the announced line, and its first sentence where that is shorter.

    Empty when the reply says nothing.
    """
    reply = fold(said(text, "; "))
    claim = (claimed(reply) if reply else "")[:_LONGEST].lstrip(" \t\r\n:")
    if claim.startswith('"') and '"' in claim[1:]:  # quoted, or a field of JSON
        return (claim[1:].partition('"')[0],)
    line = _listed(claim) or claim.lstrip(" *_").partition("\n")[0]
    found = (unwrapped(line), unwrapped(first_sentence(line)))
    return tuple(dict.fromkeys(reading for reading in found if reading))


def _listed(claim: str) -> str:
    """Return the points of a list that stand on lines of their own, joined by semicolons; empty when there is none."""
    points = [*takewhile(lambda line: line.startswith(_POINTS), map(str.strip, claim.splitlines()))]
    return "; ".join(point[2:] for point in points)


def members(answer: str) -> tuple[str, ...]:
    """Return the members of a list as people write it: ``a; b``, ``a, b and c``, ``a & b``."""
    separator = next((mark for mark in _SEPARATORS if mark in answer), " and ")
    parts = [part.strip() for part in answer.split(separator, MOST)]
    if separator == ",":
        head, joined, tail = parts[-1].partition(" and ")
        parts = [*parts[:-1], head, tail] if joined else parts
    bare = (next((part[len(join) :] for join in _JOINS if part.startswith(join)), part) for part in parts)
    return tuple(part.strip(" .") for part in bare if part.strip(" ."))[:MOST]
