"""The tables a run ends with, as EvalScope prints them (spec/basic_usage.md): a grid, aligned in Chinese as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unicodedata import combining, east_asian_width

from ..core.terminal import visible
from .heat_map import without_cells
from .model import MetricScore, Report, SubsetScore

OVERALL = "OVERALL"
_MIN_PADDING = 2
_ZH = {
    "Model": "模型",
    "Dataset": "数据集",
    "Metric": "指标",
    "Subset": "子集",
    "Num": "数量",
    "Score": "得分",
    "Err": "错误",
    "Empty": "空回复",
    "Trunc": "截断",
    "Cat.": "类别.",
    "Lat(s)": "延迟(秒)",
    "P99 Lat(s)": "P99延迟(秒)",
    "TTFT(s)": "首字(秒)",
    "Tok/s": "词元/秒",
    "In": "输入",
    "Out": "输出",
}


def metric_table(reports: Iterable[Report], language: str = "en") -> str:
    """Return the scores of all reports: a line for each metric and subset, and one over all subsets.

    Errors, empty and truncated replies have columns where there are any.
    """
    reports = list(reports)
    depth = max((len(c.name) for r in reports for m in r.metrics for c in m.categories), default=1)
    counted = [name for name in ("Err", "Empty", "Trunc") if any(_count(r, None, name) for r in reports)]
    lines = [line for report in reports for line in _report_lines(report, counted, depth)]
    if not lines:
        return ""
    titles = [*("Model", "Dataset", "Metric", "Subset", "Num", "Score"), *counted, *(f"Cat.{i}" for i in range(depth))]
    right = {"Num", "Score", *counted}
    return grid([_title(t, language) for t in titles], lines, [t in right for t in titles])


def _report_lines(report: Report, counted: Sequence[str], depth: int) -> Iterable[list[str]]:
    for metric in without_cells(report.metrics):
        subsets = [(s, c.name) for c in metric.categories for s in c.subsets]
        if len(subsets) > 1:
            subsets.append((SubsetScore(OVERALL, metric.score, metric.num), ("-",)))
        for subset, category in subsets:
            where = None if subset.name == OVERALL else subset.name
            yield [
                *_head(report, metric, subset),
                *(str(_count(report, where, name)) for name in counted),
                *(*category, *[""] * depth)[:depth],
            ]
    if not report.metrics:
        yield [*(report.model_name, report.dataset_name, "-", OVERALL, "0", "-"),
               *(str(_count(report, None, name)) for name in counted), *["-"] * depth]  # fmt: skip


def _head(report: Report, metric: MetricScore, subset: SubsetScore) -> tuple[str, ...]:
    return report.model_name, report.dataset_name, metric.label, subset.name, str(subset.num), f"{subset.score:.10g}"


def _count(report: Report, subset: str | None, column: str) -> int:
    if report.execution is None:
        return 0
    subsets = report.execution.subsets
    chosen = subsets.values() if subset is None else [subsets[subset]] if subset in subsets else []
    field = {"Err": "errored", "Empty": "empty", "Trunc": "truncated"}[column]
    return sum(getattr(s, field) for s in chosen)


def perf_table(reports: Iterable[Report], language: str = "en") -> str:
    """Return latency, throughput and tokens of the reports that have them, as means; empty when none has.

    Its titles are short: with EvalScope's the table would not fit into a terminal of 100 columns.
    """
    measured = [(r, r.perf["summary"]) for r in reports if r.perf and r.perf.get("summary")]
    if not measured:
        return ""
    timed = any("ttft" in summary for _, summary in measured)
    titles = ["Model", "Dataset", "Num", "Lat(s)", "P99 Lat(s)", *["TTFT(s)"] * timed, "Tok/s", "In", "Out"]
    lines = [
        [
            report.model_name,
            report.dataset_name,
            str(summary["n_samples"]),
            _number(summary["latency"], "mean", 3),
            _number(summary["latency"], "99%", 3),
            *[_number(summary.get("ttft"), "mean", 3)] * timed,
            *_tokens(summary),
        ]
        for report, summary in measured
    ]
    return grid([_title(t, language) for t in titles], lines, [False, False, *[True] * (len(titles) - 2)])


def _tokens(summary: Mapping[str, Any]) -> list[str]:
    usage = summary["usage"]
    if not usage.get("total_tokens_count", 1):  # no prompt has none: the service did not count, or not in numbers
        return ["-", "-", "-"]
    return [
        _number(summary["throughput"], "avg_output_tps", 2),
        _number(usage["input_tokens"], "mean", 1),
        _number(usage["output_tokens"], "mean", 1),
    ]


def _number(values: Any, name: str, digits: int) -> str:
    return "-" if not values or values.get(name) is None else f"{values[name]:.{digits}f}"


def judge_lines(reports: Iterable[Report]) -> list[str]:
    """Return how the judges of each report did, a line each."""
    return [report.judges.line(report.dataset_name) for report in reports if report.judges]


def error_lines(reports: Iterable[Report], most: int = 10) -> list[str]:
    """Return the errors of a run, grouped by exception: what and how often, then which samples."""
    lines = []
    for report in reports:
        groups = report.execution.errors if report.execution else ()
        for group in groups[:most]:
            what = f"{group.type}: {group.message}" if group.message else group.type
            more = ", ..." if group.count > len(group.samples) else ""
            lines += [f"{group.count} x {what}", f"    {', '.join(group.samples)}{more}"]
        if len(groups) > most:
            lines.append(f"... and {len(groups) - most} more kinds of errors in {report.dataset_name}")
    return [visible(line) for line in lines]


def grid(titles: Sequence[str], lines: Iterable[Sequence[str]], right: Sequence[bool]) -> str:
    """Return a table with lines between all cells.

    Args:
        right: Which columns are flush right; numbers in them stand with their decimal points in line.
    """
    rows = [[visible(cell) for cell in line] for line in lines]
    for column, flush in enumerate(right):
        if flush:
            _align_points(rows, column)
    widths = [max(width(t) + _MIN_PADDING, *(width(row[i]) for row in rows)) for i, t in enumerate(titles)]

    def line(cells: Sequence[str]) -> str:
        padded = [
            " " * (w - width(cell)) + cell if flush else cell + " " * (w - width(cell))
            for cell, w, flush in zip(cells, widths, right, strict=True)
        ]
        return f"| {' | '.join(padded)} |"

    rule = "+" + "+".join("-" * (w + 2) for w in widths) + "+"
    body = [part for row in rows for part in (line(row), rule)]
    return "\n".join([rule, line(titles), rule.replace("-", "="), *body])


def _align_points(rows: list[list[str]], column: int) -> None:
    fractions = [len(row[column].partition(".")[2]) + ("." in row[column]) for row in rows]
    for row, fraction in zip(rows, fractions, strict=True):
        row[column] += " " * (max(fractions) - fraction)


def width(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _title(title: str, language: str) -> str:
    if language != "zh":
        return title
    return _ZH["Cat."] + title.removeprefix("Cat.") if title.startswith("Cat.") else _ZH[title]
