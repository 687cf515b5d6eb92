"""Files that show a run while it runs: ``progress.json`` (spec/parameters.md) and ``logs/eval_log.log``.

Keys are masked in both.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal, TextIO

from ..core.secret import redact
from ..core.service_state import Services, ServiceState
from ..core.text import visible
from .atomic import cannot_write, own_file, own_folder, write_atomic
from .layout import WorkDir

INTERVAL_S = 1.0
Status = Literal["running", "completed", "error"]


@dataclass(frozen=True, slots=True)
class BenchmarkProgress:
    """Progress of one benchmark.

    Attributes:
        predicted: Samples whose replies are there, or that failed.
        reviewed: Samples that are scored, or failed.
    """

    name: str
    total: int
    predicted: int
    reviewed: int
    split: str = "test"


class ProgressFile:
    """The file, to be written at most once a second; a reader sees it whole.

    Args:
        path: Where it is.
        clock: Seconds that never run backwards.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._written_at = float("-inf")

    @property
    def is_due(self) -> bool:
        """True when the file is to be written again: the last time was at least a second ago."""
        return self._clock() - self._written_at >= INTERVAL_S

    def update(
        self,
        benchmarks: Sequence[BenchmarkProgress],
        status: Status = "running",
        service: Services | ServiceState | None = None,
    ) -> None:
        """Write the progress of the run: when `is_due`, and at its end.

        Args:
            service: State of the service, or of it and the judges'.

        Raises:
            StoreError: It could not be written.
        """
        document = _document(benchmarks, status)
        services = Services(service) if isinstance(service, ServiceState) else service or Services()
        for name, state in (("service", services.model), ("judges", services.judges)):
            if state is not None:
                document[name] = {
                    **state._asdict(),
                    "waits_s": round(state.waits_s, 1),
                    "longest_s": round(state.longest_s, 1),
                }
        write_atomic(self._path, json.dumps(document, indent=2).encode(), durable=False)
        self._written_at = self._clock()


def _document(benchmarks: Sequence[BenchmarkProgress], status: Status) -> dict[str, Any]:
    total, done = sum(b.total for b in benchmarks), sum(b.reviewed for b in benchmarks)
    started = [b for b in benchmarks if b.predicted or b.reviewed]
    finished = sum(b.reviewed >= b.total for b in benchmarks)
    unfinished = [b for b in started if b.reviewed < b.total]
    shown = unfinished or started[-1:]
    return {
        "status": status,
        "pipeline": "eval",
        "total_count": total,
        "processed_count": done,
        "percent": round(100 * done / total, 2) if total else 100.0,
        "stage": {
            "name": "Evaluating",
            "label": shown[0].name if shown else "",
            "current": min(finished + bool(unfinished), len(benchmarks)),
            "total": len(benchmarks),
            "status": status,
            "children": [
                _stage(name, b, current, status)
                for b in shown
                for name, current in (("Predicting", b.predicted), ("Reviewing", b.reviewed))
            ],
        },
        "updated_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _stage(name: str, benchmark: BenchmarkProgress, current: int, status: Status) -> dict[str, Any]:
    return {
        "name": name,
        "label": f"{benchmark.name}@{benchmark.split}",
        "current": current,
        "total": benchmark.total,
        "status": "completed" if current >= benchmark.total else status,
        "children": [],
    }


# The log -------------------------------------------------------------------------------------------------------------


LOGGER = "evalscope_pytest"


class _Redacted(logging.Formatter):
    """Masks secrets in the finished text, tracebacks included, and controls that a terminal would obey."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(redact(super().format(record)), keep="\n\t")


class _File(logging.StreamHandler[TextIO]):
    """Writes to the log's file, and leaves out lines that cannot be written: they are not records."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass

    def close(self) -> None:
        with suppress(OSError, ValueError):
            self.stream.close()
        super().close()


@dataclass(frozen=True, slots=True)
class EvalLog:
    """The open log of a run."""

    handler: logging.Handler
    level_before: int

    def close(self) -> None:
        """Stop logging to the work_dir."""
        logger = logging.getLogger(LOGGER)
        logger.removeHandler(self.handler)
        logger.setLevel(self.level_before)
        self.handler.close()


def open_log(workdir: WorkDir, *, debug: bool = False) -> EvalLog:
    """Send the package's log to the work_dir, until it is closed.

    Raises:
        StoreError: The file cannot be made.
    """
    path = workdir.logs / "eval_log.log"
    try:
        own_folder(path.parent)
        handler = _File(open(path, "a", encoding="utf-8", errors="backslashreplace", opener=own_file))  # noqa: SIM115
    except OSError as error:
        raise cannot_write(path, error) from error
    handler.setFormatter(_Redacted("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.DEBUG if debug else logging.INFO)
    logger = logging.getLogger(LOGGER)
    opened = EvalLog(handler, logger.level)
    logger.addHandler(handler)
    if logger.getEffectiveLevel() > handler.level:
        logger.setLevel(handler.level)
    return opened
