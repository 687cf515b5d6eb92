"""The tables a run ends with, as EvalScope prints them (spec/basic_usage.md), with intervals after the scores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unicodedata import combining, east_asian_width

from ..core.text import visible
from ..statistics.intervals import FEW_CLUSTERS, FEW_QUESTIONS
from .costs import Costs, cost_rows
from .model import MetricScore, Report, SubsetScore

OVERALL = "OVERALL"
WIDE = 100  # columns of a terminal from which on a table has intervals
_MIN_PADDING = 2
_SAYS_NOTHING = frozenset({"", "-", "default"})
# How far names are shortened before columns are left out: a name that is the same in every row says less.
_SHORT, _SHORT_CONSTANT, _SHORTEST = 12, 6, 3
_FEW_MARK = re.compile(r"[0-9]\* \|")
_FEW = {
    "en": f"* few: under {FEW_QUESTIONS} questions or {FEW_CLUSTERS} clusters",
    "zh": f"* 样本少：不足 {FEW_QUESTIONS} 题或 {FEW_CLUSTERS} 组",
}
ZH_TITLES = {
    "Model": "模型",
    "Dataset": "数据集",
    "Metric": "指标",
    "Subset": "子集",
    "Num": "数量",
    "Score": "得分",
    "95% CI": "95% 区间",
    "Noise": "噪声",
    "Input": "输入类型",
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
    "Requests": "请求数",
    "Cached": "缓存输入",
    "Cost": "费用",
}


def metric_table(reports: Iterable[Report], language: str = "en", columns: int | None = None) -> str:
    """Return the scores of all reports: a line for each metric and subset, and one over all subsets.

    Errors, empty and truncated replies have columns if there are any; so have intervals, if there is room, and the
    noise of repeats.

    Args:
        columns: Width of the terminal; None for as wide as the table is. A terminal shows no category column in which
            every row is ``default``.
    """
    reports = list(reports)
    depth = max((len(c.name) for r in reports for m in r.metrics for c in m.categories), default=1)
    certain = _certainties(reports) if columns is None or columns >= WIDE else []
    counted = [name for name in ("Err", "Empty", "Trunc") if any(_count(r, None, name) for r in reports)]
    more = [*counted, *["Input"] * any(r.execution and r.execution.media for r in reports)]
    lines = [line for report in reports for line in _report_lines(report, certain, more, depth)]
    if not lines:
        return ""
    titles = [
        *("Model", "Dataset", "Metric", "Subset", "Num", "Score"), *certain, *more,
        *(f"Cat.{i}" for i in range(depth)),
    ]  # fmt: skip
    right = {"Num", "Score", *certain, *counted}
    if columns is not None:
        titles, lines = _without_silent(titles, lines)
    gone = [t for t in titles if t.startswith("Cat.")][::-1]
    expendable = [titles.index(t) for t in ("Model", *gone, "Input", "Noise", "95% CI") if t in titles]
    names = [_title(t, language) for t in titles]
    if "95% CI" in titles:
        align_marks(lines, titles.index("95% CI"))
    whole = [titles.index("Input")] if "Input" in titles else []
    return grid(names, lines, [t in right for t in titles], columns, expendable, whole)


def few_note(table: str, language: str = "en") -> str:
    """Return the line that explains the marks of a table with intervals; empty if it has none."""
    return _FEW.get(language, _FEW["en"]) if _FEW_MARK.search(table) else ""


_LOW = {"en": "lower is better: {names}", "zh": "越低越好：{names}"}


def low_note(reports: Iterable[Report], language: str = "en") -> str:
    """Return the line that names the error rates among primary metrics; empty if there is none."""
    primary = [report.primary_metric for report in reports]
    low = dict.fromkeys(m.label for m in primary if m is not None and m.semantics.direction == "lower_is_better")
    return _LOW.get(language, _LOW["en"]).format(names=", ".join(low)) if low else ""


_STOPPED = {
    "en": "~ {name}: stopped when its gates were decided, {recorded} of {requested} samples; its score is biased",
    "zh": "~ {name}：门槛已判定，提前停止，{requested} 个样本中的 {recorded} 个；得分有偏",
}


def stop_lines(reports: Iterable[Report], language: str = "en") -> list[str]:
    """Return a line for each benchmark of which the rest was not sent, since its gates were decided."""
    form = _STOPPED.get(language, _STOPPED["en"])
    stopped = [(report.dataset_name, report.execution) for report in reports if report.execution]
    return [form.format(name=n, recorded=e.recorded, requested=e.requested) for n, e in stopped if e.stopped]


def _certainties(reports: Sequence[Report]) -> list[str]:
    """Return the titles of columns on the certainty of scores, of those that have anything to show."""
    known = [found for r in reports if r.execution for found in r.execution.statistics.values()]
    several = [one for found in known for one in (found, *found.get("subsets", {}).values())]
    columns = {"95% CI": "low", "Noise": "noise"}
    return [title for title, name in columns.items() if any(one[name] is not None for one in several)]


def _without_silent(titles: list[str], lines: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Leave out the categories that no row has."""
    kept = [
        i for i, t in enumerate(titles) if not (t.startswith("Cat.") and {line[i] for line in lines} <= _SAYS_NOTHING)
    ]
    return [titles[i] for i in kept], [[line[i] for i in kept] for line in lines]


