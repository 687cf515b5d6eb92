"""A load shared by several processes, if one core cannot send it; their raw samples are pooled.

They begin at one moment of the machine's monotonic clock, and alternate in prompts and starts.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from multiprocessing.connection import Connection, wait

from ...core.errors import EvalError
from ...engine.loop import LoopThread
from ..measure.result import Observed, Result, pooled
from ..measure.slo import SloBound
from ..measure.validity import result_of
from .endpoint import Endpoint
from .load_generator import Live, Workload
from .load_point import LoadPoint, Part
from .session import WATCH_S, Snapshot, Stop, Watch, combined, generate_load, observed, take_snapshot

HEAD_START_S = 0.1
READY, STOP = "ready", "stop"


class ProcessLostError(EvalError):
    """A process of the client ended before its part was measured."""


def measure_together(
    endpoint: Endpoint,
    workload: Workload,
    level: LoadPoint,
    processes: int,
    objectives: Sequence[SloBound] = (),
    *,
    watch: Watch | None = None,
) -> Result:
    """Run a load in several processes and return its result. An interruption (Ctrl-C) gives a partial one.

    Raises:
        ConfigError: The address is invalid, or the data set does not fit.
        ProcessLostError: A process died.
    """
    context = multiprocessing.get_context("spawn")
    ends: list[Connection] = []
    workers = []
    try:
        for index in range(processes):
            here, there = context.Pipe()
            arguments = (there, endpoint, workload, level, Part(index, processes))
            worker = context.Process(target=_work, args=arguments, daemon=True)
            worker.start()
            there.close()
            ends.append(here)
            workers.append(worker)
        return result_of(level, pooled(_conduct(ends, watch)), objectives)
    finally:
        for end in ends:
            end.close()
        for worker in workers:
            worker.join(2)
            worker.kill()


def _conduct(ends: Sequence[Connection], watch: Watch | None) -> list[Observed]:
    """Start all processes together once all are ready, and collect their observations."""
    seen: dict[int, Observed] = {}
    snapshots: dict[int, Snapshot] = {}
    ready: set[int] = set()
    stopping = False
    while len(seen) < len(ends):
        try:
            ready_ends = wait([end for number, end in enumerate(ends) if number not in seen], WATCH_S)
            for number, end in enumerate(ends):
                if end in ready_ends:
                    _take(number, _received(end), seen, snapshots, ready)
            if len(ready) == len(ends):
                ready.clear()
                begin = time.perf_counter() + HEAD_START_S
                for end in ends:
                    end.send(begin)
            if watch is not None and snapshots:
                watch(combined(list(snapshots.values())))
        except KeyboardInterrupt:
            if stopping:
                raise
            stopping = True
            for end in ends:
                with suppress(OSError):  # the process has already ended
                    end.send(STOP)
    return [seen[number] for number in sorted(seen)]


def _received(end: Connection) -> object:
    try:
        return end.recv()
    except EOFError:
        raise ProcessLostError(
            "a process of the load tester ended before its part was measured. Run it again."
        ) from None


def _take(
    number: int, found: object, seen: dict[int, Observed], snapshots: dict[int, Snapshot], ready: set[int]
) -> None:
    if isinstance(found, Exception):
        raise found
    if isinstance(found, Observed):
        seen[number] = found
    elif isinstance(found, Snapshot):
        snapshots[number] = found
    else:
        ready.add(number)


def _work(end: Connection, endpoint: Endpoint, workload: Workload, level: LoadPoint, part: Part) -> None:
    """Run one part; the entry point of a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all processes; the first one decides
    with suppress(EOFError, ConnectionError):  # the first process is gone
        try:
            end.send(_measured(end, endpoint, workload, level, part))
        except EvalError as error:
            end.send(error)


def _measured(end: Connection, endpoint: Endpoint, workload: Workload, level: LoadPoint, part: Part) -> Observed:
    live, stop, warm = Live(), Stop(), threading.Event()
    thread = LoopThread("evalscope-perf")
    begun: asyncio.Future[float] = thread.loop.create_future()

    async def begin() -> float:
        warm.set()
        return await begun

    try:
        future = thread.submit(generate_load(endpoint, workload, level, live, stop, (part, begin)))
        while not warm.wait(0.01) and not future.done():
            _poll(end, stop, 0.0)
        if not future.done():
            end.send(READY)
            thread.call(begun.set_result, _poll(end, stop, None) or time.perf_counter())
        while True:
            try:
                return observed(future.result(WATCH_S))
            except FutureTimeoutError:
                if future.done():
                    raise
                _poll(end, stop, 0.0)
                end.send(take_snapshot(live))
    finally:
        thread.close()


def _poll(end: Connection, stop: Stop, seconds: float | None) -> float | None:
    """Poll for a message of the first process: the moment to begin, or a stop request."""
    if not end.poll(seconds):
        return None
    message = end.recv()
    if message == STOP:
        stop.request()
        return None
    return float(message)
