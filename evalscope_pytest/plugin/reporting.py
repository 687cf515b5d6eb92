"""Shows the run and draws its sum: progress, reports, table, gates, exit code. Runs where the terminal is."""

from __future__ import annotations

from collections import Counter

import pytest

from ..core.errors import EvalError
from ..records.progress import ProgressFile
from .conclusion import Conclusion, conclude
from .progress import Progress
from .run import Run
from .verdict import Verdict, verdict_on

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

    def __init__(self, run: Run) -> None:
        self._run = run
        self._config = run.config
        self._progress: Progress | None = None
        self._states: Counter[str] = Counter()
        self._alike: Counter[str] = Counter()
        self._other_failures = 0
        self._stopped = ""
        self._conclusion: Conclusion | None = None
        self._broken = ""
        self._unready: list[pytest.TestReport] = []
        self._over = False  # then the words are asked for by pytest's short summary

    # Before ---------------------------------------------------------------------------------------------------------

    def pytest_report_header(self) -> list[str]:
        """Say what is evaluated."""
        task = self._run.task
        where = f" at {task.api_url}" if task.api_url else ""
        size = task.eval_batch_size
        pace = f"batches of {size}" if task.eval_type == "llm_ckpt" else f"{size} in flight"
        lines = [f"eval: {task.model or 'mock'}{where} ({task.eval_type}), {pace}"]
        return lines + [f"eval: {note}" for note in task.notes]

    def pytest_report_collectionfinish(self) -> list[str]:
        """Count what was loaded, and say where the records go."""
        plans = self._run.benchmarks
        if not plans or self._config.get_verbosity() < 0:
            return []
        total = _many(sum(sum(p.requested.values()) for p in plans), "sample")
        where = "" if self._config.option.collectonly else f", recorded in {self._run.work_dir.root}"
        if self._run.task.use_cache and where:
            where += f", which holds {_many(len(self._run.previous), 'answer')}"
        return [f"eval: {total} of {_many(len(plans), 'benchmark')}{where}"]

    # While samples run ----------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, object] | None:
        """Count samples in categories of their own; letters and words only where asked for."""
        verdict = verdict_on(report)
        if verdict is None:
            return None
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
        verdict = verdict_on(report)
        if verdict is None:
            self._other_failures += report.failed
            return
        self._states[verdict.state] += 1
        if verdict.alike:
            self._alike[verdict.alike] += 1
        elif verdict.state == "error":
            self._unready.append(report)
        self._stopped = self._stopped or verdict.stopped
        if self._progress is None:
            self._progress = self._new_progress()
        self._progress.add(verdict)

    def _new_progress(self) -> Progress:
        run = self._run
        file = ProgressFile(run.work_dir.progress_file) if run.task.enable_progress_tracker else None
        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        return Progress(run.benchmarks, reporter, run.task.heartbeat_interval, file)

    # After ----------------------------------------------------------------------------------------------------------

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fold the records, write the reports, decide the exit code."""
        run = self._run
        self._over = True
        run.close()
        if self._progress is not None:
            self._progress.end(complete=not (self._stopped or _why(session, exitstatus)))
        if run.usage_error:
            session.exitstatus = exitstatus = pytest.ExitCode.USAGE_ERROR
        if not run.benchmarks or self._config.option.collectonly or exitstatus == pytest.ExitCode.USAGE_ERROR:
            run.discard()
            return
        try:
            self._conclusion = conclude(run, interrupted=self._stopped or _why(session, exitstatus))
        except EvalError as error:
            self._broken = f"{type(error).__name__}: {error}"
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            return
        finally:
            run.release()
        for report in self._conclusion.reports:
            self._config.hook.pytest_eval_report(report=report)
        session.exitstatus = self._exit_code(exitstatus, self._conclusion)

    def _exit_code(self, exitstatus: int, conclusion: Conclusion) -> int:
        if self._stopped:
            return pytest.ExitCode.TESTS_FAILED
        errors, total = self._states["error"], sum(self._states.values())
        task = self._run.task
        tolerated = task.ignore_errors or (task.max_errors is not None and task.max_errors.allows(errors, total))
        only_errors = not self._other_failures and not self._states["failed"] and not task.strict
        if exitstatus == pytest.ExitCode.TESTS_FAILED and tolerated and only_errors:
            exitstatus = pytest.ExitCode.OK
        if exitstatus == pytest.ExitCode.OK and conclusion.failed:
            return pytest.ExitCode.TESTS_FAILED
        return exitstatus

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, what went wrong, and the gates."""
        if self._run.usage_error:
            terminalreporter.write_line(f"ERROR: {self._run.usage_error}", red=True)
        if self._broken:
            terminalreporter.write_line(f"ERROR: {self._broken}", red=True)
        for report in self._unready:
            terminalreporter.section(f"fixtures of {report.nodeid}", sep="_", red=True)
            report.toterminal(terminalreporter._tw)
        if self._conclusion is not None:
            self._conclusion.show(terminalreporter, perf=self._run.task.collect_perf, language=self._run.task.language)


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _why(session: pytest.Session, exitstatus: int) -> str:
    """Return why a run ended before its last sample; empty when it did not."""
    if exitstatus == pytest.ExitCode.INTERRUPTED:
        return str(session.shouldstop or "interrupted")
    return str(session.shouldfail or session.shouldstop or "")
