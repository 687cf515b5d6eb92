"""ARC-AGI: a grid of digits, asked for as a JSON array of rows."""

from __future__ import annotations

import json
from typing import Any

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.protocol import Scorer
from evalscope_pytest.scoring.read.json_text import last_json

_SIDE = 30  # The largest grid of the tasks.


def grid_answer() -> Scorer:
    """Judge a grid: every cell has to be that of the target, which is a JSON array of rows. Metric ``accuracy``."""
    return Scorer("grid_answer", ("accuracy",), _score)


def _score(text: str, sample: Sample) -> Score:
    grid = last_json(text, "[[", _is_grid)
    answer = None if grid is None else json.dumps(grid)
    return Score(accuracy=float(grid is not None and grid == json.loads(sample.targets[0])), answer=answer)


def _is_grid(value: Any) -> bool:
    if not isinstance(value, list) or not 0 < len(value) <= _SIDE:
        return False
    width = len(value[0]) if isinstance(value[0], list) else 0
    return 0 < width <= _SIDE and all(isinstance(row, list) and len(row) == width and _are_cells(row) for row in value)


def _are_cells(row: list[Any]) -> bool:
    return all(type(cell) is int and 0 <= cell <= 9 for cell in row)
