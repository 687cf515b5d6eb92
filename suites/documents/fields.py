"""Objects and lists in a reply: JSON, or literals of Python, bare, fenced or within prose; and their fields."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from evalscope_pytest.scoring.read.visible import fold

_LONGEST = 100_000
_FENCE = re.compile(r"```[\w+-]{0,20}[ \t]*\n(.{0,100000}?)```", re.DOTALL)
_PAIR = re.compile(r"[:=：]")
_AROUND = " \t\"'*,-{}`"
_LONGEST_KEY, _LONGEST_VALUE = 100, 1000
_ASSIGNED = re.compile(r"\A\s{0,20}\w{1,60}\s?=\s?(?=[\[{(])")
_NOT_READ = (ValueError, SyntaxError, TypeError, RecursionError, MemoryError)


def parsed(text: str) -> Any:
    """Return the value that a reply holds: what is in its longest fence, or from its first bracket to its last."""
    text = text[:_LONGEST]
    fenced = sorted(_FENCE.findall(text), key=len, reverse=True)[:3]
    for content in (*fenced, text):
        bare = _ASSIGNED.sub("", content).strip()
        for piece in (bare, _bracketed(bare, "{", "}"), _bracketed(bare, "[", "]")):
            value = _value(piece)
            if isinstance(value, (dict, list, tuple)):
                return value
    return None


def _bracketed(text: str, opening: str, closing: str) -> str:
    start, end = text.find(opening), text.rfind(closing)
    return text[start : end + 1] if 0 <= start < end else ""


def _value(text: str) -> Any:
    if text[:1] not in ("{", "[", "("):
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except _NOT_READ:
            continue
    return None


def object_in(text: str) -> dict[str, Any]:
    """Return the object that a reply holds; without one, its lines ``key: value``."""
    value = parsed(text)
    if isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping):
        return {str(key): part for key, part in value.items()}
    return dict(_pairs(text[:_LONGEST]))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        key, *value = (part.strip(_AROUND) for part in _PAIR.split(line, maxsplit=1))
        if value and value[0] and 0 < len(key) <= _LONGEST_KEY and len(value[0]) <= _LONGEST_VALUE:
            yield key, value[0]


def written(value: Any) -> str:
    """Return a field's value as it is compared: without case and blanks, a list of one as its member."""
    if isinstance(value, (list, tuple)):
        value = value[0] if len(value) == 1 else ", ".join(map(str, value))
    return "".join(fold("" if value is None else str(value)).casefold().split())


def field_accuracy(given: Mapping[str, Any], gold: Mapping[str, Any]) -> float:
    """Return the share of fields that are right, of those that either object has.

    Args:
        gold: Of a field with several right values, a list of them.
    """
    ours, theirs = ({written(key): value for key, value in fields.items()} for fields in (given, gold))
    names = ours.keys() | theirs.keys()
    right = sum(written(ours[name]) in _right_values(theirs[name]) for name in ours.keys() & theirs.keys())
    return right / len(names) if names else 0.0


def _right_values(value: Any) -> set[str]:
    return {written(one) for one in value} if isinstance(value, (list, tuple)) else {written(value)}
