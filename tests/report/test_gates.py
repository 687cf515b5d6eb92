"""Gates decide on what is reported, and never in favour of what was not measured."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.report.build import build_report
from evalscope_pytest.report.gates import GateResult, check_names, evaluate
from evalscope_pytest.report.model import Report
from evalscope_pytest.statistics.gates import Gate, parse_gate

from .rows import plan, report, row

PLAN = plan(
    {"anatomy": 4, "algebra": 2},
    name="mmlu",
    categories={"anatomy": ("Other",), "algebra": ("STEM", "Maths")},
    aggregation="mean_and_pass_at_k",
    repeats=2,
)


@pytest.mark.parametrize(
    ("text", "benchmark", "part", "metric", "comparison", "bound"),
    [
        ("gsm8k>=0.7", "gsm8k", "", "", ">=", 0.7),
        (" gsm8k >= 70% ", "gsm8k", "", "", ">=", 0.7),
        ("gsm8k>=71.9%", "gsm8k", "", "", ">=", 0.719),
        ("mmlu[STEM]:mean_acc>=0.6", "mmlu", "STEM", "mean_acc", ">=", 0.6),
        ("mmlu[anatomy]>0.5", "mmlu", "anatomy", "", ">", 0.5),
        ("humaneval:pass@1<=1", "humaneval", "", "pass@1", "<=", 1.0),
        ("asr:wer<.05", "asr", "", "wer", "<", 0.05),
        ("x==1e-1", "x", "", "", "==", 0.1),
        ("math_500[Level 1]:acc>=.5", "math_500", "Level 1", "acc", ">=", 0.5),
        ("q[a>=b [x]]:f1>0.5", "q", "a>=b [x]", "f1", ">", 0.5),
        ("turns<=-3", "turns", "", "", "<=", -3.0),
    ],
)
def test_gates_are_read(text: str, benchmark: str, part: str, metric: str, comparison: str, bound: float) -> None:
    assert parse_gate(text) == Gate(text.strip(), benchmark, part, metric, comparison, bound)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gsm8k",
        "gsm8k>=",
        "gsm8k>=high",
        ">=0.7",
        "[a]>0.5",
        "q[a>0.5",
        "q[]>0.5",
        "q[a]x>0.5",
        "q>=nan",
        "q>=inf",
        "q=0.7",
    ],
)
def test_what_is_no_gate_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match=r"gsm8k>=0\.7"):
        parse_gate(text)


def test_a_comparison_written_the_wrong_way_round_is_no_part_of_a_name() -> None:
    with pytest.raises(ConfigError, match="'=>' is not a comparison"):
        parse_gate("gsm8k=>0.7")


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ConfigError):
        assert parse_gate(text).benchmark


@pytest.mark.parametrize(
    "text",
    [
        "mmlu>=0.5",
        "mmlu[anatomy]>=0.5",
        "mmlu[STEM]>=0.5",
        "mmlu[Maths]>=0.5",
        "mmlu[STEM/Maths]>=0.5",
        "mmlu[OVERALL]>=0.5",
        "mmlu:accuracy>=0.5",
        "mmlu:AverageAccuracy>=0.5",
        "mmlu:mean_pass@1>=0.5",
        "mmlu:pass@2>=0.5",
    ],
)
def test_names_of_the_run_are_accepted(text: str) -> None:
    check_names([parse_gate(text)], [PLAN])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mmul>=0.5", r"no benchmark 'mmul' in this run\. Did you mean 'mmlu'\?"),
        ("mmlu[anatomi]>=0.5", r"'anatomi' in this run\. Did you mean 'anatomy'\?"),
        ("mmlu[default]>=0.5", "no subset or category 'default'"),
        ("mmlu:mean_ac>=0.5", r"no metric 'mean_ac'\. Did you mean 'mean_acc'\?"),
        (
            "mmlu:pass@3>=0.5",
            r"pass@3 needs 3 repeats, and the run has 2\. Allowed: pass@1 to pass@2, or --eval-repeats 3",
        ),
        ("mmlu:pass@0>=0.5", r"needs 0 repeats, and the run has 2\. Allowed: pass@1 to pass@2$"),
        (
            "mmlu:at_least@2>=0.5",
            r"does not aggregate as at_least@k\. Request it with --eval-dataset-args "
            r"'{\"mmlu\": {\"aggregation\": \"mean_and_at_least_k\"}}'",
        ),
        ("mmlu:pass@two>=0.5", r"no metric 'pass@two'\. Did you mean 'pass@"),
        ("mmlu>=70", r"70 is out of reach.*Did you mean 70%\?"),
        ("mmlu>=-0.1", "out of reach"),
    ],
)
def test_a_gate_that_cannot_find_its_number_is_an_error_before_the_run(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        check_names([parse_gate(text)], [PLAN])


def _result(text: str, *reports: Report, allow_missing: bool = False) -> GateResult:
    (result,) = evaluate([parse_gate(text)], reports, allow_missing=allow_missing)
    return result


def test_each_line_says_what_was_measured_required_and_how_far_off() -> None:
    quiz = report({"a": [1, 1, 0]})
    assert _result("quiz>=0.6", quiz) == GateResult(True, "quiz>=0.6: passed, mean_acc 0.6667 over 3", "quiz>=0.6")
    assert _result("quiz>=70%", quiz).line == "quiz>=70%: failed, mean_acc 0.6667 over 3, short of 0.7 by 0.0333"
    assert _result("quiz<0.5", quiz).line == "quiz<0.5: failed, mean_acc 0.6667 over 3, over 0.5 by 0.1667"
    assert _result("quiz>0.6667", quiz).line == "quiz>0.6667: failed, mean_acc 0.6667 over 3, must be above 0.6667"


def test_the_reported_rounded_score_decides() -> None:
    quiz = report({"a": [1, 1, 0]})
    assert _result("quiz>=0.6667", quiz).passed
    assert _result("quiz==66.67%", quiz).passed
    assert not _result("quiz>=0.6668", quiz).passed


def test_brackets_choose_a_subset_or_all_categories_of_a_name() -> None:
    mmlu = report(
        {"anatomy": [1, 1], "algebra": [0, 0], "physics": [1]},
        name="mmlu",
        categories={"anatomy": ("Other",), "algebra": ("STEM", "Maths"), "physics": ("STEM", "Nature")},
    )
    lines = [_result(f"mmlu[{part}]>=0", mmlu).line for part in ("anatomy", "STEM", "Maths", "STEM/Nature", "OVERALL")]
    assert [line.partition("mean_acc ")[2] for line in lines] == [
        "1.0000 over 2",
        "0.3333 over 3",
        "0.0000 over 2",
        "1.0000 over 1",
        "0.6000 over 5",
    ]


def test_any_reported_metric_can_be_gated() -> None:
    rows = [row("a", i, values={"accuracy": 1.0, "Rouge-L-R": 0.25}) for i in range(2)]
    quiz = build_report(plan({"a": 2}, metrics=("accuracy", "Rouge-L-R")), rows, "m")
    for name in ("Rouge-L-R", "mean_Rouge-L-R", "rouge-l-r"):
        assert _result(f"quiz:{name}<=0.25", quiz).passed


def test_missing_samples_fail_a_gate_they_could_tip() -> None:
    quiz = report({"a": [1] * 90 + [0] * 8 + [None, None]})
    safe = _result("quiz>=0.9", quiz)
    assert safe == GateResult(
        True,
        "quiz>=0.9: passed, mean_acc 0.9184 over 98, and whatever the 2 without a score would have given",
        "quiz>=0.9",
    )
    tipped = _result("quiz>=0.91", quiz)
    assert not tipped.passed
    assert "2 without a score could change that" in tipped.line
    assert _result("quiz>=0.91", quiz, allow_missing=True).passed
    assert not _result("quiz<=0.919", quiz).passed
    assert _result("quiz<=0.95", quiz).passed


def test_samples_that_were_never_reached_are_missing_too() -> None:
    quiz = report({"a": [1, 1, None]}, missing=1)
    assert not _result("quiz>=0.9", quiz).passed
    tipped = _result("quiz>=0.9", quiz, allow_missing=True)
    assert not tipped.passed, "only the error is tolerated"
    assert "1 without a score could change that" in tipped.line
    safe = _result("quiz>=0.5", quiz, allow_missing=True)
    assert safe.line.endswith("whatever the 1 without a score would have given, 1 without a score left out")


def test_missing_samples_of_other_subsets_do_not_matter() -> None:
    quiz = report({"a": [1, 1], "b": [None, 1]})
    assert _result("quiz[a]>=1", quiz) == GateResult(True, "quiz[a]>=1: passed, mean_acc 1.0000 over 2", "quiz[a]>=1")
    assert not _result("quiz[b]>=1", quiz).passed


def test_a_subset_without_any_score_counts_for_the_category_it_may_belong_to() -> None:
    quiz = report({"a": [1, 1], "b": [None, None]}, categories={"a": ("X",), "b": ("X",)})
    assert not _result("quiz[X]>=0.9", quiz).passed


def test_nothing_measured_fails() -> None:
    assert not _result("quiz>=0", report({"a": [None]})).passed
    assert not _result("quiz>=0").passed
    assert not _result("quiz[b]>=0", report({"a": [1], "b": [None]})).passed
