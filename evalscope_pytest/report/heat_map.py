"""A picture of scores by two numbers: how long a text is, and how deep in it the answer is (Needle in a Haystack).

Scalable vector graphics without scripts or styles, so that the same text is a file and a part of the HTML page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from ..core.text import visible
from ..store.atomic import write_atomic
from ..store.layout import WorkDir, safe_name
from .model import MetricScore, Report

_CELL = re.compile(r"Context#(\d{1,12}) Depth#(\d{1,12})")
_COLOURS = ((0xC8, 0x3E, 0x4D), (0xF2, 0xC1, 0x4E), (0x2A, 0x9D, 0x6F))  # scores of 0, a half, 1
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 60, 30, 80, 34, 46


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The scores of one subset.

    Attributes:
        cells: From (context length in tokens, depth in percent) to a score from 0 to 1.
    """

    subset: str
    cells: Mapping[tuple[int, int], float]


def without_cells(metrics: Sequence[MetricScore]) -> Sequence[MetricScore]:
    """Return the metrics that are not cells of a heat map, which would be a hundred lines of a table; else all."""
    return [metric for metric in metrics if not _CELL.fullmatch(metric.identity.raw_name)] or metrics


def heat_maps(report: Report) -> list[HeatMap]:
    """Return the heat map of each subset that has one."""
    found: dict[str, dict[tuple[int, int], float]] = {}
    for metric in report.metrics:
        if cell := _CELL.fullmatch(metric.identity.raw_name):
            for subset in metric.subsets:
                found.setdefault(subset.name, {})[int(cell[1]), int(cell[2])] = subset.score
    return [HeatMap(subset, cells) for subset, cells in found.items()]


def save_heat_maps(workdir: WorkDir, report: Report) -> None:
    """Write ``reports/{model_id}/{benchmark}_heatmap_{subset}.svg`` for each subset that has a heat map.

    Raises:
        StoreError: It could not be written.
    """
    folder = workdir.reports(report.model_name)
    for found in heat_maps(report):
        name = safe_name(f"{report.dataset_name}_heatmap_{found.subset}")
        write_atomic(folder / f"{name}.svg", draw(found).encode())


def draw(found: HeatMap) -> str:
    """Return the picture: lengths from left to right, depths from top to bottom."""
    lengths, depths = (sorted({cell[axis] for cell in found.cells}) for axis in (0, 1))
    width, height = _LEFT + _WIDTH * len(lengths) + 10, _TOP + _HEIGHT * len(depths) + _BOTTOM
    title = _text(_LEFT, 20, found.subset, anchor="start")
    across = "".join(
        _text(_LEFT + _WIDTH * (at + 0.5), height - _BOTTOM + 16, f"{length:,}") for at, length in enumerate(lengths)
    )
    down = "".join(
        _text(_LEFT - 8, _TOP + _HEIGHT * (at + 0.5) + 4, f"{depth} %", anchor="end") for at, depth in enumerate(depths)
    )
    cells = "".join(
        _cell(_LEFT + _WIDTH * lengths.index(length), _TOP + _HEIGHT * depths.index(depth), score)
        for (length, depth), score in sorted(found.cells.items())
    )
    axes = _text(_LEFT + _WIDTH * len(lengths) / 2, height - 8, "context length in tokens, by depth of the needle")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="12">{title}{across}{down}{cells}{axes}</svg>\n'
    )


def _cell(x: float, y: float, score: float) -> str:
    label = _text(x + _WIDTH / 2, y + _HEIGHT / 2 + 4, f"{score:.2f}", colour="#111")
    return f'<rect x="{x:g}" y="{y:g}" width="{_WIDTH - 2}" height="{_HEIGHT - 2}" fill="{_colour(score)}"/>{label}'


def _colour(score: float) -> str:
    place = min(max(score, 0.0), 1.0) * (len(_COLOURS) - 1)
    low = min(int(place), len(_COLOURS) - 2)
    mixed = (round(a + (b - a) * (place - low)) for a, b in zip(_COLOURS[low], _COLOURS[low + 1], strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _text(x: float, y: float, text: str, *, anchor: str = "middle", colour: str = "#808890") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}">{escape(visible(text))}</text>'
