"""``report.html``: the figures and plots of a run on one page that needs no network and runs no scripts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from ...core.text import visible
from ...report.gates import GateResult
from ...report.html import document, gate_table
from ...store.atomic import write_atomic
from ..measure.metric import Metric, metrics
from ..measure.result import Result
from .plot import MOST_SERIES, STYLE, Series, plot
from .records import Facts
from .table import DETAILS, NAME, cells, distributions, facts, legend, rate_columns, time_columns

Points = tuple[list[float], list[float]]
_BINS = 80
_IN_A_BIN = 40  # reads with output: fewer make a rate jump between whole numbers of them
_CURVE_POINTS = 200


def write_page(path: Path, about: Facts, results: Sequence[Result], gates: Sequence[GateResult] = ()) -> None:
    """Write the page.

    Raises:
        StoreError: It could not be written.
    """
    write_atomic(path, render(about, results, gates).encode("utf-8", "replace"))


def render(about: Facts, results: Sequence[Result], gates: Sequence[GateResult] = ()) -> str:
    """Return the page."""
    lines = [f"{about.started_at} · {about.interface} at {about.url} · {about.dataset}", about.parameters]
    head = f"<h1>Load test of {_text(about.model)}</h1>\n" + "".join(
        f'<p class="dim">{_text(line)}</p>\n' for line in lines if line
    )
    overview = _overview(results, [NAME[1](result) for result in results])
    plots = _sweep(results) if len(results) > 1 and not results[0].test else ""
    sections = "".join(map(_section, results))
    about_figures = f'<p class="dim">{_text(legend(results))}</p>{plots}{gate_table(gates)}'
    content = f"{head}<section>\n{overview}{about_figures}</section>\n{sections}"
    return document(f"Load test of {about.model}", content, STYLE)


def _overview(results: Sequence[Result], names: Sequence[str]) -> str:
    """Return rates and times of results as two tables: side by side they are too wide for a page."""
    tables = []
    for groups in (rate_columns(), time_columns()):
        columns = [column for group in groups for column in group]
        rows = [[name, *(cell(r) for _, cell in columns)] for name, r in zip(names, results, strict=True)]
        tables.append(_table([NAME[0], *(name for name, _ in columns)], rows))
    return "".join(tables)


def _repeats(result: Result) -> str:
    if len(result.repeats) < 2:
        return ""
    names = [f"repeat {number + 1}" for number in range(len(result.repeats))]
    return f"<details><summary>{len(names)} repeats</summary>\n{_overview(result.repeats, names)}</details>\n"


def _sweep(results: Sequence[Result]) -> str:
    names = [_name(r) for r in results]
    xs = [float(i) for i in range(len(results))]

    pictures = []
    for metric in (*metrics("load", "sweep"), *metrics("request", "sweep")):
        title, factor = _unit(metric)
        lines = [
            Series(point, xs, [metric.figure(point)(result) * factor for result in results])
            for _, point in metric.figures()
        ]
        if any(y for line in lines for y in line.ys):  # there are no output tokens of embeddings
            pictures.append(plot(title, "load", lines, names))
    return _grid(pictures)


def _unit(metric: Metric) -> tuple[str, float]:
    """Return the title of a metric's plots, and the factor to the unit in it."""
    return (f"{metric.heading}, ms", 1000.0) if metric.unit == "s" else (metric.heading, 1.0)


def _name(result: Result) -> str:
    level = result.level
    return f"{level.rate:g}/s" if level.rate is not None else str(level.concurrency or level.name)


def _section(result: Result) -> str:
    rows = [[name, *cells(found, factor)] for name, found, factor in distributions(result)]
    lines = [f"<p>{_text(line)}</p>\n" for line in facts(result)]
    lines += [f'<p class="dim">{_text(note)}</p>\n' for note in result.notes]
    lines += [f'<p class="bad">INVALID: {_text(reason)}</p>\n' for reason in result.invalid]
    lines += [f"<p>{f.count:,} × {_text(f.reason)}</p>\n" for f in result.failures]
    return (
        f'<section id="{_text(result.name)}"{"" if result.valid else " class=invalid"}>\n'
        f"<h2>{_text(result.title)}</h2>\n{_table(['', *DETAILS], rows) if rows else ''}"
        f"{''.join(lines)}{_repeats(result)}{_grid(_pictures(result))}</section>\n"
    )


def _pictures(result: Result) -> list[str]:
    fine = [request for request in result.requests if request.ok]
    if not fine:
        return []
    curves = []
    for metric in metrics("request", "curve"):
        title, factor = _unit(metric)
        values = [value * factor for r in fine for value in metric.values_of(r, result.level.is_open)]
        curves.append((f"{title}: share of {metric.each} below", values))
    return [
        plot("Requests in flight", "seconds", _over_time(result, _in_flight)),
        plot("Output tokens a second", "seconds", _over_time(result, _tokens)),
        *(plot(title, "ms", [_curve(values)]) for title, values in curves if values),
    ]


def _over_time(result: Result, line: Callable[[Result], Points]) -> list[Series]:
    """Return a line, or one for each of the first repeats: each has a time of its own."""
    several = result.repeats[:MOST_SERIES]
    return [Series(f"repeat {n}", *line(one)) for n, one in enumerate(several, 1)] or [Series("", *line(result))]


def _in_flight(result: Result) -> Points:
    import numpy as np

    if not result.requests:
        return [], []
    sent = np.sort([request.sent for request in result.requests])
    done = np.sort([request.done for request in result.requests])
    moments = np.linspace(0.0, done[-1], _BINS)
    in_flight = np.searchsorted(sent, moments) - np.searchsorted(done, moments)
    return moments.tolist(), in_flight.astype(float).tolist()


def _tokens(result: Result) -> Points:
    """Return tokens a second, each counted when it came: evenly over the reads that brought a reply."""
    import numpy as np

    fine = [request for request in result.requests if request.ok and request.tokens.output]
    if not fine:
        return [], []
    stamps = [np.asarray(r.stamps if r.stamps else (r.done,)) for r in fine]
    weights = [np.full(len(s), r.tokens.output / len(s)) for s, r in zip(stamps, fine, strict=True)]
    moments = np.concatenate(stamps)
    bins = int(np.clip(len(moments) // _IN_A_BIN, 10, _BINS))
    sums, edges = np.histogram(moments, bins, (0.0, moments.max()), weights=np.concatenate(weights))
    rates = sums / (edges[1] - edges[0])
    return edges[:-1].tolist(), rates.tolist()


def _curve(values: list[float]) -> Series:
    ranked = sorted(values)
    steps = min(len(ranked), _CURVE_POINTS)
    shares = [(number + 1) / steps for number in range(steps)]
    return Series("", [ranked[max(0, math.ceil(share * len(ranked)) - 1)] for share in shares], shares)


def _grid(pictures: Sequence[str]) -> str:
    return f'<div class="plots">\n{"".join(pictures)}</div>\n' if any(pictures) else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def row(tag: str, items: Sequence[str]) -> str:
        written = (f"<{tag}{' class=n' if place else ''}>{_text(item)}</{tag}>" for place, item in enumerate(items))
        return f"<tr>{''.join(written)}</tr>\n"

    body = "".join(row("td", items) for items in rows)
    return f'<div class="wide"><table>\n{row("th", head)}{body}</table></div>\n'


def _text(text: str) -> str:
    return escape(visible(text))
