"""A page on compared runs: differences with intervals, and what was won and lost, both replies side by side.

As the page of a run it has no script and loads nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from .compare import BenchmarkComparison, Compared, RunComparison
from .compare_table import difference_range, is_few, notes_of, p_text
from .entrants import Entrant
from .html import page, sampling_parameters, words
from .paired import CATEGORY, SUBSET, Change, FlippedSample
from .svg import mark

MOST_LOST, MOST_WON = 50, 20  # samples of a benchmark
MOST_SAMPLES = 700  # of the page, if benchmarks and runs are many
SHORT = 1200  # characters of a reply that are seen at once
WHOLE = 50_000  # characters of one that is opened
ZH: Mapping[str, str] = {
    "{run} against {baseline}": "{run} 对比 {baseline}",
    "Runs against {baseline}": "与 {baseline} 的对比",
    "Run": "运行",
    "Runs": "运行",
    "Baseline": "基线",
    "baseline": "基线",
    "Difference": "差值",
    "Won": "变好",
    "Lost": "变差",
    "Scores": "得分",
    "ALL": "全部基准",
    "Folder": "目录",
    "Notes": "说明",
    "all benchmarks": "全部基准",
    "A difference below 0 is worse; p is two-sided.": "差值低于 0 表示变差；p 为双侧。",
    "Holm: adjusted over the benchmarks.": "Holm：按基准数校正。",
    "q: Benjamini-Hochberg, for looking at many.": "q：Benjamini-Hochberg 校正，仅供浏览。",
    "lower is better": "越低越好",
    "unpaired": "非配对",
    "{n} paired": "{n} 题配对",
    "{n} only now": "{n} 题仅在本次",
    "{n} only then": "{n} 题仅在基线",
    "by Tango's score test": "Tango 得分检验",
    "by Student's t over questions": "题目差值的 t 检验",
    "by Newcombe's interval": "Newcombe 区间",
    "by Welch's t": "Welch t 检验",
    "noise {then} then, {now} now": "噪声：基线 {then}，本次 {now}",
    "Lost samples": "变差的样本",
    "Won samples": "变好的样本",
    "whole reply, {n} characters": "完整回复，{n} 个字符",
    "its record cannot be read": "无法读取其记录",
    "one attempt of each": "各显示一次回答",
    "nothing changed": "没有变化",
}
_METHODS = {
    "tango": "by Tango's score test",
    "paired t": "by Student's t over questions",
    "newcombe": "by Newcombe's interval",
    "welch": "by Welch's t",
}
# Prose, which stays English in a Chinese page: notes and reasons.


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a table of differences; ``run`` is empty with two runs."""

    name: str
    metric: str
    run: str
    anchor: str
    change: Change


@dataclass(frozen=True, slots=True)
class _Section:
    """One benchmark of one run."""

    anchor: str
    run: str
    one: BenchmarkComparison
    lists: Sequence[tuple[str, int, Sequence[FlippedSample]]]
    parts: Sequence[tuple[str, Sequence[Change]]]
    notes: Sequence[str]


def comparison_page(compared: Compared, language: str = "en", now: datetime | None = None) -> str:
    """Return the page of a comparison.

    Args:
        language: Of the page's own words, ``en`` or ``zh``; notes stay English.
        now: Time of the page; by default this moment.

    Raises:
        StoreError: A record of a sample cannot be read.
    """
    return page("compare", language, ZH, **differences_of(compared, language, now))


def differences_of(compared: Compared, language: str = "en", now: datetime | None = None) -> dict[str, Any]:
    """Return what ``compare.html`` reads of a comparison.

    Raises:
        StoreError: A record of a sample cannot be read.
    """
    several = len(compared.runs) > 1
    share = min(1.0, MOST_SAMPLES / (MOST_LOST + MOST_WON) / max(1, sum(len(run.benchmarks) for run in compared.runs)))
    sections = [
        _section((number, place), run, one, share, several)
        for number, run in enumerate(compared.runs)
        for place, one in enumerate(run.benchmarks.values())
    ]
    rows = _rows(compared, sections, several)
    say = words(language, ZH)
    return {
        "compared": compared,
        "now": now or datetime.now().astimezone(),
        "several": several,
        "adjusted": any(len(run.benchmarks) > 1 for run in compared.runs),
        "rows": rows,
        "scale": _scale(row.change for row in rows),
        "sections": sections,
        "notes": _general_notes(compared, several),
        "sampling": _sampling,
        "certainty": partial(_certainty, say),
        "range_of": partial(difference_range, digits=4),
        "is_few": is_few,
        "p_text": p_text,
        "forest": _forest,
        "scale_of": _scale,
        "short": _short,
        "whole": partial(_cut, most=WHOLE),
    }


