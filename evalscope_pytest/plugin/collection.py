"""Turns the benchmarks a command line selects into items, one for each sample."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _pytest.skipping import evaluate_skip_marks

from ..benchmarks.bundled import bundled_files, load_bundled
from ..benchmarks.equal_questions import earlier_equals
from ..benchmarks.evalscope_prompts import with_evalscope_prompts
from ..benchmarks.judged import needs_judge
from ..benchmarks.load import LoadedBenchmark, load
from ..benchmarks.resolve import ResolvedBenchmark, resolve
from ..core.canonical import digest
from ..core.errors import ConfigError, UsageError, closest, closest_path
from ..datasets.base import DataLocation
from ..datasets.location import locate
from ..engine.evaluation import Evaluation, Unit
from ..engine.trial import Trial
from ..scoring import thinking
from ..store.plan import BenchmarkPlan
from .host import Stage, parameters
from .keywords import Keywords
from .loading import told
from .nodes import BenchmarkItem, SampleItem, file_id
from .own import drop_ordinary
from .readiness import Readiness
from .run import Run
from .selection import selected, subset_in_id

if TYPE_CHECKING:
    from ..benchmarks.definition import Benchmark
    from ..config.task import TaskConfig
    from ..engine.judging import JudgeHandle
    from ..sandbox.handle import SandboxHandle


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
        _check_dataset_dir(run.task)
        run.model  # noqa: B018 - what is wrong with it is said before any data is loaded
    run_now = dict.fromkeys(item for item in chosen if not _skipped(item))
    samples = _all_samples(run, run_now, _only(chosen))
    expanded: list[pytest.Item] = []
    for item in items:
        if isinstance(item, BenchmarkItem) and item in run_now:
            expanded.extend(samples.get(item, ()))
        else:
            expanded.append(item)
    _check_dataset_args(run, items)
    _recount(session, len(expanded) - len(items))
    items[:] = expanded
    run.notes.extend(selection.notes)
    return selection.keywords


def _check_dataset_dir(task: TaskConfig) -> None:
    """Refuse a folder that is not there: the hub's copy would be evaluated in place of the user's.

    Raises:
        ConfigError: It is missing, or a file.
    """
    if task.dataset_dir is None or (folder := Path(task.dataset_dir).expanduser()).is_dir():
        return
    where = task.given.get("dataset_dir", "--eval-dataset-dir")
    if folder.exists():
        raise ConfigError(f"dataset_dir: {folder} in {where} is a file. Name the folder that holds DIR/<benchmark>/.")
    raise ConfigError(
        f"dataset_dir: {folder} in {where} does not exist. {closest_path(folder)}To have downloads go there, make it "
        f"first: mkdir -p {shlex.quote(str(folder))}"
    )


def _all_samples(
    run: Run, chosen: Iterable[BenchmarkItem], wanted: dict[str, set[str]]
) -> dict[BenchmarkItem, Sequence[pytest.Item]]:
    """Return what each stand-in becomes: its samples, or itself when it cannot run and is skipped for that.

    All benchmarks are settled before the data of any is loaded, and all data is loaded before anything is sent: what a
    late one lacks is reported before an early one costs anything.

    Args:
        wanted: The sample ids asked for, by benchmark.
    """
    first = {item.benchmark.name: item for item in reversed(list(chosen))}
    names = [item.benchmark.name for item in chosen if first[item.benchmark.name] is item]
    readiness = Readiness(run, names)
    settled: dict[str, _Settled] = {}
    for name in names:
        with readiness.of(name):
            settled[name] = _settle(run, first[name].benchmark)
    for name in settled:
        with readiness.of(name):
            _check_data(run, settled[name].resolved)
    readiness.check()
    found: dict[BenchmarkItem, Sequence[pytest.Item]] = {}
    for name in names:
        item = first[name]
        with readiness.of(name):
            if name in settled and name not in readiness.unready:
                found[item] = _samples(run, item, wanted[name], settled[name])
        if name in readiness.unready:
            item.stays, item.unready = True, readiness.unready[name]
            found[item] = (item,)
    readiness.check()
    readiness.conclude()
    return found


def _recount(session: pytest.Session, more: int) -> None:
    """Make the terminal's "collected N items" count samples, not stand-ins."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if reporter is not None:
        reporter._numcollected += more


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
    return evaluate_skip_marks(item) is not None


def heed_marks(items: Sequence[pytest.Item]) -> None:
    """Skip the samples a conftest marked; those of whole benchmarks were heeded before their data was loaded."""
    for item in items:
        if isinstance(item, SampleItem) and item.own_markers and (skip := evaluate_skip_marks(item)):
            item.skipped = skip.reason


