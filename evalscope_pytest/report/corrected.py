"""Scores of judges that err, corrected by the verdicts of people on a random part of the judgements.

Prediction-powered inference (Angelopoulos et al. 2023): the judge's mean on what nobody labelled, plus the mean
difference between people and judge on what somebody did.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Any

from ..core.errors import UsageError
from ..core.text import visible
from ..statistics.intervals import FEW_QUESTIONS, FEWEST_CLUSTERS, LEVEL, MeanError, interval_of_mean, mean_error
from ..statistics.judges import JudgeSkill, corrected_share, krippendorff_alpha, prediction_powered_mean
from ..statistics.scores import Bounds
from ..store.layout import WorkDir
from ..store.plan import BenchmarkPlan, RunPlan
from .audit import Judgement, judgements, review_rows
from .labels import Given, Matches, drawn_from, read_given
from .model import Report
from .semantics import identify, semantics_of

TOO_FEW = f"fewer than {FEWEST_CLUSTERS} questions have a verdict of a person"
_DIGITS = 8
_WEIGHT = "battles"  # what a verdict counts as in a weighted comparison
_MEANS = frozenset({"weighted_mean", "battles", "clipped_mean"})


@dataclass(slots=True)
class Unit:
    """One thing that was judged: a sample, or an item of it.

    Attributes:
        values: The sample's.
        weights: Weights of those that count other than once.
        verdict: Means of the judges' verdicts.
        group: Its cluster, or its question.
        human: Metrics of the verdicts of people on it.
        judged: False for a sample that no judge decided.
    """

    values: Mapping[str, float]
    weights: Mapping[str, float]
    group: Hashable
    verdict: Mapping[str, float] = field(default_factory=dict)
    human: list[Mapping[str, float]] = field(default_factory=list)
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Corrections:
    """Corrected scores by benchmark and metric, as reports hold them.

    Attributes:
        labels: Number of judgements that people labelled; 1 or more if the file cannot be read.
        note: A note on the labels; empty if all of them were used, and are a random part of the run.
    """

    by_benchmark: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    labels: int = 0
    note: str = ""


def corrections(workdir: WorkDir, plan: RunPlan) -> Corrections:
    """Return the scores corrected by the verdicts that people wrote into the run's audit file.

    A file that cannot be used gives a note: the report is not worse without it.
    """
    try:
        given = read_given(workdir.judge_audit)
        return _corrections(workdir, plan, given) if given else Corrections()
    except UsageError as error:
        return Corrections(labels=1, note=str(error))


def _corrections(workdir: WorkDir, plan: RunPlan, given: Mapping[str, Given]) -> Corrections:
    folder, names = workdir.reviews(plan.model_id), plan.file_names()
    found: dict[str, Mapping[str, Mapping[str, Any]]] = {}
    matches, judged = Matches(given), 0
    for benchmark in plan.benchmarks:
        units: list[tuple[Unit, list[str]]] = []
        several = False
        for subset in benchmark.subsets:
            for row in review_rows(folder / names[benchmark.name, subset]):
                own = list(judgements(row, benchmark.name, subset))
                matches.take(own)
                judged += len(own)
                made = list(_units(row, subset, own))
                several = several or len(made) > 1
                units += made
        matches.settle()
        for unit, keys in units:
            unit.human = [matches.read[key] for key in keys if key in matches.read]
        if corrected := dict(_metrics(benchmark, [unit for unit, _ in units], several=several)):
            found[benchmark.name] = corrected
    note = ""
    if lost := len(given.keys() - matches.known):
        note = f"judge audit: {lost} of {len(given)} verdicts in {workdir.judge_audit} are not about this run"
    elif judged > (total := drawn_from(workdir.judge_audit) or judged):
        note = (
            f"judge audit: the judgements were drawn from {total:,}, and the run has {judged:,} now. The correction "
            "holds for the later ones only if the judge errs on them alike. Move the file away to draw again"
        )
    return Corrections(found, len(given), note)


def _units(row: Mapping[str, Any], subset: str, own: Sequence[Judgement]) -> Iterator[tuple[Unit, list[str]]]:
    """Yield what was judged in a review, with the keys of the judgements; a row in another form has nothing."""
    try:
        sample = row["sample_score"]
        group = row.get("cluster") or row.get("question") or (subset, sample["group_id"])
        score = sample["score"]
        values = {name: float(value) for name, value in score["value"].items()}
        given = (score.get("metadata") or {}).get("weights") or {}
        weights = {name: float(weight) for name, weight in given.items() if not isinstance(weight, Mapping)}
    except (LookupError, TypeError, ValueError, AttributeError):
        return
    items: dict[int, list[Judgement]] = {}
    for judgement in own:
        items.setdefault(judgement.record["item"], []).append(judgement)
    if not items:
        yield Unit(values, weights, group, judged=False), []
    for members in items.values():
        verdicts = [member.record.get("metrics") or {} for member in members]
        names = dict.fromkeys(name for verdict in verdicts for name in verdict)
        means = {name: fmean(verdict[name] for verdict in verdicts if name in verdict) for name in names}
        yield Unit(values, weights, group, means), [member.key for member in members]


def _metrics(plan: BenchmarkPlan, units: Sequence[Unit], *, several: bool) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the correction of each metric that the verdicts of people are about.

    Args:
        several: A sample has several items: then the mean over items is corrected, not what a rubric makes of them.
    """
    for name in dict.fromkeys(name for unit in units for metrics in unit.human for name in metrics):
        if several:
            items = [replace(unit, values=unit.verdict, weights={}) for unit in units if unit.judged]
            yield name, correction(name, items, _range(name, items))
        elif any(name in unit.values for unit in units):
            identity = identify(name)
            how = plan.aggregation if isinstance(plan.aggregation, str) else plan.aggregation.get(name, "mean")
            if how.startswith("mean") or how in _MEANS:
                yield identity.label, correction(name, units, semantics_of(identity).value_range)


