"""What a run comes to: records folded, reports written, gates decided; and how that is shown."""

from __future__ import annotations

import logging
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .. import arena, collections
from ..core.errors import UsageError
from ..core.terminal import visible
from ..engine.reuse import is_repeatable
from ..report.audit import write_audit
from ..report.baseline import check_baseline, compare, load_baseline, name_of
from ..report.build import build_report, save_report
from ..report.errors import MAX_SAMPLES, sample_id
from ..report.gates import LOADS, GateResult, check_names, evaluate, unevaluated
from ..report.html import write_html
from ..report.model import Report
from ..report.table import error_lines, judge_lines, metric_table, perf_table
from ..report.wrong import WrongSample, wrong_samples
from ..store.atomic import storing
from ..store.compact import BenchmarkRows, fold
from .loads import check_gates, gates_of
from .paths import from_here
from .run import Run

if TYPE_CHECKING:
    from ..arena.save import SavedArena

log = logging.getLogger(__name__)

MOST_OF_A_WRONG_ANSWER = 300
MOST_OF_A_REASON = 100


def check_requirements(run: Run, items: Sequence[pytest.Item]) -> None:
    """See, before anything is asked, that gates and baseline speak of something that will be measured.

    Raises:
        UsageError: A gate is malformed or names nothing that runs; the baseline is not there or lacks a benchmark; the
            response cache cannot be used; an analysis is to be written, and there is no judge to write it.
    """
    task = run.task
    run.response_cache  # noqa: B018 - opened now: a directory that cannot be used is no surprise for later
    on_benchmarks, on_loads = gates_of(run)
    check_names(on_benchmarks, run.benchmarks)
    check_gates(on_loads, items)
    if task.analysis_report and not run.judges.config.models:
        raise UsageError(
            "--eval-analysis-report needs a judge model to write it. Name one: --eval-judge-model-args "
            "model_id=NAME,api_url=http://HOST:PORT/v1"
        )
    if task.baseline:
        check_baseline(load_baseline(Path(task.baseline), task.model_id), run.benchmarks)


def what_runs(run: Run) -> list[str]:
    """Return how many samples run, where they are recorded, and what is to be known of the records found there."""
    plans, config = run.benchmarks, run.config
    if not plans or config.get_verbosity() < 0:
        return []
    total = many(sum(sum(p.requested.values()) for p in plans), "sample")
    where = "" if config.option.collectonly else f", recorded in {from_here(run.work_dir.root, config)}"
    if run.task.use_cache and where:
        where += f", which holds {many(len(run.previous), 'answer')}"
    notes = [*run.notes, *_note_on_cache(run)]
    if run.skipped:
        notes.append(f"{many(len(run.skipped), 'benchmark')} skipped, as said below: {', '.join(run.skipped)}")
    return [f"eval: {total} of {many(len(plans), 'benchmark')}{where}", *(f"eval: {note}" for note in notes)]


def _note_on_cache(run: Run) -> list[str]:
    task, spec = run.task, run.spec
    if not task.response_cache or task.response_cache_sampled or spec.is_mock or is_repeatable(spec.generation):
        return []
    return [
        "the model samples, so the response cache keeps none of its replies. Add --eval-response-cache-sampled, or "
        "temperature=0 to --eval-generation-config"
    ]


def terminal_columns(config: pytest.Config) -> int | None:
    """Return the width of the terminal; None for a pipe or a log, which take lines of any length."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    return int(reporter._tw.fullwidth) if reporter is not None and reporter.isatty else None


def many(number: int, what: str) -> str:
    """Return a number with its noun: ``1 sample``, ``2 samples``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def in_short(reason: str) -> str:
    """Return the first sentence of why a run stopped: the paragraph itself is printed once."""
    first = reason.split(". ")[0].rstrip(".")
    return first if len(first) <= MOST_OF_A_REASON else f"{first[:MOST_OF_A_REASON]}..."