def _check_dataset_args(run: Run, items: Sequence[pytest.Item]) -> None:
    names = {i.benchmark.name for i in items if isinstance(i, BenchmarkItem)}
    for name in run.task.dataset_args:
        if name not in names and name not in bundled_files():
            hint = closest(name, names | set(bundled_files()))
            raise ConfigError(f"--eval-dataset-args: no benchmark named {name!r} is here. {hint}")


@dataclass(frozen=True)
class _Settled:
    """What a benchmark comes to in this run, before its data is loaded."""

    resolved: ResolvedBenchmark
    sandbox: Mapping[str, SandboxHandle]
    judge: Mapping[str, JudgeHandle]


def _settle(run: Run, benchmark: Benchmark) -> _Settled:
    """Apply the user's settings and see that all is there that the benchmark needs.

    Raises:
        UsageError: A setting is wrong, or a judge or sandbox missing.
    """
    task = run.task
    args = task.args_of(benchmark.name)
    if task.prompts:
        benchmark, args = with_evalscope_prompts(benchmark, args)
    listed = run.config.option.collectonly and not run.judges.config.models  # listing samples needs no judge
    resolved = resolve(benchmark, args, repeats=task.repeats, judge=None if listed else run.judges.config)
    return _Settled(resolved, _sandbox(run, resolved), _judge(run, benchmark))


def _check_data(run: Run, resolved: ResolvedBenchmark) -> None:
    """See that data is there, as far as that can be known without a hub.

    Raises:
        NoDataError: It is not.
    """
    place, benchmark = place_of(resolved, run.task), resolved.benchmark
    never_online = place.hub == "local" or (benchmark.dataset.kind == "local" and not place.dataset_id)
    if never_online and benchmark.records is None:
        locate(benchmark.dataset, place)


def _samples(run: Run, stand_in: BenchmarkItem, only: set[str], settled: _Settled) -> list[SampleItem]:
    benchmark, task, resolved = stand_in.benchmark, run.task, settled.resolved
    module = stand_in.parent.parent
    assert isinstance(module, pytest.Module)
    place = replace(place_of(resolved, task), offline=bool(run.config.option.collectonly))
    with told(run.config, f"loading {benchmark.name}"):
        loaded = load(resolved, place, seed=task.seed, limit=task.limit, limit_total=task.limit_total)
    evaluation = _evaluation(run, resolved, loaded)
    evaluation.arguments.update({**settled.sandbox, **settled.judge})
    evaluation = _in_sandbox(evaluation, settled.sandbox)
    stage = Stage(evaluation, module, benchmark, resolved.metrics[0])
    items = []
    file = file_id(module)
    for subset, samples in loaded.subsets.items():
        equals = earlier_equals(samples, loaded.messages)
        for group, sample in enumerate(samples):
            for repeat in range(resolved.repeats):
                sample_id = _sample_id(subset, group, repeat)
                if only and sample_id not in only:
                    continue
                index = group * resolved.repeats + repeat
                unit = Unit(evaluation, sample, subset, index, group, repeat, equals[group])
                name = f"{benchmark.name}[{sample_id}]"
                items.append(
                    SampleItem.from_parent(
                        stand_in.parent,
                        name=name,
                        nodeid=f"{file}::{name}",  # as --lf reads it: pytest itself would make another
                        benchmark=benchmark,
                        unit=unit,
                        stage=stage,
                    )
                )
    _check_ids(benchmark.name, only, items)
    run.resolved[benchmark.name] = resolved
    return items


def _judge(run: Run, benchmark: Benchmark) -> dict[str, JudgeHandle]:
    """Return the judge a benchmark's body asks for.

    Raises:
        UnreadyError: None was named.
    """
    if "judge" not in parameters(benchmark) or run.config.option.collectonly:
        return {}
    if not run.judges.config.models:
        raise needs_judge(benchmark.name, unready=run.judges.config.unready)
    return {"judge": run.judges.handle}


def _needs_sandbox(resolved: ResolvedBenchmark) -> bool:
    return "sandbox" in parameters(resolved.benchmark) or bool(resolved.scorer and resolved.scorer.sandboxed)


def _sandbox(run: Run, resolved: ResolvedBenchmark) -> dict[str, SandboxHandle]:
    """Return the sandbox a benchmark needs, proven before its data is loaded; a mere list of samples needs none."""
    if not _needs_sandbox(resolved) or run.config.option.collectonly:
        return {}
    from .sandboxes import Sandboxes

    return {"sandbox": Sandboxes.of(run.config).handle(resolved.name)}


