"""The arena's part at the end of a run. What it takes is loaded then, not when benchmarks are listed."""

from __future__ import annotations

from ..benchmarks.after_run import FinishedRun, Summary


def ratings(run: FinishedRun) -> Summary | None:
    """Write the ratings of the models, and return them as tables."""
    from .summary import save_arena

    return save_arena(run)
