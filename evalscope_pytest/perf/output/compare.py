"""Two runs, load by load: what changed, and whether more than chance would (95 %).

Chance is what was seen between the repeats of a load. Where one run measured it once, it is what was seen within: by a
bootstrap over requests, and by slices of the time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any

from ...core.errors import ConfigError
from ..measure.metric import Metric, metrics
from ..measure.result import Result
from ..search.repeats import student
from .records import Run
from .table import shown

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 400
SEED = 42
SLICES = 10


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of two runs.

    Attributes:
        metric: Its title: ``TTFT p50``.
        low: Lower end of the 95 % interval of b - a; NaN if there is none.
        high: Its upper end.
    """

    level: str
    definition: Metric
    metric: str
    a: float
    b: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """``better``, ``worse``, or ``unclear`` if no change is within the interval."""
        if math.isnan(self.low) or self.low <= 0 <= self.high:
            return "unclear"
        return "better" if (self.high < 0) == (self.definition.better == "less") else "worse"


def compare(a: Run, b: Run) -> list[Change]:
    """Return the changes from a to b at each load both have.

    Raises:
        ConfigError: They have no load in common.
    """
    others = {result.name: result for result in b.results}
    pairs = [(result, others[result.name]) for result in a.results if result.name in others]
    if not pairs:
        names = [", ".join(result.name for result in run.results) for run in (a, b)]
        raise ConfigError(f"{a.folder} ({names[0]}) and {b.folder} ({names[1]}) have no load in common.")
    return [change for pair in pairs for change in (_between(*pair) if _repeated(*pair) else _within(*pair))]


def _repeated(a: Result, b: Result) -> bool:
    return bool(a.intervals and b.intervals)


def _between(a: Result, b: Result) -> list[Change]:
    """Compare figures by how much they varied between repeats (Welch's interval)."""
    found = []
    for metric in (*metrics("request", "compare"), *metrics("load", "compare")):
        for name, point in metric.figures():
            if name in a.intervals and name in b.intervals:
                half = _half_width((a, b), name)
                found.append(_change(a, b, metric, point, half))
    return found


def _half_width(results: Sequence[Result], name: str) -> float:
    """Return half of the interval of the difference between two figures."""
    squares, parts = [], []
    for result in results:
        low, high = result.intervals[name]
        freedom = len(result.repeats) - 1
        square = ((high - low) / 2 / student(freedom)) ** 2
        squares.append(square)
        parts.append(square**2 / freedom)
    return student(sum(squares) ** 2 / sum(parts) if sum(parts) else math.inf) * math.sqrt(sum(squares))


def _change(a: Result, b: Result, metric: Metric, point: str, half: float) -> Change:
    values = metric.figure(point)(a), metric.figure(point)(b)
    change = values[1] - values[0]
    return Change(a.short, metric, _title(metric, point), *values, change - half, change + half)


def _title(metric: Metric, point: str) -> str:
    return f"{metric.compared_as or metric.title} {point}".rstrip()


def _within(a: Result, b: Result) -> list[Change]:
    import numpy as np

    source = np.random.default_rng(SEED)
    found = []
    for metric in metrics("request", "compare"):
        sides = [_samples(result, metric) for result in (a, b)]
        for _, point in metric.figures() if all(sides) else ():
            points = [_statistic(np.concatenate(side), point) for side in sides]
            spreads = [_bootstrap(side, point, source) for side in sides]
            low, high = (float(x) for x in np.percentile(spreads[1] - spreads[0], (2.5, 97.5)))
            found.append(Change(a.short, metric, _title(metric, point), points[0], points[1], low, high))
    for metric in metrics("load", "compare"):
        change = _rate_change(a, b, metric) if metric.amounts else _change(a, b, metric, "", math.nan)
        if change is not None:
            found.append(change)
    return found


def _samples(result: Result, metric: Metric) -> list[np.ndarray[Any, Any]]:
    """Return the values of each request, which stay together: gaps of one stream depend on each other."""
    import numpy as np

    is_open = result.level.is_open
    arrays = (np.asarray(metric.values_of(r, is_open), dtype=np.float64) for r in result.requests if r.ok)
    return [array for array in arrays if len(array)]


