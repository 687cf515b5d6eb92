"""Results as tables for a terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from textwrap import fill

from ...core.text import visible
from ..measure.metric import Distribution, Metric, metrics
from ..measure.result import Result

Cell = Callable[[Result], str]
Column = tuple[str, Cell]
_MOST_REASONS = 8


def number(value: float) -> str:
    """Return a figure with about three digits, a dash for NaN."""
    if math.isnan(value):
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if round(abs(value), 2) >= 10 else f"{value:.2f}"


def ms(seconds: float) -> str:
    """Return seconds in milliseconds."""
    return number(seconds * 1000)


def shown(metric: Metric, value: float) -> str:
    """Return a value of a metric as tables show it."""
    if metric.unit == "share" and not math.isnan(value):
        return f"{value:.1%}"
    return ms(value) if metric.unit == "s" else number(value)


NAME: Column = ("Load", lambda r: r.title if r.valid else f"{r.title} INVALID")
_COUNTS: Sequence[Column] = (
    ("Sent", lambda r: f"{r.sent:,}"),
    ("OK", lambda r: f"{r.success_rate:.1%}" if r.succeeded < r.sent else "100%"),
    ("In flight", lambda r: number(r.window.in_flight) if r.window else "-"),
)


def rate_columns() -> list[list[Column]]:
    """Return the overview's columns for counts and rates, in groups that a narrow terminal keeps together."""
    return [[*_COUNTS], [column for metric in metrics("load", "overview") for column in _columns(metric)]]


def time_columns() -> list[list[Column]]:
    """Return the overview's columns for metrics of requests, in groups that a narrow terminal keeps together."""
    return [_columns(metric) for metric in metrics("request", "overview")]


def _columns(metric: Metric) -> list[Column]:
    """Return a column for each figure; the first has the metric's title, the others only their point."""
    titles = [metric.title, *[""] * len(metric.points)]
    return [
        (f"{title} {point}".strip(), _cell(metric, name, point))
        for title, (name, point) in zip(titles, metric.figures(), strict=False)
    ]


def _cell(metric: Metric, name: str, point: str) -> Cell:
    """Return the function that writes a figure, and how far its 95 % interval goes if the load was repeated."""
    value_of = metric.figure(point)

    def write(result: Result) -> str:
        value = value_of(result)
        low, high = result.intervals.get(name, (value, value))
        return f"{shown(metric, value)} ±{shown(metric, (high - low) / 2)}" if high > low else shown(metric, value)

    return write


def distributions(result: Result) -> list[tuple[str, Distribution, float]]:
    """Return heading, distribution and the factor to its unit, of all metrics of requests that were measured."""
    rows = []
    for metric in metrics("request"):
        found = result.distributions[metric.name]
        if found.count and metric.is_shown(result):
            from_schedule = " from schedule" if metric.from_schedule and result.level.is_open else ""
            unit, factor = (" (ms)", 1000.0) if metric.unit == "s" else ("", 1.0)
            rows.append((f"{metric.heading}{from_schedule}{unit}", found, factor))
    return rows


DETAILS = ("Mean", "p50", "p90", "p95", "p99", "p99.9", "Max")


def cells(found: Distribution, factor: float) -> list[str]:
    """Return the cells of `DETAILS`."""
    values = (found.mean, found.p50, found.p90, found.p95, found.p99, found.p999, found.max)
    return [number(value * factor) for value in values]


def text(results: Sequence[Result], width: int | None = None) -> str:
    """Return everything a terminal shows of a run.

    Args:
        width: Its columns; None for as many as it takes.
    """
    return "\n\n".join([overview(results, width), *(_one(result, width) for result in results)]) + "\n"


def overview(results: Sequence[Result], width: int | None = None) -> str:
    """Return a line for each result, and what its figures are."""
    groups = [[NAME], *rate_columns(), *time_columns()]
    columns = [column for group in groups for column in group]
    rows = [[name for name, _ in columns], *([cell(r) for _, cell in columns] for r in results)]
    tables = _folded(rows, [len(group) for group in groups[1:]], width)
    return "\n\n".join([*map(grid, tables), _wrapped(legend(results), width)])


