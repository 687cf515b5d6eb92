"""From a benchmark's rows to its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..scoring.aggregation import AggregatedMetric, Attempt, aggregate
from ..store.atomic import write_atomic
from ..store.layout import WorkDir
from ..store.plan import BenchmarkPlan
from ..store.rows import SampleSummary
from .columns import SubsetMetric
from .estimates import estimates
from .execution import Execution, SubsetExecution, group_errors
from .flaky import find_flaky
from .judges import judge_summary
from .model import DIGITS, CategoryScore, MetricScore, Report, SubsetScore, dump_report
from .perf import perf_metrics
from .semantics import Identity, identify

_DEFAULT_CATEGORY = ("default",)


def build_report(
    plan: BenchmarkPlan, rows: Sequence[SampleSummary], model_id: str, *, collect_perf: bool = True
) -> Report:
    """Aggregate a benchmark's samples.

    Args:
        rows: In any order; those of subsets the plan does not name are left out.
        model_id: Name of the model in reports.
        collect_perf: Put latency, throughput and tokens into the report.
    """
    by_subset: dict[str, list[SampleSummary]] = {subset: [] for subset in plan.subsets}
    for row in rows:
        if row.subset in by_subset:
            by_subset[row.subset].append(row)
    for members in by_subset.values():
        members.sort(key=lambda row: row.index)  # the samples that an error names are the first ones
    ours = [row for members in by_subset.values() for row in members]
    aggregated = _aggregated(plan, by_subset)
    metrics = tuple(_metric(plan, identity, subsets) for identity, subsets in aggregated.items())
    primary = _primary(plan.primary or plan.metrics[0], metrics)
    return Report(
        dataset_name=plan.name,
        model_name=model_id,
        metrics=metrics,
        primary=primary,
        execution=_execution(plan, by_subset, aggregated),
        dataset_pretty_name=plan.pretty_name or plan.name,
        dataset_description=plan.description,
        perf=perf_metrics(ours) if collect_perf else None,
        primary_unavailable=None if primary else "no sample has a score",
        unsafe_execution=plan.unsafe_execution,
        judges=judge_summary(ours),
    )


def save_report(workdir: WorkDir, report: Report) -> None:
    """Write ``reports/{model_id}/{benchmark}.json``.

    Raises:
        StoreError: It could not be written.
    """
    write_atomic(workdir.report_file(report.model_name, report.dataset_name), dump_report(report))


def _aggregated(
    plan: BenchmarkPlan, by_subset: Mapping[str, Sequence[SampleSummary]]
) -> dict[Identity, list[SubsetMetric]]:
    """Return the metrics that the samples have, each subset by subset."""
    found: dict[Identity, list[SubsetMetric]] = {}
    for subset, rows in by_subset.items():
        attempts = [Attempt(r.group, r.repeat, r.values, r.answer, r.weights) for r in rows if r.values is not None]
        unplanned = {n for attempt in attempts if not plan.only_metrics for n in attempt.values} - set(plan.metrics)
        for metric in aggregate(attempts, [*plan.metrics, *sorted(unplanned)], plan.aggregation, plan.repeats):
            found.setdefault(_identity(metric), []).append(SubsetMetric(subset, metric, rows))
    return found


def _metric(plan: BenchmarkPlan, identity: Identity, subsets: Sequence[SubsetMetric]) -> MetricScore:
    categories: dict[tuple[str, ...], list[SubsetScore]] = {}
    for one in subsets:
        score = SubsetScore(one.subset, round(one.metric.score, DIGITS), one.metric.num)
        categories.setdefault(plan.categories.get(one.subset) or _DEFAULT_CATEGORY, []).append(score)
    is_count = identity.aggregation == "sum"
    return MetricScore.of(
        identity, [CategoryScore.of(name, categories[name], summed=is_count) for name in sorted(categories)]
    )


def _identity(metric: AggregatedMetric) -> Identity:
    return identify(metric.name, metric.aggregation, dict(metric.dimensions))


def _primary(wanted: str, metrics: Sequence[MetricScore]) -> Identity | None:
    """Return the identity that ``wanted`` names, or the first metric's if the samples do not have that one."""
    named = [m.identity for m in metrics if m.identity.is_called(wanted)]
    return next(iter(named or [m.identity for m in metrics]), None)


def _execution(
    plan: BenchmarkPlan,
    by_subset: Mapping[str, Sequence[SampleSummary]],
    aggregated: Mapping[Identity, Sequence[SubsetMetric]],
) -> Execution:
    rows = [row for members in by_subset.values() for row in members]
    statistics = estimates(plan, aggregated)
    return Execution(
        subsets={subset: _counts(plan.requested.get(subset, 0), members) for subset, members in by_subset.items()},
        errors=group_errors(rows),
        retries=sum(row.retries for row in rows),
        version=plan.version,
        fingerprint=plan.fingerprint,
        intervals={
            label: (round(found["low"], DIGITS), round(found["high"], DIGITS))
            for label, found in statistics.items()
            if found["low"] is not None
        },
        statistics=statistics,
        flaky=find_flaky(plan, rows),
        cached=sum(row.cached for row in rows),
        media=plan.media,
    )


def _counts(requested: int, rows: Sequence[SampleSummary]) -> SubsetExecution:
    scored = sum(row.status == "scored" for row in rows)
    return SubsetExecution(
        requested=max(requested, len(rows)),
        succeeded=scored,
        errored=len(rows) - scored,
        empty=sum(row.empty for row in rows),
        truncated=sum(row.truncated for row in rows),
    )
