"""The files of an arena: ``reports/{model_id}/general_arena/`` with ratings.json, ratings.svg and leaderboard.txt."""

from __future__ import annotations

import json

from ..benchmarks.after_run import FinishedRun, Summary
from ..store.atomic import write_atomic
from .plot import draw
from .results import results
from .table import tables


def save_arena(run: FinishedRun) -> Summary | None:
    """Write an arena's results; return None if nothing was decided.

    Raises:
        StoreError: They could not be written.
    """
    work_dir, plan = run.work_dir, run.benchmark
    found = results(work_dir, run.plan, plan)
    if not found.pairs:
        return None
    folder = work_dir.reports(run.plan.model_id) / plan.name
    written = json.dumps(found.to_json(), indent=4, ensure_ascii=False, allow_nan=False)
    write_atomic(folder / "ratings.json", written.encode("utf-8", "replace"))
    write_atomic(folder / "ratings.svg", draw(found).encode("utf-8", "replace"))
    write_atomic(folder / "leaderboard.txt", f"{tables(found)}\n".encode("utf-8", "replace"))
    return Summary(f"\n{tables(found, run.columns)}", "ratings", folder)
