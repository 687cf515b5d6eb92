"""Which benchmarks a command line selects, decided before any of their data is loaded.

pytest itself deselects by ``-k`` after collection, when every data set would be loaded. A word of the expression that
names a benchmark, file, folder or tag decides. One that names a subset leaves out the benchmarks that have none of that
name, and so does a sample's id that begins with one (``main-17``). Any other word may be an id, so it decides nothing;
where it does not look like one, and all the bundled benchmarks are to be loaded for it, it is a mistake.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import pytest
from _pytest.mark.expression import Expression

from ..benchmarks.bundled import bundled_dir
from ..core.errors import UsageError
from ..core.terminal import visible
from .nodes import BenchmarkItem

MAX_UNKNOWN_WORDS = 8
_WORD = re.compile(r"[^\s()]+")
# `main-17`, `17`, `-r2`, `gsm8k[main-17]` or a part of it.
_SAMPLE_ID = re.compile(r"\[|\]|-r?\d|^\d+$|^r\d+$|-$")
_SUBSET_AND_NUMBER = re.compile(r"(.+?)-\d+(?:-r\d*)?")
_OPERATORS = frozenset({"and", "or", "not"})


@dataclass(frozen=True, slots=True)
class _Names:
    """What ``-k`` matches in lower case: for every sample of a benchmark, and for those of single subsets."""

    every: set[str]
    subsets: set[str]


def selected(
    items: Sequence[pytest.Item],
    keywords: str,
    marks: str,
    subsets: Callable[[str], Iterable[str]] = lambda benchmark: (),
) -> list[BenchmarkItem]:
    """Return the stand-ins of which ``-k`` and ``-m`` can select at least one sample.

    Args:
        subsets: Subsets the user names, by benchmark.

    Raises:
        UsageError: A word of ``-k`` names nothing, and data of all bundled benchmarks would be loaded to find that out.
    """
    stand_ins = [i for i in items if isinstance(i, BenchmarkItem)]
    by_mark = [i for i in stand_ins if _marks_match(i, marks)]
    if not keywords.strip():
        return by_mark
    names = {i: _Names(_names(i), _subsets(i, subsets)) for i in stand_ins}
    try:
        expression = Expression.compile(keywords)
    except SyntaxError:
        return by_mark  # pytest reports it with the position
    words = {w for w in _WORD.findall(keywords) if w not in _OPERATORS}
    known = {w for w in words if any(_matches(w, n.every | n.subsets) for n in names.values())}
    _check_unknown(words - known, items, names)
    return [item for item in by_mark if _may_match(expression, words, known, names[item])]


def _check_unknown(words: Iterable[str], items: Sequence[pytest.Item], names: Mapping[BenchmarkItem, _Names]) -> None:
    if not any(i.path.is_relative_to(bundled_dir()) and not i.session.isinitpath(i.path) for i in names):
        return  # the user has said where to look
    others = {name for i in items if not isinstance(i, BenchmarkItem) for name in _names(i)}
    for word in sorted(words):
        if not _SAMPLE_ID.search(word) and not _matches(word, others):
            known = {name for i, n in names.items() for name in (i.benchmark.name, *i.benchmark.tags, *n.subsets)}
            near = get_close_matches(word, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise UsageError(
                f"-k: nothing is called {word!r}.{hint} A word names a benchmark, tag, file, subset, or a sample "
                f"such as main-17. `evalscope-pytest benchmark-info` lists the benchmarks."
            )


def _subsets(item: BenchmarkItem, given: Callable[[str], Iterable[str]]) -> set[str]:
    names = (*item.benchmark.dataset.subsets, *given(item.benchmark.name))
    return {form.lower() for name in names for form in (name, subset_in_id(name))}


def subset_in_id(subset: str) -> str:
    """Return a subset's name as ids of its samples have it: "::" would read as a separator of node ids."""
    return visible(subset).replace("::", ":")


def _may_match(expression: Expression, words: set[str], known: set[str], names: _Names) -> bool:
    truths = {w: _matches(w, names.every) for w in known}
    ids = {w for w in words - known if _may_be_sample(w, names.subsets)}
    unsure = sorted(ids | {w for w in known if not truths[w] and _matches(w, names.subsets)})
    if len(unsure) > MAX_UNKNOWN_WORDS:
        return True
    return any(
        expression.evaluate(_lookup({**truths, **dict(zip(unsure, guess, strict=True))}))
        for guess in itertools.product((True, False), repeat=len(unsure))
    )


def _may_be_sample(word: str, subsets: set[str]) -> bool:
    """Tell whether a word may be the id of a sample, or a part of it, of a benchmark with these subsets."""
    found = _SUBSET_AND_NUMBER.fullmatch(word.lower().rpartition("[")[2])
    return found is None or not subsets or any(name.endswith(found[1]) for name in subsets)


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


def _names(item: pytest.Item) -> set[str]:
    """Return what pytest's own ``-k`` would match for an item, or every sample of a benchmark, in lower case."""
    nodes = [n for n in item.listchain() if not isinstance(n, pytest.Session)]
    if nodes and isinstance(nodes[0], pytest.Directory):
        nodes = nodes[1:]
    names = {n.name for n in nodes} | item.listextrakeywords() | {m.name for m in item.iter_markers()}
    return {n.lower() for n in names}


def _matches(word: str, names: Iterable[str]) -> bool:
    return any(word.lower() in name for name in names)
