"""The cells of a table in their places: which lie beside a cell, and which head its row and its column."""

from __future__ import annotations

from dataclasses import dataclass

from .tables import Cell, Table

Place = tuple[int, int]
_MOST_FILLED = 20_000
_STEPS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as a grid.

    Attributes:
        cells: Each cell by the place of its upper left corner.
        filled: The corner of the cell that fills a place.
        height: Number of rows.
        width: Number of columns.
    """

    cells: dict[Place, Cell]
    filled: dict[Place, Place]
    height: int
    width: int

    def text(self, place: Place) -> str:
        """Return the text of the cell with its corner there."""
        return self.cells[place].text

    def neighbours(self, place: Place, side: str) -> set[Place]:
        """Return the nearest cells on a side (``up``, ``down``, ``left``, ``right``): several beside one that spans."""
        cell, (row, column) = self.cells[place], place
        down, across = _STEPS[side]
        rows, columns = range(row, row + cell.rows), range(column, column + cell.columns)
        starts = [(r, column if across < 0 else columns[-1]) for r in rows] if across else [
            (row if down < 0 else rows[-1], c) for c in columns
        ]  # fmt: skip
        found = (self._next(start, (down, across), place) for start in starts)
        return {near for near in found if near is not None}

    def _next(self, start: Place, step: Place, own: Place) -> Place | None:
        row, column = start
        while True:
            row, column = row + step[0], column + step[1]
            if not (0 <= row < self.height and 0 <= column < self.width):
                return None
            near = self.filled.get((row, column))
            if near is not None and near != own:
                return near

    def headings(self, place: Place, side: str) -> set[Place]:
        """Return the headings on the way to a side (``up``, ``left``); without any, the cells at the very end."""
        heads: set[Place] = set()
        ends: set[Place] = set()
        seen: set[Place] = set()
        waiting = {place}
        while waiting:
            at = waiting.pop()
            seen.add(at)
            further = self.neighbours(at, side)
            if at != place and self.cells[at].heading:
                heads.add(at)
            if not further and at != place:
                ends.add(at)
            waiting |= further - seen
        return heads or ends


def grid_of(table: Table) -> Grid:
    """Return a table as a grid; of one that fills more than 20,000 places, the first rows."""
    cells: dict[Place, Cell] = {}
    filled: dict[Place, Place] = {}
    for number, row in enumerate(table):
        column = 0
        for cell in row:
            while (number, column) in filled:
                column += 1
            if len(filled) + cell.rows * cell.columns > _MOST_FILLED:
                return _closed(cells, filled)
            cells[number, column] = cell
            for down in range(cell.rows):
                filled.update({(number + down, column + across): (number, column) for across in range(cell.columns)})
            column += cell.columns
    return _closed(cells, filled)


def _closed(cells: dict[Place, Cell], filled: dict[Place, Place]) -> Grid:
    return Grid(
        cells, filled, max((row for row, _ in filled), default=-1) + 1, max((c for _, c in filled), default=-1) + 1
    )