def _section(
    place: tuple[int, int], run: RunComparison, one: BenchmarkComparison, share: float, several: bool
) -> _Section:
    """Return the section of a benchmark, with a share of the samples that it could have."""
    lost, won = one.lost, one.won
    lists = [
        (title, len(flips), one.samples(flips[: max(1, round(most * share))]))
        for title, flips, most in (("Lost samples", lost, MOST_LOST), ("Won samples", won, MOST_WON))
        if flips
    ]
    parts = [
        (title, found)
        for title, kind in (("Category", CATEGORY), ("Subset", SUBSET))
        if (found := [part for part in one.parts if part.kind == kind])
    ]
    return _Section(f"c{place[0]}-{place[1]}", run.entrant.name if several else "", one, lists, parts, notes_of(one))


def _rows(compared: Compared, sections: Sequence[_Section], several: bool) -> list[_Row]:
    rows = [
        _Row(section.one.pretty_name or section.one.name, section.one.metric, section.run, section.anchor,
             section.one.whole)
        for section in sections
    ]  # fmt: skip
    order = list(dict.fromkeys(row.name for row in rows))
    rows.sort(key=lambda row: order.index(row.name))
    rows += [
        _Row("ALL", "", run.entrant.name if several else "", "", run.together) for run in compared.runs if run.together
    ]
    return rows


def _general_notes(compared: Compared, several: bool) -> list[str]:
    found = []
    for run in compared.runs:
        before = f"{run.entrant.name}: " if several else ""
        found += [f"{before}{note}" for note in run.notes]
        if run.together and run.together.reason:
            found.append(f"{before}ALL {run.together.reason}")
    return [*found, *compared.notes]


def _sampling(entrant: Entrant) -> str:
    """Return the sampling parameters of a run, as its configuration has them."""
    given = entrant.run.settings.get("generation_config")
    return " · ".join(sampling_parameters(given)) if isinstance(given, Mapping) else ""


def _certainty(say: Any, change: Change) -> str:
    """Return in one line what a difference rests on."""
    parts = []
    if change.paired:
        parts.append(say("{n} paired").format(n=f"{change.shared:,}"))
    elif change.method in _METHODS:
        parts.append(say("unpaired"))
    parts += [
        say(text).format(n=f"{number:,}")
        for text, number in (("{n} only now", change.only_now), ("{n} only then", change.only_baseline))
        if number
    ]
    if change.low is not None and (how := _METHODS.get(change.method)):
        parts.append(say(how))
    if change.few_clusters:
        parts.append(say("few clusters"))
    if change.noise is not None and change.noise_baseline is not None:
        noise = say("noise {then} then, {now} now")
        parts.append(noise.format(then=f"{change.noise_baseline:.0%}", now=f"{change.noise:.0%}"))
    return " · ".join(parts)


def _scale(changes: Iterable[Change]) -> float:
    """Return the greatest distance from 0 that a table of differences shows."""
    ends = [abs(end) for change in changes for end in (change.low, change.high, change.difference) if end is not None]
    return max(ends, default=0.0) or 1.0


def _forest(change: Change, scale: float) -> Any:
    """Return a picture of a difference with its interval around 0; empty without an interval."""
    from markupsafe import Markup

    if change.difference is None or change.low is None or change.high is None:
        return ""

    def at(value: float) -> float:
        return round(50 + 49 * min(max(value / scale, -1.0), 1.0), 2)

    low, high, point = at(change.low), at(change.high), at(change.difference)
    shown = "worse" if change.high < 0 else "better" if change.low > 0 else "open"
    line = f"M{low:g} 7H{high:g}M{low:g} 4V10M{high:g} 4V10"
    marks = [
        mark("path", class_="zero", d="M50 0V14", vector_effect="non-scaling-stroke"),
        mark("path", class_=f"ci {shown}", d=line, vector_effect="non-scaling-stroke"),
        mark("rect", class_=f"point {shown}", x=round(point - 0.75, 2), y=4, width=1.5, height=6),
    ]
    return Markup(  # noqa: S704 - numbers only
        f'<svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">{"".join(marks)}</svg>'
    )


def _short(text: str) -> str:
    return _cut(text, SHORT)


def _cut(text: str, most: int) -> str:
    """Return a text without its middle if it is long."""
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n… {len(text) - most:,} characters …\n{text[-half:]}"
