"""Comparison with earlier runs: no benchmark's primary metric may be shown to be worse than there.

Samples are compared question by question. A baseline without its reviews, or a metric without an interval, is compared
by the printed scores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import StoreError, UsageError, closest
from ..statistics.gates import ALL, Gate, alarm_against_baseline
from ..statistics.scores import Scores, mean_of_runs
from ..store.layout import safe_name
from ..store.plan import DECIDING, BenchmarkPlan, recorded_settings
from ..store.reviews import Reviews, read_reviews
from .attempts import Measure, attempts_of, find_measure, measured_of, question_key
from .columns import QuestionKey
from .gates import GateResult, Samples, measure, point_result, result_of, scores_of, subsets_of
from .model import DIGITS, Report, load_report
from .pairs import SAMPLING, Side, pairing_keys, unlikenesses, won_and_lost

if TYPE_CHECKING:
    from ..config.task import TaskConfig
    from ..statistics.verdicts import Runs, Verdict

MOST_LISTED = 5


@dataclass(frozen=True, slots=True)
class Baseline:
    """The reports of an earlier run, by benchmark.

    Attributes:
        reviews: The samples behind them, of the benchmarks for which they were read.
        settings: The settings `SAMPLING` and `DECIDING` of the run's configuration; empty without one.
    """

    folder: Path
    reports: Mapping[str, Report]
    reviews: Mapping[str, Reviews] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def side(self, benchmark: str) -> Side:
        """Return a benchmark whose reviews were read, to pair its questions."""
        reviews = self.reviews[benchmark]
        return Side(self.reports[benchmark], reviews.keyed, self.settings, lambda: reviews.targets)


def load_baseline(path: Path, model_id: str, with_samples: Iterable[str] = ()) -> Baseline:
    """Read the reports of an earlier run.

    Args:
        path: Its work_dir, its ``reports`` folder, or the folder of one model in that.
        model_id: The model to compare with; another one is taken if the run had just one.
        with_samples: Benchmarks whose reviews are read as well.

    Raises:
        UsageError: No reports were found, or it is not clear whose they are.
        StoreError: A review cannot be read.
    """
    if not path.is_dir():
        raise UsageError(f"baseline is not there: {path}. Give the work_dir of an earlier run.")
    folder = _model_folder(path, model_id)
    found = read_run(folder, with_samples)
    if not found.reports:
        raise UsageError(f"baseline has no readable reports: {folder}. Give the work_dir of a finished run.")
    return found


def read_run(folder: Path, with_samples: Iterable[str] | None = ()) -> Baseline:
    """Read the reports of one model.

    Args:
        folder: Its folder in the ``reports`` of a run.
        with_samples: Benchmarks whose reviews are read as well; None for all.

    Raises:
        StoreError: A review cannot be read.
    """
    reports = {}
    for file in sorted(folder.glob("*.json")):
        try:
            report = load_report(file)
        except StoreError:
            continue  # collection_detailed_report.json and the like
        reports[report.dataset_name] = report
    root = folder.parent.parent
    subsets = {name: _subsets(report) for name, report in reports.items()}
    wanted = reports if with_samples is None else [name for name in with_samples if name in reports]
    reviews = read_reviews(root / "reviews" / folder.name, subsets, wanted)
    return Baseline(folder, reports, reviews, recorded_settings(root, (*SAMPLING, *DECIDING)))


def sampling_of(task: TaskConfig) -> dict[str, Any]:
    """Return the settings of a run that choose its questions."""
    return {name: getattr(task, name) for name in SAMPLING}


def _subsets(report: Report) -> list[str]:
    """Return the subsets of a run: with EvalScope's reports, those that have a score."""
    if report.execution and report.execution.subsets:
        return list(report.execution.subsets)
    return list(dict.fromkeys(s.name for m in report.metrics for s in m.subsets if not s.is_aggregate))


def model_folders(path: Path) -> list[Path]:
    """Return the folders of reports in a work_dir, in its ``reports`` folder, or the given one, a model's each."""
    if any(path.glob("*.json")) and not (path / "reports").is_dir():
        return [path]
    parent = path / "reports" if (path / "reports").is_dir() else path
    return sorted(folder for folder in parent.iterdir() if folder.is_dir() and any(folder.glob("*.json")))


def runs_in(path: Path) -> list[Path]:
    """Return the work_dirs in a folder that have reports."""
    return sorted(folder for folder in path.iterdir() if (folder / "reports").is_dir())


