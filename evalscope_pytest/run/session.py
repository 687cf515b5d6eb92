"""An evaluation in this process, without pytest."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..benchmarks.bundled import load_bundled
from ..benchmarks.definition import PROVIDED, Benchmark
from ..core.errors import ConfigError, StoreError, UsageError
from ..core.secret import remember_environment
from ..core.values import SampleResult
from ..engine.evaluation import Outcome, SkipSample, Unit
from ..engine.loop import Job, Stopped
from ..report.table import few_note, low_note, metric_table, stop_lines
from .assembly import Run
from .ci_summary import write_summaries
from .crashes import watched
from .early import count, outcome_of
from .finish import Conclusion, Reported, check_requirements, conclude, gates_of
from .prepare import Samples, check_dataset_args, check_dataset_dir, plans_of, prepare_all
from .process import Driver, Exceptions
from .progress import Progress, verdict_of
from .summary import many
from .task import EvaluationError, Task, resolved_task
from .unused import unused_settings

if TYPE_CHECKING:
    from ..config.task import TaskConfig
    from ..report.model import Report
    from ..store.layout import WorkDir

_Fed = tuple[Job[Outcome], Unit, str]  # with its benchmark's primary metric
# Marks that change what pytest runs, or needs to run it.
_MARKS = {"skip", "skipif", "usefixtures"}


class Session:
    """One evaluation, run in this process without pytest.

    Records, reports and numbers are those of the same evaluation under pytest. What belongs to pytest needs `run_task`
    or the command line: fixtures and marks of a benchmark, selection of samples, load tests, several processes.

        with Session({"model": "mock", "datasets": ["demo_math"], "limit": 5}) as session:
            reports = session.run()
            print(session.table())

    Args:
        task_cfg: A `TaskConfig`, a mapping of its fields, or the path of a YAML or JSON file.
        benchmarks: Your benchmarks, as functions decorated with ``@benchmark``. They run besides ``datasets``.
        on_sample: Called with the result of each finished sample, in order.

    Attributes:
        task: The resolved configuration.
        conclusion: Reports, gates and wrong answers; None until the run is finished.

    Raises:
        ConfigError: Something in the configuration is wrong, or needs pytest.
    """

    def __init__(
        self,
        task_cfg: Task,
        *,
        benchmarks: Iterable[object] = (),
        on_sample: Callable[[SampleResult], object] | None = None,
    ) -> None:
        self.task = resolved_task(task_cfg)
        _check_task(self.task)
        remember_environment(os.environ)
        self._benchmarks = _by_name(self.task.datasets or (), benchmarks)
        self._on_sample = on_sample
        self._run = Run(self.task, driver=_driver(listing=self.task.dry_run))
        if gates_of(self._run)[1]:
            raise ConfigError("gates on load tests need pytest, which runs the load tests. Use run_task for them.")
        self._samples: dict[str, Samples] | None = None
        self._reported = Reported()
        self.conclusion: Conclusion | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def work_dir(self) -> WorkDir:
        """The folder of this run's records and reports."""
        return self._run.work_dir

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the selection, on settings without effect, and on the scores."""
        return (*self._run.notes, *(self.conclusion.notes if self.conclusion else ()))

    @property
    def skipped(self) -> dict[str, str]:
        """The reasons why benchmarks are left out, by name: ``skip_unready``."""
        return dict(self._run.skipped)

    def prepare(self) -> dict[str, int]:
        """Check everything, load all data, and return the number of samples by benchmark. Sends nothing.

        Raises:
            UsageError: A setting is wrong, or a benchmark cannot run.
        """
        if self._samples is None:
            self._samples = self._prepared()
        return {name: len(samples.units) for name, samples in self._samples.items()}

    def run(self) -> dict[str, Report]:
        """Evaluate all samples, and return the reports by benchmark.

        With ``dry_run`` nothing is sent, and no report is made. After a KeyboardInterrupt the samples that were
        finished are recorded and reported; the same configuration with ``use_cache`` carries on.

        Raises:
            UsageError: As in `prepare`.
            StoreError: Something could not be recorded.
            EvaluationError: A gate failed, or samples ended in errors; it has the reports.
        """
        if self.conclusion is not None:
            raise UsageError("this session has run already. Make another one.")
        run = self._run
        self.prepare()
        if run.driver.listing or not run.benchmarks:
            return {}
        run.begin(name for name, _, _ in self._units())
        interrupted: KeyboardInterrupt | None = None
        try:
            self._evaluate()
        except KeyboardInterrupt as error:
            run.interrupted, interrupted = True, error
            run.stop("interrupted")
        run.close()
        used_up = run.out_of_budget  # an analysis may be refused later: then the run is complete nevertheless
        self.conclusion = conclude(run)
        why = "interrupted" if interrupted is not None else run.stopped or used_up or self._why_failed(self.conclusion)
        self.conclusion = replace(self.conclusion, interrupted=run.stopped or used_up)
        if note := write_summaries(run, 1 if why else 0, self.conclusion):
            run.notes.append(note)
        if interrupted is not None:
            raise interrupted
        return self._judged(self.conclusion)

    def table(self, columns: int | None = None) -> str:
        """Return the scores as a table, with lines that explain its marks.

        Args:
            columns: The width of the terminal; None for any width.
        """
        reports = self.conclusion.reports if self.conclusion else ()
        table = metric_table(reports, self.task.language, columns)
        language = self.task.language
        notes = [few_note(table, language), low_note(reports, language), *stop_lines(reports, language)]
        return "\n".join(filter(None, [table, *notes]))

    def stop(self, reason: str = "stopped") -> None:
        """End the run before its last sample. May be called from any thread."""
        self._run.stop(reason)

    def close(self) -> None:
        """Close the model, the records and the sandboxes. Idempotent."""
        self._run.close()
        self._run.close_sandboxes()
        self._run.discard()

    def _prepared(self) -> dict[str, Samples]:
        run = self._run
        check_dataset_args(run.task, self._benchmarks)
        check_dataset_dir(run.task)
        run.model  # noqa: B018 - what is wrong with it is reported before any data is loaded
        for benchmark in self._benchmarks.values():
            _check_needs(benchmark)
        every = prepare_all(run, self._benchmarks, {name: set() for name in self._benchmarks})
        samples = {name: found for name, found in every if isinstance(found, Samples)}
        counts = {name: Counter(unit.subset for _, unit in found.units) for name, found in samples.items()}
        run.benchmarks = plans_of(run, {name: count for name, count in counts.items() if count})
        if not run.benchmarks and not run.driver.listing:
            raise UsageError("nothing to evaluate: the selected benchmarks have no samples.")
        check_requirements(run, (unit for found in samples.values() for _, unit in found.units))
        first = {name: found.units[0][1].sample for name, found in samples.items() if found.units}
        run.notes.extend(unused_settings(run, first))
        return samples

    def _units(self) -> Iterator[tuple[str, Unit, str]]:
        """Yield the name of each sample, its unit, and its benchmark's primary metric."""
        for name, samples in (self._samples or {}).items():
            for sample_id, unit in samples.units:
                yield f"{name}[{sample_id}]", unit, samples.primary

    def _jobs(self) -> Iterator[_Fed]:
        for name, unit, primary in self._units():
            yield Job(partial(watched, self._run.started, name, partial(self._run.runner.run, unit))), unit, primary

    def _evaluate(self) -> None:
        run = self._run
        run.open_records()
        progress = Progress.of(run, None, run.services, time.monotonic())
        run.idle = progress.tick
        source, ahead = self._jobs(), deque[_Fed]()

        def supply(room: int) -> list[Job[Outcome]]:
            batch = list(islice(source, room))
            ahead.extend(batch)
            return [job for job, _, _ in batch]

        run.ahead.feed(supply)
        while ahead:
            job, unit, primary = ahead.popleft()
            run.replay.awaited = unit
            try:
                outcome = outcome_of(run, unit, job) if job.fed else None
            except (Stopped, StoreError):  # the run knows why
                outcome = None
            if outcome is not None:
                self._take(outcome, primary, progress)
            if not run.stopped:
                run.ahead.feed(supply)
        progress.end(complete=not (run.stopped or run.out_of_budget))

    def _take(self, outcome: Outcome, primary: str, progress: Progress) -> None:
        run = self._run
        if outcome.kept is not None:
            run.journal.wait_for(outcome.kept)
        verdict = verdict_of(outcome, primary, run.service_stopped, counts=bool(run.drawn))
        count(run, verdict)
        self._reported.states[verdict.state] += 1
        progress.add(verdict, outcome.result.elapsed_s)
        if outcome.skipped is None and self._on_sample is not None:
            self._on_sample(outcome.result)
        if verdict.stopped:
            run.stop(verdict.stopped)

    def _judged(self, conclusion: Conclusion) -> dict[str, Report]:
        """Return the reports of a run that succeeded.

        Raises:
            EvaluationError: It did not.
        """
        if self._run.store_fault:
            raise StoreError(self._run.stopped)
        reports = {report.dataset_name: report for report in conclusion.reports}
        if why := self._why_failed(conclusion):
            raise EvaluationError(f"the run did not succeed: {why}", 1, reports)
        return reports

    def _why_failed(self, conclusion: Conclusion) -> str:
        run, states = self._run, self._reported.states
        missing = self._reported.missing(run, conclusion)
        if failed := [f"gate {gate.line}" for gate in conclusion.gates if not gate.passed]:
            return "; ".join(failed)
        if (why := run.stopped or conclusion.interrupted) or missing > 0:
            return why or f"{many(missing, 'sample')} did not run"
        if not self._reported.tolerable(run):
            return f"{many(states['failed'] + states['error'], 'sample')} ended in errors"
        wrong = states["wrong"] + states["partial"]
        return f"{many(wrong, 'sample')} wrong, and the run is strict" if wrong and self.task.strict else ""


