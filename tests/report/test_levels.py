"""Gates with a level read the samples: demands that must be shown, alarms that must not be refuted, baselines."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.report.attempts import Missing, find_measure, measured_of, question_key
from evalscope_pytest.report.baseline import Baseline, Early, Now, compare, evaluate_against
from evalscope_pytest.report.build import build_report
from evalscope_pytest.report.gates import GateResult, Samples, evaluate
from evalscope_pytest.report.planned import Question, Upcoming, check_gates, lines_of_alarms
from evalscope_pytest.statistics.gates import alarm_against_baseline, parse_gate
from evalscope_pytest.statistics.verdicts import Verdict
from evalscope_pytest.store.plan import BenchmarkPlan
from evalscope_pytest.store.reviews import Reviews
from evalscope_pytest.store.rows import SampleSummary

from .rows import plan, row


def _rows(
    values: Sequence[float | None], *, keyed: bool = True, name: str = "quiz", **fields: Any
) -> list[SampleSummary]:
    keys = [f"{name}-{i}" if keyed else "" for i in range(len(values))]
    return [row("a", i, v, question=keys[i], benchmark=name, **fields) for i, v in enumerate(values)]


def _answers(right: int, n: int) -> list[float]:
    return [1.0] * right + [0.0] * (n - right)


def _now(rows: Sequence[SampleSummary], of: BenchmarkPlan | None = None, **fields: Any) -> Now:
    of = of or plan({"a": len(rows)})
    return Now(build_report(of, rows, "tiny"), Samples(of, rows), **fields)


def _baseline(*benchmarks: Now) -> Baseline:
    reviews = {
        now.name: Reviews(
            tuple(r for r in now.samples.rows if r.values), {("a", r.group): b"" for r in now.samples.rows}
        )
        for now in benchmarks
    }
    return Baseline(Path("old"), {now.name: now.report for now in benchmarks}, reviews)


def _gate(text: str, now: Now, **fields: Any) -> GateResult:
    (result,) = evaluate([parse_gate(text)], [now.report], {now.name: now.samples}, **fields)
    return result


@pytest.mark.parametrize(
    ("text", "right", "line"),
    [
        ("quiz >= 0.7 @95%", 230, "passed, mean_acc 0.7667 over 300, at least 0.7242"),
        ("quiz >= 0.7 @95%", 213, "undecided, mean_acc 0.7100 over 300, between 0.6652 and 0.7511: about 12,"),
        ("quiz not shown below 0.7 @95%", 190, "failed, mean_acc 0.6333 over 300, at most 0.6777"),
        ("quiz not shown below 0.7 @95%", 207, "passed, mean_acc 0.6900 over 300"),
    ],
)
def test_bounds_with_a_level_are_decided_by_the_samples(text: str, right: int, line: str) -> None:
    result = _gate(text, _now(_rows(_answers(right, 300))))
    assert result.line.startswith(f"{text}: {line}")
    assert result.verdict == line.partition(",")[0]
    assert result.passed == (result.verdict == "passed")
    assert result.facts["level"] == 0.95


def test_repeats_are_not_counted_as_questions() -> None:
    quiz = plan({"a": 240}, repeats=4)
    rows = [row("a", i, float(i // 4 < 46), repeats=4, question=f"q{i // 4}") for i in range(240)]
    result = _gate("quiz>=0.7 @95%", _now(rows, quiz))
    assert "over 60" in result.line
    assert result.verdict == "undecided", "46 of 60 questions, not 184 of 240"


def test_a_cluster_counts_once() -> None:
    rows = [row("a", i, float(i < 160), question=f"q{i}", cluster=f"passage {i // 20}") for i in range(200)]
    assert _gate("quiz>=0.7 @95%", _now([replace(r, cluster="") for r in rows])).verdict == "passed"
    assert _gate("quiz>=0.7 @95%", _now(rows)).verdict == "undecided"


def test_samples_that_never_ran_count_at_their_worst() -> None:
    quiz = plan({"a": 400})
    assert _gate("quiz>=0.7 @95%", _now(_rows(_answers(300, 360)), quiz)).verdict == "passed"
    assert _gate("quiz>=0.7 @95%", _now(_rows(_answers(270, 330)), quiz)).verdict == "undecided"
    assert _gate("quiz>=0.7 @95%", _now(_rows(_answers(270, 330)), quiz), allow_missing=True).verdict == "passed"
    assert "70 without a score" in _gate("quiz>=0.7 @95%", _now(_rows(_answers(270, 330)), quiz)).line


def test_a_part_is_decided_by_its_own_samples() -> None:
    quiz = plan({"a": 100, "b": 100}, categories={"b": ("Hard",)})
    rows = _rows(_answers(95, 100)) + [row("b", i, 0.0, question=f"b{i}") for i in range(100)]
    assert _gate("quiz[a]>=0.8 @95%", _now(rows, quiz)).verdict == "passed"
    assert _gate("quiz[Hard]>=0.8 @95%", _now(rows, quiz)).verdict == "failed"


def test_pass_at_k_has_one_value_a_question() -> None:
    quiz = plan({"a": 8}, aggregation="mean_and_pass_at_k", repeats=2)
    rows = [row("a", i, float(i in (0, 2, 3)), repeats=2) for i in range(8)]
    found = find_measure(quiz, "pass@2")
    assert found is not None
    scores = measured_of(found, rows, repeats=2).scores
    assert list(scores.values) == [1.0, 1.0, 0.0, 0.0]
    assert measured_of(found, rows[:-1], Missing({"a": 1}), repeats=2).missing == 1


def test_parts_that_must_be_all_right_are_the_units() -> None:
    quiz = plan({"a": 6}, aggregation="all_of_part")
    weights = [{"accuracy": {f"part {i // 2}": 1.0}} for i in range(6)]
    rows = [row("a", i, float(i != 5), weights=weights[i]) for i in range(6)]
    found = find_measure(quiz)
    assert found is not None
    assert list(measured_of(found, rows).scores.values) == [1.0, 1.0, 0.0]
    assert measured_of(found, rows, Missing({"a": 1})).least is None


def test_weights_count_within_a_subset_and_samples_between_them() -> None:
    quiz = plan({"a": 40, "b": 20}, aggregation="weighted_mean")
    rows = [
        row(subset, i, float(i % 3 > 0), weights={"accuracy": 1.0 + i % 3 * factor})
        for subset, n, factor in (("a", 40, 1), ("b", 20, 5))
        for i in range(n)
    ]
    now = _now(rows, quiz)
    result = _gate("quiz>=0.5 @95%", now)
    assert result.facts["value"] == pytest.approx(now.report.score, abs=1e-4)


def _worse(rows: Sequence[SampleSummary], lost: int, won: int = 0) -> list[SampleSummary]:
    """Return samples of which the first right ones are wrong now, and the first wrong ones right."""
    found = []
    for r in rows:
        right = bool(r.values and r.values["accuracy"])
        turned = (right and lost > 0) or (not right and won > 0)
        lost, won = lost - (turned and right), won - (turned and not right)
        found.append(replace(r, values={"accuracy": float(right != turned)}))
    return found


def test_a_shown_drop_is_red_whatever_the_order_of_the_questions() -> None:
    old = _rows(_answers(153, 200))
    new = _worse(old, 17, 4)
    random.Random(1).shuffle(new)
    new = [replace(r, index=i, group=i) for i, r in enumerate(new)]
    found = compare([_baseline(_now(old))], [_now(new)], 0.0, 0.95).results["quiz"]
    assert not found.passed
    assert found.name == "baseline quiz"
    assert "0.0650 worse" in found.line
    assert "17 lost, 4 won of 200 paired, p 0.002" in found.line
    assert (found.facts["won"], found.facts["lost"], found.facts["paired"]) == (4, 17, 200)
    assert compare([_baseline(_now(old))], [_now(_worse(old, 9, 6))], 0.0, 0.95).results["quiz"].passed


def test_records_without_keys_pair_by_position_only_if_nothing_has_changed() -> None:
    quiz = plan({"a": 200}, fingerprint="same")
    old, new = _rows(_answers(153, 200), keyed=False), _worse(_rows(_answers(153, 200), keyed=False), 12, 2)
    targets = {("a", i): b"" for i in range(200)}
    settings = {"seed": 42, "limit": 200, "limit_total": None}
    baseline = replace(_baseline(_now(old, quiz)), settings=settings)
    now = _now(new, quiz, settings=settings, targets=lambda: targets)
    paired = compare([baseline], [now], 0.0, 0.95).results["quiz"]
    assert "12 lost, 2 won of 200 paired" in paired.line
    others: list[Now] = [
        replace(now, settings={**settings, "seed": 1}),
        replace(now, targets=lambda: {**targets, ("a", 7): b"other"}),
        _now(new, replace(quiz, fingerprint="other"), settings=settings, targets=lambda: targets),
    ]
    for other in others:
        assert "unpaired: 200 questions now, 200 then" in compare([baseline], [other], 0.0, 0.95).results["quiz"].line


def test_several_baselines_are_one_by_their_means() -> None:
    old = _rows(_answers(150, 200))
    lucky = _worse(old, 0, 20)
    now = _now(_worse(old, 5, 2))
    assert not compare([_baseline(_now(lucky))], [now], 0.0, 0.95).results["quiz"].passed
    both = compare([_baseline(_now(old)), _baseline(_now(_worse(old, 3, 2)))], [now], 0.0, 0.95)
    assert both.results["quiz"].passed
    assert both.results["quiz"].facts["baseline"] == pytest.approx(0.7475)


def test_over_several_benchmarks_the_alarms_share_their_error() -> None:
    names = [f"quiz{i}" for i in range(10)]
    olds = [_now(_rows(_answers(150, 200), name=n), plan({"a": 200}, name=n)) for n in names]
    # 14 lost and 5 won: p 0.02, which one of ten benchmarks has by chance.
    news = [
        _now(_worse(old.samples.rows, *((14, 5) if i == 0 else (6, 6))), old.samples.plan) for i, old in enumerate(olds)
    ]
    found = compare([_baseline(*olds)], news, 0.0, 0.95)
    assert all(result.passed for result in found.results.values())
    assert "p 0.019 (Holm over 10: p 0.195)" in found.results["quiz0"].line
    assert found.together.startswith("not a gate: ALL not shown worse than baseline @95%: passed")
    alone = compare([_baseline(olds[0])], news[:1], 0.0, 0.95)
    assert not alone.results["quiz0"].passed
    assert not alone.together


def test_alarms_that_were_decided_early_stay_in_the_family_of_the_others() -> None:
    names = ["red", "futile", "whole"]
    olds = [_now(_rows(_answers(150, 200), name=n), plan({"a": 200}, name=n)) for n in names]
    news = [_now(_worse(old.samples.rows, 14, 5), old.samples.plan) for old in olds]
    early = {
        name: Verdict(gate=alarm_against_baseline(name, 0.0, 0.95), verdict=verdict, facts="early", stopped=True, p=p)
        for name, verdict, p in (("red", "failed", None), ("futile", "passed", 1.0))
    }
    found = compare([_baseline(*olds)], news, 0.0, 0.95, early=Early(0.96, early))
    assert [found.results[name].verdict for name in names] == ["failed", "passed", "failed"]
    assert found.results["futile"].line == "futile not shown worse than baseline @95%: passed, early"
    assert "p" not in found.results["futile"].facts
    whole = found.results["whole"]
    assert "p 0.019 (Holm over 2: p 0.039)" in whole.line
    assert "(tested at 96%: a part of the error went into looking)" in whole.line
    assert whole.facts["level"] == 0.95
    assert not found.together


def test_small_drops_of_all_benchmarks_are_found_together() -> None:
    names = [f"quiz{i}" for i in range(10)]
    olds = [_now(_rows(_answers(150, 200), name=n), plan({"a": 200}, name=n)) for n in names]
    news = [_now(_worse(old.samples.rows, 14, 8), old.samples.plan) for old in olds]
    baseline = _baseline(*olds)
    assert all(r.passed for r in compare([baseline], news, 0.0, 0.95).results.values())
    (together,) = evaluate_against([parse_gate("ALL not shown worse than baseline @95%")], [baseline], news)
    assert not together.passed
    assert "the mean of 10 benchmarks" in together.line


def test_gates_against_a_baseline_are_decided_with_and_without_a_level() -> None:
    old = _rows(_answers(750, 1000))
    baseline, now = [_baseline(_now(old))], [_now(_worse(old, 12, 10))]
    texts = [
        "quiz no worse than baseline by 0.02 @95%",
        "quiz no worse than baseline by 0.002 @95%",
        "quiz no worse than baseline by 0.002",
        "quiz no worse than baseline",
        "quiz better than baseline by 0.1 @95%",
    ]
    found = evaluate_against(map(parse_gate, texts), baseline, now)
    assert [result.verdict for result in found] == ["passed", "undecided", "passed", "failed", "failed"]
    assert found[2].line == f"{texts[2]}: passed, mean_acc 0.7480, baseline 0.7500, 0.0020 worse"


def test_a_baseline_without_reviews_is_compared_by_the_printed_scores_and_says_so() -> None:
    old = _now(_rows(_answers(150, 200)))
    found = compare([replace(_baseline(old), reviews={})], [_now(_worse(old.samples.rows, 1))], 0.0, 0.95)
    assert not found.results["quiz"].passed
    assert "by the printed scores: the baseline has no reviews of it" in found.results["quiz"].line


def test_replies_that_all_came_from_the_cache_are_said() -> None:
    old = _rows(_answers(150, 200))
    cached = [replace(r, calls=1, cached=1) for r in old]
    assert (
        "all replies came from the response cache"
        in compare([_baseline(_now(old))], [_now(cached)], 0.0, 0.95).results["quiz"].line
    )


# Before the run ------------------------------------------------------------------------------------------------------


def _upcoming(n: int, baselines: Sequence[Baseline] = (), **fields: Any) -> Upcoming:
    quiz = plan({"a": n}, **fields)
    return Upcoming([quiz], {"quiz": [Question("a", i, f"quiz-{i}") for i in range(n)]}, baselines, 0.0)


@pytest.mark.parametrize(
    ("text", "n", "says"),
    [
        ("quiz>=0.9 @95%", 20, "this run has 20 questions, and even a perfect run needs 25 to show it"),
        ("quiz>=1 @95%", 1000, "the end of the scale"),
        ("quiz no worse than baseline by 0.02 @95%", 200, r"there is none\. Add --eval-baseline=DIR"),
        ("quiz no worse than baseline", 200, r"there is none\. Add --eval-baseline=DIR"),
        ("ALL>=0.7", 200, "mean difference from a baseline"),
    ],
)
def test_what_cannot_be_shown_is_refused(text: str, n: int, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        check_gates([parse_gate(text)], _upcoming(n))


def test_metrics_without_an_interval_have_no_level() -> None:
    quiz = plan({"a": 99}, aggregation="length_controlled")
    with pytest.raises(ConfigError, match=r"mean_acc is not a mean over samples \(length_controlled\)"):
        check_gates([parse_gate("quiz>=0.5 @95%")], Upcoming([quiz], {}))
    check_gates([parse_gate("quiz>=0.5")], Upcoming([quiz], {}))


def test_pairs_that_are_required_must_be_in_the_baseline() -> None:
    baseline = _baseline(_now(_rows(_answers(30, 40))))
    text = "quiz no worse than baseline by 0.5 @95% (paired)"
    check_gates([parse_gate(text)], _upcoming(80, [baseline]))
    with pytest.raises(ConfigError, match="40 of 81 questions are in the baseline"):
        check_gates([parse_gate(text)], _upcoming(81, [baseline]))
    check_gates([parse_gate(text.replace("paired", "unpaired"))], _upcoming(81, [baseline]))


def test_a_level_needs_the_reviews_of_the_baseline() -> None:
    baseline = replace(_baseline(_now(_rows(_answers(30, 40)))), reviews={})
    with pytest.raises(ConfigError, match="has no reviews of 'quiz'"):
        check_gates([parse_gate("quiz no worse than baseline by 0.5 @95%")], _upcoming(40, [baseline]))
    check_gates([parse_gate("quiz no worse than baseline by 0.5")], _upcoming(40, [baseline]))


def test_the_plan_says_what_a_run_of_this_size_finds() -> None:
    baseline = _baseline(_now(_rows(_answers(150, 200))))
    text = "quiz no worse than baseline by 0.02 @95%"
    (line,) = check_gates([parse_gate(text)], _upcoming(200, [baseline]))
    assert line == (
        f"gate {text}: 200 questions find a drop of 0.042 in 4 of 5 runs; 0.02 needs about 870, or 220 with repeats 4"
    )
    (alarm,) = lines_of_alarms(_upcoming(200, [baseline]), 0.0, 0.95)
    assert alarm == "gate quiz not shown worse than baseline @95%: 200 questions find a drop of 0.042 in 4 of 5 runs"
    assert check_gates([parse_gate("quiz>=0.7")], _upcoming(200)) == []


def test_the_plan_of_a_run_with_few_of_the_baselines_questions_is_unpaired() -> None:
    baseline = _baseline(_now(_rows(_answers(15, 20))))
    (alarm,) = lines_of_alarms(_upcoming(100, [baseline]), 0.0, 0.95)
    assert "baseline @95%: unpaired, 100 questions now and 20 then (20 in both) find a drop of " in alarm


def test_reviews_are_read_back(tmp_path: Path) -> None:
    from evalscope_pytest.store.reviews import read_reviews

    line = {
        "key": "k", "index": 3, "target": "\ud800 4", "question": "abc#2", "cluster": None,
        "sample_score": {
            "score": {"value": {"accuracy": True}, "extracted_prediction": "4",
                      "metadata": {"weights": {"accuracy": 2.0}}},
            "group_id": 1, "generation_index": 1,
        },
    }  # fmt: skip
    (tmp_path / "quiz_a.jsonl").write_text(f"{json.dumps(line)}\n\nnot JSON\n{{}}\n")
    found = read_reviews(tmp_path, {"quiz": ["a", "b"], "other": ["a"]}, ["quiz", "other"])
    assert list(found) == ["quiz"]
    (only,) = found["quiz"].rows
    assert (only.question, only.cluster, only.group, only.repeat) == ("abc#2", "", 1, 1)
    assert (only.values, only.weights, only.answer) == ({"accuracy": 1.0}, {"accuracy": 2.0}, "4")
    assert found["quiz"].keyed


# Means of parts -------------------------------------------------------------------------------------------------------


def _in_parts(rows: Sequence[SampleSummary], parts: int = 3) -> list[SampleSummary]:
    return [replace(r, weights={"accuracy": {f"part {i % parts}": 1.0}}) for i, r in enumerate(rows)]


@pytest.mark.parametrize("how", ["macro_mean", "harmonic_mean"])
def test_means_of_parts_are_judged_by_the_interval_of_the_report(how: str) -> None:
    rows = _in_parts(_rows([float(i % 10 < 8) for i in range(300)]))
    now = _now(rows, plan({"a": 300}, aggregation=how))
    assert now.report.execution is not None
    interval = now.report.execution.statistics["mean_acc"]
    found = _gate("quiz>=0.7 @95%", now)
    assert found.verdict == "passed"
    assert found.facts["value"] == pytest.approx(now.report.score, abs=1e-4)
    assert interval["low"] < found.facts["lower"] < found.facts["upper"] < interval["high"]
    assert _gate("quiz>=0.7 @97.5%", now).facts["lower"] == pytest.approx(interval["low"], abs=1e-7)
    assert _gate("quiz>=0.79 @95%", now).verdict == "undecided"
    assert _gate("quiz>=0.9 @95%", now).verdict == "failed"
    assert _gate("quiz not shown below 0.9 @95%", now).verdict == "failed"


def test_a_sample_without_a_score_could_be_in_any_part() -> None:
    rows = _in_parts(_rows([*[1.0] * 299, None]))
    now = _now(rows, plan({"a": 300}, aggregation="macro_mean"))
    found = _gate("quiz>=0.7 @95%", now)
    assert (found.verdict, found.facts["missing"]) == ("undecided", 1)
    assert "samples without a score could be anything" in found.line
    assert _gate("quiz>=0.7 @95%", now, allow_missing=True).verdict == "passed"


def test_a_part_whose_mean_is_0_has_no_harmonic_mean_to_judge() -> None:
    rows = _in_parts(_rows([float(i % 3 > 0) for i in range(90)]))
    now = _now(rows, plan({"a": 90}, aggregation="harmonic_mean"))
    found = _gate("quiz>=0.7 @95%", now)
    assert found.verdict == "undecided"
    assert "no interval: a part's mean is 0" in found.line
    points = compare([_baseline(now)], [now], 0.0, 0.95).results["quiz"]
    assert "by the printed scores: a part of mean_acc has a mean of 0" in points.line
    assert points.passed


@pytest.mark.parametrize("how", ["macro_mean", "harmonic_mean"])
def test_means_of_parts_are_compared_question_by_question(how: str) -> None:
    quiz = plan({"a": 300}, aggregation=how)
    old = _in_parts(_rows([float(i % 4 > 0) for i in range(300)]))
    same = compare([_baseline(_now(old, quiz))], [_now(old[::-1], quiz)], 0.0, 0.95).results["quiz"]
    assert same.passed
    assert "0 lost, 0 won of 300 paired" in same.line
    worse = [replace(r, values={"accuracy": 0.0}) if i % 10 == 1 else r for i, r in enumerate(old)]
    now = _now(worse, quiz)
    found = compare([_baseline(_now(old, quiz))], [now], 0.0, 0.95).results["quiz"]
    assert not found.passed
    assert found.facts["difference"] == pytest.approx((now.report.score or 0) - 0.75, abs=1e-3)
    changed = sum(r.values != s.values for r, s in zip(old, worse, strict=True))
    assert f"{changed} lost, 0 won of 300 paired" in found.line
    assert found.facts["upper"] < 0


def test_an_unchanged_mean_of_parts_is_seldom_red() -> None:
    draw, red = random.Random(3), 0
    quiz = plan({"a": 150}, aggregation="macro_mean")
    chances = [draw.betavariate(3, 1) for _ in range(150)]
    for _ in range(150):
        old, new = (_in_parts(_rows([float(draw.random() < c) for c in chances])) for _ in range(2))
        red += not compare([_baseline(_now(old, quiz))], [_now(new, quiz)], 0.0, 0.95).results["quiz"].passed
    assert red / 150 < 0.1


def test_means_of_parts_are_planned() -> None:
    quiz = plan({"a": 20}, aggregation="macro_mean")
    questions = {"quiz": [Question("a", i, f"quiz-{i}") for i in range(20)]}
    with pytest.raises(ConfigError, match="even a perfect run needs 25"):
        check_gates([parse_gate("quiz>=0.9 @95%")], Upcoming([quiz], questions))
    assert check_gates([parse_gate("quiz>=0.5 @95%")], Upcoming([quiz], questions))


# Samples that never ran -----------------------------------------------------------------------------------------------


def test_questions_that_never_ran_are_paired_at_their_worst() -> None:
    old = _rows(_answers(190, 200))
    whole = plan({"a": 200})
    known = replace(whole, questions={"a": tuple((r.question, "") for r in old)})
    gate = parse_gate("quiz no worse than baseline by 0.1 @95%")
    (unknown,) = evaluate_against([gate], [_baseline(_now(old))], [_now(old[:100], whole)])
    (found,) = evaluate_against([gate], [_baseline(_now(old))], [_now(old[:100], known)])
    assert unknown.facts["missing"] == found.facts["missing"] == 100
    assert unknown.verdict == "passed"  # the questions that never ran have no pair then
    assert found.verdict == "undecided"
    assert found.facts["lower"] < -0.45
    alarm = compare([_baseline(_now(old))], [_now(old[:100], known)], 0.0, 0.95).results["quiz"]
    assert alarm.passed  # at their best they are no worse


def test_attempts_that_never_ran_are_those_of_their_question() -> None:
    rows = [row("a", i, 1.0, repeats=2, question=f"quiz-{i // 2}", cluster="c") for i in range(5)]
    known = {"a": [(f"quiz-{i}", "c") for i in range(4)]}
    missing = list(Missing({"a": 3}, known).attempts(rows, question_key, 2))
    assert missing == [("quiz-2", "c"), ("quiz-3", "c"), ("quiz-3", "c")]
    assert list(Missing({"a": 3}).attempts(rows, question_key, 2))[1:] == [(("never run", "a", 0), None)] * 2


def test_with_few_clusters_the_signs_of_whole_clusters_are_turned_too() -> None:
    old = [replace(r, cluster=f"c{r.index // 10}") for r in _rows(_answers(60, 60))]
    new = [replace(r, values={"accuracy": float(r.index % 10 > 1)}) for r in old]  # each cluster loses two of ten
    found = compare([_baseline(_now(old))], [_now(new)], 0.0, 0.95).results["quiz"]
    assert found.facts["p_sign_flips"] == 1 / 64  # all six signs
    assert "few clusters (6, sign flips give p=0.016)" in found.line
    text = "quiz no worse than baseline by 0.3 @95%"
    (demand,) = evaluate_against([parse_gate(text)], [_baseline(_now(old))], [_now(new)])
    assert (demand.verdict, demand.facts["p_sign_flips"]) == ("passed", 1 / 64)
    many = [replace(r, cluster=f"c{r.index // 5}") for r in old]
    same = compare([_baseline(_now(many))], [_now(many)], 0.0, 0.95).results["quiz"]
    assert "p_sign_flips" not in same.facts


def test_k_of_n_attempts_is_compared_with_k_of_n_attempts() -> None:
    def run(repeats: int, right: int, factor: int = 7) -> Now:
        quiz = plan({"a": 60 * repeats}, aggregation="mean_and_at_least_k", repeats=repeats)
        rows = [
            row(
                "a",
                i,
                float(i // repeats % factor < 5 or i % repeats < right),
                repeats=repeats,
                question=f"q{i // repeats}",
            )
            for i in range(60 * repeats)
        ]
        return _now(rows, quiz)

    text = "quiz:at_least@3 no worse than baseline by 0.1 @95%"
    old = run(5, 2)
    (same,) = evaluate_against([parse_gate(text)], [_baseline(old)], [run(5, 2)])
    assert (same.verdict, same.facts["paired"]) == ("passed", 60)
    (worse,) = evaluate_against([parse_gate(text)], [_baseline(run(5, 3))], [run(5, 2)])
    assert worse.verdict == "failed"
    assert worse.facts["lost"] == sum(i % 7 >= 5 for i in range(60))
    (other,) = evaluate_against([parse_gate(text)], [_baseline(old)], [run(4, 2)])
    assert other.line.endswith("not compared: at_least@3 is of 4 attempts now, and was of 5")
    upcoming = Upcoming([run(4, 2).samples.plan], {}, [_baseline(old)], 0.0)
    with pytest.raises(ConfigError, match=r"was of 5\. Give both runs the same --eval-repeats"):
        check_gates([parse_gate(text)], upcoming)