def _report_lines(report: Report, certain: Sequence[str], more: Sequence[str], depth: int) -> Iterable[list[str]]:
    for metric in report.tabulated:
        subsets = [(s, c.name) for c in metric.categories for s in c.subsets]
        if len(subsets) > 1:
            subsets.append((SubsetScore(OVERALL, metric.score, metric.num), ("-",)))
        for subset, category in subsets:
            where = None if subset.name == OVERALL else subset.name
            yield [
                *_head(report, metric, subset),
                *(_certainty(report, metric, where, title) for title in certain),
                *(_more(report, where, name) for name in more),
                *(*category, *[""] * depth)[:depth],
            ]
    if not report.metrics:
        yield [*(report.model_name, report.dataset_name, "-", OVERALL, "0", "-"), *["-"] * len(certain),
               *(_more(report, None, name) for name in more), *["-"] * depth]  # fmt: skip


def _head(report: Report, metric: MetricScore, subset: SubsetScore) -> tuple[str, ...]:
    stopped = report.execution is not None and report.execution.stopped
    score = f"{subset.score:.10g}{'~' if stopped else ''}"
    return report.model_name, report.dataset_name, metric.label, subset.name, str(subset.num), score


def _certainty(report: Report, metric: MetricScore, subset: str | None, title: str) -> str:
    found = report.execution.statistics_of(metric.identity.label, subset) if report.execution else {}
    if title == "Noise":
        return "-" if found.get("noise") is None else f"{found['noise']:.0%}"
    if found.get("low") is None:
        return "-"
    return f"{interval_text(found['low'], found['high'])}{'*' * found['few']}"


def align_marks(lines: list[list[str]], column: int) -> None:
    """Leave room beneath a mark."""
    if any(line[column].endswith("*") for line in lines):
        for line in lines:
            line[column] += "" if line[column].endswith("*") else " "


def interval_text(low: float, high: float, digits: int = 3) -> str:
    """Return the two ends of an interval, as in ``0.724-0.804``."""
    digits = digits if max(abs(low), abs(high)) < 100 else 1
    return f"{low:.{digits}f}{'-' if low >= 0 else ' to '}{high:.{digits}f}"


def _more(report: Report, subset: str | None, column: str) -> str:
    return modality(report) if column == "Input" else str(_count(report, subset, column))


def modality(report: Report) -> str:
    """Return what the prompts of a benchmark hold besides text, as in ``image, audio``; ``text`` if nothing."""
    return ", ".join(report.execution.media if report.execution else ()) or "text"


def _count(report: Report, subset: str | None, column: str) -> int:
    if report.execution is None:
        return 0
    subsets = report.execution.subsets
    chosen = subsets.values() if subset is None else [subsets[subset]] if subset in subsets else []
    field = {"Err": "errored", "Empty": "empty", "Trunc": "truncated"}[column]
    return sum(getattr(s, field) for s in chosen)


def perf_table(reports: Iterable[Report], language: str = "en", columns: int | None = None) -> str:
    """Return latency, throughput and tokens of the reports that have them, as means; empty when none has.

    Its titles are short: with EvalScope's the table would not fit into a terminal of 100 columns.

    Args:
        columns: Width of the terminal; None for as wide as the table is.
    """
    titles, lines = perf_rows(reports)
    if not lines:
        return ""
    right = [False, False, *[True] * (len(titles) - 2)]
    return grid([_title(t, language) for t in titles], lines, right, columns, [0, titles.index("P99 Lat(s)")])


def perf_rows(reports: Iterable[Report]) -> tuple[list[str], list[list[str]]]:
    """Return the English titles and the lines of `perf_table`."""
    measured = [(r, r.perf["summary"]) for r in reports if r.perf and r.perf.get("summary")]
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
    return titles, lines


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


def cost_table(reports: Iterable[Report], language: str = "en", columns: int | None = None) -> str:
    """Return what the requests of all reports cost, benchmark by benchmark and in total; empty without prices.

    Args:
        columns: Width of the terminal; None for as wide as the table is.
    """
    costs = Costs.together(r.execution.costs for r in reports if r.execution)
    if costs is None or not costs.lines:
        return ""
    titles, lines = cost_rows(costs)
    right = [False, False, *[True] * (len(titles) - 2)]
    expendable = [titles.index(title) for title in ("Cached", "Requests")]
    return grid([_title(t, language) for t in titles], lines, right, columns, expendable)


def judge_lines(reports: Iterable[Report]) -> list[str]:
    """Return how the judges of each report did, a line each."""
    return [report.judges.line(report.dataset_name) for report in reports if report.judges]


def flaky_lines(reports: Iterable[Report]) -> list[str]:
    """Return which questions of each report had repeats that differ, a line each."""
    found = [(report.dataset_name, report.execution.flaky) for report in reports if report.execution]
    return [flaky.line(name) for name, flaky in found if flaky]


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


