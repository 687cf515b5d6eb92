"""The files of an arena: ``reports/{model_id}/general_arena/`` with ratings.json, ratings.svg and leaderboard.txt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ..store.atomic import write_atomic
from ..store.layout import WorkDir
from ..store.plan import BenchmarkPlan, RunPlan
from .plot import draw
from .results import results
from .table import tables


@dataclass(frozen=True, slots=True)
class SavedArena:
    """An arena's results, as they are shown and where they are.

    Attributes:
        text: Its tables.
    """

    text: str
    folder: Path


def save_arena(work_dir: WorkDir, run: RunPlan, plan: BenchmarkPlan, columns: int | None = None) -> SavedArena | None:
    """Write an arena's results; None where nothing was decided.

    Args:
        columns: Width of the terminal that shows the tables; None for as wide as they are.

    Raises:
        StoreError: They could not be written.
    """
    found = results(work_dir, run, plan)
    if not found.pairs:
        return None
    folder = work_dir.reports(run.model_id) / plan.name
    written = json.dumps(found.to_json(), indent=4, ensure_ascii=False, allow_nan=False)
    write_atomic(folder / "ratings.json", written.encode("utf-8", "replace"))
    write_atomic(folder / "ratings.svg", draw(found).encode("utf-8", "replace"))
    write_atomic(folder / "leaderboard.txt", f"{tables(found)}\n".encode("utf-8", "replace"))
    return SavedArena(tables(found, columns), folder)
