"""Verdicts of gates: from scores to passed, failed or undecided, with the line that explains it.

A demand passes if its claim is shown and fails if the opposite is; otherwise it is undecided. An alarm fails exactly
when the demand of the same claim fails. Either errs in at most 1 - level of runs. Missing scores count against both: a
demand must hold with them at their worst, an alarm must be refuted with them at their best. Without an interval, a
demand is undecided, and the score itself decides an alarm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from .comparison import Comparison, MeanDifference, compare
from .gates import OPERATORS, Gate
from .intervals import Estimate, estimate, one_sided
from .planning import minimum_detectable_effect, questions_needed, questions_to_decide, rounded
from .scores import SLACK, Measured, Scores

Outcome = Literal["passed", "failed", "undecided"]
DIGITS = 4  # of a printed score, which decides a point gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The verdict of a gate, with what it rests on.

    Attributes:
        facts: The rest of the line, after the verdict.
        value: The score, or the new run's score.
        old: The baseline's score.
        difference: New minus old; below 0 is always worse.
        lower: Lower one-sided bound at ``level`` of the score or the difference; ``upper`` the upper one.
        p: One-sided p-value of a drop beyond the margin; for a gain, of none beyond it.
        p_adjusted: The same after Holm's adjustment over the benchmarks.
        p_flips: ``p`` by turning the signs of whole clusters, if there are few: it decides nothing.
        mde: Smallest difference that 4 of 5 runs of this size find.
        questions: Number of questions; of paired ones if the difference is paired.
        paired: Number of paired questions, 0 if the runs are compared unpaired; None for a gate with a bound.
        missing: Attempts without a score that were counted at their worst or best.
        answered: Number of questions answered when the run was stopped early, of ``planned``.
        stopped: True if the gate was decided early.
    """

    gate: Gate
    verdict: Outcome
    facts: str
    label: str = ""
    value: float | None = None
    old: float | None = None
    difference: float | None = None
    lower: float | None = None
    upper: float | None = None
    method: str = ""
    p: float | None = None
    p_adjusted: float | None = None
    p_flips: float | None = None
    mde: float | None = None
    questions: int = 0
    paired: int | None = None
    only_now: int = 0
    only_baseline: int = 0
    won: int = 0
    lost: int = 0
    missing: int = 0
    answered: int | None = None
    planned: int | None = None
    stopped: bool = False

    @property
    def passed(self) -> bool:
        """True if the gate lets the run pass: an undecided demand does not."""
        return self.verdict == "passed"

    @property
    def line(self) -> str:
        """The gate, its verdict and the facts, without the word "gate"."""
        return f"{self.gate.text}: {self.verdict}, {self.facts}"

    def to_json(self) -> dict[str, Any]:
        """Return it as reports hold it; fields that do not apply are left out."""
        gate = self.gate
        fields = {
            "text": gate.text,
            "kind": gate.kind,
            "verdict": self.verdict,
            "value": self.value,
            "baseline": self.old,
            "difference": self.difference,
            "lower": self.lower,
            "upper": self.upper,
            "bound": gate.bound,
            "margin": gate.margin if gate.against_baseline else None,
            "level": gate.level,
            "method": self.method or None,
            "paired": self.paired,
            "p": self.p,
            "p_adjusted": self.p_adjusted,
            "p_sign_flips": self.p_flips,
            "mde": self.mde,
            "asked": self.answered,
            "planned": self.planned,
            "stopped": self.stopped or None,
            "missing": self.missing or None,
        }
        if self.paired is not None:
            fields |= {"only_now": self.only_now, "only_baseline": self.only_baseline}
            fields |= {"won": self.won, "lost": self.lost}
        return {name: value for name, value in fields.items() if value is not None}


def exit_code(verdicts: Sequence[Verdict]) -> int:
    """Return 1 if a gate failed or is undecided, otherwise 0."""
    return int(any(not verdict.passed for verdict in verdicts))


def decide(kind: str, comparison: str, bound: float, lower: float | None, upper: float | None) -> Outcome:
    """Return the verdict of a claim about a value from its one-sided bounds, None for one that is not known.

    Args:
        kind: ``demand`` or ``alarm``.
        comparison: The claim: the value is ``>=``, ``>``, ``<=`` or ``<`` the bound.
    """
    lower = -math.inf if lower is None else lower
    upper = math.inf if upper is None else upper
    if comparison == ">=":
        shown, refuted = lower >= bound - SLACK, upper < bound - SLACK
    elif comparison == ">":
        shown, refuted = lower > bound + SLACK, upper <= bound + SLACK
    elif comparison == "<=":
        shown, refuted = upper <= bound + SLACK, lower > bound + SLACK
    else:
        shown, refuted = upper < bound - SLACK, lower >= bound - SLACK
    if refuted:
        return "failed"
    return "passed" if shown or kind == "alarm" else "undecided"


