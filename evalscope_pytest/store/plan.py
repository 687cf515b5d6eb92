"""The plan of a run, as one process hands it to another: an xdist worker writes it, the controller reads it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..core.canonical import dumps
from ..core.errors import StoreError
from .atomic import write_atomic
from .layout import WorkDir, record_names


@dataclass(frozen=True, slots=True)
class BenchmarkPlan:
    """One benchmark of a run.

    Attributes:
        metrics: Metric names in report order.
        aggregation: Of all metrics, or of each by its name.
        categories: The levels of a subset's category; a subset without one is under ``default``.
        subsets: In report order.
        requested: Samples of each subset in this run, repeats counted.
        primary: The metric that stands for the benchmark, ``accuracy`` or ``pass@1``; empty for the first.
        settings: The resolved benchmark, as ``task_config.yaml`` shows it.
        fingerprint: Content address of everything besides the model that the scores depend on.
        unsafe_execution: Code that the model wrote ran without isolation.
        after_run: The function that adds to the end of the run, as ``module:function``; empty for none.
        only_metrics: Report no others, whatever the samples' scores hold: the user has chosen.
    """

    name: str
    metrics: tuple[str, ...]
    subsets: tuple[str, ...]
    requested: Mapping[str, int]
    pretty_name: str = ""
    description: str = ""
    version: str = "1"
    aggregation: str | Mapping[str, str] = "mean"
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repeats: int = 1
    primary: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    only_metrics: bool = False
    unsafe_execution: bool = False
    after_run: str = ""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """A run: which model, which benchmarks, and the name its journals go by.

    Attributes:
        model_name: The model as the user named it.
        model_id: Name in reports and folders.
        session: Distinguishes this run's journals from others'; later runs have greater names.
        skipped: Why selected benchmarks are left out, by name.
        notes: Notes of a worker about the selection.
    """

    model_name: str
    model_id: str
    session: str
    benchmarks: tuple[BenchmarkPlan, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def file_names(self) -> dict[tuple[str, str], str]:
        """Return the records' file name of each (benchmark, subset)."""
        return record_names((plan.name, subset) for plan in self.benchmarks for subset in plan.subsets)

    def save(self, workdir: WorkDir) -> None:
        """Write the plan next to the journals.

        Raises:
            StoreError: It could not be written.
        """
        write_atomic(workdir.journal / "plan.json", dumps(asdict(self)).encode())

    @staticmethod
    def discard(workdir: WorkDir) -> None:
        """Remove what `save` wrote, and the journal's folder when nothing else is left in it."""
        with contextlib.suppress(OSError):  # not empty: kept records stay
            (workdir.journal / "plan.json").unlink(missing_ok=True)
            workdir.journal.rmdir()

    @classmethod
    def load(cls, workdir: WorkDir) -> RunPlan:
        """Read what `save` wrote.

        Raises:
            StoreError: It is not there or not readable.
        """
        from msgspec import convert

        path = workdir.journal / "plan.json"
        try:
            return convert(json.loads(path.read_bytes()), cls)  # msgspec's own parser refuses lone surrogates
        except (OSError, ValueError) as error:
            raise StoreError(f"cannot read the run's plan: {path} ({error}). Run the same command again.") from error
