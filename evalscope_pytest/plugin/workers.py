"""What this package needs of xdist: a worker's queue, its share of the run, and a scheduler that fits look-ahead.

``worksteal`` takes samples from a worker that has already asked them (1,613 requests for 1,319 samples, measured), and
``load`` lets queues run so short that nothing can be started ahead. The scheduler here never takes back what it gave,
and keeps each worker's queue as long as its look-ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler.load import LoadScheduling
from xdist.workermanage import parse_tx_spec_config

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

OWN_SCHEDULER = ("load", "worksteal")  # what --dist says when samples may go to any worker
LEAST_QUEUE = 2  # a worker starts an item only when it knows the one after it


def distributes(config: pytest.Config) -> bool:
    """Tell whether xdist will run the tests in other processes."""
    option = config.option
    chosen = getattr(option, "dist", "no") != "no" and bool(getattr(option, "tx", None))
    return chosen and not option.collectonly


def check_distribution(config: pytest.Config, in_flight: int) -> None:
    """See that the workers can share the requests in flight.

    Raises:
        pytest.UsageError: They would ask twice, or more at once than allowed.
    """
    if config.option.dist == "each":
        raise pytest.UsageError("--dist each would ask every sample once per worker. Use -n N alone.")
    workers = len(parse_tx_spec_config(config))
    if config.option.dist not in OWN_SCHEDULER and workers > in_flight:
        raise pytest.UsageError(
            f"--dist {config.option.dist} with {workers} workers has at least {workers} requests in flight, and "
            f"--eval-batch-size allows {in_flight}. Use -n {in_flight}, or leave --dist out."
        )


class WorkerQueue:
    """The items a worker was given and has not run. Reads xdist's own queue, under its lock."""

    def __init__(self, interactor: Any) -> None:
        self._interactor = interactor

    @classmethod
    def find(cls, config: pytest.Config) -> WorkerQueue | None:
        """Return the queue of this worker, or None outside of one."""
        for plugin in config.pluginmanager.get_plugins():
            if type(plugin).__name__ == "WorkerInteractor" and hasattr(plugin, "torun"):
                return cls(plugin)
        return None

    def upcoming(self) -> list[int]:
        """Return the indices of the items to come, in order."""
        with self._interactor.torun.lock() as queue:
            waiting = list(queue)
        return [i for i in (self._interactor.nextitem_index, *waiting) if isinstance(i, int)]


class LookAheadScheduling(LoadScheduling):  # type: ignore[misc]  # xdist has no types
    """Load scheduling whose queues are at least as long as the look-ahead of a worker.

    Args:
        queue: Items a worker should have at hand.
        workers: Workers that get items: no more than there are requests allowed in flight.
    """

    collection: list[str] | None

    def __init__(self, config: pytest.Config, log: Any, *, queue: int, workers: int) -> None:
        super().__init__(config, log)
        self._queue = max(LEAST_QUEUE, queue)
        self._workers = workers

    def schedule(self) -> None:
        """Hand out the first items, evenly when there are few."""
        if self.collection is not None:
            for node in self.nodes:
                self.check_schedule(node)
            return
        if not self._check_nodes_have_same_collection():
            self.log("**Different tests collected, aborting run**")
            return
        collection: list[str] = next(iter(self.node2collection.values()))
        self.collection = collection
        self.pending[:] = range(len(collection))
        if not collection:
            return
        even = -(-len(self.pending) // max(1, len(self._busy_nodes())))
        for node in self._busy_nodes():
            self._send_tests(node, min(even, 2 * self._queue))
        for node in self.nodes:
            if not self.pending or node not in self._busy_nodes():
                node.shutdown()

    def check_schedule(self, node: WorkerController, duration: float = 0) -> None:
        """Top up a worker whose queue has become shorter than its look-ahead."""
        if node.shutting_down:
            return
        if not self.pending:
            node.shutdown()
            return
        have = len(self.node2pending[node])
        if have < self._queue:
            # The last items are shared out evenly, so that the workers finish together.
            even = max(LEAST_QUEUE, len(self.pending) // len(self.nodes))
            self._send_tests(node, min(2 * self._queue - have, even))

    def _busy_nodes(self) -> Sequence[WorkerController]:
        nodes: list[WorkerController] = self.nodes
        return nodes[: self._workers]
