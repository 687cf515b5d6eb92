"""When requests of an open loop start: a schedule that does not ask what the server is doing."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence

from .load_point import Level


def starts(level: Level, recorded: Sequence[float] = ()) -> Iterator[float]:
    """Yield the seconds at which requests start, counted from the first moment; ends with the level's duration.

    Args:
        recorded: The times of a trace.

    The schedule is not rescaled to end at exactly requests / rate, as some tools do: that would not be Poisson.
    """
    times = (at / level.speed for at in recorded) if level.arrivals == "trace" else _by_rate(level)
    for number, at in enumerate(times):
        if level.requests is not None and number >= level.requests:
            return
        if level.duration_s is not None and at >= level.duration_s:
            return
        yield at


def _by_rate(level: Level) -> Iterator[float]:
    """Yield starts whose number until t has the mean rate * t; during a ramp rate * t^2 / (2 * ramp)."""
    assert level.rate is not None
    gap = _gap(level, random.Random(level.seed))
    passed = 0.0  # in units of expected requests
    while True:
        yield _when(passed, level.rate, level.ramp_s)
        passed += gap()


def _gap(level: Level, source: random.Random) -> Callable[[], float]:
    if level.arrivals == "constant":
        return lambda: 1.0
    if level.arrivals == "gamma":
        return lambda: source.gammavariate(level.burstiness, 1.0 / level.burstiness)
    return lambda: source.expovariate(1.0)


def _when(expected: float, rate: float, ramp_s: float) -> float:
    """Return when so many requests are expected to have started."""
    during_ramp = rate * ramp_s / 2
    if expected < during_ramp:
        return math.sqrt(2 * ramp_s * expected / rate)
    return ramp_s + (expected - during_ramp) / rate
