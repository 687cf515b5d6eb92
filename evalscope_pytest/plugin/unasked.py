"""Fails a run that was meant to evaluate, and could not for want of a model: a skip alone would be green."""

from __future__ import annotations

import pytest

# In the reason of each skip for want of a model.
_WANTED = "--eval-model=MODEL"


class Unasked:
    """Watches for benchmarks, and tests that use the model, that were skipped. Runs where the terminal is.

    Args:
        why: Why there is no model.
    """

    def __init__(self, why: str) -> None:
        self._why = why
        self._skipped = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count what was skipped for want of a model."""
        if report.skipped and isinstance(report.longrepr, tuple) and _WANTED in report.longrepr[2]:
            self._skipped += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Make a success a usage error."""
        if self._skipped and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Report why."""
        if self._skipped:
            what = "1 test was" if self._skipped == 1 else f"{self._skipped} tests were"
            terminalreporter.write_line(
                f"ERROR: {self._why}, and {what} not evaluated. Set EVALSCOPE_MODEL, or add --eval-model NAME. For "
                "ordinary tests alone, unset the variables that begin with EVALSCOPE_.",
                red=True,
            )
