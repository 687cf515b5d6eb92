"""Two runs, load by load: what changed, and whether more than chance would (95 %).

Chance is what was seen between the repeats of a load. Where one run measured it once, it is what was seen within: by a
bootstrap over requests, and by slices of the time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from ...core.errors import ConfigError
from ..measure.figures import figure
from ..measure.request import Request
from ..measure.result import Result
from ..search.repeats import student
from .records import Run
from .table import ms, number

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 400
SEED = 42
SLICES = 10

Values = Callable[[Request, bool], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of two runs.

    Attributes:
        low: Lower end of the 95 % interval of b - a; NaN where there is none.
        high: Its upper end.
        less_is_better: True for times.
    """

    level: str
    metric: str
    a: float
    b: float
    low: float
    high: float
    less_is_better: bool

    @property
    def verdict(self) -> str:
        """``better``, ``worse``, or ``unclear`` where the interval holds no change, too."""
        if math.isnan(self.low) or self.low <= 0 <= self.high:
            return "unclear"
        return "better" if (self.high < 0) == self.less_is_better else "worse"


def _one(value: float | None) -> Sequence[float]:
    return () if value is None else (value,)


_TIMES: Sequence[tuple[str, Values, float]] = (
    ("TTFT p50", lambda r, by_schedule: _one(r.ttft_scheduled if by_schedule else r.ttft), 50),
    ("TTFT p99", lambda r, by_schedule: _one(r.ttft_scheduled if by_schedule else r.ttft), 99),
    ("TPOT p50", lambda r, _: _one(r.tpot), 50),
    ("TPOT p99", lambda r, _: _one(r.tpot), 99),
    ("ICL p99", lambda r, _: r.gaps, 99),
    ("Latency p50", lambda r, by_schedule: (r.latency_scheduled if by_schedule else r.latency,), 50),
    ("Latency p99", lambda r, by_schedule: (r.latency_scheduled if by_schedule else r.latency,), 99),
)


_FIGURES = (
    *((name, name.lower().replace(" ", "."), True) for name, _, _ in _TIMES),
    ("out tok/s", "steady_per_s", False),
    ("req/s", "requests_per_s", False),
)


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
    for name, known_as, less_is_better in _FIGURES:
        value_of = figure(known_as)
        assert value_of is not None, known_as
        if known_as not in a.intervals or known_as not in b.intervals:
            continue
        squares, parts = [], []
        for result in (a, b):
            low, high = result.intervals[known_as]
            freedom = len(result.repeats) - 1
            square = ((high - low) / 2 / student(freedom)) ** 2
            squares.append(square)
            parts.append(square**2 / freedom)
        half = student(sum(squares) ** 2 / sum(parts) if sum(parts) else math.inf) * math.sqrt(sum(squares))
        values = value_of(a), value_of(b)
        change = values[1] - values[0]
        found.append(Change(a.short, name, *values, change - half, change + half, less_is_better))
    return found


def _within(a: Result, b: Result) -> list[Change]:
    import numpy as np

    source = np.random.default_rng(SEED)
    found = []
    for name, values, percentile in _TIMES:
        sides = [_samples(result, values) for result in (a, b)]
        if not all(len(side) for side in sides):
            continue
        points = [float(np.percentile(np.concatenate(side), percentile)) for side in sides]
        spreads = [_bootstrap(side, percentile, source) for side in sides]
        low, high = (float(x) for x in np.percentile(spreads[1] - spreads[0], (2.5, 97.5)))
        found.append(Change(a.short, name, points[0], points[1], low, high, less_is_better=True))
    for name, rates in (("out tok/s", _token_rates), ("req/s", _request_rates)):
        if change := _rate_change(a, b, name, rates):
            found.append(change)
    return found


def _samples(result: Result, values: Values) -> list[np.ndarray[Any, Any]]:
    """Return each request's values: they stand or fall together, as gaps of one stream depend on each other."""
    import numpy as np

    arrays = (np.asarray(values(r, result.level.is_open), dtype=np.float64) for r in result.requests if r.ok)
    return [array for array in arrays if len(array)]


def _bootstrap(
    clusters: list[np.ndarray[Any, Any]], percentile: float, source: np.random.Generator
) -> np.ndarray[Any, Any]:
    import numpy as np

    single = np.concatenate(clusters) if all(len(cluster) == 1 for cluster in clusters) else None
    points = []
    for _ in range(RESAMPLES):
        chosen = source.integers(0, len(clusters), len(clusters))
        drawn = single[chosen] if single is not None else np.concatenate([clusters[i] for i in chosen])
        points.append(np.percentile(drawn, percentile))
    return np.asarray(points)


def _rate_change(a: Result, b: Result, name: str, rates: Callable[[Result], list[float]]) -> Change | None:
    """Compare mean rates by the spread over slices of the steady windows (batch means)."""
    import numpy as np

    sides = [np.asarray(rates(result)) for result in (a, b)]
    if not all(len(side) and side.any() for side in sides):
        return None
    means = [float(side.mean()) for side in sides]
    error = math.sqrt(sum(float(side.var(ddof=1)) / len(side) for side in sides))
    half = 2.26 * error  # Student's t for the nine degrees of freedom of each side
    change = means[1] - means[0]
    return Change(a.short, name, means[0], means[1], change - half, change + half, less_is_better=False)


def _token_rates(result: Result) -> list[float]:
    if result.repeats:  # each with a time of its own
        return [rate for repeat in result.repeats for rate in _token_rates(repeat)]
    stamps = [
        (stamp, r.tokens.output / len(places))
        for r in result.requests
        if r.ok
        for places in [r.stamps if r.stamps else (r.done,)]
        for stamp in places
    ]
    return _slices(result, stamps)


def _request_rates(result: Result) -> list[float]:
    if result.repeats:
        return [rate for repeat in result.repeats for rate in _request_rates(repeat)]
    return _slices(result, [(r.done, 1.0) for r in result.requests if r.ok])


def _slices(result: Result, amounts: Sequence[tuple[float, float]]) -> list[float]:
    import numpy as np

    window = result.window
    if window is None:
        return []
    when, weight = zip(*amounts, strict=True)
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
        show = ms if c.less_is_better else number
        unit = " ms" if c.less_is_better else ""
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
