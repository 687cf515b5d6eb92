"""The lines a run shows on a terminal: what it will do, and what became of it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..config.prices import money
from ..core.secret import redact
from ..core.text import visible
from ..engine.reuse import is_repeatable
from ..report.corrected import corrected_lines
from ..report.execution import GateResult
from ..report.model import Report
from ..report.table import (
    cost_table,
    error_lines,
    few_note,
    flaky_lines,
    judge_lines,
    low_note,
    metric_table,
    perf_table,
    stop_lines,
)
from ..report.wrong import WrongSample

if TYPE_CHECKING:
    from ..config.task import TaskConfig
    from ..engine.evaluation import Outcome
    from .assembly import Run
    from .finish import Conclusion

# Failures with the same cause beyond these are counted, not shown one by one.
SHOWN_ALIKE = 3
# Letter, word and markup of each category in which the terminal counts samples.
LOOKS: dict[str, tuple[str, str, dict[str, bool]]] = {
    "correct": (".", "CORRECT", {"green": True}),
    "wrong": ("x", "WRONG", {"yellow": True}),
    "partial": ("~", "PARTIAL", {"yellow": True}),
    "errors": ("E", "ERROR", {"red": True}),
    "failed": ("F", "FAILED", {"red": True}),
    "failed alike": ("F", "FAILED", {"red": True}),
    "skipped": ("s", "SKIPPED", {"yellow": True}),
}
MOST_OF_A_REASON = 100
MOST_OF_A_WRONG_ANSWER = 300


class Line(NamedTuple):
    """A line on the terminal, or the heading of a section.

    Attributes:
        markup: ``red``, ``green``, ``yellow`` or ``bold``; empty for plain text.
    """

    text: str
    markup: str = ""
    is_heading: bool = False


def shown(text: str) -> str:
    """Return text of several lines fit for the terminal and for JUnit XML: no keys, no control sequences."""
    return visible(redact(text), keep="\n\t")


def header(task: TaskConfig) -> list[str]:
    """Return the lines that name the model and the notes on its settings."""
    where = f" at {task.api_url}" if task.api_url else ""
    size = task.eval_batch_size
    pace = f"batches of {size}" if task.eval_type == "llm_ckpt" else f"{size} in flight"
    lines = [f"eval: {task.model or 'mock'}{where} ({task.eval_type}), {pace}"]
    return [visible(line) for line in (*lines, *(f"eval: {note}" for note in task.notes))]


def what_runs(run: Run, shown: Callable[[Path], str] = str) -> list[str]:
    """Return lines with the number of samples, the folder of the records, and notes on the records found there.

    Args:
        shown: Returns a path as the terminal shows it.
    """
    plans = run.benchmarks
    if not plans:
        return []
    total = many(sum(sum(p.requested.values()) for p in plans), "sample")
    where = "" if run.driver.listing else f", recorded in {shown(run.work_dir.root)}"
    if run.task.use_cache and where:
        where += f", which holds {many(len(run.previous), 'answer')}"
    notes = [*run.notes, *_note_on_cache(run)]
    if run.skipped:
        notes.append(f"{many(len(run.skipped), 'benchmark')} skipped, see below: {', '.join(run.skipped)}")
    return [f"eval: {total} of {many(len(plans), 'benchmark')}{where}", *(f"eval: {note}" for note in notes)]


def _note_on_cache(run: Run) -> list[str]:
    task, spec = run.task, run.spec
    if not task.response_cache or task.response_cache_sampled or spec.is_mock or is_repeatable(spec.generation):
        return []
    return [
        "the model samples, so the response cache keeps none of its replies. Add --eval-response-cache-sampled, or "
        "temperature=0 to --eval-generation-config"
    ]


def many(number: int, what: str) -> str:
    """Return a number with its noun: ``1 sample``, ``2 samples``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def in_short(reason: str) -> str:
    """Return the first sentence of why a run stopped: the paragraph itself is printed once."""
    first = reason.split(". ")[0].rstrip(".")
    return first if len(first) <= MOST_OF_A_REASON else f"{first[:MOST_OF_A_REASON]}..."


def stop_line(reason: str) -> str:
    """Return the line with which pytest ends a run that stopped early."""
    short = in_short(reason)
    return short if short.startswith(("stop", "interrupt")) else f"stopped: {short}"


def how_to_carry_on(work_dir: Path) -> str:
    """Return what to type to finish a run that ended early."""
    return f"the same command with --eval-use-cache={shlex.quote(str(work_dir))}"


def gate_line(gate: GateResult) -> Line:
    """Return the line of a gate, in the colour of its verdict."""
    colours = {"passed": "green", "undecided": "yellow"}
    return Line(f"gate {gate.line}", colours.get(gate.verdict, "red"))


