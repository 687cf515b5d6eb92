"""Shows the run and draws its sum: progress, reports, table, gates, exit code. Runs where the terminal is."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from ..core.errors import EvalError
from ..core.progress_line import ProgressLine
from ..core.service_state import Services
from ..core.terminal import visible
from ..report.execution import GateResult
from ..run.assembly import Run
from ..run.finish import Conclusion, conclude, in_short, many, unevaluated_gates
from ..run.progress import Progress, Recorded
from ..run.verdict import Verdict
from ..store.progress import ProgressFile
from . import gate_cases
from .loading import Waiting
from .pytest_private import Screen, add_statistics, show_report
from .report_fields import service_on, verdict_on
from .summary import run_lines, show, terminal_columns
from .workers import distributes

# Failures with the same cause beyond these are counted, not shown one by one.
SHOWN_ALIKE = 3
LOOKS: dict[str, tuple[str, str, dict[str, bool]]] = {
    "correct": (".", "CORRECT", {"green": True}),
    "wrong": ("x", "WRONG", {"yellow": True}),
    "partial": ("~", "PARTIAL", {"yellow": True}),
    "errors": ("E", "ERROR", {"red": True}),
    "failed": ("F", "FAILED", {"red": True}),
    "failed alike": ("F", "FAILED", {"red": True}),
    "skipped": ("s", "SKIPPED", {"yellow": True}),
}


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
        self._states: Counter[str] = Counter()
        self._alike: Counter[str] = Counter()
        self._other_failures = 0
        self._last_of: dict[str, str] = {}  # the sample each worker reported last
        self._dead: set[str] = set()
        self._conclusion: Conclusion | None = None
        self._broken = ""
        self._undecided: tuple[GateResult, ...] = ()
        self._unready: list[pytest.TestReport] = []
        self._ahead = 0  # samples with a record that pytest did not come to
        self._missing = 0  # samples with no record and no skip
        self._over = False  # then the words are asked for by pytest's short summary

    # Before ---------------------------------------------------------------------------------------------------------

    def pytest_report_header(self) -> list[str]:
        """Say what is evaluated."""
        task = self._run.task
        where = f" at {task.api_url}" if task.api_url else ""
        size = task.eval_batch_size
        pace = f"batches of {size}" if task.eval_type == "llm_ckpt" else f"{size} in flight"
        lines = [f"eval: {task.model or 'mock'}{where} ({task.eval_type}), {pace}"]
        return [visible(line) for line in (*lines, *(f"eval: {note}" for note in task.notes))]

    def pytest_report_collectionfinish(self) -> list[str]:
        """Count what was loaded, and say where the records go. Under xdist the controller does."""
        return run_lines(self._run, self._config)

    # While samples run ----------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        """Start the clock."""
        self._began = time.monotonic()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodeready(self) -> None:
        """Tell of workers that take long to collect."""
        self._loading = self._loading or Waiting(self._config, "workers are loading data")

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
        """Count samples in categories of their own; letters and words only where asked for."""
        verdict = verdict_on(report)
        if verdict is None:
            return None
        if self._is_repeated(report):
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

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a sample before the terminal shows it."""
        if found := service_on(report):
            self._services[found[0]] = found[1]
        verdict = verdict_on(report)
        if verdict is None:
            self._other_failures += report.failed
            return
        if not verdict.benchmark:
            return  # skipped before anything was counted
        if self._is_repeated(report):
            return
        self._note_worker(report)
        self._states[verdict.state] += 1
        if verdict.alike:
            self._alike[verdict.alike] += 1
        elif verdict.state == "error":
            self._unready.append(report)
        if verdict.state == "error" and (reason := self._run.too_many(self._states["error"])):
            self._run.stop(reason)
        self._progress = self._progress or self._new_progress()
        self._progress.add(verdict, report.duration)

    def hear(self, worker: str, services: Services) -> None:
        """Note what a worker of xdist says of the services while it waits for them, and show it."""
        self._services[worker] = services
        self._tick()

    def _tick(self) -> None:
        """Show what there is to show while no sample is finished."""
        if self._run.benchmarks:
            self._progress = self._progress or self._new_progress()
            self._progress.tick()

    def _service(self) -> Services:
        return Services.of([self._run.services(), *self._services.values()])

    def _note_worker(self, report: pytest.TestReport) -> None:
        worker = getattr(report, "worker_id", "")
        if worker:
            self._last_of[worker] = report.nodeid

    def _is_repeated(self, report: pytest.TestReport) -> bool:
        """Tell whether a sample was reported before: by a worker that died before it could say that it was done."""
        worker = getattr(report, "worker_id", "")
        return any(worker != dead and self._last_of.get(dead) == report.nodeid for dead in self._dead)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Remember a worker that died."""
        self._end_loading()
        if error:
            self._dead.add(node.gateway.id)

    def _new_progress(self) -> Progress:
        run = self._run
        file = ProgressFile(run.work_dir.progress_file) if run.task.enable_progress_tracker else None
        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        task = run.task
        line = None
        if reporter is not None and self._config.get_verbosity() == 0:
            line = ProgressLine(Screen(reporter), task.heartbeat_interval, self._began)
        return Progress(run.benchmarks, line, file, self._service, task.eval_batch_size, began=self._began)

    # After ----------------------------------------------------------------------------------------------------------

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fold the records, write the reports, decide the exit code."""
        run = self._run
        self._over = True
        self._end_loading()
        run.close()
        why = run.stopped or self._why(session, exitstatus)
        refused = bool(run.usage_error) or (run.store_fault and not run.benchmarks)
        if refused:
            self._broken = run.usage_error or run.stopped
            exitstatus = pytest.ExitCode.INTERNAL_ERROR if run.store_fault else pytest.ExitCode.USAGE_ERROR
            session.exitstatus = exitstatus
        nothing_to_report = not run.benchmarks or self._config.option.collectonly
        if refused or nothing_to_report or exitstatus == pytest.ExitCode.USAGE_ERROR:
            self._end_progress(complete=not why)
            self._conclude_without(exitstatus)
            run.discard()
            return
        try:
            self._conclusion = conclude(run, terminal_columns(self._config))
            gate_cases.record(self._config, self._conclusion.gates)
            self._end_progress(complete=not why)
            missing = self._not_run(self._conclusion)
            if run.store_fault and not missing:
                self._broken = run.stopped  # all samples ran, but the disk failed at the last of their records
            why = (why or f"{many(missing, 'sample')} did not run") if missing else ""
            self._missing = missing
            self._conclusion = replace(self._conclusion, interrupted=visible(why))
        except EvalError as error:
            self._broken = run.stopped if run.store_fault else f"{type(error).__name__}: {error}"
            self._undecided = unevaluated_gates(run, "no report could be written")
            gate_cases.record(self._config, self._undecided)
            if session.shouldfail and run.store_fault:
                session.shouldfail = f"stopped: {in_short(self._broken)}"
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            return
        finally:
            self._end_progress(complete=not why)
            run.release()
        ends_here = session.shouldfail or (run.stopped and not distributes(self._config))
        if self._conclusion.interrupted and ends_here and not run.interrupted:
            # pytest shows it last, as xdist does the like of its own: in a log the paragraph may be far away.
            session.shouldfail = f"stopped: {in_short(self._conclusion.interrupted)}"
        for report in self._conclusion.reports:
            self._config.hook.pytest_eval_report(report=report)
        session.exitstatus = self._exit_code(exitstatus, self._conclusion)

    def _conclude_without(self, exitstatus: int) -> None:
        """Record the gates of a run that evaluated nothing: whoever reads the JUnit file alone must not see a pass."""
        if not self._config.option.collectonly and exitstatus != pytest.ExitCode.OK:
            why = self._run.usage_error or f"nothing was evaluated, the run ended with exit code {int(exitstatus)}"
            gate_cases.record(self._config, unevaluated_gates(self._run, why))

    def _end_progress(self, *, complete: bool) -> None:
        """Leave the last lines of the benchmarks, once, with the counts of the table where there is one."""
        progress, self._progress = self._progress, None
        if progress is None:
            return
        reports = self._conclusion.reports if self._conclusion else ()
        recorded = [
            Recorded(r.dataset_name, e.succeeded, sum(s.errored for s in e.subsets.values()), r.score)
            for r in reports
            if (e := r.execution) is not None
        ]
        progress.end(complete=complete, recorded=recorded)
        self._ahead = sum(r.scored + r.errors for r in recorded) - sum(self._states.values()) + self._states["skipped"]

    def _exit_code(self, exitstatus: int, conclusion: Conclusion) -> int:
        if self._run.store_fault:
            return pytest.ExitCode.INTERNAL_ERROR
        if self._run.stopped:
            return pytest.ExitCode.INTERRUPTED if self._run.interrupted else pytest.ExitCode.TESTS_FAILED
        errors, total = self._states["error"], sum(self._states.values())
        task = self._run.task
        tolerated = self._run.tolerates(errors, total)
        only_errors = not self._other_failures and not self._states["failed"] and not task.strict
        if exitstatus == pytest.ExitCode.TESTS_FAILED and tolerated and only_errors:
            exitstatus = pytest.ExitCode.OK
        if exitstatus == pytest.ExitCode.OK and (conclusion.failed or self._not_run(conclusion)):
            return pytest.ExitCode.TESTS_FAILED
        return exitstatus

    def _not_run(self, conclusion: Conclusion) -> int:
        """Return how many samples there is nothing of: neither a record nor a skip."""
        requested = sum(sum(b.requested.values()) for b in self._run.benchmarks)
        return max(0, requested - conclusion.recorded - self._states["skipped"])

    @pytest.hookimpl(specname="pytest_terminal_summary", wrapper=True, tryfirst=True)
    def pytest_terminal_summary_counts(self, terminalreporter: pytest.TerminalReporter) -> Any:
        """Have the last line say "1 error", a plural pytest knows of what it has not listed, and what did not run."""
        result = yield
        if errors := terminalreporter.stats.pop("errors", None):
            terminalreporter.stats.setdefault("error", []).extend(errors)
        if self._missing:
            add_statistics(terminalreporter, "not run", self._missing)
        return result

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, what went wrong, and the gates."""
        if self._broken:
            terminalreporter.write_line(f"ERROR: {self._broken}", red=True)
        for gate in self._undecided:
            terminalreporter.write_line(f"gate {gate.line}", red=True)
        self._tell_of_crashes(terminalreporter)
        for report in self._unready:
            terminalreporter.section(f"fixtures of {report.nodeid}", sep="_", red=True)
            show_report(terminalreporter, report)
        if self._conclusion is not None:
            task = self._run.task
            show(self._conclusion, terminalreporter, perf=task.collect_perf, language=task.language)
        if self._ahead > 0:
            what = "1 sample more has" if self._ahead == 1 else f"{self._ahead} samples more have"
            terminalreporter.write_line(
                f"{what} a record than pytest reports: answered ahead of where it stopped. The table counts them.",
                yellow=True,
            )
        for name, reason in self._run.skipped.items():
            terminalreporter.write_line(visible(f"skipped {name}: {reason}"), yellow=True)
        if unsafe := [plan.name for plan in self._run.benchmarks if plan.unsafe_execution]:
            said = f"Code that the model wrote ran without isolation: {', '.join(unsafe)} (--eval-allow-unsafe-code)"
            terminalreporter.write_line(said, yellow=True)

    def _tell_of_crashes(self, reporter: pytest.TerminalReporter) -> None:
        controller = self._config.pluginmanager.getplugin("evalscope_controller")
        if controller is not None and (names := controller.left_behind):
            said = f"A worker died, and no other took its place. It was at work on: {', '.join(names)}"
            reporter.write_line(said, red=True)

    def _why(self, session: pytest.Session, exitstatus: int) -> str:
        """Return why a run ended before its last sample, where it was not this package that ended it."""
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            return str(session.shouldstop or "interrupted")
        given_up = getattr(self._config.pluginmanager.getplugin("dsession"), "_summary_report", None)
        return str(session.shouldfail or session.shouldstop or given_up or "")