def _model_folder(path: Path, model_id: str) -> Path:
    models = model_folders(path)
    if models == [path]:
        return path
    mine = [folder for folder in models if folder.name == safe_name(model_id)]
    if mine or len(models) == 1:
        return (mine or models)[0]
    if models:
        names = ", ".join(folder.name for folder in models)
        raise UsageError(
            f"baseline {path} has reports of several models, none of {model_id!r}: {names}. Give one's folder."
        )
    if runs := runs_in(path):
        listed = ", ".join(str(run) for run in runs[-MOST_LISTED:])
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
            raise UsageError(
                f"baseline {baseline.folder} has no report of {plan.name!r}. {near} Give a run that has it, or "
                f"evaluate {plan.name} without --eval-baseline."
            )
        if report.score is None:
            raise UsageError(f"baseline {baseline.folder} has no score of {plan.name!r}: its run was not finished.")
        if report.execution is not None and report.execution.stopped:
            raise UsageError(
                f"baseline {baseline.folder}: its run of {plan.name!r} was stopped when its gates were decided, after "
                f"{report.execution.recorded} of {report.execution.requested} samples, so its score is biased. Run it "
                "without --eval-stop-when-decided (--eval-use-cache carries it on), or give another run."
            )


@dataclass(frozen=True, slots=True)
class Now:
    """One benchmark in this run.

    Attributes:
        tolerated: Samples without a score are left out, as far as the user accepts errors.
        settings: As those of `Baseline`.
        targets: Returns the targets of its questions as `Reviews` has them.
    """

    report: Report
    samples: Samples
    tolerated: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    targets: Callable[[], Mapping[tuple[str, int], bytes]] = dict

    @property
    def name(self) -> str:
        """The name of the benchmark."""
        return self.report.dataset_name

    @property
    def side(self) -> Side:
        """The benchmark, to pair its questions."""
        return Side(self.report, all(row.question for row in self.samples.rows), self.settings, self.targets)


def name_of(benchmark: str) -> str:
    """Return what the comparison of a benchmark with its earlier run is called."""
    return f"baseline {benchmark}"


@dataclass(frozen=True, slots=True)
class Alarms:
    """The comparisons of all benchmarks with a baseline.

    Attributes:
        results: By benchmark.
        together: A line on the mean over the benchmarks; empty for a single one.
    """

    results: Mapping[str, GateResult]
    together: str = ""


def compare(
    baselines: Sequence[Baseline],
    benchmarks: Sequence[Now],
    max_drop: float,
    level: float | None = None,
    *,
    early: Early | None = None,
    together: bool = True,
) -> Alarms:
    """Return for each benchmark whether its primary metric held up: ``--eval-baseline``.

    Args:
        max_drop: Permitted drop; "worse" is higher for metrics such as error rates.
        level: Of the alarms, all of them together; None compares the printed scores.
        early: What was decided while the run went on.
        together: Judge the mean over the benchmarks as well.
    """
    from ..statistics.combined import over_benchmarks
    from ..statistics.verdicts import judge_difference

    early = early or Early(level)
    results: dict[str, GateResult] = {}
    judged: list[tuple[Now, Verdict]] = []
    compared: list[tuple[Now, Runs]] = []
    for now in benchmarks:
        gate = alarm_against_baseline(now.name, max_drop, level or 0.0)
        runs, why = _runs(gate, baselines, now) if level is not None else (None, "")
        if (decided := early.verdicts.get(now.name)) is not None:
            if decided.p is None:
                results[now.name] = result_of(decided, name_of(now.name), _unlike(baselines, now))
            else:
                judged.append((now, decided))
        elif runs is None:
            points = _compare_points(baselines, now, max_drop, f" (by the printed scores: {why})" if why else "")
            results[now.name] = replace(points, name=name_of(now.name))
        else:
            verdict = judge_difference(replace(gate, level=early.level), runs)
            judged.append((now, replace(verdict, gate=gate)))
            compared.append((now, runs))
    for (now, _), verdict in zip(judged, over_benchmarks([v for _, v in judged], early.level or 0.0), strict=True):
        if verdict.stopped:  # nothing was tested
            verdict = replace(verdict, p=None, p_adjusted=None)
        results[now.name] = result_of(verdict, name_of(now.name), _unlike(baselines, now) + early.note(verdict))
    note = ""
    if together and level is not None and len(judged) > 1 and not early.verdicts:
        line = _all(alarm_against_baseline(ALL, max_drop, level), compared).line
        note = f"not a gate: {line} (--eval-gate={line.partition(':')[0]!r} makes it one)"
    return Alarms({now.name: results[now.name] for now in benchmarks}, note)


@dataclass(frozen=True, slots=True)
class Early:
    """What is known of the alarms of a run that may stop early.

    Attributes:
        level: Of the tests at the end: looking has used a part of the error.
        verdicts: Alarms that were decided, by benchmark. One that passed has a p-value of 1: it stays in the family.
    """

    level: float | None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)

    def note(self, verdict: Verdict) -> str:
        """Return what to add to the line of a verdict."""
        return tested_at(verdict.gate, self.level) if not verdict.stopped else ""


