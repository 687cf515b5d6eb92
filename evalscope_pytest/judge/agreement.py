"""Agreement of judges beyond chance, and frequency of verdicts that change with the order of two replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence


def cohen_kappa(pairs: Iterable[tuple[str, str]]) -> float | None:
    """Return the agreement of two judges over the same items (Cohen 1960); None without items, or without choice.

    Args:
        pairs: The two judges' labels of each item.
    """
    items = list(pairs)
    if not items:
        return None
    observed = sum(a == b for a, b in items) / len(items)
    first, second = Counter(a for a, _ in items), Counter(b for _, b in items)
    expected = sum(first[label] * second[label] for label in first) / len(items) ** 2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def fleiss_kappa(items: Iterable[Sequence[str]]) -> float | None:
    """Return the agreement of several raters over items that may have different numbers of labels (Fleiss 1971).

    Items with fewer than two labels say nothing of agreement and are left out. With different numbers each item's
    agreement counts alike, and chance follows from all labels. None without items, or if all labels are equal.
    """
    rated = [Counter(labels) for labels in items if len(labels) > 1]
    if not rated:
        return None
    totals: Counter[str] = sum(rated, Counter())
    everything = sum(totals.values())
    expected = sum((count / everything) ** 2 for count in totals.values())
    observed = sum(_agreeing(counts) for counts in rated) / len(rated)
    return None if expected == 1 else (observed - expected) / (1 - expected)


def _agreeing(counts: Counter[str]) -> float:
    """Return the share of an item's pairs of labels that are equal."""
    n = sum(counts.values())
    return sum(c * (c - 1) for c in counts.values()) / (n * (n - 1))


def inconsistency(pairs: Iterable[tuple[float, float]]) -> float | None:
    """Return the share of comparisons whose winner depends on the order; None without comparisons.

    Args:
        pairs: Each comparison's value for the same reply, from 0 (lost) to 1 (won), shown first and shown second.
    """
    items = list(pairs)
    return sum(first != second for first, second in items) / len(items) if items else None
