"""Prints the conclusion of a run, and paths as the terminal shows them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from ..core.terminal import visible
from ..report.table import error_lines, judge_lines, metric_table, perf_table
from ..run.assembly import Run
from ..run.finish import Conclusion, how_to_carry_on, in_short, what_runs
from .masking import shown
from .pytest_private import Screen

MOST_OF_A_WRONG_ANSWER = 300


def from_here(path: Path, config: pytest.Config) -> str:
    """Return a path relative to the folder in which pytest was started, if it lies there: terminals break long ones."""
    start = config.invocation_params.dir
    return str(path.relative_to(start) if path.is_relative_to(start) else path)


def terminal_columns(config: pytest.Config) -> int | None:
    """Return the width of the terminal; None for a pipe or a log, which take lines of any length."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    return Screen(reporter).columns if reporter is not None else None


def run_lines(run: Run, config: pytest.Config) -> list[str]:
    """Return the lines that announce a run; none under ``-q``."""
    return what_runs(run, partial(from_here, config=config)) if config.get_verbosity() >= 0 else []


def show(conclusion: Conclusion, reporter: pytest.TerminalReporter, *, perf: bool, language: str) -> None:
    """Print the table, what went wrong, the gates, and where everything is."""
    if conclusion.interrupted:
        reporter.write_line(f"The run is not complete: {conclusion.interrupted.rstrip('.')}.", yellow=True)
        reporter.write_line(f"To carry on: {how_to_carry_on(conclusion.page.parent.parent)}")
    columns = terminal_columns(reporter.config)
    reporter.write_line(metric_table(conclusion.reports, language, columns))
    if perf and (figures := perf_table(conclusion.reports, language, columns)):
        reporter.write_line(figures)
    for line in judge_lines(conclusion.reports):
        reporter.write_line(line)
    _show_summaries(conclusion, reporter)
    _show_wrong(conclusion, reporter)
    _show_errors(conclusion, reporter)
    for gate in conclusion.gates:
        reporter.write_line(f"gate {gate.line}", green=gate.passed, red=not gate.passed)
    for note in conclusion.notes:
        reporter.write_line(note, yellow=True)
    if conclusion.audit:
        reporter.write_line(f"judgements to check: {from_here(conclusion.audit, reporter.config)}")
    reporter.write_line(f"report: {from_here(conclusion.page, reporter.config)}")


def _show_summaries(conclusion: Conclusion, reporter: pytest.TerminalReporter) -> None:
    if conclusion.cache:
        reporter.write_line(conclusion.cache)
    for summary in conclusion.summaries:
        if summary.text:
            reporter.write_line(shown(summary.text))
        if summary.folder:
            reporter.write_line(f"{summary.what}: {from_here(summary.folder, reporter.config)}")


def _show_errors(conclusion: Conclusion, reporter: pytest.TerminalReporter) -> None:
    if errors := error_lines(conclusion.reports):
        reporter.section("samples without a score", red=True)
    for line in errors:
        reporter.write_line(_once(conclusion, line))


def _once(conclusion: Conclusion, line: str) -> str:
    """Return a line with the first sentence of the paragraph that says why the run is not complete."""
    return line.replace(conclusion.interrupted, in_short(conclusion.interrupted)) if conclusion.interrupted else line


def _show_wrong(conclusion: Conclusion, reporter: pytest.TerminalReporter) -> None:
    if conclusion.wrong:
        reporter.section("wrong answers")
    for sample in conclusion.wrong:
        reporter.write_line(visible(f"{sample.id}: {sample.value:g}"), bold=True)
        for title, text in (("asked", sample.prompt), ("replied", sample.reply)):
            reporter.write_line(f"  {title + ':':<9}{_shortened(text)}")
        answer = _shortened(sample.answer) or "nothing"
        reporter.write_line(f"  {'read:':<9}{answer}   expected: {_shortened(sample.target)}")


def _shortened(text: str) -> str:
    line = visible(" ".join(text.split()))
    if len(line) <= MOST_OF_A_WRONG_ANSWER:
        return line
    half = MOST_OF_A_WRONG_ANSWER // 2
    return f"{line[:half]} [...] {line[-half:]}"
