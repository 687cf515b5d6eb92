"""SPaRC: a line through a grid, read from a reply and compared with the stored solutions (arXiv:2505.16686)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from evalscope_pytest import Sample, Score, Scorer

Point = tuple[int, int]
_LONGEST = 16_000
_POINT = r"[(\[]\s?(\d{1,3})\s?,\s?(\d{1,3})\s?[)\]]"
_POINTS = re.compile(_POINT)
_RUN = re.compile(rf"{_POINT}(?:[\s,;]{{0,8}}(?:(?:->|→|=>|to)[\s,]{{0,4}})?{_POINT}){{1,2000}}")
_MARKER = re.compile(r"#{4,}")


def path_puzzle() -> Scorer:
    """Judge a path, requested behind ``####``. Metrics ``accuracy`` and ``invalid_path_rate``.

    A path is right if it is one of the sample's ``solutions``; it is read up to the end node. It is invalid if it is
    missing, does not lead from start to end in steps of one, visits a node twice, or crosses a gap or a rule cell of
    the ``grid``.
    """
    return Scorer("path_puzzle", ("accuracy", "invalid_path_rate"), _score, _ideal_reply)


def _ideal_reply(sample: Sample) -> str:
    return f"#### {sample.targets[0]}"


def _score(text: str, sample: Sample) -> Score:
    grid = sample.metadata["grid"]
    end = place_of("E", grid)
    path = read_path(text)
    path = path[: path.index(end) + 1] if end in path else path
    right = bool(path) and path in [[(x, y) for x, y in solution] for solution in sample.metadata["solutions"]]
    invalid = not right and not is_valid(path, grid)
    return Score(accuracy=float(right), invalid_path_rate=float(invalid), answer=written(path) or None)


def written(path: Sequence[Point]) -> str:
    """Return a path as replies have it."""
    return ", ".join(f"({x},{y})" for x, y in path)


def place_of(sign: str, grid: Sequence[Sequence[str]]) -> Point:
    """Return the place of a sign in the grid; (-1, -1) if it has none."""
    return next(((x, y) for y, row in enumerate(grid) for x, cell in enumerate(row) if cell == sign), (-1, -1))


def read_path(text: str) -> list[Point]:
    """Return the first path behind the last marker that has one; without a marker the last path."""
    text = text[-_LONGEST:]
    ends = [marker.end() for marker in _MARKER.finditer(text)]
    for start, stop in reversed(list(zip(ends, [*ends[1:], len(text)], strict=False))):
        if found := _RUN.search(text, start, stop):
            return _points(found[0])
    runs = list(_RUN.finditer(text))
    return _points(runs[-1][0]) if runs else []


def _points(text: str) -> list[Point]:
    return [(int(x), int(y)) for x, y in _POINTS.findall(text)]


def is_valid(path: Sequence[Point], grid: Sequence[Sequence[str]]) -> bool:
    """Return whether a path leads from start to end along free nodes, none of them twice."""
    if len(path) < 2 or path[0] != place_of("S", grid) or path[-1] != place_of("E", grid):
        return False
    return len(set(path)) == len(path) and all(_is_free(x, y, grid) for x, y in path) and all(_steps(path))


def _is_free(x: int, y: int, grid: Sequence[Sequence[str]]) -> bool:
    inside = y < len(grid) and x < len(grid[y])
    return inside and not (x % 2 and y % 2) and grid[y][x] != "G"


def _steps(path: Sequence[Point]) -> Iterator[bool]:
    for (x, y), (next_x, next_y) in pairwise(path):
        yield abs(x - next_x) + abs(y - next_y) == 1
