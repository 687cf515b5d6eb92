"""TEDS: how much of a table is right, in structure and text (Zhong et al. 2019, arXiv:1911.10683).

One less the tree edit distance of two tables in nodes of the larger one. A node is a row or a cell; a cell that spans
otherwise is another cell, and text that differs costs its share of edits. The distance is that of Zhang & Shasha 1989,
one row of its table at a time: trees are but three levels deep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .tables import Cell, Table

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[Any, np.dtype[np.float64]]

_MOST_NODES = 2000
_APART = 1 << 13  # more than a distance inside one row can be


def teds(reply: Table, reference: Table, *, structure_only: bool = False) -> float:
    """Return the similarity of two tables, from 0 to 1; headings are cells like others.

    Of a table with more than 2,000 rows and cells, the rest counts as wrong.
    """
    sizes = [sum(len(row) + 1 for row in table) for table in (reply, reference)]
    if not all(sizes):
        return 0.0
    ours, theirs = _tree(reply), _tree(reference)
    if not structure_only and _same(ours, theirs) and sizes[0] == sizes[1] <= _MOST_NODES:
        return 1.0
    left_out = sum(sizes) + 2 - len(ours.first) - len(theirs.first)
    distance = _distance(ours, theirs, _costs(ours, theirs, structure_only)) + left_out
    return max(0.0, 1.0 - distance / max(sizes))


@dataclass(frozen=True, slots=True)
class _Tree:
    """The nodes of a table in postorder.

    Attributes:
        cells: The cell of each node; None for a row.
        first: The first node of each node's subtree.
        level: 0 for a cell, 1 for a row, 2 for the table.
    """

    cells: list[Cell | None]
    first: list[int]
    level: list[int]


def _tree(table: Table) -> _Tree:
    tree = _Tree([], [], [])
    for row in table:
        start = len(tree.cells)
        if start + len(row) + 1 > _MOST_NODES:
            break
        for cell in row:
            _add(tree, cell, len(tree.cells), 0)
        _add(tree, None, start, 1)
    _add(tree, None, 0, 2)
    return tree


def _add(tree: _Tree, cell: Cell | None, first: int, level: int) -> None:
    tree.cells.append(cell)
    tree.first.append(first)
    tree.level.append(level)


def _same(ours: _Tree, theirs: _Tree) -> bool:
    return ours.first == theirs.first and all(
        one == other or (one and other and (one.text, one.rows, one.columns) == (other.text, other.rows, other.columns))
        for one, other in zip(ours.cells, theirs.cells, strict=True)
    )


def _costs(ours: _Tree, theirs: _Tree, structure_only: bool) -> Matrix:
    """Return what it costs to make each of our nodes each of theirs."""
    import numpy as np

    levels = [np.array(tree.level) for tree in (ours, theirs)]
    cost = (levels[0][:, None] != levels[1][None, :]).astype(np.float64)
    at = [np.flatnonzero(level == 0) for level in levels]
    cells = [[cell for cell in tree.cells if cell is not None] for tree in (ours, theirs)]
    if not all(cells):
        return cost
    spans = [np.array([cell.rows * 1000 + cell.columns for cell in found]) for found in cells]
    apart = (spans[0][:, None] != spans[1][None, :]).astype(np.float64)
    if not structure_only:
        apart = np.maximum(apart, _text_costs(*([cell.text for cell in found] for found in cells)))
    cost[np.ix_(at[0], at[1])] = apart
    return cost


def _text_costs(ours: Sequence[str], theirs: Sequence[str]) -> Matrix:
    import numpy as np
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cdist

    return np.asarray(
        cdist(ours, theirs, scorer=Levenshtein.normalized_distance, dtype=np.float64, workers=1), dtype=np.float64
    )


def _distance(ours: _Tree, theirs: _Tree, cost: Matrix) -> float:
    """Return the tree edit distance; inserting and deleting a node cost 1."""
    distances = _leaf_distances(ours, theirs, cost)
    blocks = [_rows(theirs), [len(theirs.first) - 1]]
    for root in [*_rows(ours), len(ours.first) - 1]:
        for others in blocks:
            if others:
                _fill(_Block(ours, root), _Columns.of(theirs, others), cost, distances)
    return float(distances[-1, -1])


def _rows(tree: _Tree) -> list[int]:
    return [node for node, level in enumerate(tree.level) if level == 1 and tree.first[node] < node]


def _leaf_distances(ours: _Tree, theirs: _Tree, cost: Matrix) -> Matrix:
    """Return the distances of subtrees if one of the two is a single node: all others go, the nearest is renamed."""
    import numpy as np

    distances = cost.copy()  # of two single nodes
    single = [np.array([first == node for node, first in enumerate(tree.first)]) for tree in (ours, theirs)]
    for end, start in enumerate(theirs.first):
        if start < end:
            distances[single[0], end] = cost[single[0], start : end + 1].min(axis=1) + end - start
    for end, start in enumerate(ours.first):
        if start < end:
            distances[end, single[1]] = cost[start : end + 1, single[1]].min(axis=0) + end - start
    return distances


@dataclass(frozen=True, slots=True)
class _Block:
    """One subtree of ours."""

    tree: _Tree
    root: int

    @property
    def start(self) -> int:
        return self.tree.first[self.root]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Subtrees of theirs side by side, all compared at once.

    Attributes:
        nodes: The node of each column.
        place: Its place in its subtree, from 1.
        spine: True if its own subtree starts at the start of the block.
        before: The column before its own subtree; -1 if there is none in the block.
        offset: Decreases from block to block by more than a distance can be.
    """

    nodes: Any
    place: Any
    spine: Any
    before: Any
    offset: Any

    @classmethod
    def of(cls, tree: _Tree, roots: list[int]) -> _Columns:
        import numpy as np

        nodes: list[int] = []
        place: list[int] = []
        spine: list[bool] = []
        before: list[int] = []
        offset: list[int] = []
        for number, root in enumerate(roots):
            start, column = tree.first[root], len(nodes)
            for node in range(start, root + 1):
                nodes.append(node)
                place.append(node - start + 1)
                spine.append(tree.first[node] == start)
                before.append(column + tree.first[node] - start - 1 if tree.first[node] > start else -1)
                offset.append(-number * _APART)
        return cls(*map(np.array, (nodes, place, spine, before, offset)))


def _fill(block: _Block, columns: _Columns, cost: Matrix, distances: Matrix) -> None:
    """Compute the distances of the forests of a subtree of ours and of theirs, and keep those of whole subtrees."""
    import numpy as np

    tree, start = block.tree, block.start
    rows = [columns.place.astype(np.float64)]  # nothing of ours: all of theirs is inserted
    slope = columns.offset - columns.place
    for node in range(start, block.root + 1):
        number, first = node - start + 1, tree.first[node]
        above, spine = rows[-1], first == start
        base = rows[first - start]
        joined = (
            np.where(columns.before >= 0, base[columns.before], float(first - start)) + distances[node, columns.nodes]
        )
        if spine:
            shifted = np.where(columns.place > 1, np.roll(above, 1), float(number - 1))
            joined = np.where(columns.spine, shifted + cost[node, columns.nodes], joined)
        best = np.minimum(joined, above + 1)
        best = np.minimum(best, number + columns.place)  # all of ours deleted, all of theirs inserted
        row = np.minimum.accumulate(best + slope) - slope
        rows.append(row)
        if spine:
            distances[node, columns.nodes[columns.spine]] = row[columns.spine]
