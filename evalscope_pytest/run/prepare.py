"""Prepares benchmarks: applies settings, checks that everything they need is there, loads data, makes units."""

from __future__ import annotations

import inspect
import logging
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..benchmarks.bundled import bundled_files
from ..benchmarks.definition import PROVIDED, Benchmark
from ..benchmarks.evalscope_prompts import with_evalscope_prompts
from ..benchmarks.load import LoadedBenchmark, earlier_equals, identified, load
from ..benchmarks.resolve import ResolvedBenchmark, resolve
from ..core.canonical import digest
from ..core.errors import (
    ConfigError,
    NoDataError,
    ScoringError,
    UnreadyError,
    UnreadyRunError,
    UsageError,
    closest,
    closest_path,
)
from ..core.text import visible
from ..core.values import Sample
from ..datasets.base import DataLocation
from ..datasets.load import locate
from ..engine.context import current
from ..engine.evaluation import Evaluation, Trial, Unit
from ..judge.scorer import needs_judge
from ..scoring import thinking
from ..scoring.scorer import RESOURCES, Scorer
from ..store.plan import BenchmarkPlan
from .early import in_drawn_order

if TYPE_CHECKING:
    from ..config.task import TaskConfig
    from ..core.values import ModelOutput
    from ..engine.judging import JudgeHandle
    from ..sandbox.pool import SandboxHandle
    from .assembly import Run

log = logging.getLogger(__name__)

MAX_REASONS = 12
# Number of samples of a benchmark with which its scorer is tried before requests are sent.
SAMPLES_CHECKED = 5
MAX_NAMES = 6


@dataclass(frozen=True, slots=True)
class Prepared:
    """A benchmark under the settings of this run, before its data is loaded.

    Attributes:
        resources: The judges and the sandbox, if its body or its scorer needs them; empty in a mere list of samples.
    """

    resolved: ResolvedBenchmark
    resources: Mapping[str, JudgeHandle | SandboxHandle]


@dataclass(frozen=True, slots=True)
class Samples:
    """The units of a benchmark.

    Attributes:
        units: Each unit after the id of its sample: ``main-17``, ``main-17-r2``.
        primary: The metric that decides between right and wrong.
    """

    evaluation: Evaluation
    units: tuple[tuple[str, Unit], ...]
    primary: str


def prepare_all(
    run: Run, benchmarks: Mapping[str, Benchmark], wanted: Mapping[str, set[str]]
) -> Iterator[tuple[str, Samples | str]]:
    """Yield, by name, the samples of each benchmark, or the reason why it cannot run.

    All benchmarks are prepared before the data of any is loaded: what a late one lacks is reported before an early one
    costs anything. Nothing is sent.

    Args:
        wanted: The ids of the requested samples by benchmark; an empty set stands for all of them.

    Raises:
        UsageError: A setting is wrong, or a benchmark cannot run.
    """
    readiness = Readiness(run, list(benchmarks))
    prepared: dict[str, Prepared] = {}
    for name, benchmark in benchmarks.items():
        with readiness.of(name):
            prepared[name] = prepare(run, benchmark)
    for name, found in prepared.items():
        with readiness.of(name):
            _check_data(run, found.resolved)
    readiness.check()
    for name in benchmarks:
        samples: Samples | None = None
        with readiness.of(name):
            if name in prepared and name not in readiness.unready:
                samples = _samples(run, prepared[name], wanted[name])
        yield name, samples or readiness.unready[name]
    readiness.check()
    readiness.conclude()


def check_dataset_dir(task: TaskConfig) -> None:
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


def check_dataset_args(task: TaskConfig, names: Collection[str]) -> None:
    """Refuse settings of unknown benchmarks.

    Args:
        names: The benchmarks that are known besides the bundled ones.

    Raises:
        ConfigError: A name is not among them.
    """
    for name in task.dataset_args:
        if name not in names and name not in bundled_files():
            hint = closest(name, {*names, *bundled_files()})
            raise ConfigError(f"--eval-dataset-args: no benchmark named {name!r} is here. {hint}")


def prepare(run: Run, benchmark: Benchmark) -> Prepared:
    """Apply the user's settings and check that everything is there that the benchmark needs.

    Raises:
        UsageError: A setting is wrong, or a judge or sandbox missing.
    """
    task = run.task
    args = task.all_args_of(benchmark.name)
    if task.prompts and not run.spec.decides:
        benchmark, args = with_evalscope_prompts(benchmark, args)
    judge = None if run.driver.listing and not run.judges.config.models else run.judges.config  # listing needs none
    resolved = resolve(benchmark, args, repeats=task.repeats, judge=judge, spec=run.spec)
    return Prepared(resolved, {} if run.driver.listing else _resources(run, resolved))


