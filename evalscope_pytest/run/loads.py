"""Load tests that belong to a run: one process measures at a time, and what all measured becomes one report."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TextIO

from ..report.gates import GateResult
from ..store.atomic import own_file, own_folder
from ..store.layout import unusable

if TYPE_CHECKING:
    from ..perf.measure.result import Result
    from .assembly import Run

TURN_S = 0.05


@contextmanager
def alone(run: Run) -> Iterator[None]:
    """Let one process measure at a time: two loads on one service would be a third."""
    folder = run.work_dir.loads
    try:
        own_folder(folder)
        file = open(folder / ".lock", "w", encoding="utf-8", opener=own_file)  # noqa: SIM115 - closed below
    except OSError as error:
        raise unusable(folder, error) from error
    with file:
        while not _has(file) and not run.stopped:
            time.sleep(TURN_S)
        yield


def _has(file: TextIO) -> bool:
    """Try to get hold of a file that one process at a time has."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):  # Windows has no such locks, nor have some network file systems
        return True
    return True


def read_back(run: Run, summaries: Iterable[dict[str, Any]]) -> Iterator[Result]:
    """Yield the measurements of all processes."""
    from ..perf.output.records import read_result

    for summary in summaries:
        yield read_result(run.work_dir.loads, summary)


def write_report(run: Run, results: Sequence[Result], gates: Sequence[GateResult]) -> None:
    """Write the report of the measurements."""
    from ..perf.load.endpoint import Endpoint, address_of
    from ..perf.output.html import write_page
    from ..perf.output.records import Facts, write_summary
    from ..perf.output.table import text

    folder = run.work_dir.loads
    about = Facts(
        model=run.task.model or "",
        url=address_of(Endpoint(run.spec.api_url or "")).shown,
        interface=run.spec.eval_type,
        dataset="load.run in tests",
        started_at=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S %z"),
        parameters="",
    )
    write_summary(folder, about, results, text(results), gates)
    write_page(folder / "report.html", about, results, gates)
