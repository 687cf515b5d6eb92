"""Text as HTML: escaped, bounded in length, and in the page's language."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from ..core.text import visible
from .table import ZH_TITLES

MAX_TEXT = 4000
_KEPT_CONTROLS = "\n\t"
Words = Callable[[str], str]
_ZH = {
    "Benchmark": "基准",
    "Metric": "指标",
    "Samples": "样本数",
    "Score": "得分",
    "95 % interval": "95% 区间",
    "Gates": "门槛",
    "Gate": "门槛",
    "Result": "结果",
    "passed": "通过",
    "failed": "未通过",
    "Skipped benchmarks": "跳过的基准",
    "Latency and tokens": "延迟与词元",
    "Parameters": "运行参数",
    "Subset": "子集",
    "Category": "类别",
    "Analysis": "分析",
    "Errors": "错误",
    "Wrong answers": "错误答案",
    "Right answers": "正确答案",
    "Prompt": "提示",
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
    "{benchmarks}, {scored} of {samples} scored": "{benchmarks}，{samples}中 {scored} 个已评分",
    "no sample has a score": "没有已评分的样本",
    "version {version}": "版本 {version}",
    "errored": "个出错",
    "empty": "个空回复",
    "truncated": "个被截断",
    "Judged by {judges}": "评判模型：{judges}",
    "without a verdict": "无结论",
    "{verdicts} of {judgements}": "{judgements}中 {verdicts} 次有结论",
    "Why {score}": "得分 {score} 的原因",
}
# Nouns behind a count, which take a plural in English.
_ZH_NOUNS = {"benchmark": "个基准", "sample": "个样本", "retry": "次重试", "judgement": "次评判", "request": "次请求"}
_PLURALS = {"retry": "retries"}
_IN_CHINESE = {**ZH_TITLES, **_ZH, **_ZH_NOUNS}


def words(language: str) -> Words:
    """Return what gives the page's words in a language: English ones if it has none."""
    return (lambda text: _IN_CHINESE.get(text, text)) if language == "zh" else lambda text: text


def html_text(text: str) -> str:
    """Return ``text`` as HTML shows it: escaped, and controls and direction marks made visible."""
    return escape(visible(text, keep=_KEPT_CONTROLS))


def pre(text: str) -> str:
    """Return a block of text, without its middle when it is long."""
    return f"<pre>{html_text(_shortened(text))}</pre>"


def one_line(text: str, most: int = 60) -> str:
    """Return the beginning of a text on one line."""
    flat = " ".join(text[: most * 4].split())
    return html_text(flat if len(flat) <= most else flat[:most] + "…")


def counted(number: int, what: str, say: Words) -> str:
    """Return a number with its noun; ``what`` is the English singular."""
    noun = say(what)
    if noun == what and number != 1:
        noun = _PLURALS.get(what, f"{what}s")
    return f"{number:,} {noun}"


def _shortened(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    half = MAX_TEXT // 2
    return f"{text[:half]}\n… {len(text) - MAX_TEXT:,} characters …\n{text[-half:]}"