def bounds_with_missing(measured: Measured, level: float) -> tuple[float | None, float | None]:
    """Return the lower one-sided bound with missing scores at their lowest, the upper with them at their highest."""
    lower = None if measured.least is None else one_sided(measured.least, level).low
    upper = None if measured.most is None else one_sided(measured.most, level).high
    return lower, upper


def judge_bound(gate: Gate, measured: Measured, label: str) -> Verdict:
    """Return the verdict of a gate with a bound.

    Args:
        label: The metric as tables call it.
    """
    found = estimate(measured.scores)
    if gate.level is None and found.mean is not None:
        return _judge_point(gate, measured, label, found.mean)
    bounds = (None, None) if gate.level is None else bounds_with_missing(measured, gate.level)
    return judge_estimate(gate, found, bounds, measured, label)


def judge_estimate(
    gate: Gate, found: Estimate, bounds: tuple[float | None, float | None], measured: Measured, label: str
) -> Verdict:
    """Return the verdict of a gate with a bound and a level on a score that has been estimated.

    Args:
        bounds: The one-sided bounds of the score, with missing scores at their worst and best; None for an unknown one.
        measured: What the score is made of.
    """
    bound, level = gate.bound or 0.0, gate.level or 0.0
    if found.mean is None:
        return Verdict(gate=gate, verdict="failed", facts="nothing was measured (no sample has a score)", label=label)
    facts = f"{label} {found.mean:.4f} over {found.questions}"
    lower, upper = bounds
    verdict = decide(gate.kind, gate.comparison, bound, lower, upper)
    if found.reason and gate.kind == "alarm":
        verdict = "passed" if OPERATORS[gate.comparison](found.mean, bound) else "failed"
    return Verdict(
        gate=gate,
        verdict=verdict,
        facts=facts
        + _missing(measured)
        + _shown(gate, verdict, lower, upper, found.reason)
        + _hint(gate, verdict, found.mean, measured.scores),
        label=label,
        value=found.mean,
        lower=lower,
        upper=upper,
        method=found.method,
        mde=None if found.standard_error is None else minimum_detectable_effect(found.standard_error, 1 - level),
        questions=found.questions,
        missing=0 if measured.tolerated else measured.missing,
    )


def _judge_point(gate: Gate, measured: Measured, label: str, value: float) -> Verdict:
    """Compare the printed score; scores that are missing must not be able to change that."""
    facts = f"{label} {value:.4f} over {len(measured.scores)}"
    holds = _holds(gate, value)
    if not holds:
        facts += f", {_distance(value, gate)}"
    elif measured.missing and measured.tolerated:
        facts += _missing(measured)
    elif measured.missing:
        ends = [estimate(scores).mean if scores else None for scores in (measured.least, measured.most)]
        holds = all(end is not None and _holds(gate, end) for end in ends)
        facts += _could_change(measured, holds)
    verdict: Outcome = "passed" if holds else "failed"
    questions = len(measured.scores)
    return Verdict(
        gate=gate, verdict=verdict, facts=facts, label=label, value=value, method="point", questions=questions
    )


def _holds(gate: Gate, value: float) -> bool:
    return OPERATORS[gate.comparison](round(value, DIGITS), gate.bound or 0.0)


def _could_change(measured: Measured, holds: bool) -> str:
    absent = f"{measured.missing} without a score"
    if holds:
        return f", and whatever the {absent} would have given"
    return f", but {absent} could change that: run again to complete"


def _distance(value: float, gate: Gate) -> str:
    bound = gate.bound or 0.0
    difference = round(abs(round(value, DIGITS) - bound), 6)
    if not difference:
        return f"must be {'above' if gate.comparison == '>' else 'below'} {bound:g}"
    return f"{'short of' if value < bound else 'over'} {bound:g} by {difference:.4g}"


def _missing(measured: Measured) -> str:
    if not measured.missing:
        return ""
    return f", {measured.missing} without a score{' left out' if measured.tolerated else ''}"


def _shown(gate: Gate, verdict: Outcome, lower: float | None, upper: float | None, reason: str) -> str:
    """Return the bound that decided, or both."""
    if lower is None and upper is None:
        return f", no interval: {reason or 'samples without a score could be anything'}"
    if verdict == "undecided" and lower is not None and upper is not None:
        return f", between {lower:.4f} and {upper:.4f}"
    upward = gate.comparison in (">=", ">")
    if upward == (verdict == "passed" and gate.kind == "demand"):
        return "" if lower is None else f", at least {lower:.4f}"
    return "" if upper is None else f", at most {upper:.4f}"


