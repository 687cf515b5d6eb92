"""Short answers on scans, in English and Chinese (SLAKE): the same words, number, verdict or list of organs."""

from __future__ import annotations

import re

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.scoring.read.verdict import NO, YES, read_verdict
from evalscope_pytest.scoring.readers import plain

from .short_answers import short_answer, vqa_form

# Several words of one record stand for the same verdict: 是的, 有, 包含.
_YES = "yes yeah yep true 是 是的 有 包含 存在 可以 能 会 对 正确"
_NO = "no nope false 否 不 不是 没有 无 不包含 不存在 不可以 不能 不会 不对 错误"
_POLAR = {**dict.fromkeys(_YES.split(), YES), **dict.fromkeys(_NO.split(), NO)}
_ASIDE = re.compile(r"\([^()]{0,60}\)|（[^（）]{0,60}）")
_XRAY = re.compile(r"x[\s-]?(?:rays?|光片?|射线|线片?)")
_COUNTED = re.compile(r"([零一两二三四五六七八九十]|\d{1,4})\s?[个处只条颗块]?")
_FIGURES = {sign: str(value) for value, sign in enumerate("零一二三四五六七八九十")} | {"两": "2", "none": "0"}
_BETWEEN = re.compile(r"\s?[,，、;；]\s?|\sand\s|[和与及]")
_EDGES = " \t\n.。,，!！?？;；:：\"'“”‘’*"


def finding() -> Scorer:
    """Return the scorer. Metric ``accuracy``. The organs of a list may come in any order."""
    words = short_answer("finding", {"accuracy": _same})

    def score(text: str, sample: Sample) -> Score:
        found = words.score(text, sample)
        assert isinstance(found, Score)
        gold = _POLAR.get(plain(sample.targets[0]).strip(_EDGES))
        if gold and not found.values["accuracy"] and (said := read_verdict(text)):
            return Score(accuracy=float(said == gold), answer=said)
        return found

    return Scorer("finding", ("accuracy",), score, words.ideal_reply)


def _same(answer: str, sample: Sample) -> float:
    return float(any(_form(answer) == _form(target) for target in sample.targets))


def _form(text: str) -> tuple[str, ...]:
    bare = _XRAY.sub("xray", _ASIDE.sub(" ", plain(text))).strip(_EDGES)
    if polar := _POLAR.get(bare):
        return (polar,)
    return tuple(sorted(_word(part) for part in _BETWEEN.split(bare, 20) if part.strip(_EDGES)))


def _word(text: str) -> str:
    word = text.strip(_EDGES)
    counted = _COUNTED.fullmatch(word)
    return _FIGURES.get(counted[1], counted[1]) if counted else _FIGURES.get(word, vqa_form(word))
