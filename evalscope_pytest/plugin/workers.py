"""Distributes a run with xdist: a worker's queue, a scheduler that fits look-ahead, and the controller.

``worksteal`` takes samples from a worker that has already sent them (1,613 requests for 1,319 samples, measured), and
``load`` lets queues run so short that nothing can be started ahead. The scheduler here never takes back what it gave,
keeps each worker's queue as long as its look-ahead, and hands what a dead worker leaves to the one in its place.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest
from xdist.scheduler.load import LoadScheduling
from xdist.workermanage import WorkerController, parse_tx_spec_config

from ..config.schema import to_mapping
from ..core.errors import EvalError
from ..core.text import visible
from ..run.assembly import Run
from ..run.crashes import OWN_SCHEDULER, Handover, Handovers, cause_of_death, distribution_fault
from ..run.progress import load_states
from ..run.summary import stop_line
from ..store.inflight_marks import Phase, mark_of
from .reports import readers
from .terminal import abandon, run_lines, screen_of, without_epilogue

STOP_COMMAND = "evalscope_stop"
DECIDED_COMMAND = "evalscope_decided"
WAITS_EVENT = "evalscope_waits"
LEAST_QUEUE = 2  # a worker starts an item only when it knows the one after it
USAGE_ERROR = "evalscope_usage_error"
STOPPED = "evalscope_stopped"
# Workers that have not ended in good order by then are interrupted, whatever they do.
PATIENCE_S = 5.0


def distributes(config: pytest.Config) -> bool:
    """Return whether xdist will run the tests in other processes."""
    option = config.option
    chosen = getattr(option, "dist", "no") != "no" and bool(getattr(option, "tx", None))
    return chosen and not option.collectonly


def check_distribution(config: pytest.Config, in_flight: int) -> None:
    """Check that the workers can share the requests in flight.

    Raises:
        pytest.UsageError: They would send samples twice, or more at once than allowed.
    """
    workers = len(parse_tx_spec_config(config))
    if fault := distribution_fault(config.option.dist, workers, in_flight):
        raise pytest.UsageError(fault)


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

    def listen(self, stop: Callable[[str], object], decide: Callable[[str], object]) -> None:
        """Have the controller call ``stop(reason)`` and ``decide(benchmark)``, on another thread."""
        handle = self._interactor.handle_command

        def handle_command(command: Any) -> None:
            if isinstance(command, tuple) and command[0] == STOP_COMMAND:
                stop(command[1]["reason"])
            elif isinstance(command, tuple) and command[0] == DECIDED_COMMAND:
                decide(command[1]["benchmark"])
            else:
                handle(command)

        self._interactor.handle_command = handle_command

    def send_states(self, services: Sequence[object]) -> None:
        """Send the controller's `receive_states` what this worker waits for."""
        self._interactor.sendevent(WAITS_EVENT, services=services)

    def end(self) -> None:
        """Let the worker end once it is done with the item it is at."""
        self._interactor.handle_command(("shutdown", {}))


def receive_states(config: pytest.Config, node: WorkerController, show: Callable[..., None]) -> None:
    """Have each message of a waiting worker call ``show(worker=..., services=...)``, in the controller's loop."""
    setattr(config.pluginmanager.getplugin("dsession"), f"worker_{WAITS_EVENT}", show)
    receive = node.process_from_remote

    def process_from_remote(event: Any) -> None:
        if isinstance(event, tuple) and event[0] == WAITS_EVENT:
            node.notify_inproc(WAITS_EVENT, worker=node.gateway.id, **event[1])
        else:
            receive(event)

    node.process_from_remote = process_from_remote


def stop_worker(node: WorkerController, reason: str) -> None:
    """Have a worker end in good order: xdist itself lets it run through its whole queue first."""
    try:
        node.sendcommand(STOP_COMMAND, reason=reason)
    except OSError:
        return  # it is gone already


def kill_worker(node: WorkerController) -> None:
    """End a worker at once."""
    with suppress(OSError):
        os.kill(node.gateway._rinfo().pid, signal.SIGKILL)


