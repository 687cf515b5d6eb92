"""Feeds the items of samples to the engine, in the order in which pytest comes to them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import partial

import pytest

from ..engine.evaluation import Outcome
from ..engine.lookahead import Job, Stopped
from ..run.assembly import Run
from ..run.crashes import watched
from ..run.process import Process
from .nodes import SampleItem
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


class Feed:
    """Runs the samples of items ahead of pytest.

    Attributes:
        upcoming: The items to come, in order.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.upcoming = Upcoming()

    def outcome(self, item: SampleItem) -> Outcome:
        """Return an item's outcome once it is there and in the journal, having started what comes after it.

        Raises:
            Stopped: The run has ended before it.
            StoreError: It could not be recorded.
        """
        run = self._run
        if run.stopped and (item.job is None or not item.job.done):
            raise Stopped
        job = self._job_of(item)
        if not job.fed:  # before what comes after it, which a worker's queue begins with
            run.ahead.feed_now(job)
        if item.nodeid not in self.upcoming.alone:
            run.ahead.feed(self._supply)
        outcome = run.ahead.take(job)
        if outcome.kept is not None:
            run.journal.wait_for(outcome.kept)
        return outcome

    def is_done(self, item: pytest.Item) -> bool:
        """Return whether an item is a sample whose outcome is there."""
        return isinstance(item, SampleItem) and item.job is not None and item.job.done

    def _job_of(self, item: SampleItem) -> Job[Outcome]:
        """Return the item's job, made at most once."""
        if item.job is None:
            run = partial(self._run.runner.run, item.unit)
            item.job = Job(partial(watched, self._run.started, item.nodeid, run))
        return item.job

    def _supply(self, room: int) -> list[Job[Outcome]]:
        return [self._job_of(item) for item in self.upcoming.startable(room)]
