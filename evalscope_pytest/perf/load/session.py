"""Runs loads, each in an event loop on a thread: snapshots while they run, then a result."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from importlib.util import find_spec

from ...core.errors import ConfigError
from ...engine.loop import LoopThread
from ..measure.result import ClientOverhead, Observed, Result
from ..measure.slo import SloBound
from ..measure.validity import result_of
from .connection import Client
from .endpoint import Endpoint, address_of
from .load_generator import Begin, Live, LoadGenerator, LoadRun, Workload, quiet_collector
from .load_point import WHOLE, LoadPoint, Part

# Snapshots ------------------------------------------------------------------------------------------------------------

RECENT = 500


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The progress of a running load at one moment.

    Attributes:
        output_per_s: Output tokens a second of the last replies.
        firsts: Times to first token of the last replies, from the schedule.
    """

    seconds: float
    done: int
    failed: int
    in_flight: int
    output_per_s: float
    firsts: tuple[float, ...]


def take_snapshot(live: Live) -> Snapshot:
    """Take a snapshot of a running load."""
    requests = live.requests[-RECENT:]
    fine = [request for request in requests if request.ok]
    output = 0.0
    if fine:
        lasted = max(request.done for request in fine) - min(request.sent for request in fine)
        output = sum(request.tokens.output for request in fine) / max(lasted, 1e-9)
    live.failed += sum(not request.ok for request in live.requests[live.looked_at :])
    live.looked_at = len(live.requests)
    return Snapshot(
        max(time.perf_counter() - live.started, 1e-9),
        len(live.requests),
        live.failed,
        live.in_flight,
        output,
        tuple(first for request in fine if (first := request.ttft_scheduled) is not None),
    )


def combined(snapshots: Sequence[Snapshot]) -> Snapshot:
    """Merge the snapshots of several processes."""
    return Snapshot(
        max(one.seconds for one in snapshots),
        sum(one.done for one in snapshots),
        sum(one.failed for one in snapshots),
        sum(one.in_flight for one in snapshots),
        sum(one.output_per_s for one in snapshots),
        tuple(first for one in snapshots for first in one.firsts),
    )


# Needed packages ------------------------------------------------------------------------------------------------------

NEEDED = ("httptools", "orjson")


def check_packages() -> None:
    """Check that the packages for sending and parsing are installed.

    Raises:
        ConfigError: A package is not installed.
    """
    for name in NEEDED:
        if find_spec(name) is None:
            raise ConfigError(f"perf needs {name}, which is not installed. Run: pip install 'evalscope-pytest[perf]'.")


# Runs -----------------------------------------------------------------------------------------------------------------

WATCH_S = 0.5
Watch = Callable[[Snapshot], None]


class Stop:
    """Ends a running load early, from any thread or signal handler."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._requested = False
        self._call: Callable[[], None] | None = None

    @property
    def requested(self) -> bool:
        """True once the end was requested."""
        return self._requested

    def request(self) -> None:
        """End the running load, or the next one to start."""
        with self._lock:
            self._requested = True
            if self._call is not None:
                self._call()

    def connect(self, call: Callable[[], None] | None) -> None:
        """Set the function that ends the running load."""
        with self._lock:
            self._call = call
            if self._requested and call is not None:
                call()


async def generate_load(
    endpoint: Endpoint,
    workload: Workload,
    level: LoadPoint,
    live: Live,
    stop: Stop,
    share: tuple[Part, Begin | None] = (WHOLE, None),
) -> LoadRun:
    """Run a load, or a part of it, in the running event loop.

    Args:
        share: The part of the level this process runs, and the signal it awaits before its first request.

    Raises:
        ConfigError: The address is invalid, or the data set does not fit.
    """
    client = Client(address_of(endpoint))
    driver = LoadGenerator(client, workload, live, *share)
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.call_soon_threadsafe(driver.stop)

    stop.connect(end)
    try:
        with quiet_collector():
            return await driver.run(level)
    finally:
        stop.connect(None)
        await client.close()


def observed(load_run: LoadRun) -> Observed:
    """Return the observations for a `Result`."""
    import numpy as np

    effort = load_run.effort
    lag = float(np.percentile(effort.lags, 99)) if len(effort.lags) else 0.0
    late = float(np.percentile(load_run.dispatch_lags, 99)) if load_run.dispatch_lags else 0.0
    share = effort.cpu_s / effort.wall_s if effort.wall_s > 0 else 0.0
    seen = ClientOverhead(lag, share, late, effort.wall_s)
    return Observed(load_run.requests, load_run.dispatched, seen, load_run.interrupted, load_run.unfinished)


def measure(
    endpoint: Endpoint,
    workload: Workload,
    level: LoadPoint,
    objectives: Sequence[SloBound] = (),
    *,
    watch: Watch | None = None,
    stop: Stop | None = None,
) -> Result:
    """Run a load on a new thread and return its result. An interruption (Ctrl-C) gives a partial result.

    Args:
        watch: Called every half second with a snapshot.
        stop: Ends the load early on request.

    Raises:
        ConfigError: The address is invalid, or the data set does not fit.
    """
    live, stop = Live(), stop or Stop()
    thread = LoopThread("evalscope-perf")
    try:
        future = thread.submit(generate_load(endpoint, workload, level, live, stop))
        while True:
            try:
                load_run = future.result(WATCH_S)
                break
            except FutureTimeoutError:
                if future.done():
                    raise
                if watch is not None:
                    watch(take_snapshot(live))
            except KeyboardInterrupt:
                if stop.requested:
                    raise
                stop.request()
    finally:
        thread.close()
    return result_of(level, observed(load_run), objectives)
