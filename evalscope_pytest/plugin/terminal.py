"""pytest's terminal, and its JUnit XML file, as a run writes to them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Literal

import pytest

from ..core.secret import redact
from ..core.text import visible
from ..report.execution import GateResult
from ..report.model import Report
from ..run.assembly import Run
from ..run.progress import Waiting
from ..run.summary import Line, how_to_carry_on, score_properties, what_runs
from .nodes import from_here
from .pytest_private import Screen, junit_xml

log = logging.getLogger(__name__)

GATES = "gates"  # class of the cases in JUnit XML


def screen_of(config: pytest.Config) -> Screen | None:
    """Return the terminal; None in xdist's workers, which have none."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    return Screen(reporter) if reporter is not None else None


def terminal_columns(config: pytest.Config) -> int | None:
    """Return the width of the terminal; None for a pipe or a log, which take lines of any length."""
    return screen.columns if (screen := screen_of(config)) is not None else None


def waiting(config: pytest.Config, what: str) -> Waiting:
    """Return a notice that a step takes long."""
    return Waiting(what, screen.write_line if (screen := screen_of(config)) is not None else None)


def warn(config: pytest.Config, line: str) -> None:
    """Write a warning."""
    if (screen := screen_of(config)) is not None:
        screen.write_line(line, yellow=True)


def write(reporter: pytest.TerminalReporter, lines: Iterable[Line]) -> None:
    """Write lines and headings of sections."""
    for line in lines:
        show: Any = reporter.section if line.is_heading else reporter.write_line
        show(line.text, **({line.markup: True} if line.markup else {}))


def run_lines(run: Run, config: pytest.Config) -> list[str]:
    """Return the lines that announce a run; none under ``-q``."""
    return what_runs(run, partial(from_here, config=config)) if config.get_verbosity() >= 0 else []


def without_epilogue(config: pytest.Config) -> None:
    """Keep pytest from counting what was collected, and tests that did not run, around the message of a refused run."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if reporter is not None:
        reporter.ensure_newline()
        reporter.report_collect = reporter.summary_stats = lambda *_, **__: None


def abandon(run: Run, config: pytest.Config) -> None:
    """Print the resume command and clear the crash marks, so that no sample is blamed for the abrupt end."""
    if run.recording:
        run.started.close()
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if reporter is None or "work_dir" not in vars(run):
        return
    with suppress(RuntimeError, OSError):  # the terminal was in the middle of something
        reporter.ensure_newline()
        reporter.write_line(f"Stopped at once. To carry on: {how_to_carry_on(run.work_dir.root)}")
        reporter.flush()


def record_scores(config: pytest.Config, reports: Iterable[Report], *, gates_follow: bool) -> None:
    """Add scores and their intervals to the JUnit XML file, if there is one, as properties of the suite.

    They are known after the last sample. Other plugins may have written the file by then: it is written again, which
    takes seconds for 100,000 samples, once.

    Args:
        gates_follow: `record_gates` writes the file.
    """
    xml = junit_xml(config)
    if xml is None:
        return
    for report in reports:
        for name, value in score_properties(report):
            xml.add_global_property(visible(redact(name)), value)
    if not gates_follow:
        xml.pytest_sessionfinish()


def record_gates(config: pytest.Config, gates: Sequence[GateResult]) -> None:
    """Log each gate, and add it to the JUnit XML file, if there is one, as a passed or failed case ``gate[...]``.

    Gates are decided after the last sample. Other plugins may have written the file by then: it is written again.
    """
    for gate in gates:
        log.log(logging.INFO if gate.passed else logging.ERROR, "gate %s", gate.line)
    xml = junit_xml(config)
    if xml is None or not gates:
        return
    for gate in gates:
        failure = None if gate.passed else visible(redact(f"gate {gate.line}"))
        xml.pytest_runtest_logreport(_case(gate, "call", failure))
        xml.pytest_runtest_logreport(_case(gate, "teardown"))
    xml.pytest_sessionfinish()


def _case(gate: GateResult, when: Literal["call", "teardown"], failure: str | None = None) -> pytest.TestReport:
    name = f"gate[{visible(redact(gate.name))}]"
    outcome: Literal["passed", "failed"] = "passed" if failure is None else "failed"
    facts = [(f"gate.{fact}", visible(redact(str(value)))) for fact, value in gate.facts.items()]
    return pytest.TestReport(f"{GATES}::{name}", (GATES, None, name), {}, outcome, failure, when, user_properties=facts)