def _wrapped(line: str, width: int | None) -> str:
    """Break a sentence at words; a terminal would break it anywhere."""
    if width is None or len(line) <= width:
        return line
    return fill(line, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def legend(results: Sequence[Result]) -> str:
    """Return the legend of the overview."""
    said = "Times in ms." + (" TTFT and latency from the schedule." if any(r.level.is_open for r in results) else "")
    counts = {len(result.repeats) for result in results if result.intervals}
    if counts:
        times = " or ".join(map(str, sorted(counts)))
        said += f" Samples of {times} repeats pooled; ± half of the 95 % interval over the repeats."
    return said


def _folded(rows: Sequence[Sequence[str]], together: Sequence[int], width: int | None) -> list[list[list[str]]]:
    """Return the rows as one table, or as several that each fit a terminal.

    Args:
        together: Numbers of columns after the first that stay in one table.
    """
    if width is None:
        return [[list(row) for row in rows]]
    tables = [[[row[0]] for row in rows]]
    place = 1
    for count in together:
        more = [row[place : place + count] for row in rows]
        joined = [[*row, *cells] for row, cells in zip(tables[-1], more, strict=True)]
        if len(tables[-1][0]) > 1 and _width(joined) > width:
            joined = [[row[0], *cells] for row, cells in zip(rows, more, strict=True)]
            tables.append(joined)
        tables[-1] = joined
        place += count
    return tables


def _one(result: Result, width: int | None) -> str:
    lines = [result.title]
    rows = [["", *DETAILS], *([name, *cells(found, factor)] for name, found, factor in distributions(result))]
    if len(rows) > 1:
        lines.append(grid(_narrowed(rows, width)))
    said = facts(result)
    said += [f"  {f.count:,} x {visible(f.reason)}" for f in result.failures[:_MOST_REASONS]]
    said += [f"note: {visible(note)}" for note in result.notes]
    said += [f"INVALID: {visible(reason)}" for reason in result.invalid]
    return "\n".join([*lines, *(_wrapped(line, width) for line in said)])


def _narrowed(rows: list[list[str]], width: int | None) -> list[list[str]]:
    """Leave out percentiles if a terminal is too narrow; the files have them."""
    for name in ("p95", "p99.9", "p90"):
        if width is not None and _width(rows) > width:
            place = rows[0].index(name)
            rows = [[*row[:place], *row[place + 1 :]] for row in rows]
    return rows


def facts(result: Result) -> list[str]:
    """Return goodput, token source, and what measuring took, a line each."""
    effort = result.effort
    lines = []
    if (good := result.goodput) is not None:
        lines.append(
            f"goodput {good.share:.1%} ({good.low:.1%} to {good.high:.1%}), {number(good.per_s)} req/s: "
            f"{', '.join(good.objectives)}"
        )
    counted = ", ".join(f"{name} {count:,}" for name, count in result.token_sources)
    lines.append(
        f"client: event loop {ms(effort.lag_p99_s)} ms late (p99), {effort.cpu_share:.0%} of a core"
        + (f", starts {ms(effort.dispatch_lag_p99_s)} ms late (p99)" if result.level.is_open else "")
        + (f"; output tokens from {counted}" if counted else "")
    )
    return lines


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]


def _width(rows: Sequence[Sequence[str]]) -> int:
    widths = _widths(rows)
    return sum(widths) + 2 * (len(widths) - 1)


def grid(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as a table: the first row is its head, the first column its names."""
    widths = _widths(rows)
    lines = [
        "  ".join(
            cell.rjust(w) if place else cell.ljust(w) for place, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join([lines[0].rstrip(), "  ".join("-" * w for w in widths), *(line.rstrip() for line in lines[1:])])


def speed_table(results: Sequence[Result]) -> str:
    """Return the table of a speed benchmark: tokens a second of single requests, by length of the prompt.

    Qwen's reports have a column for GPU memory, which a client of a service cannot see: it is left out.
    """
    groups: dict[int, list[float]] = {}
    for result in results:
        for request in result.requests:
            if request.ok and request.tokens.output:
                groups.setdefault(request.tokens.input, []).append(request.tokens.output / request.latency)
    rows = [(str(length), f"{sum(speeds) / len(speeds):.2f}") for length, speeds in sorted(groups.items())]
    head = ("Prompt Tokens", "Speed(tokens/s)")
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(2)]
    rule = "+" + "+".join("-" * (w + 2) for w in widths) + "+"

    def line(row: Sequence[str]) -> str:
        return "|" + "|".join(f" {cell.center(w)} " for cell, w in zip(row, widths, strict=True)) + "|"

    return "\n".join(["Speed Benchmark Results:", rule, line(head), rule, *map(line, rows), rule])
