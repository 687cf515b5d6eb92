"""Gates: scores a run must reach, or its exit code says so.

A gate reads the score as reported, rounded to four decimals, so that what the table shows is what decides. Samples
without a score never help: the gate counts them as the worst possible result, and fails if that tips the balance.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from ..core.errors import ConfigError, closest
from ..store.plan import BenchmarkPlan
from .execution import GateResult as GateResult
from .model import DIGITS, MetricScore, Report, micro_mean
from .semantics import Identity, identify, semantics_of
from .table import OVERALL

_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
LOADS = "perf"  # what gates on load tests begin with
_FORM = "Write benchmark[subset or category]:metric>=0.7, as in 'gsm8k>=0.7' or 'mmlu[STEM]:mean_acc>=60%'."


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition.

    Attributes:
        text: As the user wrote it.
        part: A subset or category; empty for the whole benchmark.
        metric: As the user calls it; empty for the primary one.
        bound: A share if the user wrote per cent.
    """

    text: str
    benchmark: str
    part: str
    metric: str
    comparison: str
    bound: float

    def holds(self, value: float) -> bool:
        """Return whether a value passes."""
        return _OPERATORS[self.comparison](value, self.bound)


@dataclass(frozen=True, slots=True)
class Measured:
    """A score as a gate sees it.

    Attributes:
        missing: Samples without a score.
        least: The score if all of those were as bad as can be for a metric that should be high; ``most`` for one that
            should be low. None if the metric has no bounds or cannot be counted on.
    """

    label: str
    value: float
    num: int
    missing: int
    least: float | None
    most: float | None


def parse_gate(text: str) -> Gate:
    """Read ``mmlu[STEM]:mean_acc>=0.6``.

    Raises:
        ConfigError: It is not a gate.
    """
    place, sign = _comparison(text)
    if place < 0:
        raise ConfigError(f"gate {text!r} compares nothing: none of {', '.join(_OPERATORS)} is in it. {_FORM}")
    what, number = text[:place].strip(), text[place + len(sign) :]
    if what.endswith("="):
        raise ConfigError(f"gate {text!r}: '={sign}' is no comparison. {_FORM}")
    benchmark, bracket, rest = what.partition("[")
    if bracket:
        part, closed, metric = rest.rpartition("]")
        if "," in metric and any(sign in metric for sign in _OPERATORS):
            raise ConfigError(f"gate {text!r} holds several comparisons. Give --eval-gate once for each.")
        if not closed or not part.strip() or (metric and not metric.startswith(":")):
            raise ConfigError(f"gate {text!r} is not readable at {what!r}. {_FORM}")
        metric = metric[1:]
    else:
        benchmark, _, metric = what.partition(":")
        part = ""
    if not benchmark.strip():
        raise ConfigError(f"gate {text!r} names no benchmark. {_FORM}")
    if any(sign in name for name in (benchmark, metric) for sign in _OPERATORS):
        raise ConfigError(f"gate {text!r} holds several comparisons. Give --eval-gate once for each.")
    return Gate(text.strip(), benchmark.strip(), part.strip(), metric.strip(), sign, _bound(text, number))


def _comparison(text: str) -> tuple[int, str]:
    """Return place and sign of the last comparison; subsets may have such signs in their names."""
    found = [(text.rfind(sign), sign) for sign in _OPERATORS]
    return max(found, key=lambda at: (at[0] + len(at[1]) if at[0] >= 0 else -1, len(at[1])))


def _bound(text: str, number: str) -> float:
    number = number.strip()
    try:
        value = Decimal(number.removesuffix("%").strip())
        if not value.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise ConfigError(f"gate {text!r}: {number!r} is not a number. {_FORM}") from None
    return float(value / 100 if number.endswith("%") else value)


def check_names(gates: Iterable[Gate], plans: Sequence[BenchmarkPlan]) -> None:
    """See, before any request is sent, that every gate will find its number.

    Raises:
        ConfigError: A benchmark, subset, category or metric is not part of the run, or the bound cannot be reached.
    """
    by_name = {plan.name: plan for plan in plans}
    for gate in gates:
        plan = by_name.get(gate.benchmark)
        if plan is None:
            near = closest(gate.benchmark, by_name)
            raise ConfigError(f"gate {gate.text!r}: no benchmark {gate.benchmark!r} in this run. {near}")
        _check_part(gate, plan)
        _check_metric(gate, plan)


def _check_part(gate: Gate, plan: BenchmarkPlan) -> None:
    names = {OVERALL, *plan.subsets}
    for levels in (plan.categories.get(subset, ()) for subset in plan.subsets):
        names |= {*levels, "/".join(levels)}
    if gate.part and gate.part not in names:
        near = closest(gate.part, names - {""})
        raise ConfigError(
            f"gate {gate.text!r}: {plan.name} has no subset or category {gate.part!r} in this run. {near}"
        )