def check_fixtures(
    benchmark: Benchmark, wanted: Iterable[str], scopes: Mapping[str, str], others: Callable[[], list[str]]
) -> None:
    """Check that a body can be given the fixtures it needs: samples run in parallel, ahead of the program's loop.

    Args:
        scopes: The scope of each fixture.
        others: Returns the names of the fixtures that it could be given.

    Raises:
        UsageError: It cannot.
    """
    for name in wanted:
        scope = "function" if name == "request" else scopes.get(name)
        if scope in ("function", "class"):
            raise UsageError(
                f"benchmark {benchmark.name!r} needs the {scope}-scoped fixture {name!r}, but its samples run at "
                f"the same time and ahead of pytest. Give the fixture scope='module' or 'session', or make what it "
                f"makes inside the body."
            )
        if name == "record" and name not in scopes:
            raise UsageError(
                f"{benchmark.function.__name__} of benchmark {benchmark.name!r} takes a record although to_sample is "
                f"given. Leave to_sample out, so that the function makes the sample, or take sample and model."
            )
        if name not in scopes:
            known = [*PROVIDED, *others()]
            raise UsageError(
                f"benchmark {benchmark.name!r} needs {name!r}, which is not a fixture. {closest(name, known)}"
            )


def _check_data(run: Run, resolved: ResolvedBenchmark) -> None:
    """Check that data is there, as far as that can be known without a hub.

    Raises:
        NoDataError: It is not.
    """
    place, benchmark = place_of(resolved, run.task), resolved.benchmark
    never_online = place.hub == "local" or (benchmark.dataset.kind == "local" and not place.dataset_id)
    if never_online and benchmark.records is None:
        locate(benchmark.dataset, place)


def _samples(run: Run, prepared: Prepared, only: set[str]) -> Samples:
    from .process import warnings_noted  # not while files are collected
    from .resources import check_media

    resolved, task = prepared.resolved, run.task
    place = replace(place_of(resolved, task), offline=run.driver.listing)
    with run.driver.waiting(f"loading {resolved.name}"), warnings_noted(resolved.name, run.notes):
        drawn = task.limit_order == "random"
        loaded = load(resolved, place, seed=task.seed, limit=task.limit, limit_total=task.limit_total, at_random=drawn)
    if not run.driver.listing:
        _check_scorable(resolved, chain.from_iterable(loaded.subsets.values()))
        run.media[resolved.name] = check_media(run, resolved, loaded.prompts_with_media)
    evaluation = _evaluation(run, resolved, loaded, prepared.resources)
    every: Iterable[tuple[str, Unit]] = _units(evaluation, loaded, resolved.repeats)
    if task.stop_when_decided is not False:
        every = list(every) if run.order_seed is None else in_drawn_order(every, run.order_seed)
        run.drawn[resolved.name] = list(dict.fromkeys((unit.subset, unit.group) for _, unit in every))
    units = tuple((sample_id, unit) for sample_id, unit in every if not only or sample_id in only)
    _check_ids(resolved.name, only, {sample_id for sample_id, _ in units} if only else only)
    run.resolved[resolved.name] = resolved
    return Samples(evaluation, units, resolved.metrics[0])


def _check_scorable(resolved: ResolvedBenchmark, samples: Iterable[Sample]) -> None:
    """Check that the scorer takes the ideal reply to one of the first samples: it may need fields that they lack.

    A single sample that cannot be scored is an error of that sample. If none can, no request is worth its price.

    Raises:
        UnreadyError: The scorer refuses them all.
    """
    scorer = resolved.scorer
    if scorer is None or scorer.needs:
        return
    faults = [_scoring_fault(scorer, sample) for sample in islice(samples, SAMPLES_CHECKED)]
    if faults and all(faults):
        raise UnreadyError(f"benchmark {resolved.name!r} cannot score its samples: {faults[0]}")


def _scoring_fault(scorer: Scorer, sample: Sample) -> str:
    """Return why a scorer refuses the ideal reply to a sample; empty if it takes it."""
    try:
        value = scorer.score(scorer.ideal_reply(sample), sample)
    except ScoringError as error:
        return str(error)
    except Exception:  # noqa: BLE001 - an author's bug is reported with the sample, and its traceback
        return ""
    if inspect.iscoroutine(value):
        value.close()
    return ""


