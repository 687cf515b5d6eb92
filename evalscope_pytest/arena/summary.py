"""An arena's results as text and picture, and their files in ``reports/{model_id}/general_arena/``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from html import escape

from ..benchmarks.after_run import FinishedRun, Summary
from ..report.svg import label, mark, picture, round_steps
from ..report.table import grid
from ..store.atomic import write_atomic
from .results import Estimate, Results, Standing, results

_LEFT, _RIGHT, _WIDTH, _ROW, _TOP, _BOTTOM = 190, 70, 760, 30, 40, 44
_INK, _DIM, _DOT = "#1c2430", "#808890", "#3b7dd8"
_LONGEST_NAME = 24


def tables(results: Results, columns: int | None = None) -> str:
    """Return all tables, one below the other.

    Args:
        columns: Width of the terminal; None for as wide as the tables are.
    """
    return "\n".join(_tables(results, columns))


def _tables(results: Results, columns: int | None) -> Iterator[str]:
    yield _places(results.overall, columns)
    if results.win_rates:
        yield "Win rate of the model at the left against the one on top, in %; ties count by half:"
        yield _matrix(results, columns)
    for name, standing in results.categories.items():
        yield f"{name}:"
        yield _places(standing, columns)
    if results.overall.unrated:
        yield f"Without a rating, for want of battles with the others: {', '.join(results.overall.unrated)}."


def _places(standing: Standing, columns: int | None) -> str:
    if standing.scores:
        lines = [[str(place), model, f"{e.value:.4f}", _interval(e, 4)] for place, (model, e) in _ranked(standing)]
        return grid(["", "Model", "Score", "95 % interval"], lines, [True, False, True, False], columns)
    rated = {rating.model: rating for rating in standing.ratings}
    rows = []
    for place, (model, counted) in enumerate(standing.tallies.items(), 1):
        rating = rated.get(model)
        strength = [f"{rating.strength.value:.0f}", _interval(rating.strength)] if rating else ["-", ""]
        elo = [f"{rating.elo.value:.0f}", _interval(rating.elo)] if rating else ["-", ""]
        figures = [f"{100 * counted.win_rate:.1f}", str(counted.wins), str(counted.ties), str(counted.losses)]
        rows.append([str(place), model, *strength, *elo, *figures])
    titles = ["", "Model", "Rating", "95 %", "Elo", "95 %", "Win %", "Won", "Tied", "Lost"]
    return grid(titles, rows, [title not in ("Model", "95 %") for title in titles], columns, [5, 3])


def _ranked(standing: Standing) -> Iterator[tuple[int, tuple[str, Estimate]]]:
    yield from enumerate(standing.scores.items(), 1)


def _interval(estimate: Estimate, digits: int = 0) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{estimate.low:.{digits}f} - {estimate.high:.{digits}f}"


def _matrix(results: Results, columns: int | None) -> str:
    models = list(results.overall.tallies)
    cells = [[results.win_rates.get(one, {}).get(other) for other in models] for one in models]
    lines = [[one, *(_percent(cell) for cell in row)] for one, row in zip(models, cells, strict=True)]
    return grid(["", *models], lines, [False, *[True] * len(models)], columns)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}"


def save_arena(run: FinishedRun) -> Summary | None:
    """Write an arena's results; return None if nothing was decided.

    Raises:
        StoreError: They could not be written.
    """
    work_dir, plan = run.work_dir, run.benchmark
    found = results(work_dir, run.plan, plan)
    if not found.pairs:
        return None
    folder = work_dir.reports(run.plan.model_id) / plan.name
    written = json.dumps(found.to_json(), indent=4, ensure_ascii=False, allow_nan=False)
    write_atomic(folder / "ratings.json", written.encode("utf-8", "replace"))
    write_atomic(folder / "ratings.svg", draw(found).encode("utf-8", "replace"))
    write_atomic(folder / "leaderboard.txt", f"{tables(found)}\n".encode("utf-8", "replace"))
    return Summary(f"\n{tables(found, run.columns)}", "ratings", folder)


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