def _hint(gate: Gate, verdict: Outcome, value: float, scores: Scores) -> str:
    """Return how many questions would decide, for right or wrong answers."""
    if verdict != "undecided" or gate.bound is None or gate.level is None or not scores.is_plain or not scores.bounds:
        return ""
    low, high = scores.bounds
    share, bound = (value - low) / (high - low), (gate.bound - low) / (high - low)
    needed = questions_to_decide(share, bound, gate.level)
    if needed is None or not 0 < bound < 1:
        return ""
    holds = OPERATORS[gate.comparison](value, gate.bound)
    return f": about {rounded(needed)} questions would {'show' if holds else 'refute'} it if {value:.4g} is true"


@dataclass(frozen=True, slots=True)
class Runs:
    """A benchmark's scores in the new run and in the baseline.

    Attributes:
        old: The baseline's scores; several baseline runs are one by `mean_of_runs`.
        label: The metric as tables call it.
        flips: Questions with a better score in the new run, and with a worse one, if the scores do not show them.
    """

    old: Scores
    new: Measured
    label: str
    lower_is_better: bool = False
    flips: tuple[int, int] | None = None


def judge_difference(gate: Gate, runs: Runs) -> Verdict:
    """Return the verdict of a gate against a baseline."""
    found = _compared(gate, runs, runs.new.scores)
    if found is None or found.old is None or found.new is None:
        return Verdict(
            gate=gate, verdict="failed", facts="nothing was measured (no sample has a score)", label=runs.label
        )
    if gate.level is None:
        return _point_difference(gate, runs)
    worst, best = runs.new.least, runs.new.most
    if runs.lower_is_better:
        worst, best = best, worst
    at_worst = found if worst is runs.new.scores else _compared(gate, runs, worst)
    at_best = found if best is runs.new.scores else _compared(gate, runs, best)
    lower, upper = _end(at_worst, gate.level, 0), _end(at_best, gate.level, 1)
    claim, bound = (">", gate.margin) if gate.comparison == "better" else (">=", -gate.margin)
    verdict = decide(gate.kind, claim, bound, lower, upper)
    decisive = at_best if gate.kind == "alarm" else at_worst
    p = decisive.difference.p_less(bound) if decisive and decisive.difference else None
    if gate.kind == "demand" and p is not None:
        p = 1 - p
    flips = decisive.p_by_sign_flips(bound, above=gate.kind == "demand") if decisive else None
    difference = found.difference.difference if found.difference else _mean_difference(found, runs)
    if found.reason and gate.kind == "alarm":
        verdict = "passed" if round(difference, DIGITS) >= bound else "failed"
    return Verdict(
        gate=gate,
        verdict=verdict,
        facts=_facts_of_difference(gate, verdict, found, runs, (difference, lower, upper, p, flips)),
        label=runs.label,
        value=found.new,
        old=found.old,
        difference=difference,
        lower=lower,
        upper=upper,
        method=found.method,
        p=p,
        p_flips=flips,
        mde=_mde(found, gate.level),
        questions=found.paired if found.is_paired else len(runs.new.scores),
        paired=found.paired if found.is_paired else 0,
        only_now=found.only_new,
        only_baseline=found.only_old,
        won=found.won,
        lost=found.lost,
        missing=0 if runs.new.tolerated else runs.new.missing,
    )


def _compared(gate: Gate, runs: Runs, new: Scores | None) -> Comparison | None:
    if new is None or not len(new) or not len(runs.old):
        return None
    found = compare(runs.old, new, lower_is_better=runs.lower_is_better, pairing=gate.pairing)
    return found if runs.flips is None else replace(found, won=runs.flips[0], lost=runs.flips[1])


def _end(found: Comparison | None, level: float, which: int) -> float | None:
    interval = found.difference.interval(2 * level - 1) if found and found.difference else None
    return interval[which] if interval else None


def _mean_difference(found: Comparison, runs: Runs) -> float:
    change = (found.new or 0.0) - (found.old or 0.0)
    return -change if runs.lower_is_better else change


def _mde(found: Comparison, level: float) -> float | None:
    error = standard_error_of(found)
    return None if error is None else minimum_detectable_effect(error, 1 - level)


def standard_error_of(found: Comparison) -> float | None:
    """Return the standard error of a difference, half the width of its central 68 % if it has an interval only."""
    if found.difference is None:
        return None
    if isinstance(found.difference, MeanDifference):
        return found.difference.standard_error
    interval = found.difference.interval(math.erf(1 / math.sqrt(2)))
    return (interval.high - interval.low) / 2 if interval else None