def _units(evaluation: Evaluation, loaded: LoadedBenchmark, repeats: int) -> Iterator[tuple[str, Unit]]:
    questions = identified(loaded)
    for subset, samples in loaded.subsets.items():
        equals = earlier_equals(samples, loaded.messages)
        for group, sample in enumerate(samples):
            question, cluster = next(questions)
            for repeat in range(repeats):
                index = group * repeats + repeat
                yield (
                    _sample_id(subset, group, repeat),
                    Unit(evaluation, sample, subset, index, group, repeat, equals[group], question, cluster),
                )


def needs(resolved: ResolvedBenchmark) -> frozenset[str]:
    """Return the resources that a benchmark's body or its scorer needs."""
    return resolved.needs | RESOURCES.keys() & set(resolved.benchmark.parameters)


def _resources(run: Run, resolved: ResolvedBenchmark) -> dict[str, JudgeHandle | SandboxHandle]:
    """Return the resources of a benchmark by name. A sandbox is proven here, before data is loaded.

    Raises:
        UnreadyError: A judge is missing, or the sandbox does not work.
    """
    from .resources import check_model_task

    check_model_task(resolved.benchmark, run.spec)
    found: dict[str, JudgeHandle | SandboxHandle] = {}
    needed = needs(resolved)
    if "sandbox" in needed:
        found["sandbox"] = run.sandboxes.handle(resolved.name, *resolved.environment)
    if "judge" in needed:
        if not run.judges.config.models:
            raise needs_judge(resolved.name, unready=run.judges.config.unready)
        found["judge"] = run.judges.handle
    return found


def _sample_id(subset: str, group: int, repeat: int) -> str:
    name = f"{subset_in_id(subset)}-{group}"
    return f"{name}-r{repeat + 1}" if repeat else name


def subset_in_id(subset: str) -> str:
    """Return a subset's name as the ids of its samples have it: "::" would read as a separator of node ids."""
    return visible(subset).replace("::", ":")


def _check_ids(name: str, only: set[str], there: set[str]) -> None:
    for missing in sorted(only - there):
        raise UsageError(
            f"benchmark {name!r} has no sample {missing!r}. Sample ids are SUBSET-NUMBER; list them with "
            f"--collect-only (and mind --eval-limit)."
        )


def place_of(resolved: ResolvedBenchmark, task: TaskConfig) -> DataLocation:
    """Return the location of a benchmark's data in this run."""
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


def _evaluation(
    run: Run, resolved: ResolvedBenchmark, loaded: LoadedBenchmark, resources: Mapping[str, Any]
) -> Evaluation:
    wants = resolved.benchmark.parameters
    given = {**resources, "task_config": run.task, "messages_of": loaded.messages}
    read = resolved.filters.apply if resolved.filters else str
    scorer = resolved.scorer and resolved.scorer.bind(**resources, timeout_s=resolved.timeout_s)
    if scorer and run.task.thinking_metrics:
        scorer = scorer.with_rule(partial(thinking.measured, output=_last_output, read=read))
    return Evaluation(
        name=resolved.name,
        body=resolved.benchmark.body,
        model=run.model,
        identity=digest(run.client.model.fingerprint, run.spec.generation.identity()),
        messages=loaded.messages,
        generation=run.spec.generation,
        scorer=scorer,
        read=read,
        fingerprint=_fingerprint(run, resolved),
        stopped=(lambda: run.judges.stopped) if "judge" in resolved.needs else str,
        wants=frozenset(wants),
        arguments={name: value for name, value in given.items() if name in wants},
        trial=Trial(first_alone=resolved.scorer is None),
        media=resolved.media_form,
    )


def _last_output() -> ModelOutput | None:
    context = current.get()
    return context.calls[-1].output if context and context.calls else None


def _fingerprint(run: Run, resolved: ResolvedBenchmark) -> str:
    """Return the content address of everything that a score depends on besides the reply."""
    judges = run.judges.fingerprint if "judge" in resolved.needs else ""
    return f"{resolved.fingerprint}{judges}{'+thinking' if run.task.thinking_metrics else ''}"


def plans_of(run: Run, counts: Mapping[str, Mapping[str, int]]) -> list[BenchmarkPlan]:
    """Return the plans of the benchmarks that will run.

    Args:
        counts: The number of samples by benchmark and subset.
    """
    plans = [run.resolved[n].plan(dict(requested), run.media.get(n, ())) for n, requested in counts.items()]
    plans = [replace(p, unsafe_execution=_unsafe(run, run.resolved[p.name])) for p in plans]
    return [_with_thinking(plan) for plan in plans] if run.task.thinking_metrics else plans


