"""Reports a run in the process that owns the terminal: progress, tables, gates, exit code, samples to run again."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import pytest

from ..config.task import TaskConfig
from ..core.errors import EvalError
from ..core.service_state import Services
from ..core.text import visible
from ..report.execution import GateResult
from ..run.assembly import Run
from ..run.ci_summary import write_summaries
from ..run.crashes import LastReports
from ..run.early import count
from ..run.finish import Conclusion, Reported, conclude, unevaluated_gates
from ..run.progress import Progress, Verdict, Waiting
from ..run.summary import LOOKS, SHOWN_ALIKE, Line, gate_line, header, lines_of, many, notes_of, stop_line
from ..run.unused import unused_reruns
from .nodes import SampleItem, from_here
from .pytest_private import add_statistics, show_report
from .reports import verdict_on
from .terminal import (
    record_gates,
    record_scores,
    run_lines,
    screen_of,
    terminal_columns,
    waiting,
    without_epilogue,
    write,
)
from .workers import distributes

ERRORED = "evalscope/errored"


class Reporting:
    """Hooks of the process that owns the terminal."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        self._run = run
        self._config = config
        self._progress: Progress | None = None
        self._services: dict[str, Services] = {}
        run.idle = self._tick
        self._loading: Waiting | None = None
        self._began = 0.0
        self._reported = Reported()
        self._alike: Counter[str] = Counter()
        self._other_failures = 0
        self._last = LastReports()
        self._conclusion: Conclusion | None = None
        self._broken = ""  # the reason why the records or the report of this run are not whole
        self._refusal = ""  # pytest prints it
        self._note = ""
        self._undecided: tuple[GateResult, ...] = ()
        self._unready: list[pytest.TestReport] = []
        self._unreported = 0  # samples with a record that pytest did not reach
        self._missing = 0  # samples with no record and no skip
        self._over = False  # then pytest's short summary needs the words

    def pytest_report_header(self) -> list[str]:
        """Name the model and the settings."""
        return header(self._run.task)

    def pytest_report_collectionfinish(self) -> list[str]:
        """Count what was loaded, and name the folder of the records. Under xdist the controller does."""
        return run_lines(self._run, self._config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        """Start the clock."""
        self._began = time.monotonic()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodeready(self) -> None:
        """Show that workers take long to collect."""
        self._loading = self._loading or waiting(self._config, "workers are loading data")

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_xdist_node_collection_finished(self) -> None:
        """Start the clock anew: workers run nothing before the last of them has collected."""
        self._end_loading()
        self._began = time.monotonic()

    def _end_loading(self) -> None:
        if self._loading is not None:
            self._loading.end()

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, object] | None:
        """Count samples in separate categories; letters and words are for -v and the short summary."""
        verdict = verdict_on(report)
        if verdict is None:
            return None
        if self._last.is_repeated(getattr(report, "worker_id", ""), report.nodeid):
            return "", "", ""
        category = self._category(report, verdict)
        letter, word, markup = LOOKS[category]
        if self._config.get_verbosity() <= 0 and not self._over:
            return category, "", ""
        return category, letter, (word, markup)

    def _category(self, report: pytest.TestReport, verdict: Verdict) -> str:
        if verdict.state == "error":
            return "errors"
        if verdict.state == "failed" or report.failed:
            return "failed" if self._alike[verdict.alike] <= SHOWN_ALIKE or not verdict.alike else "failed alike"
        return verdict.state

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a file that cannot be collected: errors of samples may be tolerated, this is not."""
        self._other_failures += report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a sample before the terminal shows it."""
        verdict = verdict_on(report)
        if verdict is None:
            self._other_failures += report.failed
            return
        if not verdict.benchmark:
            return  # skipped before anything was counted
        if self._last.is_repeated(getattr(report, "worker_id", ""), report.nodeid):
            return
        self._last.add(getattr(report, "worker_id", ""), report.nodeid)
        self._reported.states[verdict.state] += 1
        if verdict.alike:
            self._alike[verdict.alike] += 1
        elif verdict.state == "error":
            self._unready.append(report)
        if verdict.state == "error" and (reason := self._run.too_many(self._reported.states["error"])):
            self._run.stop(reason)
        count(self._run, verdict)
        self._progress = self._progress or self._new_progress()
        self._progress.add(verdict, report.duration)

    def update(self, worker: str, services: Services) -> None:
        """Take the state of the services from a worker of xdist that waits for them, and show it."""
        self._services[worker] = services
        self._tick()

    def _tick(self) -> None:
        """Refresh the progress while no sample is finished."""
        if self._run.benchmarks:
            self._progress = self._progress or self._new_progress()
            self._progress.tick()

    def _service(self) -> Services:
        return Services.of([self._run.services(), *self._services.values()])

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Remember a worker that died."""
        self._end_loading()
        if error:
            self._last.died(node.gateway.id)

    def _new_progress(self) -> Progress:
        screen = screen_of(self._config) if self._config.get_verbosity() == 0 else None
        return Progress.of(self._run, screen, self._service, self._began)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Conclude the run, and summarize it for a CI job."""
        self._conclude(session, exitstatus)
        if self._config.option.collectonly:
            return
        try:
            code = int(session.exitstatus)
            why = self._broken or self._refusal
            self._note = write_summaries(self._run, code, self._conclusion, why, self._undecided)
        except EvalError as error:
            self._broken = self._broken or f"{type(error).__name__}: {error}"
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR

    def _conclude(self, session: pytest.Session, exitstatus: int) -> None:
        """Compact the records, write the reports, decide the exit code."""
        run = self._run
        self._over = True
        self._end_loading()
        run.close()
        used_up = run.out_of_budget  # an analysis may be refused later: then the run is complete nevertheless
        why = run.stopped or used_up or self._why(session, exitstatus)
        refused = bool(run.usage_error) or (run.store_fault and not run.benchmarks)
        if refused:
            self._broken = run.usage_error or run.stopped
            exitstatus = pytest.ExitCode.INTERNAL_ERROR if run.store_fault else pytest.ExitCode.USAGE_ERROR
            session.exitstatus = exitstatus
            without_epilogue(self._config)
        nothing_to_report = not run.benchmarks or self._config.option.collectonly
        if refused or nothing_to_report or exitstatus == pytest.ExitCode.USAGE_ERROR:
            self._end_progress(complete=not why)
            self._conclude_without(exitstatus)
            run.discard()
            return
        try:
            self._conclusion = conclude(run, terminal_columns(self._config))
            gates = self._conclusion.gates
            record_scores(self._config, self._conclusion.reports, gates_follow=bool(gates))
            record_gates(self._config, gates)
            self._end_progress(complete=not why)
            missing = self._reported.missing(run, self._conclusion)
            if run.store_fault and not missing:
                self._broken = run.stopped  # all samples ran, but the disk failed at the last of their records
            why = (why or f"{many(missing, 'sample')} did not run") if missing or used_up else ""
            self._missing = missing
            self._conclusion = replace(self._conclusion, interrupted=visible(why))
        except EvalError as error:
            self._broken = run.stopped if run.store_fault else f"{type(error).__name__}: {error}"
            self._undecided = unevaluated_gates(run, "no report could be written")
            record_gates(self._config, self._undecided)
            if session.shouldfail and run.store_fault:
                session.shouldfail = stop_line(self._broken)
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            return
        finally:
            self._end_progress(complete=not why)
            run.release()
        ends_here = session.shouldfail or ((run.stopped or used_up) and not distributes(self._config))
        if self._conclusion.interrupted and ends_here and not run.interrupted:
            # pytest shows it last, as xdist shows its reasons: in a log the paragraph may be far away.
            session.shouldfail = stop_line(self._conclusion.interrupted)
        for report in self._conclusion.reports:
            self._config.hook.pytest_eval_report(report=report)
        session.exitstatus = self._exit_code(exitstatus, self._conclusion)

    def _conclude_without(self, exitstatus: int) -> None:
        """Record the gates of a run that evaluated nothing as failed, for readers of the JUnit file alone."""
        if not self._config.option.collectonly and exitstatus != pytest.ExitCode.OK:
            error = sys.exc_info()[1]  # pytest finishes the session while it raises what ended it
            self._refusal = str(error) if isinstance(error, pytest.UsageError) else self._run.usage_error
            why = self._refusal or f"nothing was evaluated, the run ended with exit code {int(exitstatus)}"
            record_gates(self._config, unevaluated_gates(self._run, why))

    def _end_progress(self, *, complete: bool) -> None:
        """Leave the last lines of the benchmarks, once, with the counts of the table if there is one."""
        progress, self._progress = self._progress, None
        if progress is None:
            return
        recorded = self._conclusion.by_benchmark if self._conclusion else []
        progress.end(complete=complete, recorded=recorded)
        self._unreported = self._reported.unreported(sum(r.scored + r.errors for r in recorded))

    def _exit_code(self, exitstatus: int, conclusion: Conclusion) -> int:
        if self._run.store_fault:
            return pytest.ExitCode.INTERNAL_ERROR
        if self._run.stopped:
            return pytest.ExitCode.INTERRUPTED if self._run.interrupted else pytest.ExitCode.TESTS_FAILED
        only_errors = self._reported.states["error"] and not self._run.task.strict and not self._other_failures
        if exitstatus == pytest.ExitCode.TESTS_FAILED and only_errors and self._reported.tolerable(self._run):
            exitstatus = pytest.ExitCode.OK
        if exitstatus == pytest.ExitCode.OK and (conclusion.failed or conclusion.interrupted):
            return pytest.ExitCode.TESTS_FAILED
        return exitstatus

    @pytest.hookimpl(specname="pytest_terminal_summary", wrapper=True, tryfirst=True)
    def pytest_terminal_summary_counts(self, terminalreporter: pytest.TerminalReporter) -> Any:
        """Have the last line count "1 error" rather than "1 errors", and what did not run."""
        result = yield
        if errors := terminalreporter.stats.pop("errors", None):
            terminalreporter.stats.setdefault("error", []).extend(errors)
        if self._missing:
            add_statistics(terminalreporter, "not run", self._missing)
        return result

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, what went wrong, and the gates."""
        if self._broken:
            write(terminalreporter, [Line(f"ERROR: {self._broken}", "red")])
        write(terminalreporter, map(gate_line, self._undecided))
        write(terminalreporter, self._crashed())
        for report in self._unready:
            terminalreporter.section(f"fixtures of {report.nodeid}", sep="_", red=True)
            show_report(terminalreporter, report)
        if self._conclusion is not None:
            shown_path = partial(from_here, config=self._config)
            columns = terminal_columns(self._config)
            write(terminalreporter, lines_of(self._conclusion, self._run.task, columns, shown_path))
        write(terminalreporter, notes_of(self._run, self._unreported))
        write(terminalreporter, [Line(self._note, "yellow")] * bool(self._note))

    def _crashed(self) -> Iterator[Line]:
        controller = self._config.pluginmanager.getplugin("evalscope_controller")
        if controller is not None and (names := controller.left_behind):
            text = f"A worker died, and no other took its place. It was at work on: {', '.join(names)}"
            yield Line(text, "red")

    def _why(self, session: pytest.Session, exitstatus: int) -> str:
        """Return why pytest or xdist ended the run before its last sample; empty if they did not."""
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            return str(session.shouldstop or "interrupted")
        given_up = getattr(self._config.pluginmanager.getplugin("dsession"), "_summary_report", None)
        return str(session.shouldfail or session.shouldstop or given_up or "")


# What to run again: --lf and --eval-rerun=errors ---------------------------------------------------------------------


class Rerun:
    """Hooks that keep wrong and errored samples in pytest's cache, in the process that owns the terminal."""

    def __init__(self, config: pytest.Config, task: TaskConfig) -> None:
        self._config = config
        self._task = task
        self._seen = self._had_nothing = False

    @cached_property
    def _errored(self) -> set[str]:
        return set(errored_of(self._config))  # pytest's cache is there once all plugins are configured

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a sample, after pytest has filed a wrong one among the passed."""
        verdict = verdict_on(report)
        if verdict is None:
            return
        self._seen = True
        last_failed: Any = self._config.pluginmanager.getplugin("lfplugin")  # registered after this plugin
        if verdict.state not in ("correct", "skipped") and last_failed is not None:
            last_failed.lastfailed[getattr(report, "id", report.nodeid)] = True  # a text before pytest 9.2
        if verdict.state == "error":
            self._errored.add(report.nodeid)
        else:
            self._errored.discard(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write what was noted. Nothing to run again is a success, after a run without errors."""
        cache = getattr(self._config, "cache", None)
        if cache is None or self._config.option.collectonly:
            return
        is_rerun = self._task.rerun == "errors"
        if is_rerun and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and cache.get(ERRORED, None) == []:
            self._had_nothing = True
            session.exitstatus = pytest.ExitCode.OK
        if self._seen or not is_rerun:
            cache.set(ERRORED, sorted(self._errored))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Explain why nothing ran."""
        if self._had_nothing:
            terminalreporter.write_line("--eval-rerun=errors: nothing ended in an error last time.")


def check_reruns(config: pytest.Config, items: Sequence[pytest.Item]) -> str:
    """Return a note on reruns that the ini file or a mark sets: samples have none.

    Raises:
        UsageError: ``--reruns`` is on the command line.
    """
    stand_ins = {i.parent for i in items if isinstance(i, SampleItem)}
    if not stand_ins:
        return ""
    try:
        in_ini = str(config.getini("reruns")) not in ("", "0", "None")
    except (KeyError, ValueError):  # the plugin that has this key is not installed
        in_ini = False
    marked = any(node.get_closest_marker("flaky") for node in stand_ins if node is not None)
    return unused_reruns(getattr(config.option, "reruns", None) or 0, elsewhere=in_ini or marked)


def errored_of(config: pytest.Config) -> list[str]:
    """Return the samples that ended in an error the last time they ran."""
    cache = getattr(config, "cache", None)
    return list(cache.get(ERRORED, [])) if cache is not None else []


def keep_errored(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect every sample that did not end in an error last time."""
    errored = set(errored_of(config))
    gone = [i for i in items if isinstance(i, SampleItem) and i.nodeid not in errored]
    if gone:
        config.hook.pytest_deselected(items=gone)
        kept = set(map(id, gone))
        items[:] = [i for i in items if id(i) not in kept]