def _statistic(values: np.ndarray[Any, Any], point: str) -> float:
    import numpy as np

    if point == "mean":
        return float(values.mean())
    special = {"min": 0.0, "max": 100.0, "p999": 99.9}
    return float(np.percentile(values, special[point] if point in special else float(point.removeprefix("p"))))


def _bootstrap(clusters: list[np.ndarray[Any, Any]], point: str, source: np.random.Generator) -> np.ndarray[Any, Any]:
    import numpy as np

    single = np.concatenate(clusters) if all(len(cluster) == 1 for cluster in clusters) else None
    points = []
    for _ in range(RESAMPLES):
        chosen = source.integers(0, len(clusters), len(clusters))
        drawn = single[chosen] if single is not None else np.concatenate([clusters[i] for i in chosen])
        points.append(_statistic(drawn, point))
    return np.asarray(points)


def _rate_change(a: Result, b: Result, metric: Metric) -> Change | None:
    """Compare mean rates by the spread over slices of the steady windows (batch means)."""
    import numpy as np

    sides = [np.asarray(_slice_rates(result, metric)) for result in (a, b)]
    if not all(len(side) and side.any() for side in sides):
        return None
    means = [float(side.mean()) for side in sides]
    error = math.sqrt(sum(float(side.var(ddof=1)) / len(side) for side in sides))
    half = 2.26 * error  # Student's t for the nine degrees of freedom of each side
    change = means[1] - means[0]
    return Change(a.short, metric, _title(metric, ""), means[0], means[1], change - half, change + half)


def _slice_rates(result: Result, metric: Metric) -> list[float]:
    """Return the rate within each slice of the steady window; each repeat has its own."""
    import numpy as np

    if result.repeats:
        return [rate for repeat in result.repeats for rate in _slice_rates(repeat, metric)]
    window = result.window
    if window is None or metric.amounts is None:
        return []
    when, weight = zip(*(amount for r in result.requests if r.ok for amount in metric.amounts(r)), strict=True)
    sums, edges = np.histogram(when, SLICES, (window.start, window.end), weights=weight)
    return [float(value) for value in sums / (edges[1] - edges[0])]


def _unlike(a: Result, b: Result) -> str:
    """Say in what two loads of one name differ: that alone may change the figures."""
    differences = [
        f"{field.name} {getattr(a.level, field.name)} and {getattr(b.level, field.name)}"
        for field in fields(a.level)
        if getattr(a.level, field.name) != getattr(b.level, field.name)
    ]
    return f"{a.short} is not the same load in both: {', '.join(differences)}" if differences else ""


def text(a: Run, b: Run, changes: Sequence[Change]) -> str:
    """Return the comparison as a table."""
    rows = [("Load", "Metric", "A", "B", "B - A", "95 % interval", "")]
    for c in changes:
        show = partial(shown, c.definition)
        unit = " ms" if c.definition.unit == "s" else ""
        interval = "-" if math.isnan(c.low) else f"{show(c.low)} to {show(c.high)}"
        rows.append((c.level, c.metric + unit, show(c.a), show(c.b), show(c.b - c.a), interval, c.verdict))
    widths = [max(len(row[i]) for row in rows) for i in range(7)]
    lines = [
        "  ".join(
            cell.ljust(w) if i in (0, 1, 6) else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    others = {result.name: result for result in b.results}
    pairs = [(result, others[result.name]) for result in a.results if result.name in others]
    if any(_repeated(*pair) for pair in pairs):
        lines += ["", "Intervals of loads that both runs repeated are over the repeats."]
    lines += [unlike for pair in pairs if (unlike := _unlike(*pair))]
    doubts = [
        f"{name} {result.short} is INVALID: {reason}"
        for name, run in (("A", a), ("B", b))
        for result in run.results
        for reason in result.invalid
    ]
    return "\n".join([f"A {a.folder} ({a.model})", f"B {b.folder} ({b.model})", "", *lines, *doubts])
