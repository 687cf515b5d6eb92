"""A picture of Needle in a Haystack: scores by the length of the text and the depth of the needle in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalscope_pytest.benchmarks.after_run import FinishedRun, Summary
from evalscope_pytest.report.svg import label, mark, picture
from evalscope_pytest.store.atomic import write_atomic
from evalscope_pytest.store.layout import safe_name

if TYPE_CHECKING:
    from evalscope_pytest.report.model import Report

_CELL = re.compile(r"Context#(\d{1,12}) Depth#(\d{1,12})")
_COLOURS = ((0xC8, 0x3E, 0x4D), (0xF2, 0xC1, 0x4E), (0x2A, 0x9D, 0x6F))  # scores of 0, a half, 1
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 60, 30, 80, 34, 46
_DIM = "#808890"


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The scores of one subset.

    Attributes:
        cells: From (context length in tokens, depth in percent) to a score from 0 to 1.
    """

    subset: str
    cells: Mapping[tuple[int, int], float]


def heat_maps(report: Report) -> list[HeatMap]:
    """Return the heat map of each subset that has scores."""
    found: dict[str, dict[tuple[int, int], float]] = {}
    for metric in report.metrics:
        if cell := _CELL.fullmatch(metric.identity.raw_name):
            for subset in metric.subsets:
                found.setdefault(subset.name, {})[int(cell[1]), int(cell[2])] = subset.score
    return [HeatMap(subset, cells) for subset, cells in found.items()]


def save_heat_maps(run: FinishedRun) -> Summary | None:
    """Write ``reports/{model_id}/{benchmark}_heatmap_{subset}.svg`` for each subset, and return them for the page.

    Raises:
        StoreError: A file could not be written.
    """
    from evalscope_pytest.report.model import load_report

    model, benchmark = run.plan.model_id, run.benchmark.name
    pictures = []
    for found in heat_maps(load_report(run.work_dir.report_file(model, benchmark))):
        pictures.append(draw(found))
        name = safe_name(f"{benchmark}_heatmap_{found.subset}")
        write_atomic(run.work_dir.reports(model) / f"{name}.svg", pictures[-1].encode())
    return Summary(pictures=tuple(pictures)) if pictures else None


def draw(found: HeatMap) -> str:
    """Return the picture: lengths from left to right, depths from top to bottom."""
    lengths, depths = (sorted({cell[axis] for cell in found.cells}) for axis in (0, 1))
    width, height = _LEFT + _WIDTH * len(lengths) + 10, _TOP + _HEIGHT * len(depths) + _BOTTOM
    marks = [label(_LEFT, 20, found.subset, anchor="start", fill=_DIM)]
    for at, length in enumerate(lengths):
        marks.append(label(_LEFT + _WIDTH * (at + 0.5), height - _BOTTOM + 16, f"{length:,}", fill=_DIM))
    for at, depth in enumerate(depths):
        marks.append(label(_LEFT - 8, _TOP + _HEIGHT * (at + 0.5) + 4, f"{depth} %", anchor="end", fill=_DIM))
    for (length, depth), score in sorted(found.cells.items()):
        x, y = _LEFT + _WIDTH * lengths.index(length), _TOP + _HEIGHT * depths.index(depth)
        marks.append(mark("rect", x=x, y=y, width=_WIDTH - 2, height=_HEIGHT - 2, fill=_colour(score)))
        marks.append(label(x + _WIDTH / 2, y + _HEIGHT / 2 + 4, f"{score:.2f}", fill="#111"))
    axes = "context length in tokens, by depth of the needle"
    marks.append(label(_LEFT + _WIDTH * len(lengths) / 2, height - 8, axes, fill=_DIM))
    return picture(width, height, marks, class_="map", font_family="sans-serif", font_size=12)


def _colour(score: float) -> str:
    place = min(max(score, 0.0), 1.0) * (len(_COLOURS) - 1)
    low = min(int(place), len(_COLOURS) - 2)
    mixed = (round(a + (b - a) * (place - low)) for a, b in zip(_COLOURS[low], _COLOURS[low + 1], strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)
