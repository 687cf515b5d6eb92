"""Objectives that every good request meets, and the share and rate of those that do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...core.errors import ConfigError, closest
from ...report.statistics import wilson
from .request import Request

_FORM = "Write METRIC:TIME with a unit, as in ttft:500ms or latency:10s."
_UNITS = {"ms": 0.001, "s": 1.0}


def _slowest_gap(request: Request) -> float | None:
    return max(request.gaps, default=None)


METRICS: Mapping[str, Callable[[Request], float | None]] = {
    "ttft": lambda request: request.ttft_scheduled,
    "tpot": lambda request: request.tpot,
    "icl": _slowest_gap,
    "latency": lambda request: request.latency_scheduled,
}
_ALSO = {"e2el": "latency", "e2e": "latency", "itl": "icl"}


@dataclass(frozen=True, slots=True)
class Objective:
    """A bound one request keeps or not; times count from when it should have been sent.

    Attributes:
        metric: ``ttft``, ``tpot``, ``icl`` (its slowest gap) or ``latency``.
        bound_s: At most so many seconds.
    """

    metric: str
    bound_s: float

    def is_met(self, request: Request) -> bool:
        """Return whether a request keeps it; one that failed, or has no such figure, does not."""
        value = METRICS[self.metric](request)
        return request.ok and value is not None and value <= self.bound_s

    def __str__(self) -> str:
        return f"{self.metric}<={self.bound_s:g}s" if self.bound_s >= 1 else f"{self.metric}<={self.bound_s * 1000:g}ms"


@dataclass(frozen=True, slots=True)
class Goodput:
    """How many requests met all objectives.

    Attributes:
        share: Of all requests, failed ones included.
        low: Lower end of the share's 95 % interval (Wilson).
        high: Its upper end.
        per_s: Good requests a second.
    """

    objectives: tuple[str, ...]
    good: int
    share: float
    low: float
    high: float
    per_s: float


def parse_objective(text: str) -> Objective:
    """Read ``ttft:500ms``.

    Raises:
        ConfigError: It is no objective.
    """
    name, _, bound = text.partition(":")
    name = name.strip().lower()
    metric = _ALSO.get(name, name)
    if metric not in METRICS:
        raise ConfigError(f"--goodput {text!r}: no metric {name!r}. {closest(name, METRICS)} {_FORM}")
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(ms|s)\s*", bound)
    if not found:
        raise ConfigError(f"--goodput {text!r}: {bound.strip()!r} is no time. {_FORM}")
    return Objective(metric, float(found[1]) * _UNITS[found[2]])


def goodput(objectives: Sequence[Objective], requests: Iterable[Request], seconds: float) -> Goodput | None:
    """Return the goodput over so many seconds; None without objectives or requests."""
    requests = tuple(requests)
    if not objectives or not requests:
        return None
    good = sum(all(objective.is_met(request) for objective in objectives) for request in requests)
    low, high = wilson(good / len(requests), len(requests))
    per_s = good / seconds if seconds > 0 else 0.0
    return Goodput(tuple(map(str, objectives)), good, good / len(requests), low, high, per_s)
