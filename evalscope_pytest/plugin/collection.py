"""Turns the benchmarks a command line selects into items, one for each sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..benchmarks.bundled import bundled_files, load_bundled
from ..core.errors import ConfigError, UsageError, closest
from ..run.assembly import Run
from ..run.prepare import Samples, check_dataset_args, check_dataset_dir, plans_of, prepare_all
from ..store.plan import BenchmarkPlan
from .host import Stage
from .keywords import Keywords
from .nodes import BenchmarkItem, SampleItem, file_id
from .own import drop_ordinary
from .pytest_private import count_collected, skip_reason
from .selection import selected

if TYPE_CHECKING:
    from ..config.task import TaskConfig


def expand(run: Run, session: pytest.Session, items: list[pytest.Item]) -> Keywords | None:
    """Replace each selected benchmark's stand-in by its samples, in place, and return the expression of ``-k``.

    Stand-ins that ``-k`` or ``-m`` rule out stay, to be deselected later; those ``--eval-datasets`` does not name go.

    Raises:
        UsageError: A benchmark, subset, split, field, parameter or sample id is not there.
    """
    before = len(items)
    drop_ordinary(session.config, items)
    _recount(session, len(items) - before)
    _drop_unnamed(run.task, session, items)
    options = session.config.option
    named = lambda benchmark: run.task.args_of(benchmark).subset_list or ()  # noqa: E731
    selection = selected(items, options.keyword, options.markexpr, named)
    chosen = _with_records(run.task, session, items, _distinct(selection.chosen))
    if chosen:
        check_dataset_dir(run.task)
        run.model  # noqa: B018 - what is wrong with it is said before any data is loaded
    run_now = dict.fromkeys(item for item in chosen if not _skipped(item))
    samples = _all_samples(run, run_now, _only(chosen))
    expanded: list[pytest.Item] = []
    for item in items:
        if isinstance(item, BenchmarkItem) and item in run_now:
            expanded.extend(samples.get(item, ()))
        else:
            expanded.append(item)
    check_dataset_args(run.task, {i.benchmark.name for i in items if isinstance(i, BenchmarkItem)})
    _recount(session, len(expanded) - len(items))
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
    stage, file = Stage(samples.evaluation, module, benchmark, samples.primary), file_id(module)
    items = []
    for sample_id, unit in samples.units:
        name = f"{benchmark.name}[{sample_id}]"
        nodeid = f"{file}::{name}"  # as --lf reads it: pytest itself would make another
        items.append(
            SampleItem.from_parent(
                stand_in.parent, name=name, nodeid=nodeid, benchmark=benchmark, unit=unit, stage=stage
            )
        )
    return items


def _recount(session: pytest.Session, more: int) -> None:
    """Make the terminal's "collected N items" count samples, not stand-ins."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if reporter is not None:
        count_collected(reporter, more)


def _drop_unnamed(task: TaskConfig, session: pytest.Session, items: list[pytest.Item]) -> None:
    if not task.datasets:
        return
    found = {i.benchmark.name for i in items if isinstance(i, BenchmarkItem)}
    for name in task.datasets:
        if name not in found:
            known = found | set(bundled_files())
            raise ConfigError(
                f"--eval-datasets: no benchmark named {name!r} in what was collected. {_hint(name, known, items)} "
                f"`evalscope-pytest benchmark-info` lists the bundled ones; name the files of "
                "your own."
            )
    gone = [i for i in items if isinstance(i, BenchmarkItem) and i.benchmark.name not in task.datasets]
    if gone:
        session.config.hook.pytest_deselected(items=gone)
        items[:] = [i for i in items if i not in gone]


def _hint(name: str, known: Iterable[str], items: Sequence[pytest.Item]) -> str:
    own = {i.benchmark.name: i.benchmark for i in items if isinstance(i, BenchmarkItem)}
    every = {**{n: load_bundled(n) for n in bundled_files()}, **own}
    tagged = [n for n, benchmark in every.items() if name in benchmark.tags]
    return f"It is a tag of {len(tagged)} benchmarks: -m {name}." if tagged else closest(name, known)


def _with_records(
    task: TaskConfig, session: pytest.Session, items: list[pytest.Item], chosen: list[BenchmarkItem]
) -> list[BenchmarkItem]:
    """Deselect benchmarks for records of the user's own where there are none, unless just those were asked for."""
    if task.datasets:
        return chosen

    def lacks_records(item: BenchmarkItem) -> bool:
        name = item.benchmark.name
        there = task.args_of(name).dataset_id or (task.dataset_dir and (Path(task.dataset_dir) / name).exists())
        return not (item.benchmark.dataset.location or there or session.isinitpath(item.path))

    gone = [i for i in chosen if lacks_records(i)]
    if not gone or len(gone) == len(chosen):
        return chosen
    session.config.hook.pytest_deselected(items=gone)
    items[:] = [i for i in items if i not in gone]
    return [i for i in chosen if i not in gone]


def _distinct(chosen: Sequence[BenchmarkItem]) -> list[BenchmarkItem]:
    bodies: dict[str, BenchmarkItem] = {}
    for item in chosen:
        other = bodies.setdefault(item.benchmark.name, item)
        if other.benchmark.function is not item.benchmark.function:
            places = f"both in {item.path}" if other.path == item.path else f"in {other.path} and {item.path}"
            raise UsageError(
                f"two benchmarks are called {item.benchmark.name!r}, {places}. Their records would mix: rename one"
                f"{'' if other.path == item.path else ', or name only one of the files'}."
            )
    return list(chosen)


def _only(chosen: Sequence[BenchmarkItem]) -> dict[str, set[str]]:
    """Return the sample ids asked for by benchmark name; an empty set stands for all of them."""
    wanted: dict[str, set[str]] = {}
    for item in chosen:
        only = item.parent.only
        if only is None:
            wanted[item.benchmark.name] = set()
        elif wanted.get(item.benchmark.name, {""}):
            wanted.setdefault(item.benchmark.name, set()).add(only)
    return wanted


def _skipped(item: BenchmarkItem) -> bool:
    return skip_reason(item) is not None


def heed_marks(items: Sequence[pytest.Item]) -> None:
    """Skip the samples a conftest marked; those of whole benchmarks were heeded before their data was loaded."""
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
