"""Recorded runs against one of them: differences with intervals, question by question, and the samples behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ..core.errors import ConfigError, UsageError, closest
from ..statistics.combined import Part, benjamini_hochberg, holm, mean_difference, on_a_common_scale
from ..statistics.comparison import FEWEST_PAIRS, Comparison
from ..statistics.intervals import LEVEL
from ..statistics.scores import Bounds
from ..store.plan import unlike_settings
from .attempts import attempts_of, reported_measure
from .baseline import Baseline
from .entrants import Entrant
from .model import MetricScore, Report
from .paired import ALL, CATEGORY, SUBSET, WHOLE, Change, Flip, FlippedSample, PairedSamples, with_certainty
from .pairs import pairing_keys, unlikenesses


@dataclass(frozen=True)
class BenchmarkComparison:
    """One benchmark in two runs.

    Attributes:
        metric: Its label.
        bounds: Range of the metric; None for an unbounded one.
        notes: Other differences between the runs, and what was left out.
    """

    name: str
    metric: str
    lower_is_better: bool
    bounds: Bounds | None
    whole: Change
    parts: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    pretty_name: str = ""
    _samples: PairedSamples | None = None
    _found: Comparison | None = None

    @cached_property
    def flips(self) -> tuple[Flip, ...]:
        """The questions with another score than before, in the order of the new run."""
        return tuple(self._samples.flips()) if self._samples else ()

    @property
    def lost(self) -> list[Flip]:
        """Questions with a worse score, the most telling first."""
        return sorted((flip for flip in self.flips if flip.difference < 0), key=self._telling)

    @property
    def won(self) -> list[Flip]:
        """Questions with a better score, the clearest first."""
        return sorted((flip for flip in self.flips if flip.difference > 0), key=self._telling)

    def _telling(self, flip: Flip) -> tuple[float, bool, int]:
        """Return the rank: the largest difference, then what one run had right in every attempt, then the shortest."""
        low, high = self.bounds or (0.0, 1.0)
        best = low if self.lower_is_better else high
        surest = flip.baseline if flip.difference < 0 else flip.score
        return (-abs(flip.difference), surest != best, flip.length)

    def samples(self, flips: Iterable[Flip]) -> list[FlippedSample]:
        """Return flips with the texts of one attempt of each run. Only these records are read.

        Raises:
            StoreError: A record cannot be read.
        """
        return self._samples.samples(list(flips)) if self._samples else []

    def to_json(self) -> dict[str, Any]:
        """Return it as files hold it."""
        fields = {name: value for name, value in self.whole.to_json().items() if name not in ("kind", "name")}
        return {
            "benchmark": self.name,
            "metric": self.metric,
            "lower_is_better": self.lower_is_better,
            **fields,
            "subsets": [part.to_json() for part in self.parts if part.kind == SUBSET],
            "categories": [part.to_json() for part in self.parts if part.kind == CATEGORY],
            "lost_questions": [self._question(flip) for flip in self.lost],
            "won_questions": [self._question(flip) for flip in self.won],
            "notes": list(self.notes),
        }

    def _question(self, flip: Flip) -> dict[str, Any]:
        assert self._samples is not None, "flips are of samples"
        return flip.to_json(self._samples.new.rows[flip.now[0]].question)

    def part(self) -> Part | None:
        """Return what the benchmark adds to the mean over all benchmarks; None without samples."""
        return Part(self.name, self._found, self.bounds) if self._found else None


def telling_losses(comparison: BenchmarkComparison, limit: int = 5) -> list[FlippedSample]:
    """Return the lost samples that show most: the largest drops, of these the surest before, of these the shortest.

    Raises:
        StoreError: A record cannot be read.
    """
    return comparison.samples(comparison.lost[:limit])


@dataclass(frozen=True, slots=True)
class RunComparison:
    """A run against the first one.

    Attributes:
        benchmarks: Those of both, by name.
        together: The mean over them; None for a single one.
        notes: Differences between the runs as wholes.
    """

    entrant: Entrant
    benchmarks: Mapping[str, BenchmarkComparison]
    together: Change | None = None
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as files hold it."""
        return {
            "run": self.entrant.name,
            "benchmarks": [one.to_json() for one in self.benchmarks.values()],
            **({"all": self.together.to_json()} if self.together else {}),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """Runs, each against the first.

    Attributes:
        first: The baseline.
        scores: Reported scores: by benchmark and metric, of each run in its order, None for one without.
        notes: Lines on what could not be compared.
    """

    first: Entrant
    runs: tuple[RunComparison, ...]
    scores: Mapping[tuple[str, str], tuple[float | None, ...]]
    notes: tuple[str, ...] = ()

    @property
    def entrants(self) -> tuple[Entrant, ...]:
        """All runs, the first one first."""
        return (self.first, *(run.entrant for run in self.runs))

    def to_json(self) -> dict[str, Any]:
        """Return it as files hold it."""
        names = [entrant.name for entrant in self.entrants]
        return {
            "schema_version": 1,
            "level": LEVEL,
            "baseline": self.first.name,
            "runs": [{"name": e.name, "model": e.model, "reports": str(e.run.folder)} for e in self.entrants],
            "scores": [
                {"benchmark": benchmark, "metric": metric, "scores": dict(zip(names, scores, strict=True))}
                for (benchmark, metric), scores in self.scores.items()
            ],
            "comparisons": [run.to_json() for run in self.runs],
            "notes": list(self.notes),
        }


def compare_runs(entrants: Sequence[Entrant], metrics: Sequence[str] = ()) -> Compared:
    """Compare each run with the first.

    Args:
        entrants: At least two, with their reviews.
        metrics: ``NAME`` for all benchmarks that report it, or ``BENCHMARK:NAME``; by default each one's main metric.

    Raises:
        UsageError: A run has no benchmark in common with the first, or no benchmark reports a metric.
    """
    first, others = entrants[0], entrants[1:]
    wanted = _Wanted.of(metrics, [entrant.run for entrant in entrants])
    runs = []
    for entrant in others:
        unlike = unlike_settings(first.run.settings, entrant.run.settings)
        found = {}
        for name, report in first.run.reports.items():
            other = entrant.run.reports.get(name)
            metric = wanted.metric(report) or (wanted.metric(other) if other else None)
            if metric is not None and other:
                found[name] = compare_benchmark(first.run, entrant.run, name, metric, unlike.get(name, ()))
        if not set(first.run.reports) & set(entrant.run.reports):
            raise UsageError(
                f"runs without a benchmark in common: {first.name} has {', '.join(first.run.reports)}, {entrant.name} "
                f"has {', '.join(entrant.run.reports)}. Compare runs of the same benchmarks."
            )
        runs.append(RunComparison(entrant, _with_holm(found), _together(found), tuple(unlike.get("", ()))))
    if len(runs) > 1:
        runs = _with_q_over_runs(runs)
    return Compared(first, tuple(runs), _matrix(entrants, wanted), tuple(_left_out(entrants, wanted)))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The metrics that a user chose: for all benchmarks, and for single ones."""

    for_all: str = ""
    for_one: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, metrics: Sequence[str], runs: Sequence[Baseline]) -> _Wanted:
        """Read metrics, and see that each is reported.

        Raises:
            ConfigError: One is not, or two are for the same benchmarks.
        """
        reports = [report for run in runs for report in run.reports.values()]
        names = {report.dataset_name for report in reports}
        for_all = ""
        for_one: dict[str, str] = {}
        for text in metrics:
            benchmark, colon, metric = text.partition(":")
            if colon and benchmark in names:
                own = [report for report in reports if report.dataset_name == benchmark]
                known = for_one.setdefault(benchmark, metric)
            else:
                if colon:
                    raise ConfigError(
                        f"--metric: no benchmark {benchmark!r} in these runs. {closest(benchmark, names)}"
                    )
                own, metric = reports, text
                known = for_all = for_all or metric
            if known != metric:
                raise ConfigError(f"--metric: {known!r} and {metric!r} for the same benchmarks. Give one of the two.")
            if not any(_find(report, metric) for report in own):
                labels = [one.label for report in own for one in report.tabulated]
                raise ConfigError(f"--metric: no run reports {text!r}. {closest(metric, labels)}")
        return cls(for_all, for_one)

    def metric(self, report: Report) -> MetricScore | None:
        """Return the metric to compare; None if the report does not have it."""
        name = self.for_one.get(report.dataset_name, self.for_all)
        return _find(report, name) if name else report.primary_metric


def _find(report: Report, name: str) -> MetricScore | None:
    return next((m for m in report.metrics if m.identity.is_called(name) or m.legacy_name == name), None)


def _matrix(entrants: Sequence[Entrant], wanted: _Wanted) -> dict[tuple[str, str], tuple[float | None, ...]]:
    found: dict[tuple[str, str], list[float | None]] = {}
    for place, entrant in enumerate(entrants):
        for name, report in entrant.run.reports.items():
            if (metric := wanted.metric(report)) is not None:
                found.setdefault((name, metric.label), [None] * len(entrants))[place] = metric.score
    return {key: tuple(scores) for key, scores in found.items()}


def _left_out(entrants: Sequence[Entrant], wanted: _Wanted) -> Iterable[str]:
    """Yield a line for each benchmark that some runs lack, or lack the metric of."""
    names = dict.fromkeys(name for entrant in entrants for name in entrant.run.reports)
    for name in names:
        having = [entrant for entrant in entrants if name in entrant.run.reports]
        if len(having) < len(entrants):
            yield f"{name} is only in {', '.join(entrant.name for entrant in having)}"
        lacking = [entrant.name for entrant in having if wanted.metric(entrant.run.reports[name]) is None]
        if lacking:
            metric = wanted.for_one.get(name, wanted.for_all)
            what = f"metric {metric}" if metric else "score"
            yield f"{name} has no {what} in {', '.join(lacking)}"


def _with_holm(found: Mapping[str, BenchmarkComparison]) -> dict[str, BenchmarkComparison]:
    """Adjust p-values: Holm's over the benchmarks, Benjamini and Hochberg's over subsets and over categories."""
    wholes = _adjusted([one.whole for one in found.values()], "holm")
    wholes = _adjusted(wholes, "q")
    parts = {
        kind: iter(_adjusted([part for one in found.values() for part in one.parts if part.kind == kind], "q"))
        for kind in (SUBSET, CATEGORY)
    }
    return {
        name: replace(one, whole=whole, parts=tuple(next(parts[part.kind]) for part in one.parts))
        for (name, one), whole in zip(found.items(), wholes, strict=True)
    }


def _with_q_over_runs(runs: Sequence[RunComparison]) -> list[RunComparison]:
    """Adjust the p-values of all benchmarks in all runs together."""
    adjusted = iter(_adjusted([one.whole for run in runs for one in run.benchmarks.values()], "q"))
    return [
        replace(run, benchmarks={name: replace(one, whole=next(adjusted)) for name, one in run.benchmarks.items()})
        for run in runs
    ]


def _adjusted(changes: Sequence[Change], how: str) -> list[Change]:
    p_values = [change.p for change in changes if change.p is not None]
    if how == "holm":
        adjusted = iter(holm(p_values))
        return [change if change.p is None else replace(change, holm=next(adjusted)) for change in changes]
    adjusted = iter(benjamini_hochberg(p_values))
    return [change if change.p is None else replace(change, q=next(adjusted)) for change in changes]


def _together(found: Mapping[str, BenchmarkComparison]) -> Change | None:
    """Return the equal-weight mean of the benchmarks' differences, as shares of their metrics' ranges."""
    if len(found) < 2:
        return None
    parts = [part for one in found.values() if (part := one.part())]
    used, left_out = on_a_common_scale(parts)
    left_out += [name for name, one in found.items() if one.part() is None]
    mean = mean_difference(used) if len(used) > 1 else None
    if mean is None:
        return None
    reason = f"without {', '.join(left_out)}: no interval on a common scale" if left_out else ""
    change = Change(ALL, "ALL", None, None, None, method="mean of differences", shared=len(used), reason=reason)
    return with_certainty(change, mean)


# One benchmark -------------------------------------------------------------------------------------------------------


def compare_benchmark(
    first: Baseline, now: Baseline, name: str, metric: MetricScore | None = None, unlike: Sequence[str] = ()
) -> BenchmarkComparison:
    """Compare a benchmark of two runs.

    Args:
        metric: As one of the runs reports it; by default the main one of the first.
        unlike: Settings of the benchmark that differ.
    """
    before, after = first.reports[name], now.reports[name]
    metric = metric or before.primary_metric
    theirs, mine = (_same_metric(report, metric) for report in (before, after))
    notes = [*_unlike(before, after, unlike), *_incomplete(before, after), *_damaged(first, now, name)]
    if metric is None or theirs is None or mine is None:
        which = "new" if mine is None else "first"
        reason = "no sample has a score" if metric is None else f"no {metric.label} in the {which} run"
        change = Change(
            WHOLE, name, mine.score if mine else None, theirs.score if theirs else None, None, reason=reason
        )
        return BenchmarkComparison(name, metric.label if metric else "-", False, None, change, (), tuple(notes))
    semantics = mine.semantics
    lower = semantics.direction == "lower_is_better"
    made = BenchmarkComparison(
        name, mine.label, lower, semantics.value_range, _printed(theirs, mine, lower, ""), (), tuple(notes),
        after.dataset_pretty_name,
    )  # fmt: skip
    pair = _pair(first, now, name, mine)
    if isinstance(pair, str):
        return replace(made, whole=_printed(theirs, mine, lower, pair))
    whole, found = pair.change(WHOLE, name)
    if not whole.paired:
        pairs = f"{whole.shared} questions in both" if whole.shared else "no question is known to be in both"
        if not pair.keyed:
            pairs += " (records without keys of questions)"
        elif 0 < whole.shared < FEWEST_PAIRS:
            pairs += f" ({FEWEST_PAIRS} are needed)"
        notes.insert(0, f"unpaired: {pairs}, {whole.only_now} only now, {whole.only_baseline} only then")
    elif whole.only_now or whole.only_baseline:
        notes.insert(0, f"{whole.shared} paired, {whole.only_now} only now, {whole.only_baseline} only then")
    parts = tuple(_parts(pair, mine))
    return replace(made, whole=whole, parts=parts, notes=tuple(notes), _samples=pair, _found=found)


def _same_metric(report: Report, metric: MetricScore | None) -> MetricScore | None:
    """Return a metric as another run reports it; None if it does not."""
    return None if metric is None else next((m for m in report.metrics if m.identity == metric.identity), None)


def _parts(pair: PairedSamples, metric: MetricScore) -> Iterable[Change]:
    """Yield the changes of categories of several subsets, and of subsets, if there are several."""
    subsets = [subset.name for subset in metric.subsets if not subset.is_aggregate]
    if len(subsets) < 2:
        return
    if len(metric.categories) > 1:
        for category in metric.categories:
            if len(category.subsets) > 1:
                yield pair.change(CATEGORY, "/".join(category.name), {s.name for s in category.subsets})[0]
    for subset in subsets:
        yield pair.change(SUBSET, subset, {subset})[0]


def _unlike(before: Report, now: Report, settings: Sequence[str]) -> Iterable[str]:
    shown = f"model {before.model_name} then"  # beside the runs' names
    for difference in unlikenesses(before, now):
        if difference != shown and not (settings and difference == "other benchmark settings"):
            yield difference
    yield from settings
    for when, report in (("then", before), ("now", now)):
        execution = report.execution
        if execution and execution.cached and execution.cached >= execution.succeeded:
            yield f"all replies came from the response cache {when}"


def _incomplete(before: Report, now: Report) -> Iterable[str]:
    for when, report in (("then", before), ("now", now)):
        execution = report.execution
        if execution and execution.stopped:
            yield f"stopped early {when}, when its gates were decided: its score is biased"
        elif execution and execution.incomplete:
            yield f"{execution.requested - execution.succeeded} of {execution.requested} samples without a score {when}"


def _damaged(first: Baseline, now: Baseline, name: str) -> Iterable[str]:
    for when, run in (("then", first), ("now", now)):
        reviews = run.reviews.get(name)
        if reviews and reviews.damaged:
            yield f"{reviews.damaged} damaged reviews left out {when}"


def _printed(before: MetricScore, now: MetricScore, lower_is_better: bool, reason: str) -> Change:
    """Return the difference of the printed scores: nothing is known of its certainty."""
    sign = -1 if lower_is_better else 1
    difference = round(sign * (now.score - before.score), 4)
    return Change(WHOLE, "", now.score, before.score, difference, reason=reason)


def _pair(first: Baseline, now: Baseline, name: str, metric: MetricScore) -> PairedSamples | str:
    """Return the samples of both runs, or why there are none to compare."""
    old, new = first.reviews.get(name), now.reviews.get(name)
    if old is None or new is None:
        return f"no reviews {'then' if old is None else 'now'}"
    measure = reported_measure(metric, (*new.rows, *old.rows), _aggregation(now, name))
    if measure is None:
        return "no sample has it"
    if measure.no_interval:
        return measure.no_interval
    if measure.aggregation == "at_least_k" and attempts_of(new.rows) != attempts_of(old.rows):
        return f"{measure.label} is of {attempts_of(new.rows)} attempts now, and was of {attempts_of(old.rows)}"
    pair = PairedSamples(measure, old, new, *pairing_keys([first.side(name)], now.side(name)))
    if measure.over_parts and not all(map(len, pair.scores())):
        return f"a part of {measure.label} has a mean of 0, or a single question"
    return pair


def _aggregation(run: Baseline, benchmark: str) -> str | Mapping[str, str]:
    """Return the aggregation of a benchmark as its run was configured; ``mean`` if that is not known."""
    resolved = (run.settings.get("resolved_benchmarks") or {}).get(benchmark) or {}
    found = resolved.get("aggregation", "mean")
    return found if isinstance(found, (str, Mapping)) else "mean"
