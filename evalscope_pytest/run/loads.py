"""Load tests that belong to a run: one process measures at a time, and what all measured becomes one report."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ..core.errors import EvalError
from ..report.gates import GateResult
from ..store.atomic import own_file, own_folder
from ..store.layout import unusable
from . import progress
from .finish import gates_of
from .summary import Line, gate_line

if TYPE_CHECKING:
    from ..perf.load.load_point import LoadPoint
    from ..perf.load.session import Snapshot, Watch
    from ..perf.measure.result import Result
    from .assembly import Run

TURN_S = 0.05
CROWDED = (
    "other workers of this run used the service too, so this is not the load alone. Run load tests without -n, or "
    "apart from benchmarks."
)


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


class Measured:
    """The measurements of one process: written to the work_dir, with figures for the report of the test.

    Attributes:
        figures: The figures that have not been sent with a test's report yet.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._names: Counter[str] = Counter()
        self.figures: list[dict[str, Any]] = []

    def keep(self, test: str, result: Result) -> Result:
        """Write a measurement, and return it under its name in the run.

        Args:
            test: The id of the test that measured.
        """
        from ..perf.output.records import summary_of, write_result

        run = self._run
        name = f"{test} {result.level.name}"
        self._names[name] += 1
        if (number := self._names[name]) > 1:
            name += f"#{number}"
        notes = (*result.notes, CROWDED) if run.process.is_worker and run.benchmarks else result.notes
        result = replace(result, name=name, test=test, notes=notes)
        write_result(run.work_dir.loads, result)
        self.figures.append(summary_of(result))
        return result


def watcher(level: LoadPoint, write_line: Callable[[str], object], columns: int | None) -> Watch:
    """Return what writes a line about a load after a few seconds, and then one now and again.

    Args:
        columns: The width of the terminal; None for any width.
    """
    from ..perf.output.progress import line_of

    next_at = time.monotonic() + progress.FIRST_S

    def watch(seen: Snapshot) -> None:
        nonlocal next_at
        if (now := time.monotonic()) >= next_at:
            next_at = now + progress.EVERY_S
            write_line(line_of(level, seen, width=columns))

    return watch


class LoadTests:
    """The load tests of a run, from the figures of all its processes.

    Attributes:
        results: The measurements, once the run is finished.
        gates: The results of the gates on them.
        broken: Why the report could not be written; empty if it was, or none was due.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._figures: dict[str, dict[str, Any]] = {}
        self.results: tuple[Result, ...] = ()
        self.gates: list[GateResult] = []
        self.broken = ""

    @property
    def folder(self) -> Path:
        """The folder of the measurements and their report."""
        return self._run.work_dir.loads

    def add(self, figures: Iterable[dict[str, Any]]) -> None:
        """Take the figures that came with a test's report."""
        self._figures.update((one["name"], one) for one in figures)

    def finish(self) -> None:
        """Decide the gates, and write the report of what was measured."""
        try:
            self._finish()
        except EvalError as error:
            self.broken = f"{type(error).__name__}: {error}"

    def _finish(self) -> None:
        _, gates = gates_of(self._run)
        if not (self._figures or gates) or self._run.usage_error:
            return
        from ..perf.measure.gates import evaluate
        from ..perf.output.records import read_result

        self.results = tuple(read_result(self.folder, one) for one in self._figures.values())
        self.gates = evaluate(gates, self.results)
        if self.results:
            _write_report(self._run, self.results, self.gates)

    def lines(self, columns: int | None, shown_path: Callable[[Path], str]) -> Iterator[Line]:
        """Yield a line for each load, and the gates.

        Args:
            columns: The width of the terminal; None for any width.
            shown_path: Returns a path as the terminal shows it.
        """
        if self.results:
            from ..perf.output.table import overview

            yield Line("load tests", is_heading=True)
            yield Line(overview(self.results, columns))
            for result in self.results:
                yield from (Line(f"INVALID {result.title}: {reason}", "red") for reason in result.invalid)
            yield Line(f"load tests: {shown_path(self.folder / 'report.html')}")
        yield from map(gate_line, self.gates)
        if self.broken:
            yield Line(f"ERROR: {self.broken}", "red")


def _write_report(run: Run, results: Sequence[Result], gates: Sequence[GateResult]) -> None:
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
