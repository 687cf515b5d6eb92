"""What a search looks for (``--sla-params``): bounds that must hold, and a figure that should be at its best."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ...core.errors import ConfigError, closest
from .result import Result

_FORM = """Write '{"p99_ttft": "<=2s", "p99_tpot": "<50ms"}' or '{"tps": "max"}', for example."""
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


def value_of(metric: str, result: Result) -> float:
    """Return a metric's value, in seconds or a second; NaN where a result has none."""
    if rate := _RATES.get(metric):
        return rate(result)
    point, _, name = metric.partition("_")
    return float(getattr(getattr(result, name), _POINTS[point]))


@dataclass(frozen=True, slots=True)
class Criterion:
    """One bound, in seconds or a second."""

    metric: str
    comparison: str
    bound: float
    text: str

    def is_met(self, result: Result) -> bool:
        """Return whether a result keeps it."""
        value = value_of(self.metric, result)
        return not math.isnan(value) and _OPERATORS[self.comparison](value, self.bound)


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that should be as large, or as small, as it can be."""

    metric: str
    best: Literal["max", "min"]

    def score(self, result: Result) -> float:
        """Return a number that is larger where a result is better."""
        value = value_of(self.metric, result)
        return -math.inf if math.isnan(value) else value if self.best == "max" else -value


@dataclass(frozen=True, slots=True)
class Promise:
    """What is looked for: the largest load that keeps all criteria, or with a goal the one that is best at it."""

    criteria: tuple[Criterion, ...] = ()
    goal: Goal | None = None

    def __str__(self) -> str:
        return ", ".join(criterion.text for criterion in self.criteria)


def parse_promises(text: str) -> list[Promise]:
    """Read an object of bounds and at most one ``max`` or ``min``, or a list of such objects.

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
    return [_promise(group) for group in groups]


def _promise(group: Mapping[str, Any]) -> Promise:
    for name in group:
        if name not in METRICS:
            raise ConfigError(f"--sla-params: no metric {name!r}. {closest(name, METRICS)}")
    goals = [_goal(name, value) for name, value in group.items() if value in ("max", "min")]
    if len(goals) > 1:
        raise ConfigError(f"--sla-params: one figure can be at its best, not {len(goals)}. Give the others bounds.")
    criteria = [_criterion(name, value) for name, value in group.items() if value not in ("max", "min")]
    return Promise(tuple(criteria), goals[0] if goals else None)


def _goal(name: str, value: Literal["max", "min"]) -> Goal:
    best: Literal["max", "min"] = "max" if name in _RATES else "min"
    if value != best:
        raise ConfigError(f"--sla-params: {name} is best at its {best}, not its {value}. {_FORM}")
    return Goal(name, best)


def _criterion(name: str, value: Any) -> Criterion:
    found = re.fullmatch(
        r"\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*(ms|s)?\s*", str(value).replace("≤", "<=").replace("≥", ">=")
    )
    if not found:
        raise ConfigError(f"--sla-params: {name} {value!r} is no bound. {_FORM}")
    comparison, number, unit = found.groups()
    if unit and name in _RATES:
        raise ConfigError(f"--sla-params: {name} {value!r}: rates have no unit. {_FORM}")
    unit = "" if name in _RATES else unit or "s"  # as EvalScope has it, a time is in seconds
    return Criterion(name, comparison, float(number) * _UNITS.get(unit, 1.0), f"{name}{comparison}{number}{unit}")
