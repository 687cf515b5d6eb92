"""Plans of gates: what a run of this size can show or find, decided before any request is sent."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..core.errors import ConfigError
from .comparison import can_pair
from .distributions import normal_quantile, one_sided_z, student_quantile
from .gates import ALL, Gate
from .intervals import FEWEST_CLUSTERS, score_roots
from .scores import SLACK, UNIT, Bounds

POWER = 0.8
SCORE = 0.75  # assumed when nothing is known of the model
_GREEDY_NOISE, _SAMPLING_NOISE = 0.15, 0.4  # shares of variance from sampling again, without repeats to measure them
_MORE_REPEATS = 4
_LARGEST_PLAN = 10**9


@dataclass(frozen=True, slots=True)
class Planned:
    """Facts about a gate's benchmark that are known before the run.

    Attributes:
        questions: Number of questions, each with ``attempts`` attempts.
        clusters: Number of clusters; None if no questions share one.
        bounds: Range of the metric; None if it is unbounded.
        no_interval: Why the metric has no interval, such as "length_controlled is a regression"; empty if it has one.
        lower_is_better: True for error rates and the like.
        score: Of the baseline.
        noise: Share of one answer's variance that comes from sampling again, measured in the baseline's repeats.
        temperature: Of the run, for a default of ``noise``.
        pairs: Number of questions shared with the baseline; None if that is not known.
        has_baseline: False if the run is not compared with an earlier one.
        earlier: Number of the baseline's clusters, or of its questions if none share one; None if that is not known.
    """

    questions: int
    attempts: int = 1
    clusters: int | None = None
    bounds: Bounds | None = UNIT
    no_interval: str = ""
    lower_is_better: bool = False
    score: float | None = None
    noise: float | None = None
    temperature: float | None = None
    pairs: int | None = None
    has_baseline: bool = True
    earlier: int | None = None


def minimum_detectable_effect(standard_error: float, alpha: float = 0.05, power: float = POWER) -> float:
    """Return the smallest true effect that a one-sided test finds with this power."""
    return (normal_quantile(1 - alpha) + normal_quantile(power)) * standard_error


def questions_needed(variance: float, effect: float, alpha: float = 0.05, power: float = POWER) -> int | None:
    """Return the number of paired questions that find an effect; None for no effect.

    Args:
        variance: Of the difference of one question's means.
    """
    if effect == 0:
        return None
    return math.ceil(minimum_detectable_effect(math.sqrt(variance), alpha, power) ** 2 / effect**2 - SLACK)


def variance_of_difference(score: float, noise: float, attempts: int = 1) -> float:
    """Return the variance of a question's paired difference for an unchanged model: 2 m (1 - m) noise / K."""
    return 2 * score * (1 - score) * noise / attempts


def score_needed_to_show(bound: float, n: int, level: float) -> int | None:
    """Return the least number of right answers whose lower one-sided bound reaches ``bound``; None if none does."""
    if n <= 0:
        return None
    z = one_sided_z(level)

    def shown(right: int) -> bool:
        return score_roots(right / n, n, z).low >= bound - SLACK

    if not shown(n):
        return None
    guess = math.ceil(n * bound + z * math.sqrt(max(0.0, n * bound * (1 - bound))))
    right = min(n, max(0, guess))
    while right > 0 and shown(right - 1):
        right -= 1
    while not shown(right):
        right += 1
    return right


def least_questions_to_show(bound: float, level: float, *, plain: bool = True) -> int | None:
    """Return the number of questions with which a perfect run shows ``bound``: n / (n + z^2) >= b; None if none do.

    Args:
        plain: One attempt and no clusters: with repeats or clusters Student's quantile takes the place of z.
    """
    if bound >= 1:
        return None
    z = one_sided_z(level)
    least = max(1, math.ceil(z * z * bound / (1 - bound) - SLACK))
    if plain:
        return least
    least = max(2, least)
    while score_roots(1.0, least, student_quantile(level, least - 1.0)).low < bound - SLACK:
        least += 1
    return least


def least_pairs_to_show(margin: float, level: float) -> int | None:
    """Return the number of questions with which an identical run shows "no worse by ``margin``": z^2 (1-x)/x."""
    if margin <= 0:
        return None
    z = one_sided_z(level)
    return max(1, math.ceil(z * z * (1 - margin) / margin - SLACK))


def questions_to_decide(score: float, bound: float, level: float, power: float = POWER) -> int | None:
    """Return the number of right or wrong answers that decide about ``bound`` if ``score`` is true."""
    if score == bound:
        return None
    spread = one_sided_z(level) * math.sqrt(max(0.0, bound * (1 - bound)))
    spread += normal_quantile(power) * math.sqrt(max(0.0, score * (1 - score)))
    return math.ceil(spread**2 / (score - bound) ** 2 - SLACK)


