"""Scores, rounding and counts of a report: EvalScope's, from the same samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from evalscope_pytest.core.values import SampleError
from evalscope_pytest.report.build import build_report, save_report
from evalscope_pytest.report.model import dump_report
from evalscope_pytest.store.layout import WorkDir
from evalscope_pytest.store.plan import BenchmarkPlan
from evalscope_pytest.store.rows import SampleSummary

from ..golden import Json
from .rows import plan, report, row

RUNS = [
    "arc", "bbh", "ceval", "competition_math", "general_mcq", "general_qa", "hellaswag", "humaneval", "ifeval",
    "math_500", "mmlu", "truthful_qa",
]  # fmt: skip
PRIMARY = {"humaneval": "pass@1", "general_qa": "Rouge-L-R"}


@pytest.mark.real_data
@pytest.mark.parametrize("name", RUNS)
def test_report_of_evalscopes_scores_is_evalscopes_report(parity: Path, name: str) -> None:
    expected = json.loads((parity / name / "report.json").read_bytes())
    samples = [json.loads(line) for line in (parity / name / "samples.jsonl").read_bytes().splitlines()]
    made = build_report(_plan(name, expected, samples, parity), [_row(name, s) for s in samples], "mock").to_json()
    made["execution_summary"].pop("evalscope_pytest")
    for ours in (made, expected):
        ours.pop("perf_metrics")  # times
        for metric in ours["metrics"]:
            for category in metric["categories"]:
                for subset in category["subsets"]:
                    subset["metadata"] = None  # EvalScope's notes on weights and coverage
    assert json.dumps(made) == json.dumps(expected)


def _plan(name: str, expected: Any, samples: list[Any], parity: Path) -> BenchmarkPlan:
    settings = json.loads((parity / name / "args.json").read_bytes())["resolved_benchmark"]
    requested = {s: counts["requested"] for s, counts in expected["execution_summary"]["subsets"].items()}
    categories = {
        s["name"]: tuple(c["name"])
        for c in expected["metrics"][0]["categories"]
        for s in c["subsets"]
        if c["name"] != ["default"]
    }
    return plan(
        requested,
        name=name,
        metrics=tuple(samples[0]["score"]),
        pretty_name=expected["dataset_pretty_name"],
        description=expected["dataset_description"],
        aggregation=settings["aggregation"] if "pass" in settings["aggregation"] else "mean",
        categories=categories,
        primary=PRIMARY.get(name, ""),
    )


def _row(name: str, sample: Any) -> SampleSummary:
    values = {metric: float(value) for metric, value in sample["score"].items()}
    weights = (sample["score_metadata"] or {}).get("metric_weights")
    return row(sample["subset"], sample["sample_id"], benchmark=name, values=values, weights=weights)


def test_subsets_are_rounded_before_they_are_averaged() -> None:
    (metric,) = report({"thirds": [1, 0, 0], "halves": [1, 0]}).metrics
    (category,) = metric.categories
    assert [s.score for s in category.subsets] == [0.3333, 0.5]
    assert (category.score, category.macro_score) == (0.4, 0.4166)
    assert (metric.score, metric.macro_score, metric.num) == (0.4, 0.4, 5)


def test_categories_are_sorted_and_weigh_by_their_samples() -> None:
    made = report(
        {"physics": [1, 1, 1], "law": [0], "biology": [1, 0]},
        categories={"physics": ("STEM",), "biology": ("STEM",), "law": ("Humanities",)},
    )
    (metric,) = made.metrics
    assert [(c.name, [s.name for s in c.subsets]) for c in metric.categories] == [
        (("Humanities",), ["law"]),
        (("STEM",), ["physics", "biology"]),
    ]
    assert (metric.score, metric.macro_score) == (0.6667, 0.4)


def test_errors_and_missing_samples_are_counted_and_never_scored() -> None:
    made = report({"a": [1, None, 0], "b": [1]}, missing=1)
    execution = made.execution
    assert execution is not None
    assert made.score == 0.6667
    assert made.num == 3
    assert (execution.requested, execution.succeeded, execution.errored, execution.incomplete) == (6, 3, 1, True)
    (group,) = execution.errors
    assert (group.type, group.message, group.count, group.samples) == (
        "TransientError",
        "no reply after 5 s",
        1,
        ("quiz[a-1]",),
    )


def test_a_run_without_any_score_still_has_a_report(tmp_path: Path) -> None:
    made = report({"a": [None, None]})
    assert (made.metrics, made.primary, made.score, made.num) == ((), None, None, 0)
    save_report(WorkDir(tmp_path), made)
    written = json.loads((tmp_path / "reports" / "tiny" / "quiz.json").read_bytes())
    assert written["primary_metric_identity"] is None
    assert written["execution_summary"]["incomplete"] is True


def test_pass_at_k_stands_beside_the_mean_and_may_be_primary() -> None:
    rows = [row("a", i, v, repeats=2) for i, v in enumerate([1, 0, 0, 0, 1, 1])]
    made = build_report(plan({"a": 6}, aggregation="mean_and_pass_at_k", repeats=2, primary="pass@2"), rows, "tiny")
    assert {m.label: (m.score, m.num) for m in made.metrics} == {
        "mean_acc": (0.5, 6),
        "pass@1": (0.5, 3),
        "pass@2": (0.6667, 3),
    }
    assert made.primary_metric is not None
    assert made.primary_metric.label == "pass@2"


def test_metrics_an_author_returns_beside_the_planned_ones_are_reported_after_them() -> None:
    rows = [row("a", i, values={"turns": 3.0, "accuracy": 1.0, "cost": 2.0}) for i in range(2)]
    made = build_report(plan({"a": 2}), rows, "tiny")
    assert [m.label for m in made.metrics] == ["mean_acc", "mean_cost", "mean_turns"]
    assert made.score == 1.0


def test_order_of_rows_does_not_matter() -> None:
    rows = [row("a", i, (i % 7) / 7, latency_s=i / 10, output_tokens=i) for i in range(50)]
    assert dump_report(build_report(plan({"a": 50}), rows, "tiny")) == dump_report(
        build_report(plan({"a": 50}), rows[::-1], "tiny")
    )


def test_golden_report(snapshot: SnapshotAssertion) -> None:
    figures = {"latency_s": 0.5, "input_tokens": 20, "output_tokens": 10, "ttft_s": 0.1, "calls": 1}
    rows = [
        row("Level 1", 0, 1.0, **figures),
        row("Level 1", 1, 0.0, **{**figures, "latency_s": 1.5, "truncated": True, "retries": 2}),
        row("第二", 0, 0.5, **{**figures, "empty": True}),
        row("第二", 1, None),
        row("第二", 2, None, error=SampleError("scoring", "ScoringError", "metric is nan\nmore")),
    ]
    made = build_report(
        plan({"Level 1": 2, "第二": 4}, description="A quiz. 测验", version="2", fingerprint="f00d"), rows, "tiny"
    )
    assert dump_report(made).decode() == snapshot(extension_class=Json)
