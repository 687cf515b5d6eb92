"""Gates on load tests: ``perf:goodput>=0.95``, ``perf[parallel_64]:ttft.p99<0.5``. Times are in seconds."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Sequence
from dataclasses import replace

from ...core.errors import ConfigError, closest
from ...report.gates import LOADS, Gate, GateResult, distance, parse_gate
from .figures import DISTRIBUTIONS, NAMES, figure
from .result import Result

_FORM = "'perf:goodput>=0.95' or 'perf[parallel_64]:ttft.p99<0.5' (seconds)."
_LEVEL = re.compile(r"(parallel_\d+|(rate_|trace_x)[\d.e+-]+(_parallel_\d+)?)(#\d+)?")


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
    """See, before anything is run, that gates speak of what tests may measure.

    Args:
        tests: Node ids of the tests of a run that may load-test.

    Raises:
        ConfigError: There are none, none of a gate's name, or no such metric.
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
    """Tell whether a gate's part may come to name a measurement: a test, a load of any test, or both."""
    test, _, load = part.rpartition(" ")
    return part in names or (_LEVEL.fullmatch(load) is not None and (not test or test in names))


def _names_of(test: str) -> list[str]:
    """Return what a gate may call a test: its node id, the end of that, either without its parameters."""
    plain = test.partition("[")[0]
    short = plain.rpartition("::")[2]
    return [short + test[len(plain) :], short, test, plain]


def _check_metric(gate: Gate) -> None:
    if figure(gate.metric) is None:
        ending = f" Say which: {gate.metric}.p99, for example." if gate.metric in DISTRIBUTIONS else ""
        near = ending or f" {closest(gate.metric, NAMES)}" * bool(gate.metric)
        raise ConfigError(f"gate {gate.text!r}: no metric {gate.metric!r}.{near} Write {_FORM}")


def evaluate(gates: Sequence[Gate], results: Sequence[Result]) -> list[GateResult]:
    """Return what became of each gate at each load it is about: at least one line for each."""
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
    """Decide a gate at one load. A result that is INVALID passes none, nor does one that was stopped."""
    where = f"{gate.text} at {result.short}"
    value_of = figure(gate.metric)
    assert value_of is not None, "checked when it was read"
    value = value_of(result)
    if not result.valid:
        return GateResult(False, f"{where}: failed, the measurement is INVALID: {result.invalid[0]}")
    if result.interrupted:
        return GateResult(False, f"{where}: failed, the run was stopped before its end")
    if math.isnan(value):
        why = " (goodput needs objectives)" if gate.metric.startswith("goodput") and not result.goodput else ""
        return GateResult(False, f"{where}: failed, nothing was measured{why}")
    unit = " s" if gate.metric.partition(".")[0] in DISTRIBUTIONS and not gate.metric.endswith(".count") else ""
    found = f"{gate.metric} {value:.6g}{unit}"
    if gate.holds(value):
        return GateResult(True, f"{where}: passed, {found}")
    return GateResult(False, f"{where}: failed, {found}, {distance(value, gate)}")
