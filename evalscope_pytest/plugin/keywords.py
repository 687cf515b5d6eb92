"""``-k`` for benchmarks: a word that is exactly the name of one means that one only.

pytest looks for each word in names, files and tags, so ``-k gsm8k`` would take every benchmark that has gsm8k in its
name, or a subset called so. Ordinary tests, and words that are no benchmark's name, keep pytest's rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from .nodes import BenchmarkItem, SampleItem
from .pytest_private import Expression, KeywordMatcher

_WORD = re.compile(r"[^\s()]+")
_OPERATORS = frozenset({"and", "or", "not"})


@dataclass(frozen=True, slots=True)
class Keywords:
    """A ``-k`` expression.

    Attributes:
        words: Its words, without operators and parentheses.
        exact: By word, the names of the benchmarks it means; words that are no benchmark's name are absent.
    """

    expression: Expression
    words: frozenset[str]
    exact: Mapping[str, frozenset[str]]
    _names: dict[pytest.Item | pytest.Collector, set[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str, stand_ins: Sequence[BenchmarkItem]) -> Keywords | None:
        """Return the expression, or None when there is none, or one that pytest itself has to refuse."""
        if not text.strip():
            return None
        try:
            expression = Expression.compile(text)
        except SyntaxError:
            return None
        words = frozenset(w for w in _WORD.findall(text) if w not in _OPERATORS)
        by_name, by_function = _by_lower(stand_ins, _name), _by_lower(stand_ins, _function)
        found = {w: by_name.get(w.lower()) or by_function.get(w.lower()) for w in sorted(words)}
        return cls(expression, words, {word: frozenset(names) for word, names in found.items() if names})

    def meaning(self, item: BenchmarkItem | SampleItem) -> dict[str, bool]:
        """Return, for each exact word, whether it means the item's benchmark."""
        return {word: item.benchmark.name in names for word, names in self.exact.items()}

    def select(self, item: pytest.Item) -> bool:
        """Tell whether the expression selects an item."""
        if not isinstance(item, (BenchmarkItem, SampleItem)):
            return self.expression.evaluate(KeywordMatcher.from_item(item))
        if isinstance(item, BenchmarkItem) and item.stays:
            return True
        truths = self.meaning(item)
        names = self._names_of_parent(item) | {item.name.lower(), *map(str.lower, item.extra_keyword_matches)}
        names |= {mark.name.lower() for mark in item.own_markers}
        return self.expression.evaluate(lambda word, /, **_: truths[word] if word in truths else contains(word, names))

    def _names_of_parent(self, item: BenchmarkItem | SampleItem) -> set[str]:
        parent = item.parent
        assert parent is not None
        if parent not in self._names:
            self._names[parent] = names_of(parent)
        return self._names[parent]


def apply(keywords: Keywords, config: pytest.Config, items: list[pytest.Item]) -> bool:
    """Deselect, in place, what the expression does not select. Return False when pytest can do the same."""
    if not keywords.exact and not any(isinstance(i, BenchmarkItem) and i.stays for i in items):
        return False
    kept: list[pytest.Item] = []
    gone: list[pytest.Item] = []
    for item in items:
        (kept if keywords.select(item) else gone).append(item)
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = kept
    return True


def names_of(node: pytest.Item | pytest.Collector) -> set[str]:
    """Return what pytest's own ``-k`` would match for a node and all below it, in lower case."""
    nodes = [n for n in node.listchain() if not isinstance(n, pytest.Session)]
    if nodes and isinstance(nodes[0], pytest.Directory):
        nodes = nodes[1:]
    names = {n.name for n in nodes} | node.listextrakeywords() | {m.name for m in node.iter_markers()}
    return {n.lower() for n in names}


def contains(word: str, names: Iterable[str]) -> bool:
    """Tell whether a word is part of one of these names, which are in lower case."""
    return any(word.lower() in name for name in names)


def _by_lower(stand_ins: Sequence[BenchmarkItem], key: Callable[[BenchmarkItem], str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in stand_ins:
        found.setdefault(key(item).lower(), set()).add(item.benchmark.name)
    return found


def _name(item: BenchmarkItem) -> str:
    return item.benchmark.name


def _function(item: BenchmarkItem) -> str:
    return item.benchmark.function.__name__