class LookAheadScheduling(LoadScheduling):  # type: ignore[misc]  # xdist has no types
    """Load scheduling whose queues are at least as long as the look-ahead of a worker.

    Args:
        queue: Number of items in a worker's queue.
        workers: Workers that get items: no more than there are requests allowed in flight.
        in_step: Hand items out in turns: a run that may stop early counts them in their order.
        started: Returns, by a worker's name, what it was working on when it died.
    """

    collection: list[str] | None

    def __init__(
        self,
        config: pytest.Config,
        log: Any,
        *,
        queue: int,
        workers: int,
        in_step: bool = False,
        started: Callable[[str], Mapping[int, Phase]],
    ) -> None:
        super().__init__(config, log)
        self._started = started
        self.handovers = Handovers()
        self._queue = max(LEAST_QUEUE, queue)
        self._workers = workers
        self._in_step = in_step

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
        self._deal(min(even, 2 * self._queue))
        for node in self.nodes:
            if not self.pending or node not in self._busy_nodes():
                node.shutdown()

    def check_schedule(self, node: WorkerController, duration: float = 0) -> None:
        """Top up a worker whose queue has become shorter than its look-ahead."""
        if node.shutting_down:
            return
        if positions := self.handovers.unsent(node.gateway.id):
            self._send(node, positions)
        if not self.pending:
            node.shutdown()
            return
        have = len(self.node2pending[node])
        if have < self._queue:
            # The last items are shared out evenly, so that the workers finish together.
            even = max(LEAST_QUEUE, len(self.pending) // len(self.nodes))
            self._send_tests(node, LEAST_QUEUE if self._in_step else min(2 * self._queue - have, even))

    def _deal(self, num: int) -> None:
        """Send each worker its first items."""
        nodes = self._busy_nodes()
        if not self._in_step:
            for node in nodes:
                self._send_tests(node, num)
            return
        positions, self.pending[: num * len(nodes)] = self.pending[: num * len(nodes)], []
        for place, node in enumerate(nodes):
            if own := positions[place :: len(nodes)]:
                self._send(node, own)

    def _send_tests(self, node: WorkerController, num: int) -> None:
        positions, self.pending[:num] = self.pending[:num], []
        if positions:
            self._send(node, positions)

    def _send(self, node: WorkerController, positions: Sequence[int]) -> None:
        """Send items to a worker. If it has ended meanwhile, `remove_node` hands them over."""
        self.node2pending[node].extend(positions)
        with suppress(OSError):
            node.send_runtest_some(positions)

    @property
    def tests_finished(self) -> bool:
        """False as long as something is left by a dead worker."""
        return not self.handovers.pending and bool(super().tests_finished)

    def remove_node(self, node: WorkerController) -> str | None:
        """Forget a worker that has ended; return the ordinary test that it died of, if it did."""
        worker, ids = node.gateway.id, self.collection or []
        waiting: list[int] = self.node2pending.pop(node)
        queue = waiting if ids else []
        marks = self._started(worker) if queue else {}
        started = {p: marks[mark] for p in queue if (mark := mark_of(ids[p])) in marks}
        culprit = self.handovers.ended(worker, queue, started, cause_of_death(_exit_code(node)) if queue else "")
        return None if culprit is None else ids[culprit]

    def suspects(self) -> list[str]:
        """Return the samples that may have killed a worker, and that no worker took over."""
        return [self.collection[p] for p in self.handovers.suspects] if self.collection else []

    def _busy_nodes(self) -> Sequence[WorkerController]:
        nodes: list[WorkerController] = self.nodes
        return nodes[: self._workers]


def _exit_code(node: WorkerController) -> int | None:
    """Return the exit code of a worker's process; None if it is still there, or on another machine."""
    process: Any = getattr(node.gateway._io, "popen", None)
    try:
        code: int = process.wait(1)
    except (AttributeError, subprocess.TimeoutExpired):
        return None
    return code


# The controller ----------------------------------------------------------------------------------------------------


class Controller:
    """Hooks of the process that controls xdist's workers."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        self._run = run
        self._config = config
        self._scheduler: LookAheadScheduling | None = None
        self._nodes: list[Any] = []
        self._failures = 0
        self.polls_stop = False
        run.on_stop = self._stop_workers
        run.on_decided = self._spread

    def interrupt(self, by: str) -> None:
        """End the run in good order: every worker first."""
        self._run.interrupted = True
        self._config.pluginmanager.getplugin("dsession").shouldstop = by
        self._run.stop(f"interrupted by {by}")
        insist = self._config.pluginmanager.getplugin("evalscope_signals").insist
        timer = threading.Timer(PATIENCE_S, insist)
        timer.daemon = True
        timer.start()

    def abandon(self) -> None:
        """End the workers, and print the resume command."""
        for node in self._nodes:
            kill_worker(node)
        abandon(self._run, self._config)

    def _stop_workers(self, reason: str) -> None:
        distributed = self._config.pluginmanager.getplugin("dsession")
        distributed.shouldstop = distributed.shouldstop or (
            reason if self._run.interrupted else visible(stop_line(reason))
        )
        for node in self._nodes:
            stop_worker(node, reason)

    def _spread(self, benchmark: str) -> None:
        """Have the workers send no more of a benchmark."""
        for node in self._nodes:
            with suppress(OSError):  # it is gone already
                node.sendcommand(DECIDED_COMMAND, benchmark=benchmark)

    def _show_states(self, worker: str, services: Sequence[Any]) -> None:
        self._config.pluginmanager.getplugin("evalscope_reporting").update(worker, load_states(services))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Any:
        """Note that xdist's loop runs, which checks for a stop request."""
        self.polls_stop = True
        try:
            return (yield)
        finally:
            self.polls_stop = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Apply ``--maxfail``, on which xdist only stops to give workers more."""
        self._failures += report.failed
        most = self._config.getvalue("maxfail")
        if most and self._failures >= most and not self._run.stopped:
            self._run.stop(f"stopping after {self._failures} failures")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Check, before any worker is started, that the records can be kept."""
        try:
            self._run.work_dir  # noqa: B018
        except EvalError as error:
            without_epilogue(self._config)
            raise pytest.UsageError(str(error)) from error  # its cause decides the exit code

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Send the run's configuration to a worker, over its private channel."""
        run = self._run
        self._nodes.append(node)
        receive_states(self._config, node, self._show_states)
        left = self._scheduler.handovers.take_over(node.gateway.id) if self._scheduler else Handover()
        values = {
            "lost": left.lost,
            "alone": left.alone,
            "task": to_mapping(run.task, reveal_secrets=True),
            "given": dict(run.task.given),
            "worker": node.gateway.id,
            "workers": len(node.nodemanager.specs),
            "session": run.session,
            "reports_are_read": bool(readers(self._config)),
            "work_dir": str(run.work_dir.root),
            "order_seed": run.order_seed,
            "decided": sorted(run.decided),
        }
        node.workerinput["evalscope"] = json.dumps(values)

    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> LookAheadScheduling | None:
        """Distribute samples in a way that fits look-ahead, unless whole files are to stay together."""
        if config.option.dist not in OWN_SCHEDULER:
            return None
        workers = min(len(parse_tx_spec_config(config)), self._run.task.eval_batch_size)
        run = self._run
        self._scheduler = LookAheadScheduling(
            config,
            log,
            queue=run.queue(workers),
            workers=workers,
            in_step=run.order_seed is not None,
            started=run.left_by_worker,
        )
        return self._scheduler

    def pytest_xdist_node_collection_finished(self, node: Any, ids: Any) -> None:
        """Read what will run, and announce it."""
        run = self._run
        if run.benchmarks or not run.load_plan(ids):
            return
        screen = screen_of(self._config)
        if screen is not None and (lines := run_lines(run, self._config)):
            if screen.columns is not None:  # xdist rewrites the count of its workers, and leaves that line open
                screen.end_line()
            for line in lines:
                screen.write_line(line)

    def pytest_testnodedown(self, node: Any, error: Any) -> None:
        """Take the reason for which a worker refused or stopped the run."""
        if node in self._nodes:  # one that was interrupted goes down twice
            self._nodes.remove(node)
        output = getattr(node, "workeroutput", None) or {}
        if USAGE_ERROR in output and not self._run.usage_error:
            self._run.usage_error, self._run.store_fault = output[USAGE_ERROR]
        if STOPPED in output and not self._run.stopped:
            reason, self._run.interrupted, self._run.store_fault = output[STOPPED]
            self._run.stop(reason)

    @property
    def left_behind(self) -> list[str]:
        """The samples that may have killed a worker, if none took its place."""
        return self._scheduler.suspects() if self._scheduler else []
