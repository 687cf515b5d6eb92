"""Load tests of a run: the `load` fixture measures in any process, and the one with the terminal reports."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from ..run.assembly import Run
from ..run.loads import LoadTests, Measured, alone, watcher
from ..statistics.gates import Gate
from .nodes import SampleItem, from_here
from .terminal import record_gates, screen_of, terminal_columns, write

if TYPE_CHECKING:
    from ..perf.load.load_point import LoadPoint
    from ..perf.load.session import Watch
    from ..perf.measure.result import Result
    from ..perf.tester import LoadTester

NAME = "evalscope_measurements"


def check_gates(gates: Sequence[Gate], items: Sequence[pytest.Item]) -> None:
    """Check, before anything is run, that gates on load tests name tests that are selected.

    Raises:
        ConfigError: They do not.
    """
    if gates:
        from ..perf.measure.gates import check_tests

        check_tests(gates, [item.nodeid for item in items if measures(item)])


def measures(item: pytest.Item) -> bool:
    """Return whether a test may measure a load."""
    if isinstance(item, SampleItem):
        return False
    return "load" in getattr(item, "fixturenames", ()) or item.get_closest_marker("perf") is not None


class Measurements:
    """Hooks that record what tests of this process measure, and put the figures on their reports."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        self._run = run
        self._config = config
        self._measured = Measured(run)
        self._tester: LoadTester | None = None
        run.on_stop = self._end

    def _end(self, reason: str) -> None:
        if self._tester is not None:
            self._tester.end()

    def tester(self) -> LoadTester:
        """Return the `load` fixture. The work_dir is made now: a load that cannot be recorded is not measured.

        Raises:
            UsageError: It cannot be.
        """
        from ..perf.tester import LoadTester

        self._tester = LoadTester(self._run.spec, self._keep, partial(alone, self._run), self._watch)
        self._run.work_dir  # noqa: B018
        return self._tester

    def _watch(self, level: LoadPoint) -> Watch | None:
        """Return what shows the progress of a measurement that takes long; None in xdist's workers."""
        screen = screen_of(self._config)
        return watcher(level, screen.write_line, screen.columns) if screen is not None else None

    def _keep(self, result: Result) -> Result:
        return self._measured.keep(os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0], result)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put load tests before samples, which the engine sends ahead of time."""
        if any(isinstance(item, SampleItem) for item in items):
            items.sort(key=lambda item: not measures(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Any:
        """Fail a test that forgot to await: nothing was measured."""
        try:
            outcome = yield
        finally:
            forgotten = self._tester.forgotten() if self._tester is not None else 0
        if forgotten:
            pytest.fail("load.run() was not awaited: nothing was measured. Write: await load.run(...)", pytrace=False)
        return outcome

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Any:
        """Send figures along, also from a worker to its controller."""
        report = yield
        if figures := self._measured.figures:
            report.evalscope_loads, self._measured.figures = figures, []
        return report


class LoadReports:
    """Hooks that report a run's load tests, in the process that owns the terminal."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        self._config = config
        self._loads = LoadTests(run)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a test measured."""
        self._loads.add(getattr(report, "evalscope_loads", ()))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Any:
        """Write the report before the work_dir is released, and have the last word on the exit code."""
        loads = self._loads
        if not session.config.option.collectonly and session.exitstatus != pytest.ExitCode.USAGE_ERROR:
            loads.finish()
            record_gates(self._config, loads.gates)
        yield
        if session.exitstatus == pytest.ExitCode.OK:
            if loads.broken:
                session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            elif not all(gate.passed for gate in loads.gates):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print a line for each load, and the gates."""
        terminalreporter.ensure_newline()
        shown_path = partial(from_here, config=self._config)
        write(terminalreporter, self._loads.lines(terminal_columns(self._config), shown_path))
