"""ARC-AGI: a grid of digits, given as a JSON array of rows."""

from __future__ import annotations

import json
from typing import Any

from evalscope_pytest.core.values import Sample
from evalscope_pytest.scoring.composed import Comparer, Reader, Readings, answer
from evalscope_pytest.scoring.read.json_text import last_json
from evalscope_pytest.scoring.scorer import Scorer

_SIDE = 30  # The largest grid of the tasks.


def grid_answer() -> Scorer:
    """Judge a grid: every cell has to be that of the target, which is a JSON array of rows. Metric ``accuracy``."""
    return answer("grid_answer", read=Reader("grid", _read), same=Comparer("grid", _same), options="")


def _read(text: str, sample: Sample) -> Readings:
    grid = last_json(text, "[[", _is_grid)
    return () if grid is None else (json.dumps(grid),)


def _same(grid: str, sample: Sample) -> bool:
    return bool(json.loads(grid) == json.loads(sample.targets[0]))


def _is_grid(value: Any) -> bool:
    if not isinstance(value, list) or not 0 < len(value) <= _SIDE:
        return False
    width = len(value[0]) if isinstance(value[0], list) else 0
    return 0 < width <= _SIDE and all(isinstance(row, list) and len(row) == width and _are_cells(row) for row in value)


def _are_cells(row: list[Any]) -> bool:
    return all(type(cell) is int and 0 <= cell <= 9 for cell in row)
