"""Pairing two lists so that the sum of the pairs' scores is the greatest there is."""

from __future__ import annotations

from collections.abc import Sequence


def best_assignment(scores: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return the pairs (row, column), each row and column in one at most, of the greatest sum.

    The Hungarian algorithm with potentials (Kuhn 1955, Munkres 1957), cubic in the longer side.
    """
    rows, columns = len(scores), len(scores[0]) if scores else 0
    if rows > columns:
        turned = [[scores[row][column] for row in range(rows)] for column in range(columns)]
        return sorted((row, column) for column, row in best_assignment(turned))
    row_price, column_price = [0.0] * (rows + 1), [0.0] * (columns + 1)
    owner = [0] * (columns + 1)  # The row of each column, both counted from 1; 0 for none.
    for row in range(1, rows + 1):
        owner[0] = row
        column, came_from = _free_column(scores, owner, row_price, column_price)
        while column:
            owner[column] = owner[came_from[column]]
            column = came_from[column]
    return sorted((owner[column] - 1, column - 1) for column in range(1, columns + 1) if owner[column])


def _free_column(
    scores: Sequence[Sequence[float]], owner: Sequence[int], row_price: list[float], column_price: list[float]
) -> tuple[int, list[int]]:
    """Return a column without a row, and for each column on the way to it the one before; raise the prices so far."""
    columns, column = len(column_price) - 1, 0
    slack, used, came_from = [float("inf")] * (columns + 1), [False] * (columns + 1), [0] * (columns + 1)
    while owner[column]:
        used[column] = True
        current, step, following = owner[column], float("inf"), 0
        for other in range(1, columns + 1):
            if used[other]:
                continue
            cost = -scores[current - 1][other - 1] - row_price[current] - column_price[other]
            if cost < slack[other]:
                slack[other], came_from[other] = cost, column
            if slack[other] < step:
                step, following = slack[other], other
        for other in range(columns + 1):
            if used[other]:
                row_price[owner[other]] += step
                column_price[other] -= step
            else:
                slack[other] -= step
        column = following
    return column, came_from