def tested_at(gate: Gate, level: float | None) -> str:
    """Return what to add to a gate's line if its test at the end was at another level than its own."""
    if level is None or level == gate.level:
        return ""
    return f" (tested at {100 * level:.4g}%: a part of the error went into looking)"


def evaluate_against(
    gates: Iterable[Gate], baselines: Sequence[Baseline], benchmarks: Sequence[Now]
) -> list[GateResult]:
    """Return the result of each gate of the user that compares with a baseline."""
    by_name = {now.name: now for now in benchmarks}
    results = []
    for gate in gates:
        if gate.benchmark == ALL and ALL not in by_name:
            every = [(now, _runs(replace(gate, benchmark=now.name), baselines, now)[0]) for now in benchmarks]
            results.append(result_of(_all(gate, [(now, runs) for now, runs in every if runs is not None])))
        elif gate.level is None:
            results.append(_point_gate(gate, baselines, by_name[gate.benchmark]))
        else:
            results.append(_judge(gate, baselines, by_name[gate.benchmark]))
    return results


def _judge(gate: Gate, baselines: Sequence[Baseline], now: Now) -> GateResult:
    from ..statistics.verdicts import judge_difference

    runs, why = _runs(gate, baselines, now)
    if runs is None:
        return point_result(gate, False, f"not compared: {why}")
    return result_of(judge_difference(gate, runs), notes=_unlike(baselines, now))


def _all(gate: Gate, benchmarks: Iterable[tuple[Now, Runs]]) -> Verdict:
    """Return the verdict of a gate on the mean of the benchmarks' differences."""
    from ..statistics.combined import Part, judge_all
    from ..statistics.comparison import compare as compared

    parts = []
    for now, runs in benchmarks:
        worst, best = runs.new.least, runs.new.most
        if runs.lower_is_better:
            worst, best = best, worst
        scores = (best if gate.kind == "alarm" else worst) or runs.new.scores
        found = compared(runs.old, scores, lower_is_better=runs.lower_is_better, pairing=gate.pairing)
        measure = find_measure(now.samples.plan, gate.metric)
        parts.append(Part(now.name, found, measure.bounds if measure else None))
    return judge_all(gate, parts)


def _runs(gate: Gate, baselines: Sequence[Baseline], now: Now) -> tuple[Runs | None, str]:
    """Return the scores of both runs by question; None and the reason if they cannot be compared so."""
    from ..statistics.verdicts import Runs

    plan = now.samples.plan
    found = find_measure(plan, gate.metric)
    assert found is not None, "check_names has seen it"
    earlier = reviews_of(baselines, now.name)
    if found.no_interval:
        return None, found.no_interval
    if why := unlike_attempts(found, plan, earlier):
        return None, why
    if len(earlier) < len(baselines):
        return None, "the baseline has no reviews of it"
    key_then, key = pairing_keys([baseline.side(now.name) for baseline in baselines], now.side)
    old = [_scores_before(gate, plan, found, reviews, key_then) for reviews in earlier]
    new = scores_of(gate, found, now.report, now.samples, now.tolerated, key)
    flips = None
    if found.over_parts:
        if not all(len(scores) for scores in (new.scores, *old)):
            return None, f"a part of {found.label} has a mean of 0, or a single question"
        # Scores made of parts move with every question: those that changed are counted by their own values.
        plain = replace(found, aggregation="mean")
        before = mean_of_runs([_scores_before(gate, plan, plain, reviews, key_then) for reviews in earlier])
        after = measured_of(plain, now.samples.of(gate.part), tolerated=True, key=key).scores
        flips = won_and_lost(before, after, found.lower_is_better)
    return Runs(mean_of_runs(old), new, found.label, found.lower_is_better, flips), ""


def unlike_attempts(measure: Measure, plan: BenchmarkPlan, earlier: Iterable[Reviews]) -> str:
    """Return why a rule such as "4 of 5 attempts" means something else in an earlier run; empty if it does not."""
    if measure.aggregation != "at_least_k":
        return ""
    others = sorted({attempts_of(reviews.rows) for reviews in earlier} - {plan.repeats})
    return f"{measure.label} is of {plan.repeats} attempts now, and was of {others[0]}" if others else ""


def reviews_of(baselines: Sequence[Baseline], benchmark: str) -> list[Reviews]:
    """Return the reviews of a benchmark in those baselines that have some."""
    return [reviews for baseline in baselines if (reviews := baseline.reviews.get(benchmark)) is not None]


