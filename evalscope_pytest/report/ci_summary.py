"""The summary of a run in Markdown, for the page of a CI job: ``--eval-summary`` and ``$GITHUB_STEP_SUMMARY``.

Names, replies and messages are data of a model or dataset. In a table each of them is escaped, sign by sign; the text
of a sample stands in a fence that is longer than any in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.secret import redact
from ..core.text import visible
from .corrected import corrected_lines
from .execution import GateResult
from .model import MetricScore, Report
from .table import flaky_lines, interval_text, stop_lines

MAX_BYTES = 1_000_000  # GitHub shows no summary of a job's step above 1 MiB
MAX_SCORES = 500  # rows of the table
MAX_GATES = 500
MAX_TEXT = 1500  # characters of a prompt or a reply
_MARKUP = re.compile(r"[\\`*_\[\]#|~$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_VERDICTS = {"passed": "✅ passed", "undecided": "❔ undecided", "failed": "❌ failed"}


@dataclass(frozen=True, slots=True)
class ShownSample:
    """A sample for a person to look at.

    Attributes:
        fact: Its score, or how that changed.
        texts: Prompt, reply and so on, each after its title; an empty one is left out if it is not a reply.
    """

    id: str
    fact: str
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ShownSamples:
    """Some samples, and what they are."""

    title: str
    samples: tuple[ShownSample, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """A run as its summary shows it.

    Attributes:
        model: Its name; empty if it is not known.
        exit_code: Of the whole command, other tests included.
        broken: Why there are no scores, or not all files; empty if nothing of the kind happened.
        interrupted: The reason why samples are missing; empty if none is.
    """

    model: str
    exit_code: int
    reports: Sequence[Report] = ()
    gates: Sequence[GateResult] = ()
    broken: str = ""
    interrupted: str = ""
    samples: ShownSamples | None = None
    notes: Sequence[str] = ()
    page: Path | None = None


def summary(ended: Ended, link: str = "") -> str:
    """Return the Markdown text, at most `MAX_BYTES` of UTF-8.

    Args:
        link: Address of the run's page; empty for none.
    """
    head = [*_head(ended), *_scores(ended.reports), *_findings(ended.reports), *_gates(ended.gates)]
    samples = list(_samples(ended))
    tail = [*(f"- {_line(note)}" for note in ended.notes), *([""] * bool(ended.notes)), *_foot(ended, link)]
    text = "\n".join([*head, *samples, *tail])
    if len(text.encode()) > MAX_BYTES:
        text = "\n".join([*head, *tail])
    return text if len(text.encode()) <= MAX_BYTES else "\n".join([*_head(ended), *_foot(ended, link)])


def _head(ended: Ended) -> Iterator[str]:
    mark = "✅" if ended.exit_code == 0 else "❌"
    of_model = f" of {_line(ended.model)}" if ended.model else ""
    yield f"### {mark} Evaluation{of_model}: {_result(ended)}"
    yield ""
    for problem in filter(None, (ended.broken, ended.interrupted and f"The run is not complete: {ended.interrupted}")):
        yield f"> **{_line(problem)}**"
        yield ""


def _result(ended: Ended) -> str:
    """Return the outcome in a few words: of the gates, if there are any."""
    counts = {verdict: sum(gate.verdict == verdict for gate in ended.gates) for verdict in _VERDICTS}
    found = [f"{number} {verdict}" for verdict, number in reversed(counts.items()) if number]
    if found:
        words = f"{', '.join(found)} of {len(ended.gates)} gates"
        if len(ended.gates) == 1:
            words = f"gate {ended.gates[0].verdict}"
    else:
        words = "scored, without gates" if ended.reports else "nothing was evaluated"
    return words if ended.exit_code == 0 else f"{words} (exit code {ended.exit_code})"


def _scores(reports: Sequence[Report]) -> Iterator[str]:
    rows = [row for report in reports for row in _rows_of(report)]
    if not rows:
        return
    noisy = any(noise != "-" for *_, noise in rows)
    titles = ["Benchmark", "Metric", "Samples", "Score", "95% CI", *["Noise"] * noisy]
    yield from _table(
        titles, [":--", ":--", "--:", "--:", ":-:", "--:"], (row[: len(titles)] for row in rows), MAX_SCORES
    )
    if stopped := stop_lines(reports):
        yield from (f"- {_line(line)}" for line in stopped)
        yield ""


def _rows_of(report: Report) -> Iterator[tuple[str, ...]]:
    """Yield a row for each metric of a report, the main one first and in bold."""
    name = _cell(report.dataset_name)
    missing = _missing(report)
    main = report.primary_metric
    for metric in sorted(report.tabulated, key=lambda m: main is None or m.label != main.label):
        bold = "**" if metric is main or len(report.metrics) == 1 else ""
        interval, noise = _certainty(report, metric)
        count = f"{metric.num:,}{missing}"
        stopped = "~" if report.execution and report.execution.stopped else ""
        yield name, _cell(metric.label), count, f"{bold}{metric.score:.4f}{bold}{stopped}", interval, noise
    if not report.metrics:
        yield name, "-", f"0{missing}", "-", "-", "-"


def _missing(report: Report) -> str:
    execution = report.execution
    if execution is None:
        return ""
    of = f" of {execution.requested:,}" if execution.stopped else ""
    lacking = (execution.recorded if execution.stopped else execution.requested) - execution.succeeded
    return of + (f" (+ {lacking:,} without a score)" if lacking else "")


def _certainty(report: Report, metric: MetricScore) -> tuple[str, str]:
    found = report.execution.statistics_of(metric.identity.label) if report.execution else {}
    noise = "-" if found.get("noise") is None else f"{found['noise']:.0%}"
    if found.get("low") is None:
        return "-", noise
    return f"{interval_text(found['low'], found['high'])}{' (few)' if found.get('few') else ''}", noise


def _findings(reports: Sequence[Report]) -> Iterator[str]:
    """Yield what people's labels and repeats have shown about the scores."""
    found = [*corrected_lines(reports), *flaky_lines(reports)]
    yield from (f"- {_line(text)}" for text in found)
    yield from [""] * bool(found)