def how_to_carry_on(work_dir: Path) -> str:
    """Return what to type to finish a run that ended early."""
    return f"the same command with --eval-use-cache={shlex.quote(str(work_dir))}"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The sum of a run.

    Attributes:
        wrong: Samples to show: ``--eval-show-wrong``.
        recorded: Samples with a record, be it of an error.
        interrupted: Why there are not all of them.
        cache: How much the response cache had; empty without one.
        audit: Judgements for a person to check; None where none were asked for, or made.
        notes: What else the user should know.
        arena: The ratings of an arena.
        levels: The scores of a collection by level, as tables.
        page: The HTML report.
    """

    reports: tuple[Report, ...]
    gates: tuple[GateResult, ...]
    wrong: tuple[WrongSample, ...]
    page: Path
    recorded: int
    interrupted: str = ""
    cache: str = ""
    arena: SavedArena | None = None
    levels: str = ""
    audit: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """True when a gate did not hold."""
        return any(not gate.passed for gate in self.gates)

    def show(self, reporter: pytest.TerminalReporter, *, perf: bool, language: str) -> None:
        """Print the table, what went wrong, the gates, and where everything is."""
        if self.interrupted:
            reporter.write_line(f"The run is not complete: {self.interrupted.rstrip('.')}.", yellow=True)
            reporter.write_line(f"To carry on: {how_to_carry_on(self.page.parent.parent)}")
        columns = terminal_columns(reporter.config)
        reporter.write_line(metric_table(self.reports, language, columns))
        if perf and (figures := perf_table(self.reports, language, columns)):
            reporter.write_line(figures)
        for line in judge_lines(self.reports):
            reporter.write_line(line)
        self._show_summaries(reporter)
        self._show_wrong(reporter)
        if errors := error_lines(self.reports):
            reporter.section("samples without a score", red=True)
            for line in errors:
                reporter.write_line(self._once(line))
        for gate in self.gates:
            reporter.write_line(f"gate {gate.line}", green=gate.passed, red=not gate.passed)
        for note in self.notes:
            reporter.write_line(note, yellow=True)
        if self.audit:
            reporter.write_line(f"judgements to check: {from_here(self.audit, reporter.config)}")
        reporter.write_line(f"report: {from_here(self.page, reporter.config)}")

    def _show_summaries(self, reporter: pytest.TerminalReporter) -> None:
        if self.cache:
            reporter.write_line(self.cache)
        if self.arena:
            reporter.write_line(f"\n{self.arena.text}\nratings: {from_here(self.arena.folder, reporter.config)}")
        if self.levels:
            reporter.write_line(self.levels)

    def _once(self, line: str) -> str:
        """Return a line with the first sentence of the paragraph that says why the run is not complete."""
        return line.replace(self.interrupted, in_short(self.interrupted)) if self.interrupted else line

    def _show_wrong(self, reporter: pytest.TerminalReporter) -> None:
        if self.wrong:
            reporter.section("wrong answers")
        for sample in self.wrong:
            reporter.write_line(visible(f"{sample.id}: {sample.value:g}"), bold=True)
            for title, text in (("asked", sample.prompt), ("replied", sample.reply)):
                reporter.write_line(f"  {title + ':':<9}{_shortened(text)}")
            answer = _shortened(sample.answer) or "nothing"
            reporter.write_line(f"  {'read:':<9}{answer}   expected: {_shortened(sample.target)}")


def conclude(run: Run) -> Conclusion:
    """Fold the journals, write the reports and decide the gates.

    Raises:
        StoreError: Something could not be written. Nothing is lost; the same run with ``use_cache`` tries again.
    """
    with storing(run.work_dir.root):
        return _concluded(run)


def _concluded(run: Run) -> Conclusion:
    task, plan, work_dir = run.task, run.plan, run.work_dir
    rows = fold(work_dir, plan)
    by_name = {found.name: found for found in rows}
    reports = tuple(
        build_report(b, by_name[b.name].rows, plan.model_id, collect_perf=task.collect_perf) for b in plan.benchmarks
    )
    # Before the reports are saved: the earlier run may be the one that is carried on.
    gates = _gates(run, reports)
    reports = tuple(_with_gates(report, gates) for report in reports)
    for report in reports:
        save_report(work_dir, report)
    reports, notes = _with_analysis(run, reports)
    page = write_html(work_dir, plan, reports, rows, language=task.language)
    audit = write_audit(work_dir, plan, reports, task.judge_audit, task.seed) if task.judge_audit else None
    plan.discard(work_dir)
    for report in reports:
        log.info("%s: %s over %d samples", report.dataset_name, report.score, len(by_name[report.dataset_name].rows))
    recorded = sum(len(found.rows) for found in rows)
    cache = _from_cache(task.response_cache, rows) if task.response_cache else ""
    wrong = _wrong(run, reports, by_name)
    return Conclusion(
        reports,
        tuple(result for _, result in gates),
        wrong,
        page,
        recorded,
        cache=cache,
        arena=_arena(run),
        levels=_levels(run),
        audit=audit,
        notes=(*notes, *_undecided(rows), *filter(None, [run.quarantine.warn()])),
    )


def _with_analysis(run: Run, reports: tuple[Report, ...]) -> tuple[tuple[Report, ...], tuple[str, ...]]:
    """Have the first judge write about each report that was saved, and save them again."""
    scored = tuple(report for report in reports if report.metrics)
    if not run.task.analysis_report or run.stopped or not scored:
        return reports, ()
    from .analysis import analysed

    found = analysed(scored, run.judges.writer, run.judges.config.models[0].name, run.task.language)
    written = {report.dataset_name: report for report in found.reports}
    for report in written.values():
        save_report(run.work_dir, report)
    return tuple(written.get(report.dataset_name, report) for report in reports), found.notes


def _arena(run: Run) -> SavedArena | None:
    plan = next((b for b in run.benchmarks if b.name == arena.BENCHMARK), None)
    if plan is None:
        return None
    from ..arena.save import save_arena

    return save_arena(run.work_dir, run.plan, plan, terminal_columns(run.config))


def _levels(run: Run) -> str:
    """Write a collection's scores by level; return them as tables, or nothing where no collection ran."""
    plan = next((b for b in run.benchmarks if b.name == collections.BENCHMARK), None)
    if plan is None:
        return ""
    from ..collections.levels import save_levels

    folder, model_id = run.work_dir.reviews(run.plan.model_id), run.plan.model_id
    files = [folder / name for (benchmark, _), name in run.plan.file_names().items() if benchmark == plan.name]
    return save_levels(run.work_dir, model_id, [file for file in files if file.is_file()], terminal_columns(run.config))