def _check_task(task: TaskConfig) -> None:
    if task.eval_type is None:
        raise ConfigError("no model is given. Add model='NAME', or model='mock' to try out benchmarks without one.")
    if task.rerun == "errors":
        raise ConfigError("rerun='errors' needs pytest, whose cache remembers the samples. Use run_task for it.")


def _by_name(names: Iterable[str], own: Iterable[object]) -> dict[str, Benchmark]:
    """Return the benchmarks to run by name.

    Raises:
        ConfigError: There are none, one of the name is not known, or two have the same name.
    """
    found: dict[str, Benchmark] = {}
    mine = [_definition(function) for function in own]
    named = [name for name in dict.fromkeys(names) if name not in {benchmark.name for benchmark in mine}]
    for benchmark in [*map(load_bundled, named), *mine]:
        if benchmark.name in found:
            raise ConfigError(f"two benchmarks are called {benchmark.name!r}. Their records would mix: rename one.")
        found[benchmark.name] = benchmark
    if not found:
        raise ConfigError("no benchmark is given. Add datasets=['gsm8k'], or functions of your own as benchmarks.")
    return found


def _definition(function: object) -> Benchmark:
    found: Any = function if isinstance(function, Benchmark) else getattr(function, "__benchmark__", None)
    if not isinstance(found, Benchmark):
        raise ConfigError(f"benchmarks holds {function!r}, which @benchmark(...) does not decorate.")
    return found


