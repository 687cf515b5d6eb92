"""Finishes a run: compacts its records, writes its reports, decides its gates."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..benchmarks import after_run
from ..benchmarks.after_run import FinishedRun, Summary
from ..config.setting import NO_LEVEL
from ..core.errors import EvalError, UsageError
from ..core.secret import redact
from ..core.text import visible
from ..report.audit import write_audit
from ..report.baseline import Now, check_baseline, compare, evaluate_against, name_of, sampling_of
from ..report.build import build_report, save_report
from ..report.ci_summary import ShownSamples
from ..report.corrected import Corrections, corrections
from ..report.execution import MAX_SAMPLES, sample_id
from ..report.gates import LOADS, GateResult, Samples, check_names, evaluate, result_of, unevaluated
from ..report.html import write_html
from ..report.labels import check_labels
from ..report.model import Report
from ..report.planned import Question, Upcoming, check_gates, lines_of_alarms
from ..report.wrong import WrongSample, wrong_samples
from ..statistics.gates import ALL, Gate, parse_gate
from ..store.atomic import storing
from ..store.compact import BenchmarkRows, compact
from ..store.reviews import read_reviews
from .analyses import analysed
from .ci_summary import check_summary, is_wanted, samples_to_show
from .costs import before_run, with_costs
from .early import Judged, is_decided
from .progress import Recorded
from .summary import many

if TYPE_CHECKING:
    from ..config.task import TaskConfig
    from ..engine.evaluation import Unit
    from .assembly import Run

log = logging.getLogger(__name__)


def gates_of(run: Run) -> tuple[list[Gate], list[Gate]]:
    """Return the gates on benchmarks, and those on load tests."""
    gates = [parse_gate(text) for text in run.task.gate]
    return [gate for gate in gates if gate.benchmark != LOADS], [gate for gate in gates if gate.benchmark == LOADS]


def check_requirements(run: Run, units: Iterable[Unit] = ()) -> None:
    """Check, before any request is sent, that gates and baseline are about benchmarks that will be measured.

    Adds to the run's notes what its gates can find.

    Args:
        units: The samples that will run.

    Raises:
        UsageError: A gate is malformed or names nothing that runs; the baseline is not there or lacks a benchmark; the
            response cache cannot be used; an analysis is to be written, and a judge is missing; a verdict of a person
            in the audit file cannot be read.
    """
    task = run.task
    run.response_cache  # noqa: B018 - opened now: a directory that cannot be used is reported now
    gates = gates_of(run)[0]
    check_names(gates, run.benchmarks)
    check_summary(task)
    if task.analysis_report and not run.judges.config.models:
        raise UsageError(
            "--eval-analysis-report needs a judge model to write it. Name one: --eval-judge-model-args "
            "model_id=NAME,api_url=http://HOST:PORT/v1"
        )
    if task.use_cache:
        check_labels(run.work_dir, run.plan.model_id)
    units = tuple(units)
    run.notes.extend(before_run(run, units))
    for baseline in run.baselines:
        check_baseline(baseline, run.benchmarks)
    if task.stop_when_decided is not False:
        from .stopping import plan_stop

        plan_stop(run, gates, units)
    if run.baselines or any(gate.level is not None or gate.against_baseline or gate.benchmark == ALL for gate in gates):
        _plan_gates(run, gates, units)


def _plan_gates(run: Run, gates: Sequence[Gate], units: Iterable[Unit]) -> None:
    """Check that the gates can be decided, and note what they can find.

    Raises:
        ConfigError: One cannot.
    """
    questions: dict[str, dict[tuple[str, int], Question]] = {}
    for unit in units:
        own = questions.setdefault(unit.evaluation.name, {})
        own.setdefault((unit.subset, unit.group), Question(unit.subset, unit.group, unit.question, unit.cluster))
    known = {name: list(found.values()) for name, found in questions.items()}
    upcoming = Upcoming(run.benchmarks, known, run.baselines, run.spec.generation.temperature)
    run.notes.extend(check_gates(gates, upcoming))
    if run.baselines:
        run.benchmarks = [replace(plan, questions=_keys(known.get(plan.name, ()))) for plan in run.benchmarks]
    task = run.task
    limited = task.limit_total is not None or (task.limit is not None and str(task.limit) != "1.0")
    if limited and task.limit_order == "first" and any(gate.level is not None for gate in gates):
        run.notes.append(
            "a gate with a level is about questions like these, and --eval-limit leaves the first ones, which may be "
            "easier than the rest. Add --eval-limit-order random"
        )
    if run.baselines and (level := _level(run.task)) is not None:
        run.notes.extend(lines_of_alarms(upcoming, run.task.max_drop, level))


def _keys(questions: Iterable[Question]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return key and cluster of questions by subset; none of a subset in which one has no key."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in questions:
        found.setdefault(one.subset, []).append((one.key, one.cluster))
    return {subset: tuple(own) for subset, own in found.items() if all(key for key, _ in own)}


def _level(task: TaskConfig) -> float | None:
    """Return the level of ``--eval-gate-level``; None for a comparison of the printed scores."""
    return None if task.gate_level == NO_LEVEL else float(task.gate_level)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The result of a run.

    Attributes:
        wrong: Samples to show: ``--eval-show-wrong``.
        recorded: Samples with a record, be it of an error.
        interrupted: The reason why some are missing; empty if none is.
        cache: A line on the share of replies from the response cache; empty without one.
        audit: Judgements for a person to check; None if none were requested, or made.
        notes: Lines for the user.
        samples: Those for the summary of a CI job, if one is written.
        summaries: The texts and files that benchmarks add to the end of the run.
        page: The HTML report.
    """

    reports: tuple[Report, ...]
    gates: tuple[GateResult, ...]
    wrong: tuple[WrongSample, ...]
    page: Path
    recorded: int
    interrupted: str = ""
    cache: str = ""
    summaries: tuple[Summary, ...] = ()
    audit: Path | None = None
    notes: tuple[str, ...] = ()
    samples: ShownSamples | None = None

    @property
    def failed(self) -> bool:
        """True when a gate did not hold."""
        return any(not gate.passed for gate in self.gates)

    @property
    def by_benchmark(self) -> list[Recorded]:
        """The number of samples with a record, and the score, of each benchmark."""
        return [
            Recorded(r.dataset_name, e.succeeded, sum(s.errored for s in e.subsets.values()), r.score)
            for r in self.reports
            if (e := r.execution) is not None
        ]


