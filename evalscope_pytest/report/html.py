"""``reports/report.html``: a page about a run, without scripts, without anything from the network.

``templates/`` holds the markup of this page and of the load tester's. All text is data of a model or dataset: it is
escaped as it enters a template, and the page's own policy forbids scripts altogether.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.text import visible
from ..statistics.intervals import FEW_QUESTIONS, FEWEST_CLUSTERS
from ..store.atomic import storing, write_atomic
from ..store.compact import BenchmarkRows
from ..store.layout import WorkDir
from ..store.plan import RunPlan
from .corrected import TOO_FEW
from .costs import Costs, cost_rows
from .model import NO_ANALYSIS, MetricScore, Report
from .svg import mark
from .table import ZH_TITLES, interval_text, perf_rows
from .thumbnails import missing_library, thumbnails
from .wrong import NONE_WRONG, RIGHT, WrongSample, WrongSamples, right_samples, wrong_samples

if TYPE_CHECKING:
    from jinja2 import Environment

MAX_PARAMETERS = 100_000  # characters of the configuration
MAX_TEXT = 4000
MAX_SUBSETS = 100  # in the filter
_GENERATION = re.compile(r"^generation_config:.{0,200}(?:\n[ -].{0,1000}){0,200}", re.MULTILINE)
_SAMPLING = (
    *("temperature", "top_p", "top_k", "do_sample", "seed", "max_tokens", "frequency_penalty", "presence_penalty"),
    *("repetition_penalty", "reasoning_effort", "reasoning_tokens"),
)
_KEPT_CONTROLS = "\n\t"
_KINDS = (("w", "wrong"), ("p", "partly right"), ("e", "no answer read"))  # of answers: CSS class and button
_FILTERS = (*(css for css, _ in _KINDS), *(f"s{number}" for number in range(MAX_SUBSETS)))
_RAIL = mark("rect", class_="rail", y=3, width=100, height=8)
Words = Callable[[str], str]
_ZH = {
    "Benchmark": "基准",
    "Metric": "指标",
    "Samples": "样本数",
    "Score": "得分",
    "95 % interval": "95% 区间",
    "few": "样本少",
    "lower is better": "越低越好",
    "no interval": "无区间",
    "Sampling": "采样",
    "the service's defaults": "服务默认值",
    "in {clusters}": "分属 {clusters}",
    "noise {share}": "噪声 {share}",
    "few questions": "题目少",
    "few clusters": "组数少",
    "by Wilson": "Wilson 法",
    "by Wilson as for {n} independent answers": "Wilson 法，相当于 {n} 个独立回答",
    "by Student's t": "t 分布",
    "Gates": "门槛",
    "Gate": "门槛",
    "Result": "结果",
    "passed": "通过",
    "failed": "未通过",
    "undecided": "未能判定",
    "Skipped benchmarks": "跳过的基准",
    "Latency and tokens": "延迟与词元",
    "Costs": "费用",
    "TOTAL": "合计",
    "(others)": "（其他）",
    "model": "模型",
    "judge": "评判模型",
    "judges": "评判模型",
    "Parameters": "运行参数",
    "Subset": "子集",
    "Category": "类别",
    "Analysis": "分析",
    "Errors": "错误",
    "Wrong answers": "错误答案",
    "Right answers": "正确答案",
    "Prompt": "提示",
    "Picture": "图片",
    "input": "输入",
    "text": "文本",
    "Video": "视频",
    "image": "图片",
    "audio": "音频",
    "video": "视频",
    "file": "文档",
    "Reply": "回复",
    "Expected": "参考答案",
    "expected": "参考答案",
    "no answer": "无答案",
    "Show": "显示",
    "all": "全部",
    "wrong": "错误",
    "partly right": "部分正确",
    "no answer read": "未读出答案",
    "all subsets": "全部子集",
    "shown": "条已显示",
    "all of them": "全部记录",
    "incomplete": "不完整",
    "{recorded} of {requested} samples": "{requested} 个样本中的 {recorded} 个",
    "stopped when its gates were decided; the score is biased": "门槛已判定，提前停止；得分有偏",
    "valid whenever the run is stopped": "随时停止均有效",
    "the run was stopped when its gates were decided": "门槛已判定，运行提前停止",
    "{benchmarks}, {scored} of {samples} scored": "{benchmarks}，{samples}中 {scored} 个已评分",
    "no sample has a score": "没有已评分的样本",
    "To show all pictures and videos": "要显示全部图片和视频",
    "version {version}": "版本 {version}",
    "errored": "个出错",
    "empty": "个空回复",
    "truncated": "个被截断",
    "Judged by {judges}": "评判模型：{judges}",
    "without a verdict": "无结论",
    "{verdicts} of {judgements}": "{judgements}中 {verdicts} 次有结论",
    "Corrected for the judge's errors": "按人工标注修正后的得分",
    "by the judge": "评判模型",
    "corrected": "修正后",
    "labels": "标注数",
    "not corrected": "未修正",
    TOO_FEW: f"有人工结论的题目不足 {FEWEST_CLUSTERS} 道",
    "Flaky questions": "结果不稳定的题目",
    "{flaky} of {questions}: their repeats differ in {metric}": "{questions}中 {flaky} 道的 {metric} 前后不一",
    "Question": "题目",
    "right": "答对",
    "{right} of {attempts}": "{attempts} 次中 {right} 次",
    "chance that two differ": "两次作答不同的概率",
    "Why {score}": "得分 {score} 的原因",
}
# Nouns behind a count, which take a plural in English.
_ZH_NOUNS = {
    "benchmark": "个基准",
    "sample": "个样本",
    "retry": "次重试",
    "judgement": "次评判",
    "request": "次请求",
    "question": "道题",
    "cluster": "组",
}
_PLURALS = {"retry": "retries"}
_IN_CHINESE = {**ZH_TITLES, **_ZH, **_ZH_NOUNS}


def write_html(
    workdir: WorkDir,
    plan: RunPlan,
    reports: Sequence[Report],
    rows: Sequence[BenchmarkRows],
    now: datetime | None = None,
    language: str = "en",
) -> Path:
    """Write the page of a run and return its path.

    Args:
        rows: The result of `fold`; samples are looked up in the reviews that it wrote.
        now: Time of the page; by default this moment.
        language: Language of the page's own words, ``en`` or ``zh``.

    Raises:
        StoreError: It could not be written.
    """
    by_name = {found.name: found for found in rows}
    chosen = [report for report in reports if report.dataset_name in by_name]
    samples = {
        report.dataset_name: (
            wrong_samples(workdir, plan, by_name[report.dataset_name], report),
            right_samples(workdir, plan, by_name[report.dataset_name], report),
        )
        for report in chosen
    }
    folder = f"{workdir.reviews(plan.model_id).relative_to(workdir.root).as_posix()}/"
    parameters = _parameters(workdir)
    sampling = (*sampling_in(parameters), *_repeats(plan))
    shown = (sample for pair in samples.values() for found in pair for sample in found.shown)
    paths = [path for sample in shown for path in sample.pictures]
    pictures = thumbnails(workdir.root, paths)
    time = now or datetime.now().astimezone()
    about = About(plan.model_name, time, plan.skipped, folder, parameters, sampling, pictures, missing_library(paths))
    text = render(about, reports, samples, language)
    write_atomic(workdir.html_report, text.encode("utf-8", "replace"))
    return workdir.html_report


@dataclass(frozen=True, slots=True)
class About:
    """Facts about the run that a page shows besides the reports.

    Attributes:
        skipped: Why selected benchmarks did not run, by name.
        folder: Folder with the records of all samples, relative to the run's.
        parameters: The run's configuration as saved, without secrets.
        sampling: Parameters of it that decide how replies vary, as in ``temperature 0.7``.
        pictures: Small copies of pictures as data URIs, by the records' references.
        missing: The command that installs what the others would be shown with; empty if that is there.
    """

    model: str
    now: datetime
    skipped: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    parameters: str = ""
    sampling: tuple[str, ...] = ()
    pictures: Mapping[str, str] = field(default_factory=dict)
    missing: str = ""


def sampling_in(parameters: str) -> list[str]:
    """Return the generation parameters of a configuration file that decide how replies vary."""
    import yaml

    found = _GENERATION.search(parameters)
    if found is None:
        return []
    try:
        given = yaml.safe_load(found[0])["generation_config"]
    except (yaml.YAMLError, LookupError, TypeError):  # cut off in the middle
        return []
    return sampling_parameters(given)


def sampling_parameters(given: Mapping[str, Any]) -> list[str]:
    """Return the generation parameters that decide how replies vary, as in ``temperature 0.7``."""
    return [f"{name} {given[name]}" for name in _SAMPLING if given.get(name) is not None]


def _repeats(plan: RunPlan) -> list[str]:
    several = sorted({benchmark.repeats for benchmark in plan.benchmarks})
    if not several or several[-1] == 1:
        return []
    return [f"repeats {several[0]}" if len(several) == 1 else f"repeats {several[0]} to {several[-1]}"]


def _parameters(workdir: WorkDir) -> str:
    path = workdir.configs / "task_config.yaml"
    with storing(path):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read(MAX_PARAMETERS)
        except FileNotFoundError:
            return ""


def render(
    about: About,
    reports: Sequence[Report],
    samples: Mapping[str, tuple[WrongSamples, WrongSamples]],
    language: str = "en",
) -> str:
    """Return the page of a run.

    Args:
        samples: Wrong and right answers by benchmark.
    """
    answers = {name: _Answers(*found) for name, found in samples.items() if found != (NONE_WRONG, NONE_WRONG)}
    hears = any(sample.is_heard for found in samples.values() for one in found for sample in one.shown)
    values = {**figures_of(reports, language), "about": about, "answers": answers, "filters": _FILTERS, "hears": hears}
    return page("run", language, shows_pictures=bool(about.pictures), **values)


def figures_of(reports: Sequence[Report], language: str = "en") -> dict[str, Any]:
    """Return what templates read of a run's reports: tables, gates, and functions for the intervals of scores."""
    return {
        "reports": reports,
        "summary": _summary(reports, words(language)),
        "gates": [gate for report in reports if report.execution for gate in report.execution.gates],
        "latency": _latency(reports),
        "costs": _costs(reports, words(language)),
        "bounds": _bounds,
        "certainty": partial(_certainty, words(language)),
        "no_analysis": NO_ANALYSIS,
        "link_of": lambda report: f"#{report.dataset_name}",
    }


