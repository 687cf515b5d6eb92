"""Turns the benchmarks that a command line selects into items, one for each sample: ``-k``, ``-m`` and names.

The rules of selection are in `run.selection`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pytest

from ..benchmarks.bundled import bundled_dir
from ..config.task import TaskConfig
from ..core.errors import UsageError
from ..core.text import visible
from ..run.assembly import Run
from ..run.prepare import Samples, check_dataset_args, check_dataset_dir, plans_of, prepare_all, subset_in_id
from ..run.selection import (
    Keywords,
    Names,
    check_datasets,
    check_distinct,
    check_unknown,
    lacks_records,
    nothing_selected,
    sample_ids,
)
from ..store.plan import BenchmarkPlan
from .arguments import OWN_FILES
from .nodes import BenchmarkItem, FixtureScope, SampleItem, file_id
from .pytest_private import Expression, KeywordMatcher, count_collected, skip_reason

NO_SUBSETS: Callable[[str], Iterable[str]] = lambda benchmark: ()  # noqa: E731


def expand(run: Run, session: pytest.Session, items: list[pytest.Item]) -> Keywords | None:
    """Replace each selected benchmark's stand-in by its samples, in place, and return the expression of ``-k``.

    Stand-ins that ``-k`` or ``-m`` rule out stay, to be deselected later; those ``--eval-datasets`` does not name go.

    Raises:
        UsageError: A benchmark, subset, split, field, parameter or sample id is not there.
    """
    before = len(items)
    _drop_ordinary(session.config, items)
    count_collected(session.config, len(items) - before)
    _drop_unnamed(run.task, session, items)
    options = session.config.option
    named = lambda benchmark: run.task.args_of(benchmark).subset_list or ()  # noqa: E731
    selection = selected(items, options.keyword, options.markexpr, named)
    check_distinct((item.benchmark, item.path) for item in selection.chosen)
    chosen = _with_records(run.task, session, items, selection.chosen)
    if chosen:
        check_dataset_dir(run.task)
        run.model  # noqa: B018 - its faults are reported before any data is loaded
    run_now = dict.fromkeys(item for item in chosen if skip_reason(item) is None)
    samples = _all_samples(run, run_now, sample_ids((item.benchmark.name, item.parent.only) for item in chosen))
    expanded: list[pytest.Item] = []
    for item in items:
        if isinstance(item, BenchmarkItem) and item in run_now:
            expanded.extend(samples.get(item, ()))
        else:
            expanded.append(item)
    check_dataset_args(run.task, {i.benchmark.name for i in items if isinstance(i, BenchmarkItem)})
    count_collected(session.config, len(expanded) - len(items))
    items[:] = expanded
    run.notes.extend(selection.notes)
    return selection.keywords


def _all_samples(
    run: Run, chosen: Iterable[BenchmarkItem], wanted: dict[str, set[str]]
) -> dict[BenchmarkItem, Sequence[pytest.Item]]:
    """Return the samples of each stand-in, or the stand-in itself if it cannot run: it is then skipped for that.

    Args:
        wanted: The ids of the requested samples by benchmark.
    """
    first: dict[str, BenchmarkItem] = {}
    for item in chosen:
        first.setdefault(item.benchmark.name, item)
    found: dict[BenchmarkItem, Sequence[pytest.Item]] = {}
    for name, samples in prepare_all(run, {name: item.benchmark for name, item in first.items()}, wanted):
        item = first[name]
        if isinstance(samples, Samples):
            found[item] = _items(item, samples)
        else:
            item.stays, item.unready = True, samples
            found[item] = (item,)
    return found


def _items(stand_in: BenchmarkItem, samples: Samples) -> list[SampleItem]:
    benchmark, module = stand_in.benchmark, stand_in.parent.parent
    assert isinstance(module, pytest.Module)
    scope, file = FixtureScope(samples.evaluation, module, benchmark, samples.primary), file_id(module)
    items = []
    for sample_id, unit in samples.units:
        name = f"{benchmark.name}[{sample_id}]"
        nodeid = f"{file}::{name}"  # as --lf reads it: pytest itself would make another
        items.append(
            SampleItem.from_parent(
                stand_in.parent, name=name, nodeid=nodeid, benchmark=benchmark, unit=unit, scope=scope
            )
        )
    return items


def _deselect(session: pytest.Session, items: list[pytest.Item], gone: Sequence[pytest.Item]) -> None:
    """Deselect items, in place."""
    if gone:
        session.config.hook.pytest_deselected(items=gone)
        left_out = set(gone)
        items[:] = [i for i in items if i not in left_out]


def _drop_unnamed(task: TaskConfig, session: pytest.Session, items: list[pytest.Item]) -> None:
    """Deselect the benchmarks that ``--eval-datasets`` does not name."""
    if task.datasets:
        stand_ins = [i for i in items if isinstance(i, BenchmarkItem)]
        check_datasets(task, {i.benchmark.name: i.benchmark for i in stand_ins})
        _deselect(session, items, [i for i in stand_ins if i.benchmark.name not in task.datasets])


def _with_records(
    task: TaskConfig, session: pytest.Session, items: list[pytest.Item], chosen: Sequence[BenchmarkItem]
) -> Sequence[BenchmarkItem]:
    """Deselect benchmarks that lack records of the user's own, unless these alone were requested."""
    gone = [i for i in chosen if lacks_records(task, i.benchmark) and not session.isinitpath(i.path)]
    if task.datasets or len(gone) == len(chosen):
        return chosen
    _deselect(session, items, gone)
    return [i for i in chosen if i not in gone]


def apply_skip_marks(items: Sequence[pytest.Item]) -> None:
    """Skip the samples that a conftest marked; marks of whole benchmarks were applied before their data was loaded."""
    for item in items:
        if isinstance(item, SampleItem) and item.own_markers and (reason := skip_reason(item)) is not None:
            item.skipped = reason


def plan_of(run: Run, items: Sequence[pytest.Item]) -> list[BenchmarkPlan]:
    """Return the plans of what will run, counted after ``-k``, ``-m`` and ``--lf`` have been applied."""
    counts: dict[str, dict[str, int]] = {}
    for item in items:
        if isinstance(item, SampleItem) and item.skipped is None:
            subsets = counts.setdefault(item.benchmark.name, {})
            subsets[item.unit.subset] = subsets.get(item.unit.subset, 0) + 1
    return plans_of(run, counts)


def _drop_ordinary(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, in place, the ordinary tests in files that the command line does not name."""
    own = config.pluginmanager.getplugin(OWN_FILES)
    if own is not None:
        items[:] = [i for i in items if isinstance(i, BenchmarkItem) or not own.added(i)]


# Selection -----------------------------------------------------------------------------------------------------------


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