def _range(name: str, units: Iterable[Unit]) -> Bounds | None:
    """Return 0 and 1 for verdicts that are one of the two."""
    values = {unit.values[name] for unit in units if name in unit.values}
    return (0.0, 1.0) if values <= {0.0, 1.0} else None


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Values with weights, of people or of the judge."""

    values: Sequence[float]
    weights: Sequence[float]

    def around(self, centre: float, scale: float) -> list[float]:
        """Return how far each value moves a ratio of means."""
        return [(v - centre) * w / scale for v, w in zip(self.values, self.weights, strict=True)]


def correction(name: str, units: Sequence[Unit], bounds: Bounds | None) -> Mapping[str, Any]:
    """Return a metric's corrected score as reports hold it, with a ``reason`` if there is no interval."""
    having = [unit for unit in units if name in unit.values]
    part = [unit for unit in having if any(name in metrics for metrics in unit.human)]
    rest = [unit for unit in having if unit.judged and not unit.human]
    fixed = [unit for unit in having if not unit.judged]
    human, judge = _of_people(name, part), _of_judge(name, part)
    groups = len({unit.group for unit in part})
    found: dict[str, Any] = {
        **dict.fromkeys(("estimate", "low", "high", "standard_error")),
        "level": LEVEL,
        "judge": _mean(_of_judge(name, having)),
        "labels": len(part),
        "unlabelled": len(rest),
        "human_on_labels": _mean(human),
        "judge_on_labels": _mean(judge),
        "alpha": krippendorff_alpha(list(zip(human.values, judge.values, strict=True)), interval=True),
        "few": groups < FEW_QUESTIONS,
        "reason": "",
    }
    if groups < FEWEST_CLUSTERS:
        return _rounded({**found, "reason": TOO_FEW})
    strata = (human, judge, _of_judge(name, rest), _of_judge(name, fixed))
    estimate, centre = _estimate(strata)
    error = _error(strata, (part, rest, fixed), centre, bounds)
    if error is None:
        return _rounded({**found, "reason": "the rest is a single cluster"})
    ends, _ = interval_of_mean(MeanError(estimate, error, groups), groups - 1.0, bounds)
    if ends is None:
        return _rounded({**found, "reason": "all scores are equal"})
    if bounds:
        estimate = min(max(estimate, bounds[0]), bounds[1])
    found |= {"estimate": estimate, "low": ends.low, "high": ends.high, "standard_error": error}
    return _rounded({**found, **_skill(strata)})


def _of_people(name: str, units: Iterable[Unit]) -> _Pairs:
    values, weights = [], []
    for unit in units:
        own = [metrics for metrics in unit.human if name in metrics]
        values.append(fmean(metrics[name] for metrics in own))
        of_judge = unit.weights.get(name)
        weights.append(1.0 if of_judge is None else fmean(metrics.get(_WEIGHT, of_judge) for metrics in own))
    return _Pairs(values, weights)


def _of_judge(name: str, units: Sequence[Unit]) -> _Pairs:
    return _Pairs([unit.values[name] for unit in units], [unit.weights.get(name, 1.0) for unit in units])