def page(name: str, language: str = "en", chinese: Mapping[str, str] | None = None, **values: Any) -> str:
    """Return a page made of ``templates/{name}.html`` and ``{name}.css``.

    Args:
        chinese: Words that only this page has, in Chinese.
        values: Objects that the templates read.
    """
    values = {"shows_pictures": False, "layout": "page.html", **spoken(language, chinese), **values}
    style = templates().get_template(f"{name}.css").render(values)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return templates().get_template(f"{name}.html").render(values, style=style, style_digest=digest)


def spoken(language: str, chinese: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what templates need to write words and counts in a language."""
    say = words(language, chinese)
    return {"say": say, "counted": lambda number, what: _counted(number, what, say), "language": language}


@cache
def templates(*folders: Path) -> Environment:
    """Return the templates, those in other folders first. Most processes write no page: jinja2 loads with the first."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader([*folders, Path(__file__).parent / "templates"]),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "bar": lambda *measured: Markup(_bar(*measured)),  # noqa: S704 - numbers only
        "count": "{:,}".format,
        "score": "{:.4f}".format,
        "one_line": _one_line,
        "shortened": _shortened,
    }
    return environment


def _shown(value: Any) -> Any:
    """Return what a template writes for a value: in text, controls and direction marks are made visible."""
    return visible(value, keep=_KEPT_CONTROLS) if type(value) is str else value


