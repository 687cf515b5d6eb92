"""The largest load that keeps a promise: doubles until it breaks, then halves the distance.

Several runs of a load are one run of as many requests: samples are pooled, percentiles never averaged.
"""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..core.errors import ConfigError, closest
from .level import Level
from .result import Result

Variable = Literal["parallel", "rate"]
FEWEST = 20
_FORM = """Write '{"p99_ttft": "<=2s", "p99_tpot": "<50ms"}', for example."""
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_UNITS = {"ms": 0.001, "s": 1.0}
_RATES: Mapping[str, Callable[[Result], float]] = {
    "rps": lambda r: r.throughput.requests_per_s,
    "tps": lambda r: r.throughput.output_per_s,
    "success_rate": lambda r: r.success_rate,
}
_POINTS = {"avg": "mean", "p50": "p50", "p90": "p90", "p95": "p95", "p99": "p99"}
METRICS = (*(f"{point}_{name}" for name in ("latency", "ttft", "tpot") for point in _POINTS), *_RATES)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One bound of a promise, in seconds or a second."""

    metric: str
    comparison: str
    bound: float
    text: str

    def value(self, result: Result) -> float:
        """Return the metric's value, NaN where a result has none."""
        if rate := _RATES.get(self.metric):
            return rate(result)
        point, _, name = self.metric.partition("_")
        return float(getattr(getattr(result, name), _POINTS[point]))

    def is_met(self, result: Result) -> bool:
        """Return whether a result keeps it."""
        value = self.value(result)
        return not math.isnan(value) and _OPERATORS[self.comparison](value, self.bound)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for.

    Attributes:
        criteria: All must be met.
        per_value: Requests of a probe for each request in flight, or a second.
        runs: How many times that.
        concurrency: The most in flight, where the rate is tuned; None for no bound.
    """

    criteria: tuple[Criterion, ...]
    variable: Variable = "parallel"
    lowest: int = 1
    highest: int = 65536
    per_value: float = 2.0
    runs: int = 3
    concurrency: int | None = None

    def __post_init__(self) -> None:
        """Refuse bounds that leave nothing to search.

        Raises:
            ConfigError: They do.
        """
        if not 1 <= self.lowest <= self.highest:
            raise ConfigError("--sla-lower-bound and --sla-upper-bound leave no load. Give 1 <= lower <= upper.")
        if self.runs < 1 or self.per_value <= 0:
            raise ConfigError("--sla-num-runs is 1 or more, --sla-number-multiplier above 0.")

    def level(self, value: int, like: Level) -> Level:
        """Return the load of a probe."""
        from dataclasses import replace

        number = self.runs * max(FEWEST, round(self.per_value * value))
        if self.variable == "rate":
            return replace(like, concurrency=self.concurrency, rate=float(value), requests=number, duration_s=None)
        return replace(like, concurrency=value, rate=None, requests=number, duration_s=None)


@dataclass(frozen=True, slots=True)
class Probe:
    """A load that was tried.

    Attributes:
        missed: What was not met, with the value found; empty where all was.
    """

    value: int
    result: Result
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to.

    Attributes:
        best: The largest load that met everything; None where none did.
        ended_by_client: The search stopped where the client could not measure any more.
    """

    search: Search
    probes: tuple[Probe, ...]
    best: int | None
    ended_by_client: bool = False

    def words(self) -> str:
        """Return the outcome in a sentence or two, and each probe on a line."""
        promise = ", ".join(criterion.text for criterion in self.search.criteria)
        name = self.search.variable
        lines = [
            f"{name} {p.value}: {'; '.join(p.missed) or 'met'}" for p in sorted(self.probes, key=lambda p: p.value)
        ]
        if self.best is None:
            lines.append(f"no {name} from {self.search.lowest} on meets {promise}")
        else:
            lines.append(f"the largest {name} that meets {promise} is {self.best}")
        if self.ended_by_client:
            lines.append("the client could not measure more than that: the service may take it (see INVALID above)")
        return "\n".join(lines)


def parse_criteria(text: str) -> list[tuple[Criterion, ...]]:
    """Read an object of bounds, or a list of them, each a promise of its own.

    Raises:
        ConfigError: It is none.
    """
    try:
        given = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"--sla-params is not JSON: {error}. {_FORM}") from None
    groups = given if isinstance(given, list) else [given]
    if not groups or not all(isinstance(group, dict) and group for group in groups):
        raise ConfigError(f"--sla-params: no bounds in it. {_FORM}")
    return [tuple(_criterion(name, value) for name, value in group.items()) for group in groups]


def _criterion(name: str, value: Any) -> Criterion:
    if name not in METRICS:
        raise ConfigError(f"--sla-params: no metric {name!r}. {closest(name, METRICS)}")
    found = re.fullmatch(
        r"\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*(ms|s)?\s*", str(value).replace("≤", "<=").replace("≥", ">=")
    )
    if not found:
        raise ConfigError(f"--sla-params: {name} {value!r} is no bound. {_FORM}")
    comparison, number, unit = found.groups()
    if (unit is None) != (name in _RATES):
        raise ConfigError(f"--sla-params: {name} {value!r}: times need a unit, s or ms; rates have none. {_FORM}")
    return Criterion(
        name, comparison, float(number) * _UNITS.get(unit or "s", 1.0), f"{name}{comparison}{number}{unit or ''}"
    )


def search(wanted: Search, measure: Callable[[int], Result]) -> Found:
    """Look for the largest load that keeps the promise; a load that breaks it is taken to mean that larger ones do.

    Args:
        measure: Measures a load once.
    """
    probes: list[Probe] = []
    good, bad, value = 0, wanted.highest + 1, wanted.lowest
    while bad - good > 1 and value > good:
        probe = _probe(value, measure(value), wanted.criteria)
        probes.append(probe)
        if probe.result.interrupted:
            break
        if not probe.result.valid and probe.result.succeeded:
            return Found(wanted, tuple(probes), good or None, ended_by_client=True)
        if probe.missed:
            bad = value
        else:
            good = value
        if good == 0:
            break  # the lowest breaks it: nothing below is allowed
        value = min(2 * good, wanted.highest) if bad > wanted.highest else (good + bad) // 2
    return Found(wanted, tuple(probes), good or None)


def _probe(value: int, result: Result, criteria: Sequence[Criterion]) -> Probe:
    missed = [f"{c.text} missed, {c.value(result):.4g}" for c in criteria if not c.is_met(result)]
    if result.succeeded < result.sent:
        missed.append(f"{result.sent - result.succeeded:,} requests failed")
    return Probe(value, result, tuple(missed))