def scores_before(gate: Gate, plan: BenchmarkPlan, measure: Measure, baselines: Sequence[Baseline]) -> Scores:
    """Return the scores by question, keyed by it, with which a gate against a baseline compares."""
    earlier = reviews_of(baselines, plan.name)
    return mean_of_runs([_scores_before(gate, plan, measure, reviews, question_key) for reviews in earlier])


def _scores_before(gate: Gate, plan: BenchmarkPlan, measure: Measure, reviews: Reviews, key: QuestionKey) -> Scores:
    own = set(subsets_of(plan, gate.part))
    return measured_of(measure, [r for r in reviews.rows if r.subset in own], tolerated=True, key=key).scores


def _point_gate(gate: Gate, baselines: Sequence[Baseline], now: Now) -> GateResult:
    """Compare the printed scores: a gate of the user without a level."""
    found = _points(baselines, now, gate.metric, gate.part)
    if isinstance(found, str):
        return point_result(gate, False, found)
    facts = found.facts + _unlike(baselines, now)
    gains = gate.comparison == "better"

    def passes(drop: float) -> bool:
        return -drop > gate.margin if gains else drop <= gate.margin

    passed = passes(found.drop)
    if passed and found.missing:
        passed = found.worst is not None and passes(found.worst)
        if not passed:
            facts += f", but {found.missing} samples without a score could change that: run again to complete"
    return point_result(gate, passed, facts, found.now)


@dataclass(frozen=True, slots=True)
class _Points:
    """Printed scores of both runs.

    Attributes:
        drop: How much worse the score is; below 0 if it is better.
        worst: The same if the samples without a score are as bad as can be; None if that is not known.
    """

    now: float
    drop: float
    facts: str
    missing: int
    worst: float | None


def _points(baselines: Sequence[Baseline], now: Now, metric: str = "", part: str = "") -> _Points | str:
    """Return the printed scores of both runs, or why they cannot be compared."""
    found = measure(now.report, metric, part, tolerated=now.tolerated)
    if found is None:
        return "no sample has a score"
    before = [baseline.reports.get(now.name) for baseline in baselines]
    if any(report is None for report in before):
        return "the baseline has no report of it"
    wanted = metric or (now.report.primary.label if now.report.primary else "")
    old = printed_before(baselines, now.name, wanted, part)
    if old is None:
        return f"the baseline does not report {found.label}"
    own = next(m for m in now.report.metrics if m.label == found.label)
    sign = 1 if own.semantics.direction == "lower_is_better" else -1
    drop = round(sign * (found.value - old), DIGITS)
    worst = found.most if sign > 0 else found.least
    facts = f"{found.label} {found.value:.4f}, baseline {old:.4f}, {_change(drop)}"
    at_worst = None if worst is None else round(sign * (worst - old), DIGITS)
    return _Points(found.value, drop, facts, found.missing, at_worst)


def printed_before(baselines: Sequence[Baseline], benchmark: str, metric: str, part: str = "") -> float | None:
    """Return the printed score of earlier runs, their mean if there are several; None if one does not report it."""
    reports = [baseline.reports[benchmark] for baseline in baselines if benchmark in baseline.reports]
    scores = [score.value for report in reports if (score := measure(report, metric, part)) is not None]
    return round(sum(scores) / len(scores), DIGITS) if scores and len(scores) == len(baselines) else None


def _compare_points(baselines: Sequence[Baseline], now: Now, max_drop: float, note: str) -> GateResult:
    """Compare the printed scores of the primary metric."""
    found = _points(baselines, now)
    if isinstance(found, str):
        return GateResult(False, f"{now.name}: failed, {found}")
    facts = f"{found.facts}, allowed drop {max_drop:g}{note}{_unlike(baselines, now)}"
    passed = found.drop <= max_drop
    if passed and found.missing and (found.worst is None or found.worst > max_drop):
        passed = False
        facts += f", but {found.missing} samples without a score could change that: run again to complete"
    return GateResult(passed, f"{now.name}: {'passed' if passed else 'failed'}, {facts}")


def _change(drop: float) -> str:
    if not drop:
        return "unchanged"
    return f"{abs(drop):.4f} {'worse' if drop > 0 else 'better'}"


def _unlike(baselines: Sequence[Baseline], now: Now) -> str:
    """Say what else is different between the runs: then the scores may differ for that reason alone."""
    differences = list(dict.fromkeys(d for b in baselines for d in unlikenesses(b.reports[now.name], now.report)))
    calls = sum(row.calls for row in now.samples.rows)
    if calls and calls == sum(row.cached for row in now.samples.rows):
        differences.append("all replies came from the response cache")
    return f" ({'; '.join(differences)})" if differences else ""