def _from_cache(folder: str, rows: Sequence[BenchmarkRows]) -> str:
    every = [row for found in rows for row in found.rows]
    cached, replies = sum(row.cached for row in every), sum(row.calls for row in every)
    return f"response cache: {cached} of {'1 reply' if replies == 1 else f'{replies} replies'} came from {folder}"


def _undecided(rows: Sequence[BenchmarkRows]) -> tuple[str, ...]:
    found = [sample_id(row) for benchmark in rows for row in benchmark.rows if row.undecided]
    if not found:
        return ()
    more = ", ..." if len(found) > MAX_SAMPLES else ""
    return (
        f"{many(len(found), 'answer')} counted as wrong since comparing took computer algebra over five seconds: "
        f"{', '.join(found[:MAX_SAMPLES])}{more}",
    )


def _with_gates(report: Report, gates: Sequence[tuple[str, GateResult]]) -> Report:
    own = tuple(result for benchmark, result in gates if benchmark == report.dataset_name)
    if not own or report.execution is None:
        return report
    return replace(report, execution=replace(report.execution, gates=own))


def unevaluated_gates(run: Run, why: str) -> tuple[GateResult, ...]:
    """Return the gates and comparisons of a run that came to no reports: all have failed."""
    names = [text for text in run.task.gate if re.split(r"[\[:<>=]", text.strip(), maxsplit=1)[0] != LOADS]
    if run.task.baseline:
        names += [name_of(plan.name) for plan in run.benchmarks] or ["baseline"]
    return tuple(unevaluated(name, why) for name in names)


def _gates(run: Run, reports: tuple[Report, ...]) -> list[tuple[str, GateResult]]:
    """Return what became of each gate and comparison, after the name of the benchmark it is about."""
    task = run.task
    tolerant = task.ignore_errors or task.max_errors is not None
    gates = gates_of(run)[0]
    names = [gate.benchmark for gate in gates]
    results = evaluate(gates, reports, allow_missing=tolerant)
    if task.baseline:
        baseline = load_baseline(Path(task.baseline), task.model_id)
        names += [report.dataset_name for report in reports]
        results = [*results, *compare(baseline, reports, task.max_drop, allow_missing=tolerant)]
    return list(zip(names, results, strict=True))


def _wrong(run: Run, reports: tuple[Report, ...], rows: dict[str, BenchmarkRows]) -> tuple[WrongSample, ...]:
    most = run.task.show_wrong
    if not most:
        return ()
    return tuple(
        sample
        for report in reports
        for sample in wrong_samples(run.work_dir, run.plan, rows[report.dataset_name], report, most).shown
    )


def _shortened(text: str) -> str:
    line = visible(" ".join(text.split()))
    if len(line) <= MOST_OF_A_WRONG_ANSWER:
        return line
    half = MOST_OF_A_WRONG_ANSWER // 2
    return f"{line[:half]} [...] {line[-half:]}"
