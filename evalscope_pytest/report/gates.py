"""Gates: scores a run must reach, or its exit code says so.

A gate without a level reads the score as reported, rounded to four decimals, so that what the table shows is what
decides. A demand or an alarm (``@95%``) reads the samples. Those without a score never help: a demand must hold with
them at their worst, and only an alarm, which must be refuted, takes them at their best.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..core.errors import ConfigError, closest
from ..statistics.gates import ALL, OPERATORS, Gate
from ..statistics.scores import Measured as Scored
from ..store.plan import BenchmarkPlan
from ..store.rows import SampleSummary
from .attempts import Measure, Missing, find_measure, measured_of, measures, parted_of, question_key
from .columns import QuestionKey
from .execution import GateResult as GateResult
from .model import DIGITS, MetricScore, Report, micro_mean, total
from .semantics import AT_K
from .table import OVERALL

if TYPE_CHECKING:
    from ..statistics.verdicts import Verdict

LOADS = "perf"  # the benchmark of gates on load tests


@dataclass(frozen=True, slots=True)
class Measured:
    """A score as a gate sees it.

    Attributes:
        missing: Samples without a score, but for those left out.
        left_out: Samples that ended in an error which the user tolerates.
        least: The score if all missing ones were as bad as can be for a metric that should be high; ``most`` for one
            that should be low. None if the metric has no bounds or cannot be counted on.
    """

    label: str
    value: float
    num: int
    missing: int
    least: float | None
    most: float | None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples of one benchmark in this run.

    Attributes:
        rows: Those with a record.
    """

    plan: BenchmarkPlan
    rows: Sequence[SampleSummary]

    def of(self, part: str) -> list[SampleSummary]:
        """Return the rows of a part."""
        own = set(subsets_of(self.plan, part))
        return [row for row in self.rows if row.subset in own]


def check_names(gates: Iterable[Gate], plans: Sequence[BenchmarkPlan]) -> None:
    """See, before any request is sent, that every gate will find its number.

    Raises:
        ConfigError: A benchmark, subset, category or metric is not part of the run, or the bound cannot be reached.
    """
    by_name = {plan.name: plan for plan in plans}
    for gate in gates:
        if gate.benchmark == ALL and ALL not in by_name:
            continue
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
    found = find_measure(plan, gate.metric)
    if found is None:
        raise ConfigError(f"gate {gate.text!r}: {_no_metric(gate.metric or plan.primary or plan.metrics[0], plan)}")
    bounds, bound = found.bounds, gate.bound
    if bounds and bound is not None and not bounds[0] <= bound <= bounds[1]:
        percent = f" Did you mean {bound:g}%?" if 1 < bound <= 100 else ""
        raise ConfigError(
            f"gate {gate.text!r}: {bound:g} is out of reach, {found.label} lies between {bounds[0]:g} and "
            f"{bounds[1]:g}.{percent}"
        )


def _no_metric(wanted: str, plan: BenchmarkPlan) -> str:
    """Return why a benchmark does not report a metric, and what to do."""
    known = [measure for measure, _ in measures(plan)]
    for aggregation, pattern in AT_K.items():
        name = pattern.format("")
        _, sign, k = wanted.rpartition(name)
        if not sign or not k.isdecimal():
            continue
        if all(measure.aggregation != aggregation for measure in known):
            settings = json.dumps({plan.name: {"aggregation": f"mean_and_{aggregation}"}})
            return f"{plan.name} does not aggregate as {name}k. Request it with --eval-dataset-args '{settings}'"
        if not 1 <= int(k[:9]) <= plan.repeats:
            allowed = f"{name}1" + (f" to {name}{plan.repeats}" if plan.repeats > 1 else "")
            more = f", or --eval-repeats {int(k[:9])}" if int(k[:9]) else ""
            return f"{wanted} needs {int(k[:9])} repeats, and the run has {plan.repeats}. Allowed: {allowed}{more}"
    return f"{plan.name} reports no metric {wanted!r}. {closest(wanted, [measure.label for measure in known])}"


def subsets_of(plan: BenchmarkPlan, part: str) -> list[str]:
    """Return the subsets that belong to a part of a benchmark: all, one, or those of a category."""
    if part in ("", OVERALL):
        return list(plan.subsets)
    if part in plan.subsets:
        return [part]
    levels = {subset: plan.categories.get(subset, ()) for subset in plan.subsets}
    return [subset for subset, own in levels.items() if part in (*own, "/".join(own))]


def holds(gate: Gate, value: float) -> bool:
    """Return whether a value satisfies a gate with a bound."""
    return gate.bound is not None and OPERATORS[gate.comparison](value, gate.bound)


def evaluate(
    gates: Iterable[Gate],
    reports: Iterable[Report],
    samples: Mapping[str, Samples] | None = None,
    *,
    allow_missing: bool = False,
) -> list[GateResult]:
    """Return the result of each gate with a bound.

    Args:
        samples: By benchmark; gates with a level need them.
        allow_missing: Judge by the samples that have a score, as far as the user accepted errors.
    """
    by_name = {report.dataset_name: report for report in reports}
    results = []
    for gate in gates:
        report, own = by_name.get(gate.benchmark), (samples or {}).get(gate.benchmark)
        if gate.level is not None and report is not None and own is not None:
            results.append(_judge(gate, report, own, allow_missing))
        else:
            results.append(_evaluate(gate, report, allow_missing))
    return results