def words(language: str, chinese: Mapping[str, str] | None = None) -> Words:
    """Return a translator of the page's English words; a word without a translation stays."""
    known = {**_IN_CHINESE, **(chinese or {})}
    return (lambda text: known.get(text, text)) if language == "zh" else lambda text: text


def _counted(number: int, what: str, say: Words) -> str:
    """Return a number with its noun; ``what`` is the English singular."""
    noun = say(what)
    if noun == what and number != 1:
        noun = _PLURALS.get(what, f"{what}s")
    return f"{number:,} {noun}"


def _shortened(text: str) -> str:
    """Return a text without its middle if it is long."""
    if len(text) <= MAX_TEXT:
        return text
    half = MAX_TEXT // 2
    return f"{text[:half]}\n… {len(text) - MAX_TEXT:,} characters …\n{text[-half:]}"


def _one_line(text: str, most: int = 60) -> str:
    """Return the beginning of a text on one line."""
    flat = " ".join(text[: most * 4].split())
    return flat if len(flat) <= most else flat[:most] + "…"


@dataclass(frozen=True, slots=True)
class _Summary:
    text: str
    incomplete: bool


def _summary(reports: Sequence[Report], say: Words) -> _Summary:
    executions = [report.execution for report in reports if report.execution]
    requested, succeeded = sum(e.requested for e in executions), sum(e.succeeded for e in executions)
    text = say("{benchmarks}, {scored} of {samples} scored").format(
        benchmarks=_counted(len(reports), "benchmark", say),
        scored=f"{succeeded:,}",
        samples=_counted(requested, "sample", say),
    )
    return _Summary(text, any(e.succeeded < (e.recorded if e.stopped else e.requested) for e in executions))


@dataclass(frozen=True, slots=True)
class _Figures:
    """A table of latency and tokens, or of costs; ``classes`` are those of its columns."""

    titles: Sequence[str]
    classes: Sequence[str]
    rows: Sequence[Sequence[str]]


def _latency(reports: Sequence[Report]) -> _Figures:
    titles, lines = perf_rows(reports)
    classes = ["", *("n wide" if title.startswith("P99") else "n" for title in titles[2:])]
    return _Figures(titles[1:], classes, [line[1:] for line in lines])