def _check_metric(gate: Gate, plan: BenchmarkPlan) -> None:
    expected = _identities(plan)
    wanted = gate.metric or plan.primary or plan.metrics[0]
    found = next((identity for identity in expected if identity.is_called(wanted)), None)
    if found is None:
        near = closest(wanted, [identity.label for identity in expected])
        raise ConfigError(f"gate {gate.text!r}: {plan.name} reports no metric {wanted!r}. {near}")
    bounds = semantics_of(found).value_range
    if bounds and not bounds[0] <= gate.bound <= bounds[1]:
        percent = f" Did you mean {gate.bound:g}%?" if 1 < gate.bound <= 100 else ""
        raise ConfigError(
            f"gate {gate.text!r}: {gate.bound:g} is out of reach, {found.label} lies between {bounds[0]:g} and "
            f"{bounds[1]:g}.{percent}"
        )


def _identities(plan: BenchmarkPlan) -> list[Identity]:
    identities = []
    for metric in plan.metrics:
        identities.append(identify(metric))
        name = plan.aggregation if isinstance(plan.aggregation, str) else plan.aggregation.get(metric, "mean")
        if name.startswith("mean_and_"):
            at_k = name.removeprefix("mean_and_")
            identities += [identify(metric, at_k, {"k": k}) for k in range(1, plan.repeats + 1)]
    return identities


def evaluate(gates: Iterable[Gate], reports: Iterable[Report], *, allow_missing: bool = False) -> list[GateResult]:
    """Return what became of each gate.

    Args:
        allow_missing: Judge by the samples that have a score, as far as the user accepted errors.
    """
    by_name = {report.dataset_name: report for report in reports}
    found = ((gate, _evaluate(gate, by_name.get(gate.benchmark), allow_missing)) for gate in gates)
    return [replace(result, name=gate.text) for gate, result in found]


def unevaluated(name: str, why: str) -> GateResult:
    """Return the result of a gate that nothing could decide: it has failed."""
    return GateResult(False, f"{name}: failed, not evaluated: {why}", name)


def _evaluate(gate: Gate, report: Report | None, allow_missing: bool) -> GateResult:
    measured = measure(report, gate.metric, gate.part) if report else None
    if measured is None:
        return GateResult(False, f"{gate.text}: failed, nothing was measured (no sample has a score)")
    facts = f"{measured.label} {measured.value:.4f} over {measured.num}"
    if not gate.holds(measured.value):
        return GateResult(False, f"{gate.text}: failed, {facts}, {distance(measured.value, gate)}")
    if not measured.missing:
        return GateResult(True, f"{gate.text}: passed, {facts}")
    absent = f"{measured.missing} without a score"
    if allow_missing:
        return GateResult(True, f"{gate.text}: passed, {facts}, {absent} left out")
    worst = [bound for bound in (measured.least, measured.most) if bound is not None]
    if worst and all(gate.holds(bound) for bound in worst):
        return GateResult(True, f"{gate.text}: passed, {facts}, and whatever the {absent} would have given")
    return GateResult(False, f"{gate.text}: failed, {facts}, but {absent} could change that: run again to complete")


def distance(value: float, gate: Gate) -> str:
    """Return how far a value is from what a gate requires, in words."""
    difference = round(abs(value - gate.bound), 6)
    if not difference:
        return f"must be {'above' if gate.comparison == '>' else 'below'} {gate.bound:g}"
    return f"{'short of' if value < gate.bound else 'over'} {gate.bound:g} by {difference:.4g}"


def measure(report: Report, metric: str = "", part: str = "") -> Measured | None:
    """Return a score of a report, and what the samples without one could make of it; None without a score."""
    found = report.primary_metric
    if metric:
        found = next((m for m in report.metrics if m.identity.is_called(metric) or m.legacy_name == metric), None)
    if found is None:
        return None
    value, num, belongs = _of_part(found, part)
    if not num:
        return None
    execution = report.execution
    counts = execution.subsets.items() if execution else ()
    missing = sum(s.requested - s.succeeded for name, s in counts if belongs(name))
    bounds = found.semantics.value_range
    if bounds is None or found.identity.aggregation != "mean":
        return Measured(found.label, value, num, missing, None, None)
    low, high = (round((value * num + bound * missing) / (num + missing), DIGITS) for bound in bounds)
    return Measured(found.label, value, num, missing, low, high)


def _of_part(metric: MetricScore, part: str) -> tuple[float, int, Callable[[str], bool]]:
    """Return score and samples of the whole metric, one subset or all categories of a name, and what belongs to it.

    A subset without any score is in no category of the report; it may belong to the requested one.
    """
    if part in ("", OVERALL):
        return metric.score, metric.num, lambda name: True
    for subset in metric.subsets:
        if subset.name == part:
            return subset.score, subset.num, lambda name: name == part
    categories = [c for c in metric.categories if part in (*c.name, "/".join(c.name))]
    elsewhere = {s.name for c in metric.categories if c not in categories for s in c.subsets}
    return micro_mean(categories), sum(c.num for c in categories), lambda name: name not in elsewhere