def _judge(gate: Gate, report: Report, samples: Samples, allow_missing: bool) -> GateResult:
    """Return the verdict of a demand or an alarm with a bound."""
    from ..statistics.verdicts import judge_bound, judge_estimate

    found = find_measure(samples.plan, gate.metric)
    assert found is not None, "check_names has seen it"
    measured = scores_of(gate, found, report, samples, allow_missing)
    if not found.over_parts:
        return result_of(judge_bound(gate, measured, found.label))
    from .estimates import estimate_parted

    parts = parted_of(found, samples.of(gate.part))
    whole, level = estimate_parted(parts, found.bounds), 2 * (gate.level or 0.0) - 1
    bounds = estimate_parted(parts, found.bounds, level)
    ends = (bounds.low, bounds.high) if measured.least is not None else (None, None)
    return result_of(judge_estimate(gate, whole, ends, measured, found.label))


def scores_of(
    gate: Gate,
    measure: Measure,
    report: Report,
    samples: Samples,
    allow_missing: bool,
    key: QuestionKey = question_key,
) -> Scored:
    """Return the scores that a gate is about, with the samples of its part that have none."""
    own = set(subsets_of(samples.plan, gate.part))
    counts = report.execution.subsets if report.execution else {}
    missing = {name: s.requested - s.succeeded - s.errored for name, s in counts.items() if name in own}
    return measured_of(
        measure,
        samples.of(gate.part),
        Missing(missing, samples.plan.questions),
        repeats=samples.plan.repeats,
        tolerated=allow_missing,
        key=key,
    )


def result_of(verdict: Verdict, name: str = "", notes: str = "") -> GateResult:
    """Return a verdict as reports hold it.

    Args:
        name: The name of the gate, if it is not its text.
        notes: Added to the line.
    """
    return GateResult(verdict.passed, f"{verdict.line}{notes}", name or verdict.gate.text, verdict.to_json())


def unevaluated(name: str, why: str) -> GateResult:
    """Return the result of a gate that nothing could decide: it has failed."""
    return GateResult(False, f"{name}: failed, not evaluated: {why}", name)


def _evaluate(gate: Gate, report: Report | None, allow_missing: bool) -> GateResult:
    """Compare the printed score."""
    measured = measure(report, gate.metric, gate.part, tolerated=allow_missing) if report else None
    if measured is None:
        return point_result(gate, False, "nothing was measured (no sample has a score)")
    facts = f"{measured.label} {measured.value:.4f} over {measured.num}"
    passed = holds(gate, measured.value)
    absent = f"{measured.missing} without a score"
    if not passed:
        facts += f", {distance(measured.value, gate)}"
    elif measured.missing:
        worst = [bound for bound in (measured.least, measured.most) if bound is not None]
        passed = bool(worst) and all(holds(gate, bound) for bound in worst)
        certain = f", and whatever the {absent} would have given"
        facts += certain if passed else f", but {absent} could change that: run again to complete"
    if passed and measured.left_out:
        facts += f", {measured.left_out} without a score left out"
    return point_result(gate, passed, facts, measured.value)


def point_result(gate: Gate, passed: bool, facts: str, value: float | None = None) -> GateResult:
    """Return the result of a gate without a level."""
    verdict = "passed" if passed else "failed"
    known = {"text": gate.text, "kind": gate.kind, "verdict": verdict, "value": value, "bound": gate.bound}
    known |= {"margin": gate.margin} if gate.against_baseline else {}
    shown = {name: value for name, value in known.items() if value is not None}
    return GateResult(passed, f"{gate.text}: {verdict}, {facts}", gate.text, shown)


def distance(value: float, gate: Gate) -> str:
    """Return how far a value is from what a gate requires, in words."""
    bound = gate.bound or 0.0
    difference = round(abs(value - bound), 6)
    if not difference:
        return f"must be {'above' if gate.comparison == '>' else 'below'} {bound:g}"
    return f"{'short of' if value < bound else 'over'} {bound:g} by {difference:.4g}"


def measure(report: Report, metric: str = "", part: str = "", *, tolerated: bool = False) -> Measured | None:
    """Return a score of a report, and what the samples without one could make of it; None without a score.

    Args:
        tolerated: Leave out samples that ended in an error. Those that never ran are missing in any case.
    """
    found = report.primary_metric
    if metric:
        found = next((m for m in report.metrics if m.identity.is_called(metric) or m.legacy_name == metric), None)
    if found is None:
        return None
    value, num, belongs = _of_part(found, part)
    if not num:
        return None
    execution = report.execution
    counts = [own for name, own in execution.subsets.items() if belongs(name)] if execution else []
    left_out = sum(s.errored for s in counts) if tolerated else 0
    missing = sum(s.requested - s.succeeded for s in counts) - left_out
    bounds = found.semantics.value_range
    if bounds is None or found.identity.aggregation != "mean":
        return Measured(found.label, value, num, missing, None, None, left_out)
    low, high = (round((value * num + bound * missing) / (num + missing), DIGITS) for bound in bounds)
    return Measured(found.label, value, num, missing, low, high, left_out)


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
    score = (total if metric.identity.aggregation == "sum" else micro_mean)(categories)
    return score, sum(c.num for c in categories), lambda name: name not in elsewhere