def _check_needs(benchmark: Benchmark) -> None:
    """Refuse a benchmark that only pytest can run.

    Raises:
        UsageError: It needs fixtures, or has a mark that pytest obeys.
    """
    marks = [mark.name for mark in getattr(benchmark.function, "pytestmark", ()) if mark.name in _MARKS]
    fixtures = [name for name in benchmark.parameters if name not in PROVIDED]
    if marks or fixtures:
        what = f"has the mark {marks[0]!r}" if marks else f"needs the fixture {fixtures[0]!r}"
        raise UsageError(
            f"benchmark {benchmark.name!r} {what}, which only pytest can handle. Use run_task, or write it with "
            f"{', '.join(PROVIDED)} alone."
        )


def _driver(*, listing: bool) -> Driver:
    """Return the driver of a session: bodies that import pytest may skip and fail samples by its functions."""
    skip: Exceptions = (SkipSample,)
    fail: Exceptions = (AssertionError,)
    end: Exceptions = ()
    if (pytest := sys.modules.get("pytest")) is not None:
        skip, fail = (*skip, pytest.skip.Exception), (*fail, pytest.fail.Exception)
        end = (pytest.exit.Exception,)
    return Driver(listing=listing, skip_signals=skip, fail_signals=fail, exit_signals=end)
