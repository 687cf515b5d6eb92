"""Gates on load tests: ``perf:goodput>=0.95``, ``perf[parallel_64]:ttft.p99<0.5``. Times are in seconds."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields

from ..core.errors import ConfigError, closest
from ..report.gates import Gate, GateResult, parse_gate
from .distribution import Distribution
from .result import Result

SUBJECT = "perf"
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_FIGURES: Mapping[str, Callable[[Result], float]] = {
    "goodput": lambda r: r.goodput.share if r.goodput else math.nan,
    "goodput_per_s": lambda r: r.goodput.per_s if r.goodput else math.nan,
    "success_rate": lambda r: r.success_rate,
    "requests_per_s": lambda r: r.throughput.requests_per_s,
    "output_per_s": lambda r: r.throughput.output_per_s,
    "total_per_s": lambda r: r.throughput.total_per_s,
}
_DISTRIBUTIONS = ("ttft", "ttft_sent", "ttfot", "tpot", "icl", "latency", "latency_sent", "ttlb", "queueing")
_POINTS = tuple(field.name for field in fields(Distribution))


def parse(texts: Sequence[str], levels: Sequence[str], has_objectives: bool) -> list[Gate]:
    """Read gates and see, before anything is sent, that each will find its figure.

    Args:
        levels: Names of the levels that will be run; none checks nothing.
        has_objectives: Whether there will be a goodput.

    Raises:
        ConfigError: One is unreadable, or asks for what there will not be.
    """
    gates = [parse_gate(text) for text in texts]
    for gate in gates:
        if gate.benchmark != SUBJECT:
            raise ConfigError(
                f"gate {gate.text!r}: a load test is called {SUBJECT!r}, not {gate.benchmark!r}. Write {_FORM}"
            )
        if gate.part and levels and gate.part not in levels:
            raise ConfigError(f"gate {gate.text!r}: no load {gate.part!r} in this run. {closest(gate.part, levels)}")
        figure(gate.metric, gate.text)
        if gate.metric.startswith("goodput") and not has_objectives:
            raise ConfigError(f"gate {gate.text!r} needs objectives: add --goodput ttft:500ms, for example.")
    return gates


_FORM = "'perf:goodput>=0.95' or 'perf[parallel_64]:ttft.p99<0.5' (seconds)."


def figure(metric: str, text: str) -> Callable[[Result], float]:
    """Return what gives a metric's value, NaN where a result has none.

    Raises:
        ConfigError: There is no such metric.
    """
    if found := _FIGURES.get(metric):
        return found
    name, _, point = metric.partition(".")
    known = [*_FIGURES, *(f"{name}.{p}" for name in _DISTRIBUTIONS for p in _POINTS)]
    if name not in _DISTRIBUTIONS or point not in _POINTS:
        raise ConfigError(f"gate {text!r}: no metric {metric!r}. {closest(metric, known)} Write {_FORM}")
    return lambda result: float(getattr(getattr(result, name), point))


def evaluate(gates: Sequence[Gate], results: Sequence[Result]) -> list[GateResult]:
    """Return what became of each gate at each load it is about. A result that is INVALID passes none."""
    return [
        _evaluate(gate, result)
        for gate in gates
        for result in results
        if not gate.part or gate.part == result.level.name
    ]


def _evaluate(gate: Gate, result: Result) -> GateResult:
    where = f"{gate.text} at {result.level.name}"
    value = figure(gate.metric, gate.text)(result)
    if not result.valid:
        return GateResult(False, f"{where}: failed, the measurement is INVALID: {result.invalid[0]}")
    if result.interrupted:
        return GateResult(False, f"{where}: failed, the run was stopped before its end")
    if math.isnan(value):
        return GateResult(False, f"{where}: failed, nothing was measured")
    passed = _OPERATORS[gate.comparison](value, gate.bound)
    return GateResult(passed, f"{where}: {'passed' if passed else 'failed'}, {gate.metric} is {value:.6g}")
