"""Line plots for a page, coloured by the classes of its style sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...report.svg import label, mark, picture, round_steps

WIDTH, HEIGHT = 440, 240
MOST_SERIES = 3
_NAME = 60  # units that the name of a series takes
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 26, 40


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name and its points, which may have gaps (NaN)."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]


def plot(title: str, x_label: str, series: Sequence[Series], x_names: Sequence[str] = ()) -> str:
    """Return a plot of at most three series; empty if there is nothing to draw.

    Args:
        x_names: Labels of 0, 1, 2 ... on the axis, instead of numbers.
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

    marks = [label(_LEFT, 14, title, anchor="start", class_="title")]
    for value in heights:
        x, y = place(left, value)
        marks.append(mark("path", class_="axis", d=f"M{x:g} {y:g}H{WIDTH - _RIGHT}"))
        marks.append(label(_LEFT - 6, y + 4, _short(value), anchor="end"))
    named = [(float(i), name) for i, name in enumerate(x_names)]
    for value, name in named or [(v, _short(v)) for v in round_steps(left, left + span)]:
        marks.append(label(place(value, 0)[0], HEIGHT - _BOTTOM + 15, name))
    marks.append(label((WIDTH + _LEFT) / 2, HEIGHT - 6, x_label))
    shown = series[:MOST_SERIES]
    for number, line in enumerate(shown):
        marks += _line(line, number, place, WIDTH - _RIGHT - _NAME * (len(shown) - number))
    return picture(WIDTH, HEIGHT, marks, is_file=False, class_="plot", aria_label=title)


def _line(line: Series, number: int, place: Callable[[float, float], tuple[float, float]], name_x: int) -> list[str]:
    """Return a line with its name, which begins at ``name_x``."""
    dots = [place(x, y) for x, y in zip(line.xs, line.ys, strict=True) if math.isfinite(y)]
    if not dots:
        return []
    marks = [mark("path", class_=f"l{number}", d="M" + "L".join(f"{x:g} {y:g}" for x, y in dots))]
    if len(dots) <= 20:
        marks += [mark("circle", class_=f"k{number}", cx=x, cy=y, r=3) for x, y in dots]
    if line.name:
        marks.append(label(name_x, 14, line.name, anchor="start", class_=f"k{number}"))
    return marks


def _heights(top: float) -> list[float]:
    """Return round values from 0 to the first that is not below ``top``."""
    found = round_steps(0.0, top)
    return found if found[-1] >= top else [*found, 2 * found[-1] - found[-2]]


def _short(value: float) -> str:
    if abs(value) >= 10_000:
        return f"{value / 1000:g}k"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
