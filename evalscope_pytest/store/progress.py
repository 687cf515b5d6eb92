"""``progress.json``: how far a run is, for whoever watches from outside (spec/parameters.md)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from ..core.service_state import Services, ServiceState
from .atomic import write_atomic

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
