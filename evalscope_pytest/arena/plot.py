"""The picture of an arena's ratings and their intervals."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from ..report.svg import label, mark, picture, round_steps
from .results import Estimate, Results

_LEFT, _RIGHT, _WIDTH, _ROW, _TOP, _BOTTOM = 190, 70, 760, 30, 40, 44
_INK, _DIM, _DOT = "#1c2430", "#808890", "#3b7dd8"
_LONGEST_NAME = 24


def draw(results: Results) -> str:
    """Return the picture: a line for each model, the best on top."""
    overall = results.overall
    single = bool(overall.scores)
    found = list(overall.scores.items()) if single else [(r.model, r.strength) for r in overall.ratings]
    digits = 2 if single else 0
    bounds = [v for _, e in found for v in (e.value, e.low, e.high) if v is not None] or [0.0]
    margin = 0.05 * (max(bounds) - min(bounds)) or 1.0
    low, high = min(bounds) - margin, max(bounds) + margin
    height = _TOP + _ROW * len(found) + _BOTTOM

    def across(value: float) -> float:
        return round(_LEFT + (value - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT), 1)

    what = "Mean score" if single else "Bradley-Terry rating"
    title = f"{what} with 95 % interval, {results.questions:,} questions, {results.pairs:,} judged"
    marks = [mark("title", escape(title)), mark("rect", width=_WIDTH, height=height, fill="#fff")]
    marks.append(label(_LEFT, 22, title, anchor="start", fill=_DIM))
    for value in round_steps(low, high):
        marks.append(mark("path", d=f"M{across(value):g} {_TOP}V{height - _BOTTOM + 6}", stroke="#dfe4ea"))
        marks.append(label(across(value), height - _BOTTOM + 22, f"{value:.{digits}f}", fill=_DIM))
    for number, (name, estimate) in enumerate(found):
        marks += _row(name, estimate, _TOP + _ROW * (number + 0.5), across, digits)
    return picture(_WIDTH, height, marks, font_family="sans-serif", font_size=12)


def _row(name: str, estimate: Estimate, y: float, across: Callable[[float], float], digits: int) -> list[str]:
    shown = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    marks = [label(_LEFT - 14, y + 4, shown, anchor="end", fill=_INK)]
    if estimate.low is not None and estimate.high is not None:
        left, right = across(estimate.low), across(estimate.high)
        line = f"M{left:g} {y:g}H{right:g}M{left:g} {y - 5:g}V{y + 5:g}M{right:g} {y - 5:g}V{y + 5:g}"
        marks.append(mark("path", d=line, stroke=_INK, stroke_width=1.5))
    marks.append(mark("circle", cx=across(estimate.value), cy=y, r=4.5, fill=_DOT))
    marks.append(label(_WIDTH - 12, y + 4, f"{estimate.value:.{digits}f}", anchor="end", fill=_INK))
    return marks
