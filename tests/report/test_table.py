"""The tables at the end of a run."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from evalscope_pytest.core.text import visible
from evalscope_pytest.report.build import build_report
from evalscope_pytest.report.execution import ErrorGroup, Execution
from evalscope_pytest.report.model import Report
from evalscope_pytest.report.table import (
    error_lines,
    few_note,
    grid,
    low_note,
    metric_table,
    perf_table,
    shortened,
    width,
)

from ..golden import Text
from .rows import plan, report, row

SPEC = """\
+------------+-----------+----------+----------+-------+---------+-------------+---------+
| Model      | Dataset   | Metric   | Subset   |   Num |   Score |      95% CI | Cat.0   |
+============+===========+==========+==========+=======+=========+=============+=========+
| Qwen3-0.6B | gsm8k     | mean_acc | main     |    50 |     0.3 | 0.191-0.438 | default |
+------------+-----------+----------+----------+-------+---------+-------------+---------+"""


def test_table_is_the_one_of_the_documentation_with_an_interval() -> None:
    rows = [row("main", i, float(i < 15)) for i in range(50)]
    made = build_report(plan({"main": 50}, name="gsm8k"), rows, "Qwen3-0.6B")
    assert metric_table([made]) == SPEC


def columns_of(table: str) -> dict[str, list[str]]:
    """Return the cells of each column."""
    lines = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("|")]
    titles, *rows = [[cell.strip() for cell in line] for line in lines]
    return {title: [row[i] for row in rows] for i, title in enumerate(titles)}


def test_few_questions_are_marked_and_explained() -> None:
    table = metric_table([report({"a": [1, 0] * 3, "b": [1, 0] * 20, "c": [0.5]})])
    assert columns_of(table)["95% CI"] == ["0.188-0.812*", "0.352-0.648", "-", "0.359-0.641"]
    assert few_note(table) == "* few: under 30 questions or 10 clusters"
    assert few_note(table, "zh") == "* 样本少：不足 30 题或 10 组"
    assert few_note(metric_table([report({"b": [1, 0] * 20})])) == ""


def test_repeats_have_a_column_of_noise() -> None:
    rows = [row("main", i, float(i * 7 % 11 > 4), repeats=4) for i in range(160)]
    repeated = build_report(plan({"main": 160}, repeats=4), rows, "tiny")
    columns = columns_of(metric_table([repeated, report({"a": [1, 0] * 20})]))
    assert columns["Noise"][0].endswith("%")
    assert columns["Noise"][1] == "-"
    assert list(columns)[5:8] == ["Score", "95% CI", "Noise"]
    assert "Noise" not in metric_table([report({"a": [1, 0] * 20})])
    assert "噪声" in metric_table([repeated], "zh")


def test_intervals_are_left_out_of_narrow_terminals() -> None:
    made = report({"a": [1, 0] * 3})
    assert "95% CI" not in metric_table([made], columns=99)
    assert few_note(metric_table([made], columns=99)) == ""
    assert "95% CI" in metric_table([made], columns=100)
    long = report({f"a very long name of a subset with the number {n}": [1, 0] for n in range(3)}, name="d" * 60)
    assert all(width(line) <= 100 for line in metric_table([long], columns=100).splitlines())


def test_intervals_of_unbounded_scores_may_be_negative() -> None:
    rows = [row("a", i, values={"points": float(v)}) for i, v in enumerate([-1, 2, 3])]
    made = build_report(plan({"a": 3}, metrics=("points",)), rows, "tiny")
    assert columns_of(metric_table([made]))["95% CI"] == ["-3.838 to 6.504*"]


def test_a_report_of_an_earlier_version_has_no_intervals() -> None:
    made = report({"a": [1, 0]})
    assert made.execution is not None
    old = replace(made, execution=replace(made.execution, statistics={}))
    assert "95% CI" not in metric_table([old])
    assert columns_of(metric_table([old, made]))["95% CI"] == ["-", "0.095-0.905*"]


def test_columns_of_errors_appear_when_there_are_any() -> None:
    made = report({"main": [1, 1]})
    assert "Err" not in metric_table([made])
    table = metric_table([made, report({"main": [1, None]}, name="other")])
    assert "Err" in table
    assert not any(word in table for word in ("Empty", "Trunc"))


def test_golden_tables(snapshot: SnapshotAssertion) -> None:
    figures = {"latency_s": 0.5, "input_tokens": 1200, "output_tokens": 10}
    maths = build_report(
        plan({"代数": 3, "geometry": 2}, name="maths", categories={"代数": ("数学", "A"), "geometry": ("Maths", "B")}),
        [
            row("代数", 0, 1.0, **figures),
            row("代数", 1, 0.0, empty=True, **figures),
            row("代数", 2, 1.0, truncated=True, **figures),
            row("geometry", 0, 1.0),
            row("geometry", 1, None),
        ],
        "tiny",
    )
    text = report({"main": [0.25, 0.5]}, name="qa")
    assert f"{metric_table([maths, text])}\n{perf_table([maths, text])}\n" == snapshot(extension_class=Text)


def test_titles_can_be_chinese() -> None:
    table = metric_table([report({"main": [1, None]})], "zh")
    assert "| 模型   | 数据集   |" in table
    assert len({width(line) for line in table.splitlines()}) == 1


def test_a_benchmark_without_scores_has_a_line() -> None:
    assert "| quiz      | -        | OVERALL  |     0 |       - |     2 |" in metric_table(
        [report({"a": [None, None]})]
    )


def test_no_reports_make_no_table() -> None:
    assert metric_table([]) == perf_table([]) == ""


def test_cells_cannot_command_the_terminal() -> None:
    table = grid(["A"], [["\x1b[31m\u202e\r\n\ud800x"]], [False])
    assert "\x1b" not in table
    assert "\\x1b[31m\\u202e\\r\\n\\ud800x" in table
    assert len(table.splitlines()) == 5
    assert visible("plain 中文") == "plain 中文"


def test_errors_are_shown_grouped() -> None:
    groups = (ErrorGroup("TransientError", "no reply", 1000, ("q[a-1]", "q[a-2]", "q[a-3]")),)
    many = groups + tuple(ErrorGroup(f"E{n}", "", 1, ("q[a-9]",)) for n in range(12))
    made = Report("quiz", "m", (), None, Execution(errors=many))
    lines = error_lines([made])
    assert lines[:4] == ["1000 x TransientError: no reply", "    q[a-1], q[a-2], q[a-3], ...", "1 x E0", "    q[a-9]"]
    assert lines[-1] == "... and 3 more kinds of errors in quiz"


def test_tokens_that_were_not_counted_are_no_zeros() -> None:
    spread = {"mean": 0.0, "99%": 0.0}
    summary = {
        "n_samples": 2,
        "latency": {"mean": 1.5, "99%": 2.0},
        "throughput": {"avg_output_tps": 0.0},
        "usage": {"input_tokens": spread, "output_tokens": spread, "total_tokens_count": 0},
    }
    report = SimpleNamespace(model_name="m", dataset_name="d", perf={"summary": summary})
    last = perf_table([report]).splitlines()[-2]  # type: ignore[list-item]
    assert [cell.strip() for cell in last.strip("|").split("|")][-3:] == ["-", "-", "-"]


def test_latencies_have_three_digits() -> None:
    summary = {
        "n_samples": 3,
        "latency": {"mean": 1.23456, "99%": 2.34567},
        "ttft": {"mean": 0.34567},
        "throughput": {"avg_output_tps": 1.0},
        "usage": {"input_tokens": {"mean": 1.0}, "output_tokens": {"mean": 1.0}},
    }
    report = SimpleNamespace(model_name="m", dataset_name="d", perf={"summary": summary})
    cells = perf_table([report]).splitlines()[-2].split("|")  # type: ignore[list-item]
    assert [cell.strip() for cell in cells[4:7]] == ["1.235", "2.346", "0.346"]


MMLU = ["high_school_biology", "high_school_psychology", *(f"high_school_european_history_{i}" for i in range(55))]


def _wide(**fields: Any) -> Report:
    rows = [
        *(row(s, i, i / 3, empty=True, truncated=True, latency_s=1.5, input_tokens=1200, output_tokens=10)
          for s in MMLU for i in range(2)),
        *(row(s, 2, None) for s in MMLU),
    ]  # fmt: skip
    return build_report(plan(dict.fromkeys(MMLU, 3), name="mmlu_redux", **fields), rows, "Qwen/Qwen3-0.6B-Instruct")


@pytest.mark.parametrize("columns", [60, 80, 81, 100, 120, 400])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("categories", [{}, dict.fromkeys(MMLU, ("Humanities", "历史"))])
def test_no_row_is_wider_than_the_terminal(columns: int, language: str, categories: dict[str, Any]) -> None:
    made = _wide(categories=categories)
    table = metric_table([made], language, columns)
    lines = [*table.splitlines(), *perf_table([made], language, columns).splitlines()]
    assert max(map(width, lines)) <= columns
    assert len({width(line) for line in table.splitlines()}) == 1
    assert "0.1667" in table


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_names_stay_distinct_when_they_are_shortened(columns: int) -> None:
    lines = metric_table([_wide()], "en", columns).splitlines()[1::2]
    place = [cell.strip() for cell in lines[0].split("|")].index("Subset")
    assert len({line.split("|")[place] for line in lines[1:]}) == len(MMLU) + 1


@pytest.mark.parametrize("columns", [None, 120, 100, 80, 70, 60, 50])
def test_what_a_benchmark_sends_is_shown_in_full_or_not_at_all(columns: int | None) -> None:
    made = report({"photographs": [1, 0], "recordings": [1], "films": [0]})
    assert made.execution is not None
    made = replace(made, execution=replace(made.execution, media=("image", "audio", "video")))
    shown = columns_of(metric_table([made], columns=columns))
    assert shown.get("Input", ["image, audio, video"] * 4) == ["image, audio, video"] * 4
    assert ("Input" in shown) is (columns is None or columns > 60)


def test_a_terminal_shows_no_category_that_all_rows_lack() -> None:
    assert "Cat.0" not in metric_table([report({"main": [1]})], columns=200)
    assert "Cat.0" in metric_table([report({"main": [1]})])
    assert "Cat.0" in metric_table([report({"main": [1]}, categories={"main": ("Maths",)})], columns=200)


def test_a_log_has_the_whole_table() -> None:
    table = metric_table([_wide()])
    assert "high_school_european_history_54" in table
    assert "…" not in table


@pytest.mark.parametrize(("most", "text"), [(9, "subset_99"), (8, "subs…_99"), (3, "s…9"), (1, "…")])
def test_an_ellipsis_stands_for_the_middle(most: int, text: str) -> None:
    assert shortened("subset_99", most) == text


@given(st.text(), st.integers(1, 40))
def test_shortened_text_fits(text: str, most: int) -> None:
    assert width(shortened(text, most)) <= most


def test_error_rates_are_named_below_the_table() -> None:
    assert low_note([report({"a": [0.0, 1.0]})]) == ""
    rows = [row("a", i, values={"wer": 0.1}) for i in range(3)]
    rates = build_report(plan({"a": 3}, metrics=("wer",)), rows, "tiny")
    assert low_note([rates, rates]) == "lower is better: mean_wer"
    assert low_note([rates], "zh") == "越低越好：mean_wer"
