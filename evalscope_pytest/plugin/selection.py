"""Which benchmarks a command line selects, decided before any of their data is loaded.

pytest itself deselects by ``-k`` after collection, when every data set would be loaded. A word of the expression that
names a benchmark, file, folder or tag decides; any other word may be a sample's id, so it decides nothing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence

import pytest
from _pytest.mark.expression import Expression

from .nodes import BenchmarkItem

MAX_UNKNOWN_WORDS = 8
_WORD = re.compile(r"[^\s()]+")
_OPERATORS = frozenset({"and", "or", "not"})


def selected(items: Sequence[pytest.Item], keywords: str, marks: str) -> list[BenchmarkItem]:
    """Return the stand-ins of which ``-k`` and ``-m`` can select at least one sample."""
    stand_ins = [i for i in items if isinstance(i, BenchmarkItem)]
    by_mark = [i for i in stand_ins if _marks_match(i, marks)]
    if not keywords.strip():
        return by_mark
    names = {item: _names(item) for item in stand_ins}
    try:
        expression = Expression.compile(keywords)
    except SyntaxError:
        return by_mark  # pytest reports it with the position
    words = {w for w in _WORD.findall(keywords) if w not in _OPERATORS}
    known = {w for w in words if any(_matches(w, n) for n in names.values())}
    return [item for item in by_mark if _may_match(expression, words, known, names[item])]


def _may_match(expression: Expression, words: set[str], known: set[str], names: Iterable[str]) -> bool:
    truths = {w: _matches(w, names) for w in known}
    unknown = sorted(words - known)
    if len(unknown) > MAX_UNKNOWN_WORDS:
        return True
    return any(
        expression.evaluate(_lookup({**truths, **dict(zip(unknown, guess, strict=True))}))
        for guess in itertools.product((True, False), repeat=len(unknown))
    )


def _lookup(truths: dict[str, bool]) -> Callable[..., bool]:
    return lambda name, /, **_: truths.get(name, False)


def _marks_match(item: BenchmarkItem, marks: str) -> bool:
    if not marks.strip():
        return True
    own = {mark.name for mark in item.iter_markers()}
    try:
        return Expression.compile(marks).evaluate(lambda name, /, **_: name in own)
    except SyntaxError:
        return True


def _names(item: BenchmarkItem) -> set[str]:
    """Return what pytest's own ``-k`` would match for every sample of the benchmark, in lower case."""
    nodes = [n for n in item.listchain() if not isinstance(n, pytest.Session)]
    if nodes and isinstance(nodes[0], pytest.Directory):
        nodes = nodes[1:]
    names = {n.name for n in nodes} | item.listextrakeywords() | {m.name for m in item.iter_markers()}
    return {n.lower() for n in names}


def _matches(word: str, names: Iterable[str]) -> bool:
    return any(word.lower() in name for name in names)
