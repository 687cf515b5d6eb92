"""``-k`` and ``-m`` on the benchmarks and samples of a session; the rules are in `run.selection`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pytest

from ..benchmarks.bundled import bundled_dir
from ..config.task import TaskConfig
from ..core.errors import UsageError
from ..core.terminal import visible
from ..run.prepare import subset_in_id
from ..run.selection import Keywords, Names, check_unknown, nothing_selected
from .nodes import BenchmarkItem, SampleItem
from .pytest_private import Expression, KeywordMatcher

NO_SUBSETS: Callable[[str], Iterable[str]] = lambda benchmark: ()  # noqa: E731


@dataclass(frozen=True, slots=True)
class Selection:
    """The benchmarks that ``-k`` and ``-m`` leave.

    Attributes:
        chosen: The stand-ins of which at least one sample can be selected.
        keywords: The expression of ``-k``; None when there is none, or when pytest has to report what is wrong with it.
        notes: A line for each word that was taken as a benchmark's name, if that leaves others out.
    """

    chosen: tuple[BenchmarkItem, ...]
    keywords: Keywords | None = None
    notes: tuple[str, ...] = ()


def selected(
    items: Sequence[pytest.Item], keywords: str, marks: str, subsets: Callable[[str], Iterable[str]] = NO_SUBSETS
) -> Selection:
    """Return what ``-k`` and ``-m`` select among the benchmarks' stand-ins.

    Args:
        subsets: Returns the subsets that the user names of a benchmark.

    Raises:
        UsageError: A word of ``-k`` names nothing, and data of all bundled benchmarks would be loaded to find that out.
    """
    stand_ins = [i for i in items if isinstance(i, BenchmarkItem)]
    by_mark = [i for i in stand_ins if _marks_match(i, marks)]
    expression = _compiled(keywords) if stand_ins and keywords.strip() else None
    if expression is None:
        return Selection(tuple(by_mark))
    names = {item: _names_of_benchmark(item, subsets) for item in stand_ins}
    read = Keywords.of(keywords, expression, list(names.values()))
    known = read.known(names.values())
    # Otherwise the user has named the files to look in.
    if any(i.path.is_relative_to(bundled_dir()) and not i.session.isinitpath(i.path) for i in names):
        others = {name for i in items if not isinstance(i, BenchmarkItem) for name in names_of(i)}
        check_unknown(read.words - known, list(names.values()), others)
    chosen = tuple(item for item in by_mark if read.may_select(names[item], known))
    return Selection(chosen, read, tuple(read.left_out(list(names.values()))))


def apply(keywords: Keywords, config: pytest.Config, items: list[pytest.Item]) -> bool:
    """Deselect, in place, what the expression does not select. Return False when pytest can do the same."""
    if not keywords.exact and not any(isinstance(i, BenchmarkItem) and i.stays for i in items):
        return False
    of_parent: dict[pytest.Item | pytest.Collector, set[str]] = {}

    def selects(item: pytest.Item) -> bool:
        if not isinstance(item, (BenchmarkItem, SampleItem)):
            return keywords.expression.evaluate(KeywordMatcher.from_item(item))
        if isinstance(item, BenchmarkItem) and item.stays:
            return True
        parent = item.parent
        assert parent is not None
        if parent not in of_parent:
            of_parent[parent] = names_of(parent)
        names = of_parent[parent] | {item.name.lower(), *map(str.lower, item.extra_keyword_matches)}
        names |= {mark.name.lower() for mark in item.own_markers}
        return keywords.selects(item.benchmark.name, names)

    kept: list[pytest.Item] = []
    gone: list[pytest.Item] = []
    for item in items:
        (kept if selects(item) else gone).append(item)
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = kept
    return True


def check_expressions(keywords: str, marks: str) -> None:
    """Check that ``-k`` and ``-m`` can be read, before data is loaded or a worker is started for them.

    Raises:
        UsageError: One cannot be read.
    """
    for option, text, example in (("-k", keywords, "gsm8k or arc"), ("-m", marks, "math and not chinese")):
        try:
            Expression.compile(text)
        except SyntaxError as error:
            raise UsageError(
                f"{option}: cannot read {visible(text)!r}: {error.msg} at column {error.offset}. Words are joined with "
                f'and, or, not and parentheses: {option} "{example}".'
            ) from None


def check_selected(task: TaskConfig, session: pytest.Session, keywords: Keywords | None) -> None:
    """Check that the command line has left something to evaluate.

    Raises:
        UsageError: It has not. A run of nothing would be green, or end in pytest's exit code 5 that some CI tolerates.
    """
    option, items = session.config.option, session.items
    again = task.rerun or getattr(option, "lf", False) or getattr(option, "stepwise", False)
    if option.collectonly or again or session.testsfailed:
        return
    if any(isinstance(i, (BenchmarkItem, SampleItem)) for i in items) or (items and not task.datasets):
        return
    exact = keywords.exact if keywords is not None else ()
    raise UsageError(nothing_selected(task, option.keyword, option.markexpr, exact))


def names_of(node: pytest.Item | pytest.Collector) -> set[str]:
    """Return what pytest's own ``-k`` would match for a node and all below it, in lower case."""
    nodes = [n for n in node.listchain() if not isinstance(n, pytest.Session)]
    if nodes and isinstance(nodes[0], pytest.Directory):
        nodes = nodes[1:]
    names = {n.name for n in nodes} | node.listextrakeywords() | {m.name for m in node.iter_markers()}
    return {n.lower() for n in names}


def _names_of_benchmark(item: BenchmarkItem, given: Callable[[str], Iterable[str]]) -> Names:
    benchmark = item.benchmark
    subsets = (*benchmark.dataset.subsets, *given(benchmark.name))
    forms = {form.lower() for name in subsets for form in (name, subset_in_id(name))}
    return Names(benchmark.name, benchmark.function.__name__, benchmark.tags, names_of(item), forms)


def _compiled(text: str) -> Expression | None:
    """Return a compiled expression; None for one that pytest itself has to refuse."""
    try:
        return Expression.compile(text)
    except SyntaxError:
        return None


def _marks_match(item: BenchmarkItem, marks: str) -> bool:
    expression = _compiled(marks) if marks.strip() else None
    names = {mark.name for mark in item.iter_markers()}
    return expression is None or expression.evaluate(lambda name, /, **_: name in names)