def _gates(gates: Sequence[GateResult]) -> Iterator[str]:
    if gates:
        yield from _table(["Gate", "Verdict", "Result"], [":--"] * 3, map(_gate, _worst_first(gates)), MAX_GATES)


def _worst_first(gates: Iterable[GateResult]) -> list[GateResult]:
    order = ("failed", "undecided", "passed")
    return sorted(gates, key=lambda gate: order.index(gate.verdict) if gate.verdict in order else 0)


def _gate(gate: GateResult) -> tuple[str, ...]:
    return _cell(gate.title), _VERDICTS.get(gate.verdict, _cell(gate.verdict)), _cell(gate.finding)


def _table(titles: Sequence[str], sides: Sequence[str], rows: Iterable[Sequence[str]], most: int) -> Iterator[str]:
    every = list(rows)
    for cells in (titles, sides[: len(titles)], *every[:most]):
        yield f"| {' | '.join(cells)} |"
    yield ""
    if len(every) > most:
        yield f"and {len(every) - most:,} more rows."
        yield ""


def _samples(ended: Ended) -> Iterator[str]:
    if ended.samples is None or not ended.samples.samples:
        return
    yield f"<details><summary>{_html(ended.samples.title)}</summary>"
    yield ""
    for sample in ended.samples.samples:
        yield f"#### {_line(sample.id)}: {_line(sample.fact)}"
        yield ""
        for title, text in sample.texts:
            yield from _fenced(title, text)
    yield "</details>"
    yield ""


def _fenced(title: str, text: str) -> Iterator[str]:
    """Yield a text of a model or dataset as a block of code, which nothing in it can end."""
    shown = visible(redact(_shortened(text)), keep="\n\t")
    longest = max(map(len, re.findall(r"`{3,}", shown)), default=2)
    fence = "`" * (longest + 1)
    yield f"{title}:"
    yield ""
    yield f"{fence}text"
    yield shown or "(empty)"
    yield fence
    yield ""


def _shortened(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    half = MAX_TEXT // 2
    return f"{text[:half]}\n[... {len(text) - MAX_TEXT:,} characters ...]\n{text[-half:]}"


def _foot(ended: Ended, link: str) -> Iterator[str]:
    if ended.page is not None:
        name = _line(ended.page.as_posix())
        yield f"Report: [{name}]({link})" if link else f"Report: {name}"
        yield ""


def _line(text: str) -> str:
    """Return text of others as plain text of one line: nothing in it is markup, a link, or mentions anyone."""
    flat = _html(visible(redact(" ".join(text.split()))))
    return _MARKUP.sub(r"\\\g<0>", flat).replace("@", "@<!-- -->")


def _cell(text: str) -> str:
    return _line(text) or "-"


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
