"""The cheapest way to pair the rows of a table of costs with its columns (Kuhn 1955; Jonker & Volgenant 1987)."""

from __future__ import annotations

from collections.abc import Sequence


def cheapest_pairs(costs: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return the pairs of a row and a column whose costs have the smallest sum, in the order of the rows.

    Each row and each column has one pair at most; the fewer of them all have one.
    """
    import numpy as np

    table = np.asarray(costs, dtype=np.float64)
    if table.size == 0:
        return []
    if table.shape[0] > table.shape[1]:
        return sorted((row, column) for column, row in cheapest_pairs(table.T.tolist()))
    height, width = table.shape
    row_price, column_price = np.zeros(height + 1), np.zeros(width + 1)
    owner = np.zeros(width + 1, dtype=int)  # the row of each column, from 1; column 0 holds the row that looks for one
    for row in range(1, height + 1):
        owner[0], at = row, 0
        least, used = np.full(width + 1, np.inf), np.zeros(width + 1, dtype=bool)
        came_from = np.zeros(width + 1, dtype=int)
        while owner[at]:
            used[at] = True
            offered = table[owner[at] - 1] - row_price[owner[at]] - column_price[1:]
            better = ~used[1:] & (offered < least[1:])
            least[1:][better], came_from[1:][better] = offered[better], at
            step_to = int(np.argmin(np.where(used, np.inf, least)[1:])) + 1
            step = least[step_to]
            row_price[owner[used]] += step
            column_price[used] -= step
            least[~used] -= step
            at = step_to
        while at:
            owner[at] = owner[came_from[at]]
            at = int(came_from[at])
    return sorted((int(owner[column]) - 1, column - 1) for column in range(1, width + 1) if owner[column])