def check_gate(gate: Gate, planned: Planned) -> None:
    """Check that a gate with a level can be decided at all.

    Raises:
        ConfigError: The baseline is missing, the metric has no interval, there are too few clusters, or even a perfect
            run does not show it.
    """
    if gate.against_baseline and not planned.has_baseline:
        raise ConfigError(f"gate {gate.text!r} compares with a baseline, and there is none. Add --eval-baseline=DIR.")
    if gate.benchmark == ALL and not gate.against_baseline:
        raise ConfigError(
            f"gate {gate.text!r}: {ALL} is the mean difference from a baseline. Write '{ALL} not shown worse than "
            "baseline @95%', or a gate for each benchmark."
        )
    if gate.kind == "point":
        return
    if planned.no_interval:
        raise ConfigError(
            f"gate {gate.text!r}: {planned.no_interval}, so there is no interval to decide by. Drop the @ for a "
            "comparison of points, or choose another metric."
        )
    if planned.clusters is not None and planned.clusters < FEWEST_CLUSTERS:
        raise ConfigError(
            f"gate {gate.text!r}: {planned.questions} questions in {planned.clusters} clusters, and an interval needs "
            f"{FEWEST_CLUSTERS}. Run more of the benchmark, or drop the @."
        )
    if gate.against_baseline:
        _check_pairing(gate, planned)
    elif gate.kind == "demand" and gate.benchmark != ALL:
        _check_demand(gate, planned)


def _check_pairing(gate: Gate, planned: Planned) -> None:
    pairs = planned.pairs
    if gate.pairing != "paired" or pairs is None or can_pair(pairs, planned.questions):
        return
    raise ConfigError(
        f"gate {gate.text!r}: {pairs} of {planned.questions} questions are in the baseline. At least 30 and half of "
        "them must be. Run the baseline's questions (the same limit, seed and dataset), or write (unpaired)."
    )


def _check_demand(gate: Gate, planned: Planned) -> None:
    """Refuse a demand that a perfect run does not show."""
    if gate.bound is None or planned.bounds is None or gate.level is None:
        return
    low, high = planned.bounds
    upward = gate.comparison in (">=", ">")
    bound = (gate.bound - low) / (high - low) if upward else (high - gate.bound) / (high - low)
    units = planned.questions if planned.clusters is None else planned.clusters
    plain = planned.attempts == 1 and planned.clusters is None
    least = least_questions_to_show(bound, gate.level, plain=plain)
    if least is None:
        raise ConfigError(
            f"gate {gate.text!r}: {gate.bound:g} is the end of the scale, which no number of questions shows. Choose a "
            f"{'lower' if upward else 'higher'} bound, or drop the @."
        )
    if units < least:
        what = "questions" if planned.clusters is None else "clusters"
        raise ConfigError(
            f"gate {gate.text!r}: this run has {units} {what}, and even a perfect run needs {least} to show it. Raise "
            f"--eval-limit, lower the bound or the level, or write 'not shown {'below' if upward else 'above'}'."
        )


def default_noise(temperature: float | None) -> float:
    """Return the assumed share of variance that comes from sampling again: measured by others on real services."""
    return _GREEDY_NOISE if temperature is not None and temperature <= 0 else _SAMPLING_NOISE


@dataclass(frozen=True, slots=True)
class PlanLine:
    """The effect that a gate's run can find.

    Attributes:
        text: For the terminal.
        effect: Difference found in 4 of 5 runs, in points of the metric's scale; None if it cannot be said.
        warning: True if the gate can hardly be decided.
    """

    text: str
    effect: float | None
    warning: bool = False


def plan_line(gate: Gate, planned: Planned) -> PlanLine | None:
    """Return what a run of this size finds; None for a point gate or an unbounded metric."""
    if gate.kind == "point" or planned.bounds is None or gate.level is None or planned.questions <= 0:
        return None
    if gate.against_baseline:
        return _plan_against_baseline(gate, planned, gate.level)
    return _plan_of_bound(gate, planned, gate.level)