def lines_of(
    conclusion: Conclusion, task: TaskConfig, columns: int | None, shown_path: Callable[[Path], str] = str
) -> Iterator[Line]:
    """Yield the end of a run: tables, what went wrong, gates, and where everything is.

    Args:
        columns: The width of the terminal; None for any width.
        shown_path: Returns a path as the terminal shows it.
    """
    reports = conclusion.reports
    if conclusion.interrupted:
        yield Line(f"The run is not complete: {conclusion.interrupted.rstrip('.')}.", "yellow")
        yield Line(f"To carry on: {how_to_carry_on(conclusion.page.parent.parent)}")
    table = metric_table(reports, task.language, columns)
    yield Line(table)
    yield from (Line(note) for note in (few_note(table, task.language), low_note(reports, task.language)) if note)
    yield from (Line(line, "yellow") for line in stop_lines(reports, task.language))
    figures = perf_table(reports, task.language, columns) if task.collect_perf else ""
    yield from (Line(one) for one in (figures, cost_table(reports, task.language, columns)) if one)
    yield from map(Line, judge_lines(reports))
    yield from map(Line, corrected_lines(reports))
    yield from map(Line, flaky_lines(reports))
    if conclusion.cache:
        yield Line(conclusion.cache)
    for summary in conclusion.summaries:
        if summary.text:
            yield Line(shown(summary.text))
        if summary.folder:
            yield Line(f"{summary.what}: {shown_path(summary.folder)}")
    yield from _wrong_answers(conclusion.wrong)
    if errors := error_lines(reports):
        yield Line("samples without a score", "red", is_heading=True)
    yield from (Line(_once(conclusion.interrupted, line)) for line in errors)
    yield from map(gate_line, conclusion.gates)
    yield from (Line(note, "yellow") for note in conclusion.notes)
    if conclusion.audit:
        yield Line(f"judgements to check: {shown_path(conclusion.audit)}")
    yield Line(f"report: {shown_path(conclusion.page)}")


def _once(interrupted: str, line: str) -> str:
    """Return a line with the first sentence of the paragraph that gives the reason why the run is not complete."""
    return line.replace(interrupted, in_short(interrupted)) if interrupted else line


def _wrong_answers(wrong: Sequence[WrongSample]) -> Iterator[Line]:
    if wrong:
        yield Line("wrong answers", is_heading=True)
    for sample in wrong:
        yield Line(visible(f"{sample.id}: {sample.value:g}"), "bold")
        texts = {"prompt": sample.prompt, "reply": sample.reply}
        for title, text in texts.items():
            yield Line(f"  {title + ':':<11}{_shortened(text) or 'none'}")
        target = _shortened(sample.target)
        if sample.answer or sample.is_unread:
            yield Line(f"  {'extracted:':<11}{_shortened(sample.answer) or 'nothing'}   expected: {target}")
        else:
            yield Line(f"  {'expected:':<11}{target}")


def _shortened(text: str) -> str:
    line = visible(" ".join(text.split()))
    if len(line) <= MOST_OF_A_WRONG_ANSWER:
        return line
    half = MOST_OF_A_WRONG_ANSWER // 2
    return f"{line[:half]} [...] {line[-half:]}"


def notes_of(run: Run, unreported: int) -> Iterator[Line]:
    """Yield what else to know of a run: records that were not reported, benchmarks left out, code without isolation.

    Args:
        unreported: Samples with a record that the driver has not reported.
    """
    if unreported > 0:
        what = "1 sample more has" if unreported == 1 else f"{unreported} samples more have"
        yield Line(
            f"{what} a record than pytest reports: answered ahead of where it stopped. The table counts them.", "yellow"
        )
    for name, reason in run.skipped.items():
        yield Line(visible(f"skipped {name}: {reason}"), "yellow")
    if unsafe := [plan.name for plan in run.benchmarks if plan.unsafe_execution]:
        names = ", ".join(unsafe)
        yield Line(f"Code that the model wrote ran without isolation: {names} (--eval-allow-unsafe-code)", "yellow")


def properties(outcome: Outcome) -> list[tuple[str, object]]:
    """Return the metrics of a sample and its answer, as properties of a test case."""
    score = outcome.result.score
    if score is None:
        return []
    answer = [] if score.answer is None else [("answer", redact(score.answer[:200]))]
    return [*score.values.items(), *answer]


def score_properties(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the scores of a report and what is known of their certainty, as properties of a suite of tests.

    ``score[gsm8k:mean_acc]`` is the score; ``low`` and ``high`` after its name are the ends of its 95 % interval,
    ``stopped`` marks one that is biased since its run ended when the gates were decided. ``cost[gsm8k]`` is what its
    requests cost, if there are prices.
    """
    costs = report.execution.costs if report.execution else None
    if costs is not None and (total := costs.total()) is not None:
        yield f"cost[{report.dataset_name}]", f"{money(total):f} {costs.currency}"
    for metric in report.tabulated:
        name = f"score[{report.dataset_name}:{metric.label}]"
        yield name, f"{metric.score:.10g}"
        if report.execution and report.execution.stopped:
            yield f"{name}.stopped", report.execution.stopped
        found = report.execution.statistics_of(metric.identity.label) if report.execution else {}
        for field in ("low", "high", "questions", "clusters", "method", "noise", "few"):
            if (value := found.get(field)) is not None:
                yield f"{name}.{field}", f"{value:.4f}" if isinstance(value, float) else str(value).lower()


def explanation(outcome: Outcome) -> str:
    """Return why a sample is wrong."""
    result = outcome.result
    assert result.score is not None
    said = (
        result.score.explanation or f"answered {result.score.answer!r}, expected {' or '.join(result.sample.targets)!r}"
    )
    return shown(f"{', '.join(f'{k}={v:g}' for k, v in result.score.values.items())}: {said}")
