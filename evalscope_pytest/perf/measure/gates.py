"""Gates on load tests: ``perf:goodput>=0.95``, ``perf[parallel_64]:ttft.p99<0.5``. Times are in seconds."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Sequence
from dataclasses import replace

from ...core.errors import ConfigError, closest
from ...report.gates import LOADS, GateResult, distance, holds
from ...statistics.gates import Gate, parse_gate
from .metric import METRICS, figure, figure_names, metric_of
from .result import Result

_FORM = "'perf:goodput>=0.95' or 'perf[parallel_64]:ttft.p99<0.5' (seconds)."
_LEVEL = re.compile(r"(parallel_\d+|(rate_|trace_x)[\d.e+-]+(_parallel_\d+)?)(#\d+)?")


def parse(texts: Sequence[str], levels: Sequence[str], has_objectives: bool) -> list[Gate]:
    """Parse gates and check, before anything is sent, that each refers to a figure of the run.

    Args:
        levels: Names of the loads of the run; an empty list skips the check.
        has_objectives: True if the run has a goodput.

    Raises:
        ConfigError: A gate is unreadable, or refers to a missing load or figure.
    """
    gates = [parse_gate(text) for text in texts]
    for gate in gates:
        if gate.benchmark != LOADS:
            raise ConfigError(
                f"gate {gate.text!r}: a load test is called {LOADS!r}, not {gate.benchmark!r}. Write {_FORM}"
            )
        if gate.part and levels and gate.part not in levels:
            raise ConfigError(f"gate {gate.text!r}: no load {gate.part!r} in this run. {closest(gate.part, levels)}")
        _check_metric(gate)
        if gate.metric.startswith("goodput") and not has_objectives:
            raise ConfigError(f"gate {gate.text!r} needs objectives: add --goodput ttft:500ms, for example.")
    return gates


def check_tests(gates: Sequence[Gate], tests: Sequence[str]) -> None:
    """Check, before anything is run, that gates refer to measurements that tests may make.

    Args:
        tests: Node ids of the tests that may run load tests.

    Raises:
        ConfigError: The tests or the metric of a gate are missing.
    """
    for gate in gates:
        _check_metric(gate)
        if not tests:
            raise ConfigError(
                f"gate {gate.text!r}: no test of this run measures a load: none asks for the `load` fixture, or is "
                "marked `perf`. Select one, or drop the gate."
            )
        names = {name: None for test in tests for name in _names_of(test)}
        if gate.part and not _may_be(gate.part, names):
            near = closest(gate.part, [name for name in names if ".py::" not in name])
            raise ConfigError(f"gate {gate.text!r}: no load test {gate.part!r} in this run. {near}")


def _may_be(part: str, names: Container[str]) -> bool:
    """Return whether a gate's part may name a measurement: a test, a load of any test, or both."""
    test, _, load = part.rpartition(" ")
    return part in names or (_LEVEL.fullmatch(load) is not None and (not test or test in names))


def _names_of(test: str) -> list[str]:
    """Return the names of a test in gates: its node id or the end of it, with or without parameters."""
    plain = test.partition("[")[0]
    short = plain.rpartition("::")[2]
    return [short + test[len(plain) :], short, test, plain]


def _check_metric(gate: Gate) -> None:
    if gate.kind != "point" or gate.against_baseline:
        raise ConfigError(
            f"gate {gate.text!r}: load tests have no levels and no baseline. Compare with a number: {_FORM}"
        )
    if figure(gate.metric) is None:
        metric = METRICS.get(gate.metric)
        ending = f" Say which: {gate.metric}.p99, for example." if metric and metric.of == "request" else ""
        near = ending or f" {closest(gate.metric, figure_names())}" * bool(gate.metric)
        raise ConfigError(f"gate {gate.text!r}: no metric {gate.metric!r}.{near} Write {_FORM}")


def evaluate(gates: Sequence[Gate], results: Sequence[Result]) -> list[GateResult]:
    """Evaluate each gate at each load it refers to; return at least one line per gate."""
    outcomes = []
    for gate in gates:
        own = [result for result in results if _is_about(gate, result)]
        outcomes += [replace(_evaluate(gate, result), name=f"{gate.text} at {result.short}") for result in own] or [
            replace(_nothing(gate, results), name=gate.text)
        ]
    return outcomes


def _is_about(gate: Gate, result: Result) -> bool:
    return not gate.part or gate.part in (result.name, result.short, result.level.name, *_names_of(result.test))


def _nothing(gate: Gate, results: Sequence[Result]) -> GateResult:
    there = f" of {gate.part!r}; there are {', '.join(result.short for result in results)}" if results else ""
    return GateResult(False, f"{gate.text}: failed, nothing was measured{there}")


def _evaluate(gate: Gate, result: Result) -> GateResult:
    """Evaluate a gate at one load. An INVALID or interrupted result passes no gate."""
    where = f"{gate.text} at {result.short}"
    metric, value_of = metric_of(gate.metric), figure(gate.metric)
    assert metric is not None, "checked when it was parsed"
    assert value_of is not None
    value = value_of(result)
    if not result.valid:
        return GateResult(False, f"{where}: failed, the measurement is INVALID: {result.invalid[0]}")
    if result.interrupted:
        return GateResult(False, f"{where}: failed, the run was stopped before its end")
    if math.isnan(value):
        why = " (goodput needs objectives)" if gate.metric.startswith("goodput") and not result.goodput else ""
        return GateResult(False, f"{where}: failed, nothing was measured{why}")
    unit = " s" if metric.unit == "s" and not gate.metric.endswith(".count") else ""
    found = f"{gate.metric} {value:.6g}{unit}"
    if holds(gate, value):
        return GateResult(True, f"{where}: passed, {found}")
    return GateResult(False, f"{where}: failed, {found}, {distance(value, gate)}")