def _point_difference(gate: Gate, runs: Runs) -> Verdict:
    """Compare printed scores: what ``--eval-gate-level=none`` and a gate without a level do."""
    old, new = estimate(runs.old).mean or 0.0, estimate(runs.new.scores).mean or 0.0
    change = _point_change(runs, old, new)
    facts = f"{runs.label} {new:.4f}, baseline {old:.4f}, {describe_change(change)}"
    holds = improves(gate, change)
    if holds and runs.new.missing and not runs.new.tolerated:
        worst = runs.new.most if runs.lower_is_better else runs.new.least
        at_worst = estimate(worst).mean if worst else None
        holds = at_worst is not None and improves(gate, _point_change(runs, old, at_worst))
        facts += _could_change(runs.new, holds)
    else:
        facts += _missing(runs.new)
    return Verdict(
        gate=gate, verdict="passed" if holds else "failed", facts=facts, label=runs.label, value=new, old=old,
        difference=change, method="point", questions=len(runs.new.scores),
    )  # fmt: skip


def _point_change(runs: Runs, old: float, new: float) -> float:
    """Return the difference of the printed scores; below 0 is worse."""
    change = round(round(new, DIGITS) - round(old, DIGITS), DIGITS)
    return -change if runs.lower_is_better else change


def improves(gate: Gate, change: float) -> bool:
    """Return whether a printed difference satisfies a gate against a baseline."""
    return change > gate.margin if gate.comparison == "better" else change >= -gate.margin


def describe_change(difference: float) -> str:
    """Return a difference in words: ``0.0300 worse``."""
    if not round(difference, DIGITS):
        return "unchanged"
    return f"{abs(difference):.4f} {'worse' if difference < 0 else 'better'}"


_Numbers = tuple[float, "float | None", "float | None", "float | None", "float | None"]


def _facts_of_difference(gate: Gate, verdict: Outcome, found: Comparison, runs: Runs, numbers: _Numbers) -> str:
    difference, lower, upper, p, flips = numbers
    parts = [describe_change(difference) + describe_range(verdict, gate, difference, (lower, upper))]
    if gate.kind == "alarm" or verdict != "passed":
        parts.insert(0, f"{runs.label} {found.new:.4f}, baseline {found.old:.4f}")
    if found.is_paired:
        parts.append(f"{found.lost} lost, {found.won} won of {found.paired} paired")
        if found.few_clusters:
            by_flips = "" if flips is None else f", sign flips give p={flips:.3f}"
            parts.append(f"few clusters ({found.clusters}{by_flips})")
    else:
        parts.append(f"unpaired: {len(runs.new.scores)} questions now, {len(runs.old)} then")
    if gate.kind == "alarm" and p is not None:
        parts.append(describe_p(p))
    if found.reason:
        parts.append(f"no interval: {found.reason}")
    if runs.new.missing:
        parts.append(_missing(runs.new).removeprefix(", "))
    return ", ".join(parts) + _hint_of_difference(gate, verdict, found, difference)


def describe_p(p: float) -> str:
    """Return a p-value with three digits."""
    return "p < 0.001" if p < 0.0005 else f"p {p:.3f}"


def describe_range(verdict: Outcome, gate: Gate, difference: float, bounds: tuple[float | None, float | None]) -> str:
    """Return the bound that decided, in the direction of the observed change."""
    lower, upper = bounds
    if lower is None or upper is None:
        return ""
    worse = difference < 0
    if verdict == "undecided":
        return f" (between {_signed(lower)} and {_signed(upper)})"
    if verdict == "failed":
        if worse and upper <= 0:
            return f" ({-upper:.4f} or more)"
        return f" (at best {_signed(upper)})"
    if worse and lower <= 0:
        return f" (at most {-lower:.4f})"
    if not worse and lower >= 0:
        return f" (at least {lower:.4f})"
    return f" (at worst {_signed(lower)})"


def _signed(difference: float) -> str:
    return f"{abs(difference):.4f} {'worse' if difference < 0 else 'better'}"


def _hint_of_difference(gate: Gate, verdict: Outcome, found: Comparison, difference: float) -> str:
    """Return how many questions would decide if the observed difference is true."""
    error = standard_error_of(found)
    target = gate.margin if gate.comparison == "better" else -gate.margin
    if verdict != "undecided" or error is None or gate.level is None or not found.is_paired:
        return ""
    needed = questions_needed(error**2 * found.paired, difference - target, 1 - gate.level)
    if needed is None or needed <= found.paired:
        return ""
    verb = "show" if difference > target else "refute"
    change = "no change" if not round(difference, DIGITS) else f"{describe_change(difference)}"
    return f": about {rounded(needed)} questions would {verb} it if {change} is true"
