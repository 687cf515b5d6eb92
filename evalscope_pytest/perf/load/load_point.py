"""One measured load: how much is sent, for how long, and when."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from ...core.errors import ConfigError, closest

Arrivals = Literal["poisson", "constant", "gamma", "trace"]
STAGGER_S = 0.001
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("concurrency", "requests", "warm_up"), int),
    **dict.fromkeys(("rate", "duration_s", "burstiness", "ramp_up_s", "speed"), (int, float)),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One process's part of a load that several share.

    Attributes:
        index: Number of the part, from 0.
        count: Number of parts.
    """

    index: int = 0
    count: int = 1

    def of(self, amount: int) -> int:
        """Return this part of an amount; the first parts take the remainder."""
        return amount // self.count + (self.index < amount % self.count)

    def place(self, number: int) -> int:
        """Return the overall place of this part's ``number``-th item; parts alternate."""
        return number * self.count + self.index

    def has(self, place: int) -> bool:
        """Return whether the item at ``place`` belongs to this part."""
        return place % self.count == self.index


WHOLE = Part()


@dataclass(frozen=True, slots=True)
class LoadPoint:
    """A load. Without a rate, ``concurrency`` requests are kept in flight; with one, requests start by schedule.

    Attributes:
        concurrency: Requests kept in flight, or with a rate the most there may be; None for no bound.
        rate: Requests that should start each second.
        requests: Number of requests; None if the duration decides.
        duration_s: Seconds in which requests are started; those in flight at the end are awaited.
        arrivals: Distribution of starts; ``trace`` keeps the recorded times.
        burstiness: Shape of gamma arrivals: 1 is Poisson, below comes in bursts, above is more even.
        ramp_up_s: Seconds in which concurrency, or rate, rises linearly. None: `STAGGER_S` for each request
            in flight, 1 s at most, so that the first wave does not come as one; no ramp with a rate.
        warm_up: Requests sent before, and not counted.
        speed: Speed of a replayed trace, relative to the recording.
    """

    concurrency: int | None = 1
    rate: float | None = None
    requests: int | None = None
    duration_s: float | None = None
    arrivals: Arrivals = "poisson"
    burstiness: float = 1.0
    ramp_up_s: float | None = None
    warm_up: int = 0
    speed: float = 1.0
    seed: int = 42

    def __post_init__(self) -> None:
        """Refuse a load that cannot be run.

        Raises:
            ConfigError: A number is out of range, or the end is not given.
        """
        self._check_kinds()
        checks = {
            "--parallel": self.concurrency is None or self.concurrency >= 1,
            "--rate": self.rate is None or 0 < self.rate < float("inf"),
            "--number": self.requests is None or self.requests >= 1,
            "--duration": self.duration_s is None or self.duration_s > 0,
            "--burstiness": self.burstiness > 0,
            "--ramp-up": self.ramp_up_s is None or self.ramp_up_s >= 0,
            "--warmup-num": self.warm_up >= 0,
            "--replay-speed": self.speed > 0,
        }
        if self.arrivals not in get_args(Arrivals):
            raise ConfigError(
                f"arrivals {self.arrivals!r} are unknown. {closest(str(self.arrivals), get_args(Arrivals))}"
            )
        for flag, fine in checks.items():
            if not fine:
                raise ConfigError(f"{flag}: the number is out of range. Give one above zero.")
        if self.requests is None and self.duration_s is None:
            raise ConfigError("nothing says when to stop. Give --number REQUESTS or --duration SECONDS.")
        if self.rate is None and self.concurrency is None and self.arrivals != "trace":
            raise ConfigError("nothing says how much to send. Give --parallel N or --rate R.")

    def _check_kinds(self) -> None:
        for name, kind in _KINDS.items():
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, kind)):
                what = "whole number" if kind is int else "number"
                raise ConfigError(f"{name} is {value!r}, which is not a {what}. Give a {what}, as in {name}=8.")

    @property
    def is_open(self) -> bool:
        """True if starts follow a schedule, whatever the server does."""
        return self.rate is not None or self.arrivals == "trace"

    @property
    def ramp_s(self) -> float:
        """Seconds of the ramp."""
        if self.ramp_up_s is not None:
            return self.ramp_up_s
        return 0.0 if self.is_open else min(1.0, STAGGER_S * (self.concurrency or 0))

    @property
    def name(self) -> str:
        """A short name, also of its folder."""
        if self.arrivals == "trace":
            name = f"trace_x{self.speed:g}"
        elif self.rate is not None:
            name = f"rate_{self.rate:g}"
        else:
            return f"parallel_{self.concurrency}"
        return name if self.concurrency is None else f"{name}_parallel_{self.concurrency}"


# When requests of an open loop start ----------------------------------------------------------------------------------


def starts(level: LoadPoint, recorded: Sequence[float] = ()) -> Iterator[float]:
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


def _by_rate(level: LoadPoint) -> Iterator[float]:
    """Yield starts whose number until t has the mean rate * t; during a ramp rate * t^2 / (2 * ramp)."""
    assert level.rate is not None
    gap = _gap(level, random.Random(level.seed))
    passed = 0.0  # in units of expected requests
    while True:
        yield _when(passed, level.rate, level.ramp_s)
        passed += gap()


def _gap(level: LoadPoint, source: random.Random) -> Callable[[], float]:
    if level.arrivals == "constant":
        return lambda: 1.0
    if level.arrivals == "gamma":
        return lambda: source.gammavariate(level.burstiness, 1.0 / level.burstiness)
    return lambda: source.expovariate(1.0)


def _when(expected: float, rate: float, ramp_s: float) -> float:
    """Return the time by which ``expected`` requests have started on average."""
    during_ramp = rate * ramp_s / 2
    if expected < during_ramp:
        return math.sqrt(2 * ramp_s * expected / rate)
    return ramp_s + (expected - during_ramp) / rate