def _mean(pairs: _Pairs) -> float | None:
    total = math.fsum(pairs.weights)
    return math.fsum(v * w for v, w in zip(pairs.values, pairs.weights, strict=True)) / total if total else None


_Strata = tuple[_Pairs, _Pairs, _Pairs, _Pairs]


def _estimate(strata: _Strata) -> tuple[float, tuple[float, float]]:
    """Return the corrected ratio of the means of values and weights, and what to take values around."""
    human, judge, rest, fixed = strata
    judged, others = len(human.values) + len(rest.values), len(fixed.values)

    def total(of: Sequence[Sequence[float]]) -> float:
        people, judge_there, judge_elsewhere, rule = of
        mean = fmean(people) if not judge_elsewhere else fmean(judge_elsewhere) + fmean(people) - fmean(judge_there)
        return judged * mean + math.fsum(rule)

    values = total([[v * w for v, w in zip(p.values, p.weights, strict=True)] for p in (human, judge, rest, fixed)])
    weights = total([p.weights for p in (human, judge, rest, fixed)])
    ratio = values / weights if weights else 0.0
    return ratio, (ratio, weights / (judged + others) or 1.0)


def _error(
    strata: _Strata, units: Sequence[Sequence[Unit]], centre: tuple[float, float], bounds: Bounds | None
) -> float | None:
    """Return the standard error of the corrected score; None if the rest is a single cluster."""
    people, judge, rest, rule = (pairs.around(*centre) for pairs in strata)
    part_groups, rest_groups, rule_groups = ([unit.group for unit in stratum] for stratum in units)
    total = len(people) + len(rest) + len(rule)
    fixed = mean_error(rule, rule_groups) if rule else None
    of_rule = fixed.standard_error or 0.0 if fixed else 0.0
    if not rest:
        alone = mean_error(people, part_groups)
        of_judged = alone.standard_error if alone else None
    else:
        several = len({*part_groups, *rest_groups}) < len(part_groups) + len(rest_groups)
        found = prediction_powered_mean(people, judge, rest, clusters=(part_groups, rest_groups) if several else None)
        of_judged = found.standard_error if found else None
        if of_judged is not None and people == judge and bounds:
            # No error in the part does not prove that there is none: two pseudo-labels, as in paired differences.
            of_judged = math.hypot(of_judged, math.sqrt(2) * (bounds[1] - bounds[0]) / (len(people) + 2))
    if of_judged is None:
        return None
    return math.hypot((len(people) + len(rest)) / total * of_judged, len(rule) / total * of_rule)


def _skill(strata: _Strata) -> dict[str, Any]:
    """Return sensitivity and specificity of a judge of right and wrong, and the share that they correct to."""
    human, judge, rest, fixed = strata
    if fixed.values or not {*human.values, *judge.values, *rest.values} <= {0.0, 1.0}:
        return {}
    if {*human.weights, *judge.weights, *rest.weights} != {1.0}:
        return {}
    right = [j for h, j in zip(human.values, judge.values, strict=True) if h]
    wrong = [1 - j for h, j in zip(human.values, judge.values, strict=True) if not h]
    if not right or not wrong:
        return {}
    skill = JudgeSkill(fmean(right), len(right), fmean(wrong), len(wrong))
    everything = [*judge.values, *rest.values]
    found = corrected_share(fmean(everything), len(everything), skill)
    names = ("estimate", "low", "high")
    by_skill = None if found is None else _rounded({name: getattr(found, name) for name in names})
    return {"sensitivity": skill.sensitivity, "specificity": skill.specificity, "by_skill": by_skill}


def _rounded(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, _DIGITS) if isinstance(value, float) else value for name, value in found.items()}


def corrected_lines(reports: Iterable[Report]) -> Iterator[str]:
    """Yield the corrected scores of each benchmark in one line, for the terminal."""
    for report in reports:
        found = report.execution.corrected if report.execution else {}
        if found:
            number = max(one["labels"] for one in found.values())
            scores = "; ".join(_score(label, one) for label, one in found.items())
            labels = f"{number:,} label{'' if number == 1 else 's'}"
            yield visible(f"corrected: {report.dataset_name} by {labels} of people: {scores}")


def _score(label: str, found: Mapping[str, Any]) -> str:
    by_judge = f"by the judge {found['judge']:.4f}"
    if found["low"] is None:
        return f"{label} not corrected ({found['reason']}), {by_judge}"
    few = ", few" if found["few"] else ""
    return f"{label} {found['estimate']:.4f} ({found['low']:.4f} to {found['high']:.4f}{few}), {by_judge}"
