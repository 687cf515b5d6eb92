"""Comparison with an earlier run: no benchmark's primary metric may drop by more than it was allowed to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..core.errors import StoreError, UsageError, closest
from ..store.layout import safe_name
from ..store.plan import BenchmarkPlan
from .gates import GateResult, measure
from .model import DIGITS, Report, load_report

_MOST_LISTED = 5


@dataclass(frozen=True, slots=True)
class Baseline:
    """The reports of an earlier run, by benchmark."""

    folder: Path
    reports: Mapping[str, Report]


def load_baseline(path: Path, model_id: str) -> Baseline:
    """Read the reports of an earlier run.

    Args:
        path: Its work_dir, its ``reports`` folder, or the folder of one model in that.
        model_id: The model to compare with; another one is taken if the run had just one.

    Raises:
        UsageError: No reports were found, or it is not clear whose they are.
    """
    if not path.is_dir():
        raise UsageError(f"baseline is not there: {path}. Give the work_dir of an earlier run.")
    folder = _model_folder(path, model_id)
    reports = {}
    for file in sorted(folder.glob("*.json")):
        try:
            report = load_report(file)
        except StoreError:
            continue  # collection_detailed_report.json and the like
        reports[report.dataset_name] = report
    if not reports:
        raise UsageError(f"baseline has no readable reports: {folder}. Give the work_dir of a finished run.")
    return Baseline(folder, reports)


def _model_folder(path: Path, model_id: str) -> Path:
    if any(path.glob("*.json")) and not (path / "reports").is_dir():
        return path
    parent = path / "reports" if (path / "reports").is_dir() else path
    models = sorted(folder for folder in parent.iterdir() if folder.is_dir() and any(folder.glob("*.json")))
    mine = [folder for folder in models if folder.name == safe_name(model_id)]
    if mine or len(models) == 1:
        return (mine or models)[0]
    if models:
        names = ", ".join(folder.name for folder in models)
        raise UsageError(
            f"baseline {path} has reports of several models, none of {model_id!r}: {names}. Give one's folder."
        )
    runs = sorted(folder for folder in path.iterdir() if (folder / "reports").is_dir())
    if runs:
        listed = ", ".join(str(run) for run in runs[-_MOST_LISTED:])
        raise UsageError(f"baseline {path} holds {len(runs)} runs. Choose one of them, the last are: {listed}.")
    raise UsageError(f"baseline has no reports: {path}. Give the work_dir of a finished run.")


def check_baseline(baseline: Baseline, plans: Iterable[BenchmarkPlan]) -> None:
    """See, before any request is sent, that each benchmark of the run has something to be compared with.

    Raises:
        UsageError: A benchmark has no report with a score in the baseline.
    """
    for plan in plans:
        report = baseline.reports.get(plan.name)
        if report is None:
            near = closest(plan.name, baseline.reports)
            raise UsageError(f"baseline {baseline.folder} has no report of {plan.name!r}. {near}")
        if report.score is None:
            raise UsageError(f"baseline {baseline.folder} has no score of {plan.name!r}: its run was not finished.")


def compare(
    baseline: Baseline, reports: Sequence[Report], max_drop: float, *, allow_missing: bool = False
) -> list[GateResult]:
    """Return for each report whether its primary metric held up.

    Args:
        max_drop: Permitted drop; "worse" is higher for metrics such as error rates.
        allow_missing: Judge by the samples that have a score, as far as the user accepted errors.
    """
    found = (
        (r.dataset_name, _compare(baseline.reports.get(r.dataset_name), r, max_drop, allow_missing)) for r in reports
    )
    return [replace(result, name=name_of(benchmark)) for benchmark, result in found]


def name_of(benchmark: str) -> str:
    """Return what the comparison of a benchmark with its earlier run is called."""
    return f"baseline {benchmark}"


def _compare(before: Report | None, report: Report, max_drop: float, allow_missing: bool) -> GateResult:
    name = report.dataset_name
    now = measure(report)
    if before is None or now is None:
        reason = "no sample has a score" if now is None else "the baseline has no report of it"
        return GateResult(False, f"{name}: failed, {reason}")
    old = next((m for m in before.metrics if m.identity == report.primary), None)
    if old is None:
        return GateResult(False, f"{name}: failed, the baseline does not report {now.label}")
    lower_is_better = old.semantics.direction == "lower_is_better"

    def drop(value: float) -> float:
        return round(value - old.score if lower_is_better else old.score - value, DIGITS)

    changed = drop(now.value)
    facts = f"{now.label} {now.value:.4f}, baseline {old.score:.4f}, {_change(changed)}, allowed drop {max_drop:g}"
    facts += _unlike(before, report)
    if changed > max_drop:
        return GateResult(False, f"{name}: failed, {facts}")
    if now.missing and not allow_missing:
        worst = now.most if lower_is_better else now.least
        if worst is None or drop(worst) > max_drop:
            missing = f"{now.missing} samples without a score could change that: run again to complete"
            return GateResult(False, f"{name}: failed, {facts}, but {missing}")
    return GateResult(True, f"{name}: passed, {facts}")


def _change(drop: float) -> str:
    if not drop:
        return "unchanged"
    return f"{abs(drop):.4f} {'worse' if drop > 0 else 'better'}"


def _unlike(before: Report, now: Report) -> str:
    """Say what else is different between the two runs: then the scores may differ for that reason alone."""
    differences = []
    if before.num != now.num:
        differences.append(f"{before.num} samples then, {now.num} now")
    old, new = before.execution, now.execution
    if old and new and old.version and old.version != new.version:
        differences.append(f"benchmark version {old.version} then, {new.version} now")
    elif old and new and old.fingerprint and old.fingerprint != new.fingerprint:
        differences.append("other benchmark settings")
    if before.model_name != now.model_name:
        differences.append(f"model {before.model_name} then")
    return f" ({'; '.join(differences)})" if differences else ""