def _costs(reports: Sequence[Report], say: Words) -> _Figures:
    costs = Costs.together(report.execution.costs for report in reports if report.execution)
    if costs is None or not costs.lines:
        return _Figures((), (), ())
    titles, lines = cost_rows(costs, say)
    shown = [*map(say, titles[:-1]), f"{say('Cost')} ({costs.currency})"]
    wide = ("Requests", "Cached")
    classes = ["", "", *("n wide" if title in wide else "n" for title in titles[2:])]
    return _Figures(shown, classes, lines)


def _statistics(report: Report, metric: MetricScore, subset: str | None = None) -> Mapping[str, Any]:
    return report.execution.statistics_of(metric.identity.label, subset) if report.execution else {}


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The interval of a score, as a template writes it; ``few`` marks one of few questions."""

    low: float
    high: float
    few: bool

    @property
    def short(self) -> str:
        """The interval for a narrow page."""
        return interval_text(self.low, self.high)


def _bounds(report: Report, metric: MetricScore, subset: str | None = None) -> _Bounds | None:
    found = _statistics(report, metric, subset)
    return None if found.get("low") is None else _Bounds(found["low"], found["high"], found["few"])


def _certainty(say: Words, report: Report, metric: MetricScore) -> str:
    """Return the interval of a metric and what it rests on, in one line; empty if nothing is known."""
    found = _statistics(report, metric)
    if not found:
        return ""
    bounds = f"{found['low']:.4f} – {found['high']:.4f}" if found["low"] is not None else say(found.get("reason", ""))
    name = say("95 % interval") if found["low"] is not None else f"{say('no interval')}:"
    questions, clusters = found["questions"], found["clusters"]
    parts = [f"{name} {bounds}", _counted(questions, "question", say)]
    if clusters != questions:
        parts[-1] += " " + say("in {clusters}").format(clusters=_counted(clusters, "cluster", say))
    if found["low"] is not None and (how := _METHODS.get(found["method"])):
        parts.append(say(how).format(n=f"{found['effective_n'] or 0:,.0f}"))
    if found["noise"] is not None:
        parts.append(say("noise {share}").format(share=f"{found['noise']:.0%}"))
    if found["few"]:
        parts.append(say("few questions" if questions < FEW_QUESTIONS else "few clusters"))
    return " · ".join(parts)


_METHODS = {
    "wilson": "by Wilson",
    "score": "by Wilson as for {n} independent answers",
    "t": "by Student's t",
    "e-process": "valid whenever the run is stopped",
}


def _bar(score: float, metric: MetricScore, bounds: _Bounds | None = None) -> str:
    """Return a bar over the metric's range, with the score's interval; empty for a metric without a range."""
    if metric.semantics.value_range is None:
        return ""
    low, high = metric.semantics.value_range

    def share(value: float) -> float:
        return round(100 * min(max((value - low) / (high - low), 0.0), 1.0), 2)

    marks = [_RAIL, mark("rect", class_="fill", y=3, width=share(score), height=8)]
    if bounds:
        left, right = share(bounds.low), share(bounds.high)
        line = f"M{left:g} 7H{right:g}M{left:g} 4V10M{right:g} 4V10"
        marks.append(mark("path", class_="ci", d=line, vector_effect="non-scaling-stroke"))
    return f'<svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">{"".join(marks)}</svg>'


class _Answers:
    """Wrong and right answers of a benchmark, with the buttons of the filter over them."""

    def __init__(self, wrong: WrongSamples, right: WrongSamples) -> None:
        self.lists = [(n, s) for n, s in (("Wrong answers", wrong), ("Right answers", right)) if s != NONE_WRONG]
        samples = [*wrong.shown, *right.shown]
        subsets = list(dict.fromkeys(sample.subset for sample in samples))[:MAX_SUBSETS]
        self.subsets = [(f"s{number}", subset) for number, subset in enumerate(subsets)]
        self._classes = {subset: css for css, subset in self.subsets}
        present = {kind for sample in samples for kind in _kinds(sample)}
        kinds = [(kind, label) for kind, label in _KINDS if kind in present]
        distinguishes = any(kind not in _kinds(sample) for kind, _ in kinds for sample in samples)
        self.kinds = kinds if distinguishes else []

    def classes(self, sample: WrongSample) -> str:
        """Return the CSS classes by which the filter finds a sample."""
        return " ".join([*_kinds(sample), *filter(None, [self._classes.get(sample.subset)])])


def _kinds(sample: WrongSample) -> list[str]:
    if sample.credit >= RIGHT:
        return []
    return ["p" if sample.credit > 0 else "w", *["e"] * sample.is_unread]
