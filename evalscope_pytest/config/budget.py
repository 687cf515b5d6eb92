"""How many errors a run tolerates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorBudget:
    """How many samples may end in an error before the run counts as failed: a number, or a percentage of all."""

    count: int | None = None
    percent: float = 0.0

    def allows(self, errors: int, total: int) -> bool:
        """Return whether ``errors`` of ``total`` samples are still tolerated."""
        return errors <= self.count if self.count is not None else errors * 100 <= self.percent * total

    def __str__(self) -> str:
        return str(self.count) if self.count is not None else f"{self.percent}%"
