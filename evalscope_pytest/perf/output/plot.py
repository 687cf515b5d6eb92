"""Line plots as SVG inside a page: no scripts, no files, colours by style classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 440, 240
MOST_SERIES = 3
_NAME = 60  # units that the name of a series takes
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 26, 40
STYLE = """
p{overflow-wrap:anywhere}.wide{overflow-x:auto}.wide th:first-child,.wide td:first-child{white-space:nowrap}
.wide+.wide{margin-top:.8rem}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:1rem;margin-top:.8rem}
svg.plot{height:auto;width:100%}.plot text{font-size:11px;fill:var(--dim)}
.plot .title{fill:var(--ink);font-weight:600;font-size:12px}
.plot .axis{stroke:var(--line);stroke-width:1;fill:none}.plot .l0,.plot .l1,.plot .l2{fill:none;stroke-width:2}
.plot .l0{stroke:var(--bar)}.plot .l1{stroke:#c9772b}.plot .l2{stroke:#3f9b6c}
.plot .k0{fill:var(--bar)}.plot .k1{fill:#c9772b}.plot .k2{fill:#3f9b6c}
.invalid{border-color:var(--bad)}
"""


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name and its points, which may have gaps (NaN)."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]


def plot(title: str, x_label: str, series: Sequence[Series], x_names: Sequence[str] = ()) -> str:
    """Return a plot of at most three series; empty where there is nothing to draw.

    Args:
        x_names: What stands at 0, 1, 2 ... of an axis of names instead of numbers.
    """
    points = [(x, y) for line in series for x, y in zip(line.xs, line.ys, strict=True) if math.isfinite(y)]
    if not points:
        return ""
    heights = _heights(max(y for _, y in points) or 1.0)
    high = heights[-1]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    span = (right - left) or 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            round(_LEFT + (x - left) / span * (WIDTH - _LEFT - _RIGHT), 1),
            round(HEIGHT - _BOTTOM - y / high * (HEIGHT - _TOP - _BOTTOM), 1),
        )

    marks = [f'<text class="title" x="{_LEFT}" y="14">{escape(title)}</text>']
    for value in heights:
        x, y = place(left, value)
        marks.append(f'<path class="axis" d="M{x} {y}H{WIDTH - _RIGHT}"/>')
        marks.append(f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{_short(value)}</text>')
    named = [(float(i), name) for i, name in enumerate(x_names)]
    for value, name in named or [(v, _short(v)) for v in _ticks(left, left + span)]:
        x, _ = place(value, 0)
        marks.append(f'<text x="{x}" y="{HEIGHT - _BOTTOM + 15}" text-anchor="middle">{escape(name)}</text>')
    marks.append(f'<text x="{(WIDTH + _LEFT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x_label)}</text>')
    shown = series[:MOST_SERIES]
    for number, line in enumerate(shown):
        marks += _line(line, number, place, WIDTH - _RIGHT - _NAME * (len(shown) - number))
    opening = f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
    return f"{opening}{''.join(marks)}</svg>\n"


def _line(line: Series, number: int, place: Callable[[float, float], tuple[float, float]], at: int) -> list[str]:
    """Return a line with its name, which begins ``at`` so many units from the left."""
    dots = [place(x, y) for x, y in zip(line.xs, line.ys, strict=True) if math.isfinite(y)]
    if not dots:
        return []
    path = "M" + "L".join(f"{x} {y}" for x, y in dots)
    marks = [f'<path class="l{number}" d="{path}"/>']
    if len(dots) <= 20:
        marks += [f'<circle class="k{number}" cx="{x}" cy="{y}" r="3"/>' for x, y in dots]
    if line.name:
        marks.append(f'<text class="k{number}" x="{at}" y="14">{escape(line.name)}</text>')
    return marks


def _heights(top: float) -> list[float]:
    """Return round values from 0 to the first that is not below ``top``."""
    found = _ticks(0.0, top)
    return found if found[-1] >= top else [*found, 2 * found[-1] - found[-2]]


def _ticks(low: float, high: float) -> list[float]:
    """Return at most seven round values from ``low`` to ``high``."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    return [step * n for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _short(value: float) -> str:
    if abs(value) >= 10_000:
        return f"{value / 1000:g}k"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
