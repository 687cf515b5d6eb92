"""Load tests of a run: what ``load.run`` measured in any of its processes, its report, and its gates.

Each process writes the requests of its measurements to the work_dir and sends the figures along with the test's report;
where the terminal is, they become one report.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from ..core.errors import EvalError
from ..report.gates import Gate, GateResult
from ..run.assembly import Run
from ..run.finish import gates_of
from ..run.loads import alone, read_back, write_report
from . import gate_cases, loading
from .nodes import SampleItem
from .pytest_private import Screen
from .summary import from_here

if TYPE_CHECKING:
    from ..perf.load.load_point import LoadPoint
    from ..perf.load.session import Snapshot, Watch
    from ..perf.measure.result import Result
    from ..perf.tester import LoadTester

NAME = "evalscope_measurements"
CROWDED = (
    "other workers of this run asked the service too, so this is not the load alone. Run load tests without -n, or "
    "without benchmarks beside them."
)


def check_gates(gates: Sequence[Gate], items: Sequence[pytest.Item]) -> None:
    """See, before anything is run, that gates on load tests speak of tests that are.

    Raises:
        ConfigError: They do not.
    """
    if gates:
        from ..perf.measure.gates import check_tests

        check_tests(gates, [item.nodeid for item in items if measures(item)])


def measures(item: pytest.Item) -> bool:
    """Tell whether a test may measure a load."""
    if isinstance(item, SampleItem):
        return False
    return "load" in getattr(item, "fixturenames", ()) or item.get_closest_marker("perf") is not None


class Measurements:
    """Records what tests of this process measure, and tells of it on their reports."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        self._run = run
        self._config = config
        self._names: Counter[str] = Counter()
        self._untold: list[dict[str, Any]] = []
        self._tester: LoadTester | None = None
        run.on_stop = self._end

    def _end(self, reason: str) -> None:
        if self._tester is not None:
            self._tester.end()

    def tester(self) -> LoadTester:
        """Return the `load` fixture. What could not be recorded is not measured: the work_dir is made now.

        Raises:
            UsageError: It cannot be.
        """
        from ..perf.tester import LoadTester

        self._tester = LoadTester(self._run.spec, self._keep, partial(alone, self._run), self._watch)
        self._run.work_dir  # noqa: B018
        return self._tester

    def _watch(self, level: LoadPoint) -> Watch | None:
        """Have a measurement that takes long say how far it is; None where nobody looks: in xdist's workers."""
        from ..perf.output.progress import line_of

        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        if reporter is None:
            return None
        screen, next_at = Screen(reporter), time.monotonic() + loading.FIRST_S

        def watch(seen: Snapshot) -> None:
            nonlocal next_at
            if (now := time.monotonic()) >= next_at:
                next_at = now + loading.EVERY_S
                screen.write_line(line_of(level, seen, width=screen.columns))

        return watch

    def _keep(self, result: Result) -> Result:
        from ..perf.output.records import summary_of, write_result

        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
        name = f"{test} {result.level.name}"
        self._names[name] += 1
        if (number := self._names[name]) > 1:
            name += f"#{number}"
        notes = (*result.notes, CROWDED) if self._run.process.is_worker and self._run.benchmarks else result.notes
        result = replace(result, name=name, test=test, notes=notes)
        write_result(self._run.work_dir.loads, result)
        self._untold.append(summary_of(result))
        return result

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Have load tests run before samples: the engine asks those while others are still at work."""
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
        if self._untold:
            report.evalscope_loads, self._untold = self._untold, []
        return report


class LoadReports:
    """Draws the sum of a run's load tests, where the terminal is."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        self._run = run
        self._config = config
        self._told: dict[str, dict[str, Any]] = {}
        self._results: tuple[Result, ...] = ()
        self._gates: list[GateResult] = []
        self._broken = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down what a test measured."""
        self._told.update((told["name"], told) for told in getattr(report, "evalscope_loads", ()))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Any:
        """Write the report before the work_dir is let go, and have the last word on the exit code."""
        if not session.config.option.collectonly and session.exitstatus != pytest.ExitCode.USAGE_ERROR:
            try:
                self._conclude()
            except EvalError as error:
                self._broken = f"{type(error).__name__}: {error}"
        yield
        if session.exitstatus == pytest.ExitCode.OK:
            if self._broken:
                session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            elif not all(gate.passed for gate in self._gates):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _conclude(self) -> None:
        _, gates = gates_of(self._run)
        if not (self._told or gates) or self._run.usage_error:
            return
        from ..perf.measure.gates import evaluate

        if self._told:
            self._results = tuple(read_back(self._run, self._told.values()))
        self._gates = evaluate(gates, self._results)
        gate_cases.record(self._config, self._gates)
        if self._results:
            write_report(self._run, self._results, self._gates)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print a line for each load, and the gates."""
        if self._results:
            from ..perf.output.table import overview

            terminalreporter.ensure_newline()
            terminalreporter.section("load tests")
            terminalreporter.write_line(overview(self._results, Screen(terminalreporter).columns))
            for result in self._results:
                for reason in result.invalid:
                    terminalreporter.write_line(f"INVALID {result.title}: {reason}", red=True)
            page = from_here(self._run.work_dir.loads / "report.html", self._config)
            terminalreporter.write_line(f"load tests: {page}")
        for gate in self._gates:
            terminalreporter.write_line(f"gate {gate.line}", green=gate.passed, red=not gate.passed)
        if self._broken:
            terminalreporter.write_line(f"ERROR: {self._broken}", red=True)
