"""Which part of a run this process is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Process:
    """Which process of the run this is: the only one, the controller of xdist's workers, or one of them.

    Attributes:
        lost: What this worker takes over from a dead one: samples that are not run again, with the cause.
        alone: Samples that are run with nothing else under way.
        reports_are_read: A plugin of the controller reads the reports of tests: `onlookers`.
    """

    worker: str = ""
    workers: int = 0
    session: str = ""
    work_dir: str = ""
    lost: Sequence[tuple[int, str]] = ()
    alone: Sequence[int] = ()
    reports_are_read: bool = False

    @property
    def is_worker(self) -> bool:
        """True in an xdist worker."""
        return bool(self.worker)

    @property
    def is_first(self) -> bool:
        """True in the worker that tells the controller what will run."""
        return self.worker == "gw0"

    def share(self, total: int) -> int:
        """Return this process's part of ``total`` requests in flight; the parts of all workers add up to it."""
        if not self.workers or not self.is_worker:
            return total
        position = int(self.worker.removeprefix("gw") or 0) % self.workers
        return max(1, total // self.workers + (position < total % self.workers))
