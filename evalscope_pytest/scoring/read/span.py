"""Reading a short answer in words, announced as "Answer: ..." (DROP, TriviaQA)."""

from __future__ import annotations

import re

from .json_text import said
from .phrase import claimed, edged, first_sentence, unwrapped, without_brackets
from .points import inline_points, points
from .remark import without_reason, without_remark
from .visible import fold

_SEPARATORS = (";", "\n", ",", " & ")
_JOINS = ("and ", "& ")
_LONGEST = 1000
_BRACKETED_POINT = re.compile(r"^[(\[](-?\.\d{1,30})[)\]]")  # "(.5)": without its brackets the point would be lost
# Names on lines that end the reply: none of them is a sentence.
_LINES = re.compile(r"[^\n.:;!?]{1,60}(?:\n[^\n.:;!?]{1,60}){1,15}")
MOST = 64  # Members of a list that are read.


def read_spans(text: str) -> tuple[str, ...]:
    """Return what the reply may be taken to answer, the most literal reading first; empty when it says nothing.

    The readings are the announced line, its first sentence, and that without a reason or a remark behind it. Of a list
    they are its points, joined by semicolons.
    """
    reply = fold(said(text, "; "))
    claim = (claimed(reply) if reply else "")[:_LONGEST]
    listed = points(claim)
    claim = claim.lstrip(" \t\r\n:")
    if claim.startswith('"') and '"' in claim[1:]:  # quoted, or a field of JSON
        quoted = claim[1:].partition('"')[0]
        return tuple(dict.fromkeys((quoted, unwrapped(quoted) or quoted)))
    line = _BRACKETED_POINT.sub(r"\1", claim.lstrip(" *_").partition("\n")[0])
    if listed := listed or inline_points(line):
        found = [
            "; ".join(listed),
            "; ".join(_bare(point) for point in listed),
            "; ".join(_headed(point) for point in listed),
        ]
        found += [line] if len(listed) == 1 else []
    else:
        sentence = first_sentence(line)
        found = [unwrapped(line), unwrapped(sentence), unwrapped(without_reason(sentence)), _bare(sentence)]
        found += [_bare(first_sentence(line, abbreviated=True)), without_brackets(unwrapped(sentence))]
        found += ["; ".join(map(unwrapped, lines.group().split("\n")))] if (lines := _LINES.fullmatch(claim)) else []
    return tuple(dict.fromkeys(reading for reading in found if reading))


def _headed(point: str) -> str:
    """Return what stands before a colon: ``Ann Lee`` of ``**Ann Lee**: scored first``."""
    return _bare(re.split(r":(?:\*\*)?\s", point, maxsplit=1)[0])


def _bare(text: str) -> str:
    """Return ``text`` without its dress, and without a reason or a remark behind it."""
    return unwrapped(without_remark(unwrapped(without_reason(unwrapped(text)))))


def members(answer: str) -> tuple[str, ...]:
    """Return the members of a list as people write it: ``a; b``, ``a, b and c``, ``a & b``."""
    answer = re.sub(r"^both\s(?=.{1,400}\s(?:and|&)\s)", "", answer, flags=re.IGNORECASE)
    separator = next((mark for mark in _SEPARATORS if mark in answer), " and ")
    parts = [part.strip() for part in answer.split(separator, MOST)]
    if separator == ",":
        head, joined, tail = parts[-1].partition(" and ")
        parts = [*parts[:-1], head, tail] if joined else parts
    bare = (next((part[len(join) :] for join in _JOINS if part.startswith(join)), part) for part in parts)
    return tuple(kept for part in bare if (kept := edged(part, " .")))[:MOST]