@dataclass(slots=True)
class Reported:
    """The samples that the driver of a run has reported.

    Attributes:
        states: Number of samples by state: `Verdict.state`.
    """

    states: Counter[str] = field(default_factory=Counter)

    def missing(self, run: Run, conclusion: Conclusion) -> int:
        """Return the number of samples with neither a record nor a skip."""
        if is_decided(run) and run.spending.refusal and not run.stopped:
            return 0  # a worker was refused a sample before it knew that nobody needs it
        requested = sum(sum(plan.requested.values()) for plan in run.benchmarks)
        return max(0, requested - conclusion.recorded - self.states["skipped"])

    def unreported(self, recorded: int) -> int:
        """Return the number of samples with a record that the driver has not reported."""
        return recorded - sum(self.states.values()) + self.states["skipped"]

    def tolerable(self, run: Run) -> bool:
        """Return whether nothing went wrong with a sample, or only what the settings tolerate."""
        states, task = self.states, run.task
        if states["failed"] or (task.strict and states["error"]):
            return False
        return not states["error"] or run.tolerates(states["error"], sum(states.values()))


def conclude(run: Run, columns: int | None = None) -> Conclusion:
    """Compact the journals, write the reports and decide the gates.

    Args:
        columns: The width of the terminal that will show tables; None for any width.

    Raises:
        StoreError: Something could not be written. Nothing is lost; the same run with ``use_cache`` tries again.
    """
    with storing(run.work_dir.root):
        return _concluded(run, columns)


def _concluded(run: Run, columns: int | None) -> Conclusion:
    task, plan, work_dir = run.task, run.plan, run.work_dir
    run.baselines  # noqa: B018 - read now: the earlier run may be the one that is carried on
    rows = compact(work_dir, plan)
    by_name = {found.name: found for found in rows}
    reports = tuple(
        build_report(b, by_name[b.name].rows, plan.model_id, collect_perf=task.collect_perf) for b in plan.benchmarks
    )
    if run.decided:
        from .stopping import as_stopped

        reports = tuple(as_stopped(run, report) for report in reports)
    gates, together = _gates(run, reports, by_name)
    reports = tuple(_with_gates(report, gates) for report in reports)
    corrected = corrections(work_dir, plan)
    reports = tuple(_with_corrections(report, corrected) for report in reports)
    for report in reports:
        save_report(work_dir, report)
    reports, notes = _with_analysis(run, reports)
    reports, costs = with_costs(run, reports)
    summaries, complaints = _summaries(run, columns)
    reports = tuple(_with_pictures(report, summaries) for report in reports)
    page = write_html(work_dir, plan, reports, rows, language=task.language)
    # A file with somebody's verdicts is not written again.
    drawn = bool(task.judge_audit) and not corrected.labels
    audit = write_audit(work_dir, plan, reports, task.judge_audit, task.seed) if drawn else None
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
        summaries=tuple(summaries.values()),
        audit=audit,
        samples=samples_to_show(run, reports, by_name) if is_wanted(task) else None,
        notes=(
            *notes,
            *costs,
            *together,
            *complaints,
            *_undecided(rows),
            *filter(None, [corrected.note, run.quarantine.warn()]),
        ),
    )


def _with_analysis(run: Run, reports: tuple[Report, ...]) -> tuple[tuple[Report, ...], tuple[str, ...]]:
    """Have the first judge write about each report that was saved, and save them again."""
    scored = tuple(report for report in reports if report.metrics)
    if not run.task.analysis_report or run.stopped or run.out_of_budget or not scored:
        return reports, ()
    writer = run.judges.writer
    meter = run.spending.meter(writer, "judge")
    found = analysed(scored, writer, run.judges.config.models[0].name, run.task.language, meter)
    written = {report.dataset_name: report for report in found.reports}
    for report in written.values():
        save_report(run.work_dir, report)
    return tuple(written.get(report.dataset_name, report) for report in reports), found.notes