def grid(
    titles: Sequence[str],
    lines: Iterable[Sequence[str]],
    right: Sequence[bool],
    columns: int | None = None,
    expendable: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> str:
    """Return a table with lines between all cells.

    Args:
        right: True for each column that is flush right; numbers in them are aligned at the decimal point.
        columns: Width of the terminal, which the table is fitted to; None for as wide as the table is.
        expendable: Places of columns that a narrow terminal does without, the first to go first.
        whole: Places of those of them that are never shortened.
    """
    rows = [[visible(cell) for cell in line] for line in lines]
    for column, flush in enumerate(right):
        if flush:
            _align_points(rows, column)
    widths = _widths(titles, rows, _MIN_PADDING)
    if columns is not None and _total(widths) > columns:
        titles, rows, right, widths = _fitted([*titles], rows, [*right], columns, expendable, whole)

    def line(cells: Sequence[str]) -> str:
        padded = [
            " " * (w - width(cell)) + cell if flush else cell + " " * (w - width(cell))
            for cell, w, flush in zip(cells, widths, right, strict=True)
        ]
        return f"| {' | '.join(padded)} |"

    rule = "+" + "+".join("-" * (w + 2) for w in widths) + "+"
    body = [part for row in rows for part in (line(row), rule)]
    return "\n".join([rule, line(titles), rule.replace("-", "="), *body])


def _widths(titles: Sequence[str], rows: Sequence[Sequence[str]], padding: int = 0) -> list[int]:
    return [max([width(t) + padding, *(width(row[i]) for row in rows)]) for i, t in enumerate(titles)]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + 3 * len(widths) + 1


def _fitted(
    titles: list[str],
    rows: list[list[str]],
    right: list[bool],
    columns: int,
    expendable: Sequence[int],
    whole: Sequence[int],
) -> tuple[list[str], list[list[str]], list[bool], list[int]]:
    """Return titles, rows, alignment and widths of a table that fits into a terminal.

    The space around the titles goes first, then names are shortened, then columns are left out, then names are
    shortened to what is left. Numbers are never shortened.
    """
    kept = list(range(len(titles)))
    gone = iter(expendable)
    while True:
        widths = _widths([titles[i] for i in kept], [[row[i] for i in kept] for row in rows])
        constant = {i for i in kept if len({row[i] for row in rows}) == 1}
        floors = [_SHORT_CONSTANT if i in constant else _distinct({row[i] for row in rows}) for i in kept]
        names = [place for place, i in enumerate(kept) if not right[i] and i not in whole]
        least = [max(floor, width(titles[i])) for floor, i in zip(floors, kept, strict=True)]
        _narrow(widths, [p for p in names if kept[p] in constant], least, columns)
        _narrow(widths, names, least, columns)
        dropped = next(gone, None) if _total(widths) > columns else None
        if dropped is None:
            break
        kept.remove(dropped)
    _narrow(widths, names, [width(titles[i]) for i in kept], columns)
    figures = _widths([""] * len(kept), [[row[i] for i in kept] for row in rows])
    last = [max(figures[p], _SHORTEST) if right[i] else _SHORTEST for p, i in enumerate(kept)]
    _narrow(widths, range(len(kept)), last, columns)
    return (
        [shortened(titles[i], w) for i, w in zip(kept, widths, strict=True)],
        [[shortened(row[i], w) for i, w in zip(kept, widths, strict=True)] for row in rows],
        [right[i] for i in kept],
        widths,
    )


def _narrow(widths: list[int], places: Sequence[int], least: Sequence[int], columns: int) -> None:
    """Take from the widest of some columns until the table fits, or until each is as narrow as it may be."""
    while _total(widths) > columns:
        wide = [place for place in places if widths[place] > least[place]]
        if not wide:
            return
        widths[max(wide, key=widths.__getitem__)] -= 1


def _distinct(names: set[str]) -> int:
    """Return the least width, from `_SHORT` on, in which no two of the names become the same."""
    longest = max(map(width, names), default=0)
    return next((w for w in range(_SHORT, longest) if len({shortened(n, w) for n in names}) == len(names)), longest)


def shortened(text: str, most: int) -> str:
    """Return ``text`` in at most this many columns of a terminal: an ellipsis replaces its middle.

    Names of subsets differ at their ends as often as at their beginnings.
    """
    if width(text) <= most:
        return text
    head, tail = _fitting(text, most // 2), _fitting(text[::-1], (most - 1) // 2)[::-1]
    return f"{head}…{tail}"


def _fitting(text: str, most: int) -> str:
    taken = 0
    for place, character in enumerate(text):
        taken += width(character)
        if taken > most:
            return text[:place]
    return text


def _align_points(rows: list[list[str]], column: int) -> None:
    if any(row[column].count(".") > 1 for row in rows):  # intervals
        return
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
    if title.startswith("Cost ("):  # with the currency, which is the user's own word
        return ZH_TITLES["Cost"] + title.removeprefix("Cost")
    return ZH_TITLES["Cat."] + title.removeprefix("Cat.") if title.startswith("Cat.") else ZH_TITLES[title]
