"""Reports of any samples: what a score, a gate, a comparison and a table promise, whatever the samples are."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evalscope_pytest.report.analysis import unknown_figures
from evalscope_pytest.report.baseline import Baseline, Now, compare
from evalscope_pytest.report.build import build_report
from evalscope_pytest.report.gates import GateResult, Samples, evaluate
from evalscope_pytest.report.model import Report, dump_report, load_report
from evalscope_pytest.report.table import metric_table
from evalscope_pytest.statistics.gates import parse_gate

from .rows import plan, report, row

SCORES = st.floats(0, 1).map(lambda value: round(value, 3))
MEMBERS = st.lists(SCORES | st.none(), min_size=1, max_size=6)
RIGHT_OR_WRONG = st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=5)
QUIZZES = st.dictionaries(st.text("abc", min_size=1, max_size=3), MEMBERS, min_size=1, max_size=4)
SIGNS = {">=": operator.ge, "<=": operator.le, "==": operator.eq, ">": operator.gt, "<": operator.lt}
NAMES = st.text("abc_-.", min_size=1, max_size=8).filter(lambda name: name.strip() == name)


def scored(quiz: dict[str, list[float | None]]) -> list[float]:
    return [value for members in quiz.values() for value in members if value is not None]


# Scores -------------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(QUIZZES)
def test_the_score_is_the_mean_over_all_samples_that_have_one(quiz: dict[str, list[float | None]]) -> None:
    found, values = report(quiz), scored(quiz)
    if not values:
        assert found.score is None
        return
    assert found.score == pytest.approx(math.fsum(values) / len(values), abs=2e-4)
    assert found.num == len(values)


@settings(max_examples=40)
@given(QUIZZES, st.integers(0, 3))
def test_every_requested_sample_is_scored_or_an_error(quiz: dict[str, list[float | None]], missing: int) -> None:
    execution = report(quiz, missing=missing).execution
    assert execution is not None
    assert execution.requested == sum(map(len, quiz.values())) + missing * len(quiz)
    assert execution.succeeded == len(scored(quiz))
    for name, members in quiz.items():
        counts = execution.subsets[name]
        assert (counts.succeeded, counts.errored) == (len(members) - members.count(None), members.count(None))


@settings(max_examples=40)
@given(QUIZZES, st.randoms(use_true_random=False))
def test_the_order_in_which_samples_finish_changes_nothing(quiz: dict[str, list[float | None]], chance: Any) -> None:
    rows = [row(name, index, value) for name, members in quiz.items() for index, value in enumerate(members)]
    shuffled = list(rows)
    chance.shuffle(shuffled)
    requested = plan({name: len(members) for name, members in quiz.items()})
    assert dump_report(build_report(requested, rows, "tiny")) == dump_report(build_report(requested, shuffled, "tiny"))


@settings(max_examples=40)
@given(QUIZZES)
def test_an_interval_holds_the_score_and_lies_within_the_metric(quiz: dict[str, list[float | None]]) -> None:
    found = report(quiz)
    assert found.execution is not None
    for low, high in found.execution.intervals.values():
        assert 0 <= low <= high <= 1
        assert found.score is not None
        assert low - 2e-4 <= found.score <= high + 2e-4


@settings(max_examples=40)
@given(st.lists(SCORES, min_size=2, max_size=12), st.integers(2, 4))
def test_the_same_samples_again_make_an_interval_no_wider(values: list[float], times: int) -> None:
    def width(members: list[float]) -> float:
        execution = report({"a": list(members)}).execution
        assert execution is not None
        (bounds,) = execution.intervals.values()
        return bounds[1] - bounds[0]

    assert width(values * times) <= width(values) + 2e-4


@settings(max_examples=40)
@given(st.lists(SCORES, min_size=1, max_size=5), st.integers(2, 3))
def test_repeats_of_a_question_do_not_make_a_score_more_certain(values: list[float], repeats: int) -> None:
    assume(len(values) > 1)
    once = report({"a": list(values)}).execution
    rows = [row("a", i * repeats + r, v, repeats=repeats) for i, v in enumerate(values) for r in range(repeats)]
    again = build_report(plan({"a": len(rows)}, repeats=repeats), rows, "tiny").execution
    assert once is not None
    assert again is not None
    for label, (low, high) in again.intervals.items():
        assert high - low >= once.intervals[label][1] - once.intervals[label][0] - 2e-4


@given(quiz=QUIZZES)
@settings(max_examples=25)
def test_a_report_is_read_as_it_was_written(quiz: dict[str, list[float | None]], tmp_path_factory: Any) -> None:
    file = tmp_path_factory.mktemp("report") / "quiz.json"
    written = report(quiz, missing=1)
    file.write_bytes(dump_report(written))
    assert dump_report(load_report(file)) == dump_report(written)
    json.loads(file.read_text(), parse_constant=pytest.fail)


# Gates --------------------------------------------------------------------------------------------------------------


@given(NAMES, NAMES | st.just(""), NAMES | st.just(""), st.sampled_from(list(SIGNS)), st.decimals(-9, 99, places=3))
def test_a_gate_is_read_as_it_is_composed(benchmark: str, part: str, metric: str, sign: str, bound: Any) -> None:
    text = benchmark + (f"[{part}]" if part else "") + (f":{metric}" if metric else "") + f"{sign}{bound}"
    gate = parse_gate(text)
    assert (gate.benchmark, gate.part, gate.metric) == (benchmark, part, metric)
    assert (gate.comparison, gate.bound) == (sign, float(bound))
    assert parse_gate(f"{text}%").bound == pytest.approx(float(bound) / 100)


@settings(max_examples=40)
@given(QUIZZES, st.sampled_from(list(SIGNS)), SCORES)
def test_without_missing_samples_a_gate_compares_the_score_that_is_shown(
    quiz: dict[str, list[float | None]], sign: str, bound: float
) -> None:
    quiz = {name: [value for value in members if value is not None] for name, members in quiz.items()}
    assume(scored(quiz))
    found = report(quiz)
    (result,) = evaluate([parse_gate(f"quiz{sign}{bound}")], [found])
    assert found.score is not None
    assert result.passed is SIGNS[sign](found.score, bound)
    assert result.name == f"quiz{sign}{bound}"
    assert result.line.startswith(f"quiz{sign}{bound}: {'passed' if result.passed else 'failed'}, ")


@settings(max_examples=40)
@given(RIGHT_OR_WRONG, st.integers(1, 4), st.sampled_from(list(SIGNS)), SCORES)
def test_a_gate_passes_with_missing_samples_only_if_none_of_their_outcomes_could_tip_it(
    values: list[float], missing: int, sign: str, bound: float
) -> None:
    found = report({"a": [*values, *[None] * missing]})
    (strict,) = evaluate([parse_gate(f"quiz{sign}{bound}")], [found])
    (tolerant,) = evaluate([parse_gate(f"quiz{sign}{bound}")], [found], allow_missing=True)
    outcomes = [
        SIGNS[sign](round(math.fsum([*values, *others]) / (len(values) + missing), 4), bound)
        for others in product([0.0, 1.0], repeat=missing)
    ]
    assert found.score is not None
    assert tolerant.passed is SIGNS[sign](found.score, bound)
    if strict.passed:
        assert all(outcomes)
        assert tolerant.passed
    if sign != "==" and all(outcomes) and tolerant.passed:
        assert strict.passed


@settings(max_examples=40)
@given(QUIZZES, st.sampled_from([">=", "<="]), SCORES)
def test_a_gate_on_a_subset_sees_that_subset_alone(
    quiz: dict[str, list[float | None]], sign: str, bound: float
) -> None:
    found = report(quiz)
    for name, members in quiz.items():
        (of_part,) = evaluate([parse_gate(f"quiz[{name}]{sign}{bound}")], [found])
        (alone,) = evaluate([parse_gate(f"quiz{sign}{bound}")], [report({name: members})])
        assert of_part.passed is alone.passed


def test_a_gate_on_a_benchmark_that_did_not_run_has_failed() -> None:
    (result,) = evaluate([parse_gate("other>=0")], [report({"a": [1.0]})])
    assert not result.passed
    assert "nothing was measured" in result.line


# Comparison with an earlier run, by the printed scores --------------------------------------------------------------


def _compared(before: Mapping[str, Report], now: Report, most: float) -> GateResult:
    return compare([Baseline(Path(), before)], [Now(now, Samples(plan({"a": 1}), ()))], most).results["quiz"]


@settings(max_examples=40)
@given(st.lists(SCORES, min_size=1, max_size=6), st.lists(SCORES, min_size=1, max_size=6), SCORES)
def test_a_score_may_drop_by_what_is_allowed_and_not_by_more(
    before: list[float], now: list[float], most: float
) -> None:
    old, new = report({"a": list(before)}), report({"a": list(now)})
    result = _compared({"quiz": old}, new, most)
    assert old.score is not None
    assert new.score is not None
    assert result.passed is (round(old.score - new.score, 4) <= most)
    assert result.name == "baseline quiz"


@given(QUIZZES)
def test_a_run_holds_up_to_itself(quiz: dict[str, list[float | None]]) -> None:
    complete = {name: [value or 0.0 for value in members] for name, members in quiz.items()}
    found = report(complete)
    result = _compared({"quiz": found}, found, 0.0)
    assert result.passed
    assert "unchanged" in result.line


def test_a_benchmark_that_either_run_lacks_has_failed() -> None:
    unscored = report({"a": [None]})
    nothing_then = _compared({}, report({"a": [1.0]}), 1.0)
    nothing_now = _compared({"quiz": report({"a": [1.0]})}, unscored, 1.0)
    assert (nothing_then.passed, nothing_now.passed) == (False, False)
    assert "the baseline has no report of it" in nothing_then.line
    assert "no sample has a score" in nothing_now.line


def test_a_baseline_that_measured_something_else_is_not_compared() -> None:
    old = report({"a": [1.0]}, metrics=("f1",))
    rows = [row("a", 0, None, values={"f1": 1.0})]
    old = build_report(plan({"a": 1}, metrics=("f1",)), rows, "tiny")
    result = _compared({"quiz": old}, report({"a": [1.0]}), 1.0)
    assert not result.passed
    assert "the baseline does not report" in result.line


# Tables and words ---------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(QUIZZES)
def test_the_table_has_a_line_for_each_subset_with_its_score(quiz: dict[str, list[float | None]]) -> None:
    found = report(quiz)
    lines = metric_table([found]).splitlines()
    assert len({len(line) for line in lines}) == 1
    for metric in found.metrics:
        for category in metric.categories:
            for subset in category.subsets:
                cells = [f" {subset.name} ", f" {subset.num} ", f" {subset.score:.10g} "]
                assert any(all(cell in line for cell in cells) for line in lines)


@settings(max_examples=40)
@given(QUIZZES)
def test_no_figure_of_the_report_itself_counts_as_made_up(quiz: dict[str, list[float | None]]) -> None:
    found = report(quiz)
    assume(found.score is not None)
    assert found.score is not None
    execution = found.execution
    assert execution is not None
    text = (
        f"The score is {found.score:.4f}, or {100 * found.score:.1f} %, over {found.num} of {execution.requested} "
        f"samples; {execution.errored} ended in errors."
    )
    assert unknown_figures(text, found) == []


def test_a_figure_that_is_not_the_reports_is_found_among_those_that_are() -> None:
    found = report({"a": [1.0, 0.0, 0.0, 0.0]})
    assert unknown_figures("It reaches 25.0 % over 4 samples, 17.3 points more than before.", found) == ["17.3"]