def _unsafe(run: Run, resolved: ResolvedBenchmark) -> bool:
    return "sandbox" in needs(resolved) and run.sandboxes.unsafe(resolved.name)


def _with_thinking(plan: BenchmarkPlan) -> BenchmarkPlan:
    """Add the metrics of thinking. Their plain mean is reported whatever the benchmark's own aggregation is."""
    named = dict.fromkeys(plan.metrics, plan.aggregation) if isinstance(plan.aggregation, str) else {}
    aggregation = named or plan.aggregation
    return replace(plan, metrics=plan.metrics + thinking.METRICS, aggregation=aggregation)


# What cannot run -----------------------------------------------------------------------------------------------------


class Readiness:
    """Collects what benchmarks lack, so that one message names all of it.

    Attributes:
        unready: Why a benchmark cannot run, by its name.

    Args:
        selected: The names of the benchmarks that the command line selects.
    """

    def __init__(self, run: Run, selected: Sequence[str]) -> None:
        self._run = run
        self._selected = selected
        self._listing = run.driver.listing
        self.unready: dict[str, str] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Note what a benchmark lacks in place of raising it.

        Raises:
            UsageError: The body's own: what the user set for just this benchmark is wrong, or it is the only one.
        """
        try:
            yield
        except (UnreadyError, NoDataError) as error:
            if not self._listing and (len(self._selected) == 1 or self._is_mistake(name, error)):
                raise
            self.unready[name] = str(error)

    def check(self) -> None:
        """Refuse the run, unless the others are to run without those that cannot.

        Raises:
            UsageError: Some benchmarks cannot run.
        """
        if not self.unready or self._listing:
            return
        left = [name for name in self._selected if name not in self.unready]
        if not (left and self._run.task.skip_unready):
            raise UnreadyRunError(f"{self._what(left)}\n{self._how(left)}")

    def conclude(self) -> None:
        """Keep what was left out, for the terminal and the report."""
        if self._listing:
            self._run.unlisted = list(self.unready)
            if self.unready:
                names = shortened(list(self.unready))
                self._run.notes.append(f"listed without samples, as their data is not on this machine: {names}")
            return
        self._run.skipped = dict(self.unready)
        for name, reason in self.unready.items():
            log.warning("%s is skipped: %s", name, reason)

    def _is_mistake(self, name: str, error: Exception) -> bool:
        args = self._run.task.args_of(name)
        return isinstance(error, NoDataError) and bool(args.dataset_id or args.subset_list or args.eval_split)

    def _what(self, left: Sequence[str]) -> str:
        total = len(self._selected)
        head = f"{len(self.unready)} of the {total} selected benchmarks cannot run:"
        if not left:
            head = f"none of the {total} selected benchmarks can run:"
        groups: dict[str, list[str]] = {}
        for name, reason in self.unready.items():
            groups.setdefault(reason.removeprefix(f"benchmark {name!r} "), []).append(name)
        lines = [
            f"  {', '.join(names)}: {reason}" if len(names) > 1 else f"  {self._alone(names[0])}"
            for reason, names in groups.items()
        ]
        hidden = [name for names in list(groups.values())[MAX_REASONS:] for name in names]
        if hidden:
            lines[MAX_REASONS:] = [f"  {len(hidden)} more in the same way: {', '.join(hidden)}"]
        return "\n".join([head, *lines])

    def _alone(self, name: str) -> str:
        reason = self.unready[name]
        return reason if name in reason else f"{name}: {reason}"

    def _how(self, left: Sequence[str]) -> str:
        if not left:
            return "Give one of them what it needs, or select others: --eval-datasets NAME ..., -k, -m."
        others = f"the other {len(left)}" if len(left) > 1 else "the other one"
        named = " ".join(left) if len(left) <= MAX_NAMES else "NAME ..."
        return (
            f"Give them what they need, or leave them out: --eval-skip-unready runs {others} and lists these as "
            f"skipped; --eval-datasets {named} names those to run{self._by_keyword()}. `evalscope-pytest eval` calls "
            "the two --skip-unready and --datasets."
        )

    def _by_keyword(self) -> str:
        if len(self.unready) > MAX_NAMES:
            return ""
        without = " and ".join(f"not {name}" for name in self.unready)
        given = self._run.driver.keywords.strip()
        given = f"({given})" if " " in given else given
        return f', as does -k "{given} and {without}"' if given else f', as does -k "{without}"'


def shortened(names: Sequence[str]) -> str:
    """Return names in one line, the first few of many."""
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return ", ".join(names[:MAX_NAMES]) + more
