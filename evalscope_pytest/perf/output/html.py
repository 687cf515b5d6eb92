"""``report.html``: figures and plots of a load test on one page that needs no network and runs no scripts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...report.gates import GateResult
from ...report.html import page
from ...store.atomic import write_atomic
from ..measure.metric import Metric, metrics
from ..measure.result import Result
from .plot import MOST_SERIES, Series, plot
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
    return page(
        "load_test",
        about=about,
        overview=_overview(results, [NAME[1](result) for result in results]),
        legend=legend(results),
        sweep=_sweep(results) if len(results) > 1 and not results[0].test else [],
        gates=gates,
        sections=[_section(result) for result in results],
    )


@dataclass(frozen=True, slots=True)
class _Table:
    titles: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Section:
    """The section of one result.

    Attributes:
        times: Distributions; None without any.
        repeats: Overview of the repeats; empty for a single run.
        pictures: SVG elements.
    """

    result: Result
    facts: Sequence[str]
    times: _Table | None
    repeats: Sequence[_Table]
    pictures: Sequence[str]


def _section(result: Result) -> _Section:
    rows = [[name, *cells(found, factor)] for name, found, factor in distributions(result)]
    names = [f"repeat {number + 1}" for number in range(len(result.repeats))]
    return _Section(
        result,
        facts(result),
        _Table(["", *DETAILS], rows) if rows else None,
        _overview(result.repeats, names) if len(names) > 1 else [],
        _pictures(result),
    )


def _overview(results: Sequence[Result], names: Sequence[str]) -> list[_Table]:
    """Return rates and times of results as two tables: side by side they are too wide for a page."""
    tables = []
    for groups in (rate_columns(), time_columns()):
        columns = [column for group in groups for column in group]
        rows = [[name, *(cell(r) for _, cell in columns)] for name, r in zip(names, results, strict=True)]
        tables.append(_Table([NAME[0], *(name for name, _ in columns)], rows))
    return tables


def _sweep(results: Sequence[Result]) -> list[str]:
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
    return _not_empty(pictures)


def _unit(metric: Metric) -> tuple[str, float]:
    """Return the title of a metric's plots, and the factor to the unit in it."""
    return (f"{metric.heading}, ms", 1000.0) if metric.unit == "s" else (metric.heading, 1.0)


def _name(result: Result) -> str:
    level = result.level
    return f"{level.rate:g}/s" if level.rate is not None else str(level.concurrency or level.name)


def _pictures(result: Result) -> list[str]:
    fine = [request for request in result.requests if request.ok]
    if not fine:
        return []
    curves = []
    for metric in metrics("request", "curve"):
        title, factor = _unit(metric)
        values = [value * factor for r in fine for value in metric.values_of(r, result.level.is_open)]
        curves.append((f"{title}: share of {metric.each} below", values))
    over_time = [("Requests in flight", _in_flight), ("Output tokens a second", _tokens)]
    return _not_empty(
        [
            *(plot(title, "seconds", _over_time(result, line)) for title, line in over_time),
            *(plot(title, "ms", [_curve(values)]) for title, values in curves if values),
        ]
    )


def _not_empty(pictures: Iterable[str]) -> list[str]:
    return [picture for picture in pictures if picture]


def _over_time(result: Result, line: Callable[[Result], Points]) -> list[Series]:
    """Return a line, or one for each of the first repeats: each counts its time from its start."""
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