def _summaries(run: Run, columns: int | None) -> tuple[dict[str, Summary], tuple[str, ...]]:
    """Return the summaries of benchmarks by their names, and a note on each that failed.

    Raises:
        StoreError: A file could not be written.
    """
    found: dict[str, Summary] = {}
    notes: list[str] = []
    for plan in run.benchmarks:
        if not plan.after_run:
            continue
        try:
            summary = after_run.find(plan.after_run)(FinishedRun(run.work_dir, run.plan, plan, columns))
        except LookupError:
            module = plan.after_run.partition(":")[0]
            notes.append(
                f"after_run of {plan.name}: the process that writes the reports has not imported {module}. Import it "
                "in a conftest.py, or run without -n"
            )
        except EvalError:
            raise
        except Exception as error:  # noqa: BLE001 - an author's code: the reports are written, whatever it does
            notes.append(visible(redact(f"after_run of {plan.name} failed: {type(error).__name__}: {error}")))
        else:
            if summary is not None:
                found[plan.name] = summary
    return found, tuple(notes)


def _with_pictures(report: Report, summaries: Mapping[str, Summary]) -> Report:
    summary = summaries.get(report.dataset_name)
    return replace(report, pictures=summary.pictures) if summary else report


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


def _with_corrections(report: Report, corrected: Corrections) -> Report:
    own = corrected.by_benchmark.get(report.dataset_name)
    if not own or report.execution is None:
        return report
    return replace(report, execution=replace(report.execution, corrected=own))


def unevaluated_gates(run: Run, why: str) -> tuple[GateResult, ...]:
    """Return the gates and comparisons of a run without reports: all have failed."""
    names = [text for text in run.task.gate if re.split(r"[\[:<>=\s]", text.strip(), maxsplit=1)[0] != LOADS]
    if run.task.baseline:
        names += [name_of(plan.name) for plan in run.benchmarks] or ["baseline"]
    return tuple(unevaluated(name, why) for name in names)


def _gates(
    run: Run, reports: tuple[Report, ...], rows: Mapping[str, BenchmarkRows]
) -> tuple[list[tuple[str, GateResult]], tuple[str, ...]]:
    """Return the result of each gate and comparison, after the name of its benchmark, and lines to print beside them.

    A gate on all benchmarks together is in the report of the first.
    """
    task = run.task
    tolerant = _tolerates_its_errors(run, reports)
    samples = {plan.name: Samples(plan, rows[plan.name].rows) for plan in run.benchmarks}
    now = [
        Now(report, samples[report.dataset_name], tolerant, sampling_of(task), partial(_targets, run, report))
        for report in reports
    ]
    gates = gates_of(run)[0]
    early = Judged.of(run, reports, _level(task))
    found = {gate: result_of(verdict) for gate in gates if (verdict := early.verdict(gate.text, gate.benchmark))}
    left = [gate for gate in gates if gate not in found]
    bounds = [gate for gate in left if not gate.against_baseline]
    against = [gate for gate in left if gate.against_baseline]
    tested = evaluate(map(early.tested, bounds), reports, samples, allow_missing=tolerant)
    tested += evaluate_against(map(early.tested, against), run.baselines, now)
    found |= {gate: early.as_written(gate, result) for gate, result in zip([*bounds, *against], tested, strict=True)}
    names = [gate.benchmark if gate.benchmark in samples else reports[0].dataset_name for gate in gates]
    results = list(zip(names, (found[gate] for gate in gates), strict=True))
    if not task.baseline:
        return results, ()
    own = any(gate.benchmark == ALL for gate in gates)
    alarms = compare(run.baselines, now, task.max_drop, _level(task), early=early.alarms(), together=not own)
    return [*results, *alarms.results.items()], tuple(filter(None, [alarms.together]))


def _tolerates_its_errors(run: Run, reports: Iterable[Report]) -> bool:
    """Return whether gates leave out samples that ended in errors: not if there are more than the user accepts."""
    if not run.task.ignore_errors and run.task.max_errors is None:
        return False
    counts = [report.execution for report in reports if report.execution]
    return run.tolerates(sum(c.errored for c in counts), sum(c.requested for c in counts))


def _targets(run: Run, report: Report) -> Mapping[tuple[str, int], bytes]:
    subsets = {plan.name: plan.subsets for plan in run.benchmarks}
    found = read_reviews(run.work_dir.reviews(run.plan.model_id), subsets, [report.dataset_name])
    own = found.get(report.dataset_name)
    return own.targets if own else {}


def _wrong(run: Run, reports: tuple[Report, ...], rows: dict[str, BenchmarkRows]) -> tuple[WrongSample, ...]:
    most = run.task.show_wrong
    if not most:
        return ()
    return tuple(
        sample
        for report in reports
        for sample in wrong_samples(run.work_dir, run.plan, rows[report.dataset_name], report, most).shown
    )
