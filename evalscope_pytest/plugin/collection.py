"""Turns the benchmarks a command line selects into items, one for each sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from ..config.task import TaskConfig
from ..run.assembly import Run
from ..run.prepare import Samples, check_dataset_args, check_dataset_dir, plans_of, prepare_all
from ..run.selection import Keywords, check_datasets, check_distinct, lacks_records, sample_ids
from ..store.plan import BenchmarkPlan
from .arguments import OWN_FILES
from .fixture_scope import FixtureScope
from .nodes import BenchmarkItem, SampleItem, file_id
from .pytest_private import count_collected, skip_reason
from .selection import selected


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
        run.model  # noqa: B018 - what is wrong with it is said before any data is loaded
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
    """Leave out, in place, the ordinary tests in files that nobody named."""
    own = config.pluginmanager.getplugin(OWN_FILES)
    if own is not None:
        items[:] = [i for i in items if isinstance(i, BenchmarkItem) or not own.added(i)]