def _plan_against_baseline(gate: Gate, planned: Planned, level: float) -> PlanLine:
    low, high = planned.bounds or UNIT
    scale = high - low
    score = SCORE if planned.score is None else min(max((planned.score - low) / scale, 0.05), 0.95)
    noise = default_noise(planned.temperature) if planned.noise is None else planned.noise
    if _is_unpaired(gate, planned):
        return _plan_unpaired(gate, planned, level, score * (1 - score) * (1 - noise + noise / planned.attempts))
    units = planned.questions if planned.pairs is None else planned.pairs
    units = units if planned.clusters is None else min(units, planned.clusters)
    variance = variance_of_difference(score, noise, planned.attempts)
    effect = scale * minimum_detectable_effect(math.sqrt(variance / max(1, units)), 1 - level)
    gain = gate.comparison == "better"
    text = f"gate {gate.text}: {units} questions find a {'gain' if gain else 'drop'} of {effect:.2g} in 4 of 5 runs"
    warning = False
    if gate.margin > 0 and effect > gate.margin:
        warning = True
        needed = questions_needed(variance, gate.margin / scale, 1 - level) or 0
        fewer = questions_needed(variance / _MORE_REPEATS, gate.margin / scale, 1 - level) or 0
        text += (
            f"; {gate.margin:g} needs about {rounded(needed)}, or {rounded(fewer)} with repeats "
            f"{_MORE_REPEATS * planned.attempts}"
        )
    least = least_pairs_to_show(gate.margin / scale, level)
    if gate.kind == "demand" and not gain and planned.attempts == 1 and (least is None or units < least):
        warning = True
        text += (
            "; without a margin not even an identical model shows it"
            if least is None
            else f"; even an identical model needs {least} questions to show it"
        )
    return PlanLine(text, effect, warning)


def _is_unpaired(gate: Gate, planned: Planned) -> bool:
    """Return whether the means will be compared, since too few questions are in both runs or the user wants it."""
    if gate.pairing == "auto":
        return planned.pairs is not None and not can_pair(planned.pairs, planned.questions)
    return gate.pairing == "unpaired"


def _plan_unpaired(gate: Gate, planned: Planned, level: float, variance: float) -> PlanLine:
    """Return what the difference of two means finds; ``variance`` is that of one question's mean, on a unit scale."""
    low, high = planned.bounds or UNIT
    now = planned.questions if planned.clusters is None else min(planned.questions, planned.clusters)
    then = planned.earlier or now
    error = math.sqrt(variance / max(1, now) + variance / max(1, then))
    effect = (high - low) * minimum_detectable_effect(error, 1 - level)
    what = "gain" if gate.comparison == "better" else "drop"
    shared = f" ({planned.pairs} in both)" if planned.pairs is not None else ""
    text = f"gate {gate.text}: unpaired, {now} questions now and {then} then{shared} "
    text += f"find a {what} of {effect:.2g} in 4 of 5 runs"
    warning = 0 < gate.margin < effect
    if warning:
        needed = questions_needed(2 * variance, gate.margin / (high - low), 1 - level) or 0
        text += f"; {gate.margin:g} needs about {rounded(needed)} in each"
    return PlanLine(text, effect, warning)


def _plan_of_bound(gate: Gate, planned: Planned, level: float) -> PlanLine:
    low, high = planned.bounds or UNIT
    scale, bound = high - low, gate.bound or 0.0
    share = min(max((bound - low) / scale, 0.0), 1.0)
    units = planned.questions if planned.clusters is None else planned.clusters
    upward = (gate.comparison in (">=", ">")) == (gate.kind == "demand")
    share = share if upward else 1 - share
    reach = _decisive_score(share, units, level)
    verb = "show it" if gate.kind == "demand" else "fail"
    text = f"gate {gate.text}: {units} questions {verb} in 4 of 5 runs "
    if reach is None:
        return PlanLine(
            f"gate {gate.text}: {units} questions {verb} in fewer than 4 of 5 runs at any score", None, True
        )
    edge = low + reach * scale if upward else high - reach * scale
    return PlanLine(f"{text}if the true score is {edge:.3f} or {'higher' if upward else 'lower'}", abs(edge - bound))


def _decisive_score(bound: float, n: int, level: float) -> float | None:
    """Return the lowest true share above ``bound`` that n answers show with the usual power; None if none is."""
    low, high = bound, 1.0
    if (questions_to_decide(high, bound, level) or _LARGEST_PLAN) > n:
        return None
    for _ in range(40):
        middle = (low + high) / 2
        if (questions_to_decide(middle, bound, level) or _LARGEST_PLAN) > n:
            low = middle
        else:
            high = middle
    return high


def rounded(number: int) -> str:
    """Return a count as prose has it: to tens, or three digits, with commas."""
    unit = max(10, 10 ** (len(str(number)) - 3))
    return f"{unit * round(number / unit) if number >= 20 else number:,}"
