"""Service level objectives: bounds on each request (``--goodput``), and bounds on a load (``--sla-params``)."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ...core.errors import ConfigError, closest
from ...statistics.intervals import wilson
from .metric import METRICS, Metric, metrics, names_in
from .request import Request

if TYPE_CHECKING:
    from .result import Result

_UNITS = {"ms": 0.001, "s": 1.0}
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}

# Of each request: goodput --------------------------------------------------------------------------------------------

_GOODPUT_FORM = "Write METRIC:TIME with a unit, as in ttft:500ms or latency:10s."


@dataclass(frozen=True, slots=True)
class SloBound:
    """An upper bound on a time of each request, from when it should have been sent.

    Attributes:
        metric: A metric shown in ``--goodput``; of several values of a request, the largest counts.
        bound_s: In seconds.
    """

    metric: str
    bound_s: float

    def is_met(self, request: Request) -> bool:
        """Return whether a request meets it; one that failed, or has no such figure, does not."""
        value = max(METRICS[self.metric].values_of(request, True), default=None)
        return request.ok and value is not None and value <= self.bound_s

    def __str__(self) -> str:
        return f"{self.metric}<={self.bound_s:g}s" if self.bound_s >= 1 else f"{self.metric}<={self.bound_s * 1000:g}ms"


@dataclass(frozen=True, slots=True)
class Goodput:
    """Requests that met all objectives.

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


def parse_bound(text: str) -> SloBound:
    """Parse ``ttft:500ms``.

    Raises:
        ConfigError: The metric is unknown, or the time is unreadable.
    """
    name, _, bound = text.partition(":")
    name = name.strip().lower()
    known = names_in("goodput")
    if name not in known:
        near = closest(name, [metric.name for metric in metrics("request", "goodput")])
        raise ConfigError(f"--goodput {text!r}: no metric {name!r}. {near} {_GOODPUT_FORM}")
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(ms|s)\s*", bound)
    if not found:
        raise ConfigError(f"--goodput {text!r}: {bound.strip()!r} is not a time. {_GOODPUT_FORM}")
    return SloBound(known[name].name, float(found[1]) * _UNITS[found[2]])


def goodput(bounds: Sequence[SloBound], requests: Iterable[Request], seconds: float) -> Goodput | None:
    """Return the goodput over a time in seconds; None without bounds or requests."""
    requests = tuple(requests)
    if not bounds or not requests:
        return None
    good = sum(all(bound.is_met(request) for bound in bounds) for request in requests)
    low, high = wilson(good, len(requests)) or (0.0, 1.0)
    per_s = good / seconds if seconds > 0 else 0.0
    return Goodput(tuple(map(str, bounds)), good, good / len(requests), low, high, per_s)


# Of a load: what a search aims at ------------------------------------------------------------------------------------

_SLO_FORM = """Write '{"p99_ttft": "<=2s", "p99_tpot": "<50ms"}' or '{"tps": "max"}', for example."""
_POINTS = {"avg": "mean", "p50": "p50", "p90": "p90", "p95": "p95", "p99": "p99"}


def slo_names() -> list[str]:
    """Return the names that ``--sla-params`` accepts: points of times, and rates by their short names."""
    times = [f"{point}_{metric.name}" for metric in metrics("request", "slo") for point in _POINTS]
    return [*times, *((*metric.aliases, metric.name)[0] for metric in metrics("load", "slo"))]


def slo_metric(name: str) -> tuple[Metric, str] | None:
    """Return the metric of a name in ``--sla-params``, and its point; None for an unknown name."""
    known = names_in("slo")
    point, _, rest = name.partition("_")
    if point in _POINTS and rest in known and known[rest].of == "request":
        return known[rest], _POINTS[point]
    return (known[name], "") if name in known and known[name].of == "load" else None


def value_of(name: str, result: Result) -> float:
    """Return the value of a name in ``--sla-params``, in seconds or a second; NaN if the result has none."""
    found = slo_metric(name)
    assert found is not None, name
    metric, point = found
    return metric.figure(point)(result)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One bound on a load, in seconds or a second."""

    metric: str
    comparison: str
    bound: float
    text: str

    def is_met(self, result: Result) -> bool:
        """Return whether a result meets it."""
        value = value_of(self.metric, result)
        return not math.isnan(value) and _OPERATORS[self.comparison](value, self.bound)


@dataclass(frozen=True, slots=True)
class Objective:
    """A figure to maximise or minimise."""

    metric: str
    best: Literal["max", "min"]

    def score(self, result: Result) -> float:
        """Return a number that grows as a result gets better."""
        value = value_of(self.metric, result)
        return -math.inf if math.isnan(value) else value if self.best == "max" else -value


@dataclass(frozen=True, slots=True)
class Slo:
    """The aim of a search: the largest load that meets all criteria, or with an objective the best such load."""

    criteria: tuple[Criterion, ...] = ()
    objective: Objective | None = None

    def __str__(self) -> str:
        return ", ".join(criterion.text for criterion in self.criteria)


def parse_slos(given: Any) -> list[Slo]:
    """Parse an object of bounds and at most one ``max`` or ``min``, or a list of such objects; or its JSON.

    Raises:
        ConfigError: It is neither.
    """
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError as error:
            raise ConfigError(f"--sla-params is not JSON: {error}. {_SLO_FORM}") from None
    groups = given if isinstance(given, list) else [given]
    if not groups or not all(isinstance(group, dict) and group for group in groups):
        raise ConfigError(f"--sla-params: no bounds in it. {_SLO_FORM}")
    return [_slo(group) for group in groups]


def _slo(group: Mapping[str, Any]) -> Slo:
    for name in group:
        if slo_metric(name) is None:
            raise ConfigError(f"--sla-params: no metric {name!r}. {closest(name, slo_names())}")
    objectives = [_objective(name, value) for name, value in group.items() if value in ("max", "min")]
    if len(objectives) > 1:
        raise ConfigError(f"--sla-params: one figure can be at its best, not {len(objectives)}. Bound the others.")
    criteria = [_criterion(name, value) for name, value in group.items() if value not in ("max", "min")]
    return Slo(tuple(criteria), objectives[0] if objectives else None)


def _objective(name: str, value: Literal["max", "min"]) -> Objective:
    found = slo_metric(name)
    best: Literal["max", "min"] = "max" if found and found[0].better == "more" else "min"
    if value != best:
        raise ConfigError(f"--sla-params: {name} is best at its {best}, not its {value}. {_SLO_FORM}")
    return Objective(name, best)


def _criterion(name: str, value: Any) -> Criterion:
    found = re.fullmatch(
        r"\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*(ms|s)?\s*", str(value).replace("≤", "<=").replace("≥", ">=")
    )
    if not found:
        raise ConfigError(f"--sla-params: {name} {value!r} is not a bound. {_SLO_FORM}")
    comparison, number, unit = found.groups()
    metric = slo_metric(name)
    is_time = metric is not None and metric[0].unit == "s"
    if unit and not is_time:
        raise ConfigError(f"--sla-params: {name} {value!r}: rates have no unit. {_SLO_FORM}")
    unit = unit or "s" if is_time else ""  # as EvalScope has it, a time is in seconds
    return Criterion(name, comparison, float(number) * _UNITS.get(unit, 1.0), f"{name}{comparison}{number}{unit}")
