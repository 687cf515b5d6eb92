"""A picture of ratings and their intervals: scalable vector graphics without scripts, styles or anything to load."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from math import ceil, floor, log10

from ..core.text import visible
from .results import Estimate, Results

_LEFT, _RIGHT, _WIDTH, _ROW, _TOP, _BOTTOM = 190, 70, 760, 30, 40, 44
_INK, _DIM, _DOT = "#1c2430", "#808890", "#3b7dd8"
_MARKS = 5
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

    marks = "".join(_mark(across(v), height, f"{v:.{digits}f}") for v in _steps(low, high))
    rows = "".join(
        _row(name, estimate, _TOP + _ROW * (number + 0.5), across, digits)
        for number, (name, estimate) in enumerate(found)
    )
    what = "Mean score" if single else "Bradley-Terry rating"
    title = f"{what} with 95 % interval, {results.questions:,} questions, {results.pairs:,} judged"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(title)}</title>'
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>'
        f"{_text(_LEFT, 22, title, anchor='start', colour=_DIM)}{marks}{rows}</svg>\n"
    )


def _steps(low: float, high: float) -> list[float]:
    """Return round numbers between two others, a handful of them."""
    size = 10 ** floor(log10((high - low) / _MARKS))
    step = next(size * factor for factor in (1, 2, 5, 10) if (high - low) / (size * factor) <= _MARKS)
    return [step * number for number in range(ceil(low / step), floor(high / step) + 1)]


def _mark(x: float, height: int, label: str) -> str:
    bottom = height - _BOTTOM
    line = f'<path d="M{x:g} {_TOP}V{bottom + 6}" stroke="#dfe4ea"/>'
    return f"{line}{_text(x, bottom + 22, label, colour=_DIM)}"


def _row(name: str, estimate: Estimate, y: float, across: Callable[[float], float], digits: int) -> str:
    x = across(estimate.value)
    bar = ""
    if estimate.low is not None and estimate.high is not None:
        left, right = across(estimate.low), across(estimate.high)
        bar = (
            f'<path d="M{left:g} {y:g}H{right:g}M{left:g} {y - 5:g}V{y + 5:g}M{right:g} {y - 5:g}V{y + 5:g}" '
            f'stroke="{_INK}" stroke-width="1.5"/>'
        )
    shown = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    label = _text(_LEFT - 14, y + 4, shown, anchor="end", colour=_INK)
    value = _text(_WIDTH - 12, y + 4, f"{estimate.value:.{digits}f}", anchor="end", colour=_INK)
    return f'{label}{bar}<circle cx="{x:g}" cy="{y:g}" r="4.5" fill="{_DOT}"/>{value}'


def _text(x: float, y: float, text: str, *, anchor: str = "middle", colour: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}">{escape(visible(text))}</text>'
