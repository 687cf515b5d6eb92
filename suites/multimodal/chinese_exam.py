"""Questions of Chinese exams: one or several options, a statement to judge, blanks to fill in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evalscope_pytest import Sample, Score, Scorer, scoring
from evalscope_pytest.judge.contract import Number
from evalscope_pytest.judge.rubric import Item, Rubric, question, sample_fields
from evalscope_pytest.scoring.read.verdict import YES

from .blanks import members, right_blanks
from .statements import statement_verdict

ONE, SEVERAL, STATEMENT, BLANKS = "one", "several", "statement", "blanks"
PROMPT = "{before}{question}{between}{choices}{after}"
_STEPS = "先逐步分析，再以单独一行"
_KINDS = {
    ONE: (f"请选出下题中唯一正确的一项。{_STEPS}“答案：[选项字母]”（不含引号）作结。\n\n问题：", "\n选项：\n"),
    SEVERAL: (
        f"请选出下题中所有正确的选项，可能是一项，也可能不止一项。{_STEPS}“答案：[选项字母]”（不含引号）作结，"
        "多个字母以逗号分隔。\n\n问题：",
        "\n选项：\n",
    ),
    STATEMENT: (f"请判断下面的陈述是对是错。{_STEPS}“答案：对”或“答案：错”（不含引号）作结。\n\n问题：", ""),
    BLANKS: (
        f"请填空。{_STEPS}写出答案作结；只有一空时写“答案：[内容]”，有几空时每空一行，依次写“答案(1)：[内容]”。\n\n问题：",
        "",
    ),
}
_RIGHT = {"对": True, "正确": True, "错": False, "错误": False}
_ONE = scoring.choice_answer(language="zh")
_SEVERAL = scoring.choice_answer(multiple=True, language="zh")
_FILLED = """\
请评阅一道填空题。逐空对照参考答案：意思、数值或公式相同即为填对，与写法、单位写法和语言无关；参考答案是几个并列的词语时，\
与次序无关。多写的无关内容不加分。

题目：{question}

参考答案：
{gold}

作答：
{pred}

分数是填对的空数除以总空数，从 0 到 1。"""
_SHARE = Number()


def words_of(kind: str) -> dict[str, str]:
    """Return the fields of `PROMPT` for a kind of question, and the kind."""
    before, between = _KINDS[kind]
    return {"before": before, "between": between, "after": "", "kind": kind}


def target_of(answer: str, kind: str) -> str | list[str]:
    """Return the target of an answer: of ``AC``, if there may be several options, both letters."""
    return [letter for letter in answer if letter.isalpha()] if kind == SEVERAL else answer


def exam_answer() -> Scorer:
    """Return the scorer. Metric ``accuracy``. All blanks have to be right; the metadata names the ``kind``."""
    options = f"{_ONE.fingerprint} {_SEVERAL.fingerprint}"
    return Scorer("exam_answer", ("accuracy",), _score, _ideal_reply, options)


def _golds(sample: Sample) -> list[str]:
    return list(sample.metadata.get("blanks") or members(sample.targets[0]))


def _score(text: str, sample: Sample) -> Score:
    kind = sample.metadata["kind"]
    if kind in (ONE, SEVERAL):
        found = (_ONE if kind == ONE else _SEVERAL).score(text, sample)
        assert isinstance(found, Score)
        return found
    if kind == STATEMENT:
        said = statement_verdict(text)
        right = said is not None and (said == YES) == _RIGHT.get(sample.targets[0].strip())
        return Score(accuracy=float(right), answer={None: None, YES: "对"}.get(said, "错"))
    golds = _golds(sample)
    right = right_blanks(text, golds, sample.question) == len(golds)
    return Score(accuracy=float(right), answer=text.strip()[-200:] or None)


def _ideal_reply(sample: Sample) -> str:
    if sample.metadata["kind"] in (ONE, SEVERAL):
        return _SEVERAL.ideal_reply(sample)
    golds = _golds(sample) if sample.metadata["kind"] == BLANKS else list(sample.targets)
    if len(golds) == 1:
        return f"答案：{golds[0]}"
    return "\n".join(f"答案({number})：{gold}" for number, gold in enumerate(golds, 1))


def filled_in(name: str) -> Rubric:
    """Return the rubric of blanks that are not right by rule: ``accuracy`` is the share of the right ones."""
    return Rubric(name, ("accuracy",), _items, _judged, options=f"{_FILLED}\0{_SHARE.identity}")


def _items(sample: Sample, reply: str) -> Sequence[Item]:
    if sample.metadata["kind"] != BLANKS or not reply.strip() or _score(reply, sample).values["accuracy"]:
        return ()
    return [Item((question(_FILLED, _SHARE, sample_fields(sample, reply), ("pred",)),))]


def _judged(sample: Sample, reply: Any, decided: Sequence[Mapping[str, float]]) -> Score:
    return Score.of(decided[0]) if decided else _score(reply, sample)
