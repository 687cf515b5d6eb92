"""Results as tables for a terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ..core.terminal import visible
from .distribution import Distribution
from .result import Result

Cell = Callable[[Result], str]
_MOST_REASONS = 8


def number(value: float) -> str:
    """Return a figure with about three digits, a dash where there is none."""
    if math.isnan(value):
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if round(abs(value), 2) >= 10 else f"{value:.2f}"


def ms(seconds: float) -> str:
    """Return seconds in milliseconds."""
    return number(seconds * 1000)


OVERVIEW: Sequence[tuple[str, Cell]] = (
    ("Load", lambda r: r.level.name.replace("_", " ")),
    ("Sent", lambda r: f"{r.sent:,}"),
    ("OK", lambda r: f"{r.success_rate:.1%}" if r.succeeded < r.sent else "100%"),
    ("In flight", lambda r: number(r.window.in_flight) if r.window else "-"),
    ("req/s", lambda r: number(r.throughput.requests_per_s)),
    ("out tok/s", lambda r: number(r.throughput.output_per_s)),
    ("steady tok/s", lambda r: number(r.window.output_per_s) if r.window else "-"),
    ("TTFT p50", lambda r: ms(r.ttft.p50)),
    ("p99", lambda r: ms(r.ttft.p99)),
    ("TPOT p50", lambda r: ms(r.tpot.p50)),
    ("p99", lambda r: ms(r.tpot.p99)),
    ("ICL p99", lambda r: ms(r.icl.p99)),
    ("Latency p50", lambda r: ms(r.latency.p50)),
    ("p99", lambda r: ms(r.latency.p99)),
)


def distributions(result: Result) -> list[tuple[str, Distribution, float]]:
    """Return name, distribution and the factor to its unit, of all that was measured."""
    from_schedule = " from schedule" if result.level.is_open else ""
    rows = [
        (f"TTFT{from_schedule} (ms)", result.ttft, 1000.0),
        *([("TTFT from sending (ms)", result.ttft_sent, 1000.0)] if result.level.is_open else []),
        *([("TTFOT, after reasoning (ms)", result.ttfot, 1000.0)] if result.reasoning_tokens.max > 0 else []),
        ("TPOT (ms)", result.tpot, 1000.0),
        ("ICL (ms)", result.icl, 1000.0),
        (f"Latency{from_schedule} (ms)", result.latency, 1000.0),
        *([("Latency from sending (ms)", result.latency_sent, 1000.0)] if result.level.is_open else []),
        *([("Queueing here (ms)", result.queueing, 1000.0)] if result.level.is_open else []),
        ("Last byte (ms)", result.ttlb, 1000.0),
        ("Input tokens", result.input_tokens, 1.0),
        ("Output tokens", result.output_tokens, 1.0),
        *([("Reasoning tokens", result.reasoning_tokens, 1.0)] if result.reasoning_tokens.max > 0 else []),
    ]
    return [row for row in rows if row[1].count]


DETAILS = ("Mean", "p50", "p90", "p95", "p99", "p99.9", "Max")


def cells(found: Distribution, factor: float) -> list[str]:
    """Return the cells of `DETAILS`."""
    values = (found.mean, found.p50, found.p90, found.p95, found.p99, found.p999, found.max)
    return [number(value * factor) for value in values]


def text(results: Sequence[Result]) -> str:
    """Return everything a terminal shows of a run."""
    parts = [_grid([[name for name, _ in OVERVIEW], *([cell(r) for _, cell in OVERVIEW] for r in results)])]
    parts.append(
        "Times in ms." + (" TTFT and latency from the schedule." if any(r.level.is_open for r in results) else "")
    )
    parts += [_one(result) for result in results]
    return "\n\n".join(parts) + "\n"


def _one(result: Result) -> str:
    lines = [result.level.name.replace("_", " ")]
    rows = [["", *DETAILS], *([name, *cells(found, factor)] for name, found, factor in distributions(result))]
    if len(rows) > 1:
        lines.append(_grid(rows))
    lines += facts(result)
    lines += [f"  {f.count:,} x {visible(f.reason)}" for f in result.failures[:_MOST_REASONS]]
    lines += [f"note: {visible(note)}" for note in result.notes]
    lines += [f"INVALID: {visible(reason)}" for reason in result.invalid]
    return "\n".join(lines)


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


def _grid(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
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
