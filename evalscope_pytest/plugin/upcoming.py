"""Which samples come next: what the look-ahead may start, in the order pytest will ask for it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pytest

from .nodes import SampleItem
from .process import Process
from .workers import WorkerQueue


class Upcoming:
    """The items of this process, in order. A worker of xdist learns from its queue which of them are its own.

    Attributes:
        lost: Ids of samples that are not run, with the reason: they killed a worker.
        alone: Ids of samples that run with nothing else under way: they may have killed one.
    """

    def __init__(
        self, items: Sequence[pytest.Item] = (), process: Process | None = None, worker: WorkerQueue | None = None
    ) -> None:
        process = process or Process()
        self.lost = {items[position].nodeid: cause for position, cause in process.lost}
        self.alone = {items[position].nodeid for position in process.alone}
        self._items = items
        self._worker = worker
        self._cursor = 0

    def startable(self, most: int) -> list[SampleItem]:
        """Return the next samples that may be started and are not, at most so many."""
        found: list[SampleItem] = []
        for item in self._next_items():
            if isinstance(item, SampleItem) and item.skipped is None and item.nodeid not in self.lost:
                if not item.ready and not item.stage.left:
                    break  # needs fixtures: they are set up when pytest gets there, and only then
                if item.nodeid in self.alone:
                    break
                if item.ready and (item.job is None or not item.job.fed):
                    found.append(item)
            if self._worker is None:
                self._cursor += 1
            if len(found) >= most:
                break
        return found

    def _next_items(self) -> Iterator[pytest.Item]:
        if self._worker is not None:
            return (self._items[i] for i in self._worker.upcoming())
        return itertools.islice(self._items, self._cursor, None)
