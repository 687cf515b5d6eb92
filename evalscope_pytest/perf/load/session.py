"""Runs levels in an event loop of their own, and makes results of what was seen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError

from ...engine.loop import LoopThread
from ..measure.result import Effort, Observed, Result
from ..measure.slo import SloBound
from ..measure.snapshot import Glance, glance
from ..measure.validity import result_of
from .connection import Client
from .endpoint import Endpoint, address_of
from .health import quiet_collector
from .load_generator import Begin, Driven, Driver, Live, Workload
from .load_point import WHOLE, Level, Part

WATCH_S = 0.5
Watch = Callable[[Glance], None]


class Stop:
    """Asks a running level to end early, from any thread or signal handler."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._asked = False
        self._call: Callable[[], None] | None = None

    @property
    def asked(self) -> bool:
        """True once somebody asked."""
        return self._asked

    def ask(self) -> None:
        """End what runs, and what would be run."""
        with self._lock:
            self._asked = True
            if self._call is not None:
                self._call()

    def connect(self, call: Callable[[], None] | None) -> None:
        """Say what ends the level that runs now."""
        with self._lock:
            self._call = call
            if self._asked and call is not None:
                call()


async def drive(
    endpoint: Endpoint,
    workload: Workload,
    level: Level,
    live: Live,
    stop: Stop,
    share: tuple[Part, Begin | None] = (WHOLE, None),
) -> Driven:
    """Run a level, or a part of it, in the running event loop.

    Args:
        share: The part of the level this process runs, and the signal it awaits before its first request.

    Raises:
        ConfigError: The address is none, or the data set does not fit.
    """
    client = Client(address_of(endpoint))
    driver = Driver(client, workload, live, *share)
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


def observed(driven: Driven) -> Observed:
    """Return what a `Result` rests on."""
    import numpy as np

    effort = driven.effort
    lag = float(np.percentile(effort.lags, 99)) if len(effort.lags) else 0.0
    late = float(np.percentile(driven.dispatch_lags, 99)) if driven.dispatch_lags else 0.0
    share = effort.cpu_s / effort.wall_s if effort.wall_s > 0 else 0.0
    seen = Effort(lag, share, late, effort.wall_s)
    return Observed(driven.requests, driven.dispatched, seen, driven.interrupted, driven.unfinished)


def measure(
    endpoint: Endpoint,
    workload: Workload,
    level: Level,
    objectives: Sequence[SloBound] = (),
    *,
    watch: Watch | None = None,
    stop: Stop | None = None,
) -> Result:
    """Run a level on a thread of its own and return its result. An interruption (Ctrl-C) gives a partial one.

    Args:
        watch: Called every half second with how far it is.
        stop: Ends it early when asked from elsewhere.

    Raises:
        ConfigError: The address is none, or the data set does not fit.
    """
    live, stop = Live(), stop or Stop()
    thread = LoopThread("evalscope-perf")
    try:
        future = thread.submit(drive(endpoint, workload, level, live, stop))
        while True:
            try:
                driven = future.result(WATCH_S)
                break
            except FutureTimeoutError:
                if future.done():
                    raise
                if watch is not None:
                    watch(glance(live))
            except KeyboardInterrupt:
                if stop.asked:
                    raise
                stop.ask()
    finally:
        thread.close()
    return result_of(level, observed(driven), objectives)