def _in_sandbox(evaluation: Evaluation, sandbox: Mapping[str, SandboxHandle]) -> Evaluation:
    """Give the sandbox to a scorer that runs programs. Its time limit is one of programs, by their CPU time."""
    if "sandbox" not in evaluation.wants:
        evaluation.arguments.pop("sandbox", None)
    scorer = evaluation.scorer
    if not sandbox or scorer is None or not scorer.sandboxed:
        return evaluation
    return replace(evaluation, scorer=scorer.in_sandbox(sandbox["sandbox"], evaluation.timeout_s), timeout_s=None)


def _unsafe(run: Run, resolved: ResolvedBenchmark) -> bool:
    if not _needs_sandbox(resolved):
        return False
    from .sandboxes import Sandboxes

    return Sandboxes.of(run.config).unsafe(resolved.name)


def _sample_id(subset: str, group: int, repeat: int) -> str:
    name = f"{subset_in_id(subset)}-{group}"
    return f"{name}-r{repeat + 1}" if repeat else name


def _check_ids(name: str, only: set[str], items: Sequence[SampleItem]) -> None:
    there = {i.name[len(name) + 1 : -1] for i in items}
    for missing in sorted(only - there):
        raise UsageError(
            f"benchmark {name!r} has no sample {missing!r}. Sample ids are SUBSET-NUMBER; list them with "
            f"--collect-only (and mind --eval-limit)."
        )


def place_of(resolved: ResolvedBenchmark, task: TaskConfig) -> DataLocation:
    """Return where a benchmark's data is looked for in this run."""
    args = task.args_of(resolved.name)
    return DataLocation(
        benchmark=resolved.name,
        file_dir=resolved.benchmark.file.parent,
        hub=task.dataset_hub,  # type: ignore[arg-type]  # one of the three: checked with the configuration
        dataset_dir=Path(task.dataset_dir) if task.dataset_dir else None,
        dataset_id=args.dataset_id or "",
        revision=args.dataset_revision or "",
        force_redownload=bool(args.force_redownload),
        trust_remote_code=task.trust_remote_code,
    )


def _evaluation(run: Run, resolved: ResolvedBenchmark, loaded: LoadedBenchmark) -> Evaluation:
    wants = parameters(resolved.benchmark)
    return Evaluation(
        name=resolved.name,
        body=resolved.benchmark.body,
        model=run.model,
        identity=digest(run.asker.model.fingerprint, run.spec.generation.identity()),
        messages=loaded.messages,
        generation=run.spec.generation,
        scorer=resolved.scorer,
        read=resolved.filters.apply if resolved.filters else str,
        fingerprint=_fingerprint(run, resolved),
        thinking=run.task.thinking_metrics,
        referee=run.judges.referee(resolved.judged) if resolved.judged else None,
        timeout_s=resolved.timeout_s,
        wants=frozenset(wants),
        arguments={"task_config": run.task} if "task_config" in wants else {},
        trial=Trial(first_alone=resolved.scorer is None and resolved.judged is None),
    )


def _fingerprint(run: Run, resolved: ResolvedBenchmark) -> str:
    """Return the content address of what a score depends on beside the reply."""
    judges = run.judges.fingerprint if resolved.judged else ""
    return f"{resolved.fingerprint}{judges}{'+thinking' if run.task.thinking_metrics else ''}"


def plan_of(run: Run, items: Sequence[pytest.Item]) -> list[BenchmarkPlan]:
    """Return what is about to run, counted after ``-k``, ``-m`` and ``--lf`` have had their say."""
    counts: dict[str, dict[str, int]] = {}
    for item in items:
        if isinstance(item, SampleItem) and item.skipped is None:
            subsets = counts.setdefault(item.benchmark.name, {})
            subsets[item.unit.subset] = subsets.get(item.unit.subset, 0) + 1
    plans = [run.resolved[name].plan(requested) for name, requested in counts.items()]
    plans = [replace(p, unsafe_execution=_unsafe(run, run.resolved[p.name])) for p in plans]
    return [_with_thinking(plan) for plan in plans] if run.task.thinking_metrics else plans


def _with_thinking(plan: BenchmarkPlan) -> BenchmarkPlan:
    """Add the metrics of thinking, of which a plain mean is reported whatever the benchmark's own aggregation."""
    named = dict.fromkeys(plan.metrics, plan.aggregation) if isinstance(plan.aggregation, str) else {}
    aggregation = named or plan.aggregation
    return replace(plan, metrics=plan.metrics + thinking.METRICS, aggregation=aggregation)
