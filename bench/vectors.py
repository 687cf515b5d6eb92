"""Runs a file of test vectors through the statistics: prints how many pass, and names those that fail.

    python bench/vectors.py FILE.json

The form is that of the specification: ``vectors[]`` with ``id``, ``function``, ``input``, ``output`` and an absolute
``tolerance``. ``null`` stands for no number. The exit code is 1 if any fails.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.statistics import combined, comparison, gates, intervals, judges, planning, scores, sequential
from evalscope_pytest.statistics import verdicts as verdicts_

Values = Mapping[str, Any]


def ends(interval: intervals.Interval | None, low: str = "low", high: str = "high") -> dict[str, Any]:
    return {low: None, high: None} if interval is None else {low: interval.low, high: interval.high}


def wilson_interval(right: float, n: int, level: float) -> Values:
    return ends(intervals.wilson(right, n, level))


def wilson_bounds_one_sided(right: float, n: int, level: float) -> Values:
    return ends(intervals.wilson(right, n, 2 * level - 1), "lower", "upper")


def clopper_pearson_interval(right: int, n: int, level: float) -> Values:
    return ends(intervals.clopper_pearson(right, n, level))


def jeffreys_interval(right: int, n: int, level: float) -> Values:
    return ends(intervals.jeffreys(right, n, level))


def clustered_standard_error(
    values: list[float], clusters: list[Any] | None = None, weights: list[float] | None = None
) -> Values:
    found = intervals.mean_error(values, clusters, weights)
    if found is None:
        return {"mean": None, "standard_error": None, "clusters": 0}
    return {"mean": found.mean, "standard_error": found.standard_error, "clusters": found.clusters}


def score_interval_of_mean(
    values: list[float],
    level: float,
    clusters: list[Any] | None = None,
    bounds: tuple[float, float] | None = (0, 1),
    weights: list[float] | None = None,
) -> Values:
    found = intervals.mean_error(values, clusters, weights)
    degrees = found.clusters - 1 if found else 0
    if found is None or degrees < 1:
        return {"low": None, "high": None, "effective_n": None, "degrees_of_freedom": None}
    interval, effective = intervals.interval_of_mean(found, degrees, bounds and tuple(bounds), level)
    return {**ends(interval), "effective_n": effective, "degrees_of_freedom": degrees}


def t_interval_of_mean(
    values: list[float], level: float, clusters: list[Any] | None = None, weights: list[float] | None = None
) -> Values:
    return score_interval_of_mean(values, level, clusters, None, weights)


def paired_score_interval(only_new_right: int, only_old_right: int, n: int, level: float) -> Values:
    found = comparison.PairedShares(only_new_right, only_old_right, n)
    if n <= 0:
        return dict.fromkeys(("difference", "z", "p_less", "low", "high", "lower_one_sided", "upper_one_sided"), None)
    one_sided = ends(found.interval(2 * level - 1), "lower_one_sided", "upper_one_sided")
    facts = {"difference": found.difference, "z": found.z(), "p_less": found.p_less()}
    return {**facts, **ends(found.interval(level)), **one_sided}


def paired_score_test(only_new_right: int, only_old_right: int, n: int, null_difference: float) -> Values:
    found = comparison.PairedShares(only_new_right, only_old_right, n)
    if n <= 0:
        return {"z": None, "p_greater": None, "p_less": None}
    return {
        "z": found.z(null_difference),
        "p_greater": found.p_greater(null_difference),
        "p_less": found.p_less(null_difference),
    }


def mcnemar_exact(only_new_right: int, only_old_right: int) -> Values:
    found = comparison.mcnemar_exact(only_new_right, only_old_right)
    return {"p_two_sided": found.p_two_sided, "p_less": found.p_less, "p_less_mid": found.p_less_mid}


def paired_mean_interval(
    differences: list[float], level: float, clusters: list[Any] | None = None, pseudo: float = 1.0
) -> Values:
    found = comparison.paired_mean(differences, clusters, pseudo)
    return {
        "difference": found.difference,
        "centre": found.centre,
        "standard_error": found.standard_error,
        "degrees_of_freedom": found.degrees_of_freedom,
        **ends(found.interval(level)),
        **ends(found.interval(2 * level - 1), "lower_one_sided", "upper_one_sided"),
    }


def unpaired_difference_interval(level: float, **given: Any) -> Values:
    found: comparison.Difference | None
    if "old_n" in given:
        if min(given["old_n"], given["new_n"]) <= 0:
            return {"difference": None, "low": None, "high": None}
        found = comparison.UnpairedShares(given["old_right"], given["old_n"], given["new_right"], given["new_n"])
    else:
        bounds = given.get("bounds")
        old, new = (
            scores.Scores(
                given.get(name, given.get(f"{name}_values")),
                clusters=given.get(f"{name}_clusters"),
                bounds=bounds and tuple(bounds),
            )
            for name in ("old", "new")
        )
        found = comparison.welch(old, new)
    if found is None:
        return {"difference": None, "low": None, "high": None}
    return {"difference": found.difference, **ends(found.interval(level))}


def variance_of_repeats(table: list[list[float]]) -> Values:
    found = scores.variance_of_repeats(table)
    return {
        "mean": found.mean,
        "within": found.within,
        "between": found.between,
        "standard_error": found.standard_error,
        "standard_error_these_questions": found.noise_error,
        "share_within": found.noise,
    }


def score_at_k(repeats: int | list[int], right: list[int], k: int, how: str) -> Values:
    attempts = [repeats] * len(right) if isinstance(repeats, int) else repeats
    values = scores.scores_at_k(zip(right, attempts, strict=True), k, how)
    found = intervals.mean_error(values) if values else None
    return {"score": found.mean if found else None, "standard_error": found.standard_error if found else None}


def adjusted_p_values(p_values: list[float], method: str) -> Values:
    adjusted = (combined.holm if method == "holm" else combined.benjamini_hochberg)(p_values)
    return {"adjusted": adjusted, "rejected_at_5_percent": [p <= 0.05 + 1e-12 for p in adjusted]}


def minimum_detectable_effect(standard_error: float, alpha_one_sided: float, power: float) -> Values:
    return {"effect": planning.minimum_detectable_effect(standard_error, alpha_one_sided, power)}


def questions_needed_paired(
    variance_of_difference: float, effect: float, alpha_one_sided: float, power: float
) -> Values:
    return {"questions": planning.questions_needed(variance_of_difference, effect, alpha_one_sided, power)}


def score_needed_to_show(bound: float, n: int, level: float) -> Values:
    return {"least_right": planning.score_needed_to_show(bound, n, level)}


def least_questions_to_show(bound: float, level: float) -> Values:
    return {"questions": planning.least_questions_to_show(bound, level)}


def judge_corrected_share(judged_right: float, n: int, level: float, **skill: Any) -> Values:
    known = judges.JudgeSkill(
        skill["sensitivity"], skill["positives_checked"], skill["specificity"], skill["negatives_checked"]
    )
    return corrected(judges.corrected_share(judged_right, n, known, level))


def prediction_powered_mean(
    human: list[float], judge_on_the_same: list[float], judge_on_the_rest: list[float], level: float
) -> Values:
    return corrected(judges.prediction_powered_mean(human, judge_on_the_same, judge_on_the_rest, level))


def corrected(found: judges.Corrected | None) -> Values:
    if found is None:
        return dict.fromkeys(("estimate", "standard_error", "low", "high"), None)
    return {
        "estimate": found.estimate,
        "standard_error": found.standard_error,
        "low": found.low,
        "high": found.high,
    }


def wealth_without_replacement(
    values: list[float], mean_under_null: float, population: int, alternative: Any
) -> Values:
    found = sequential.wealth_of(values, mean_under_null, alternative, population)
    return {"log_wealth": None if found.certain else found.log_wealth, "certain": found.certain}


def wealth_with_replacement(values: list[float], mean_under_null: float, alternative: Any) -> Values:
    found = sequential.wealth_of(values, mean_under_null, alternative)
    return {"log_wealth": None if found.certain else found.log_wealth, "certain": found.certain}


def wealth_of_a_drop(differences: list[float], margin: float) -> Values:
    found = sequential.wealth_of_a_drop(differences, margin)
    return {"log_wealth": None if found.certain else found.log_wealth}


def curtailment(needed: int, population: int, right: float, asked: int) -> Values:
    return {"decided": sequential.curtailment(needed, population, right, asked)}


def collection_standard_error(
    scores: list[float], standard_errors: list[float], weights: list[float], degrees_of_freedom: list[float]
) -> Values:
    found = combined.weighted_sum(scores, standard_errors, weights, degrees_of_freedom)
    if found is None:
        return {"score": None, "standard_error": None, "degrees_of_freedom": None}
    return {
        "score": found.score,
        "standard_error": found.standard_error,
        "degrees_of_freedom": found.degrees_of_freedom,
    }


def bounds_with_missing(right: int, scored: int, missing: int, level: float) -> Values:
    lower, upper = verdicts_.bounds_with_missing(_answers(right, scored, missing), level)
    return {"lower": lower, "upper": upper}


def _answers(right: int, scored: int, missing: int = 0) -> scores.Measured:
    values = [1.0] * right + [0.0] * (scored - right) + [None] * missing
    return scores.measured(scores.Attempts(range(scored + missing), values))


def verdict(kind: str, right: int, n: int, level: float | None, bound: float, **more: Any) -> Values:
    gate = gates.Gate("", "b", "", "", more.get("comparison", ">="), bound, 0.0, kind, level)  # type: ignore[arg-type]
    missing = more.get("missing", 0)
    found = verdicts_.judge_bound(gate, _answers(right, n, missing), "mean_acc")
    return {"verdict": found.verdict, "exit_code": verdicts_.exit_code([found])}


def verdict_against_baseline(kind: str, n: int, level: float | None, margin: float, **more: Any) -> Values:
    word = more.get("comparison", "no worse")
    gate = gates.Gate("", "b", "", "", word, None, margin, kind, level, "paired")  # type: ignore[arg-type]
    won, lost = more["only_new_right"], more["only_old_right"]
    old = [0.0] * won + [1.0] * (n - won)
    new = [1.0] * won + [0.0] * lost + [1.0] * (n - won - lost)
    then = scores.Scores(old, range(n))
    now = scores.measured(scores.Attempts(range(n), new))
    found = verdicts_.judge_difference(gate, verdicts_.Runs(then, now, "mean_acc"))
    return {"verdict": found.verdict, "exit_code": verdicts_.exit_code([found])}


def flakiness(repeats: list[float]) -> Values:
    found = scores.flakiness(repeats)
    return {
        "right": found.right,
        "n": found.attempts,
        "flaky": found.is_flaky,
        "chance_of_two_differing": found.rate,
    }


def parse_gate(text: str) -> Values:
    try:
        gate = gates.parse_gate(text)
    except ConfigError:
        return {"error": True}
    fields = ("benchmark", "part", "metric", "comparison", "bound", "against_baseline", "margin", "kind", "level")
    return {"error": False, **{field: getattr(gate, field) for field in fields}, "pairing": gate.pairing}


FUNCTIONS: Mapping[str, Callable[..., Values]] = {
    function.__name__: function
    for function in (
        wilson_interval, wilson_bounds_one_sided, clopper_pearson_interval, jeffreys_interval, clustered_standard_error,
        score_interval_of_mean, t_interval_of_mean, paired_score_interval, paired_score_test, mcnemar_exact,
        paired_mean_interval, unpaired_difference_interval, variance_of_repeats, score_at_k, adjusted_p_values,
        minimum_detectable_effect, questions_needed_paired, score_needed_to_show, least_questions_to_show,
        judge_corrected_share, prediction_powered_mean, wealth_without_replacement, wealth_with_replacement,
        wealth_of_a_drop, curtailment, collection_standard_error, bounds_with_missing, verdict,
        verdict_against_baseline, flakiness, parse_gate,
    )
}  # fmt: skip


def differences(expected: Any, found: Any, tolerance: float, name: str = "") -> list[str]:
    """Return a line for each value that is not as expected."""
    if isinstance(expected, Mapping):
        keys = [(key, found.get(key, "nothing") if isinstance(found, Mapping) else "nothing") for key in expected]
        return [line for key, value in keys for line in differences(expected[key], value, tolerance, f"{name}.{key}")]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [line for i, (a, b) in pairs for line in differences(a, b, tolerance, f"{name}[{i}]")]
    if _is_number(expected) and _is_number(found):
        same = math.isclose(expected, found, rel_tol=0, abs_tol=tolerance + 1e-15) or expected == found
    else:
        same = type(expected) is type(found) and expected == found
    return [] if same else [f"{name.lstrip('.')}: {found!r}, expected {expected!r}"]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def failures(vector: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the answer to one vector."""
    function = FUNCTIONS.get(vector["function"])
    if function is None:
        return [f"no function {vector['function']!r}"]
    try:
        found = function(**vector["input"])
    except Exception as error:  # noqa: BLE001 - reported as the answer
        return [f"{type(error).__name__}: {error}"]
    return differences(vector["output"], found, vector["tolerance"])


def main() -> int:
    """Run the vectors of a file; 1 if any fails."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    vectors = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["vectors"]
    wrong = {vector["id"]: found for vector in vectors if (found := failures(vector))}
    for name, lines in wrong.items():
        print(f"{name}: {'; '.join(lines)}")
    print(f"{len(vectors) - len(wrong)}/{len(vectors)} vectors pass")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
