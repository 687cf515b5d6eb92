"""Is the client fit to measure? Lag of the event loop, its CPU, and later the verdict on a run."""

from __future__ import annotations

import asyncio
import gc
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

TICK_S = 0.005
GRAIN_S = 0.001  # uvloop rounds timers to milliseconds: so much is no lag


@dataclass(frozen=True, slots=True)
class Effort:
    """What a run took of this process.

    Attributes:
        lags: Seconds the event loop came late to a timer, beyond the timer's own grain; one for each tick.
        cpu_s: CPU seconds of the event loop's thread.
        wall_s: Seconds it ran.
    """

    lags: array[float]
    cpu_s: float
    wall_s: float


class Monitor:
    """Watches the event loop it is started in."""

    def __init__(self) -> None:
        self._lags = array("d")
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin."""
        self._lags = array("d")
        self._cpu, self._wall = time.thread_time(), time.perf_counter()
        self._next()

    def stop(self) -> Effort:
        """Return what was seen since the start."""
        if self._timer is not None:
            self._timer.cancel()
        return Effort(self._lags, time.thread_time() - self._cpu, time.perf_counter() - self._wall)

    def _next(self) -> None:
        self._due = time.perf_counter() + TICK_S
        self._timer = asyncio.get_running_loop().call_later(TICK_S, self._tick)

    def _tick(self) -> None:
        self._lags.append(max(0.0, time.perf_counter() - self._due - GRAIN_S))
        self._next()


@contextmanager
def quiet_collector() -> Iterator[None]:
    """Keep the garbage collector from stopping the clock: what is there now is left alone, the rest seen rarely."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
