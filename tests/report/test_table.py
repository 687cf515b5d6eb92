"""The tables at the end of a run."""

from __future__ import annotations

from types import SimpleNamespace

from evalscope_pytest.core.terminal import visible
from evalscope_pytest.report.build import build_report
from evalscope_pytest.report.execution import ErrorGroup, Execution
from evalscope_pytest.report.model import Report
from evalscope_pytest.report.table import error_lines, grid, metric_table, perf_table, width

from .golden import assert_golden
from .rows import plan, report, row

SPEC = """\
+------------+-----------+----------+----------+-------+---------+---------+
| Model      | Dataset   | Metric   | Subset   |   Num |   Score | Cat.0   |
+============+===========+==========+==========+=======+=========+=========+
| Qwen3-0.6B | gsm8k     | mean_acc | main     |    10 |     0.3 | default |
+------------+-----------+----------+----------+-------+---------+---------+"""


def test_table_is_the_one_of_the_documentation() -> None:
    rows = [row("main", i, float(i < 3)) for i in range(10)]
    made = build_report(plan({"main": 10}, name="gsm8k"), rows, "Qwen3-0.6B")
    assert metric_table([made]) == SPEC


def test_columns_of_errors_appear_when_there_are_any() -> None:
    made = report({"main": [1, 1]})
    assert "Err" not in metric_table([made])
    table = metric_table([made, report({"main": [1, None]}, name="other")])
    assert "Err" in table
    assert not any(word in table for word in ("Empty", "Trunc"))


def test_golden_tables() -> None:
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
    assert_golden("table.txt", f"{metric_table([maths, text])}\n{perf_table([maths, text])}\n")


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
