"""TAT-QA: words and numbers with a scale, compared as the authors' ``tatqa_metric.py`` does.

Zhu et al. 2021, arXiv:2105.07624. Several answers are sorted and joined; a number counts with its scale, in four
decimals; words are compared without case, punctuation and articles. Metrics: ``f1`` of the words, ``exact_match``.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.scoring.compare.number_words import spoken
from evalscope_pytest.scoring.read.phrase import members, read_spans

from .stated import stated

SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "percent": 0.01}
_NUMERIC = ("arithmetic", "count")
_LONGEST = 1000
_SCALE = re.compile(
    r"^[ \t*_>#-]{0,8}(?:the )?scale[ \t*_]{0,4}[:：][ \t*_\"'`]{0,6}([a-z%]{0,12})[^\n]{0,40}$",
    re.IGNORECASE | re.MULTILINE,
)
_WORDS_OF_SCALE = {"percentage": "percent", "%": "percent", "pct": "percent", "k": "thousand", "m": "million"}
_NUMBER = re.compile(r"\(?\s?[-+]?\s?[$€£¥]?\s?[-+]?(\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})\s?\)?")
_SEPARATORS = re.compile(r"(?<=\d),(?=\d{3})")
_SCALED = re.compile(r"(.{1,60}?)\s?(thousand|million|billion|percent|%)s?\.?", re.IGNORECASE)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "‘’´")


@dataclass(frozen=True, slots=True)
class _Compared:
    """Nearness of an answer to the reference: the same, and the F1 of its words."""

    exact: float
    f1: float


def scaled_answer() -> Scorer:
    """Judge replies of the form "Answer: ...", "Scale: ...". Metrics ``f1`` and ``exact_match``.

    The sample's metadata has the ``answers``, the ``scale`` (empty for none) and the ``kind`` of answer: ``span``,
    ``multi-span``, ``arithmetic`` or ``count``. The reading of the reply that is nearest counts.
    """
    return Scorer("scaled_answer", ("f1", "exact_match"), _score, _ideal_reply)


def _ideal_reply(sample: Sample) -> str:
    return f"Answer: {sample.targets[0]}\nScale: {sample.metadata['scale'] or 'none'}"


def _score(text: str, sample: Sample) -> Score:
    gold, kind = _joined(sample.metadata["answers"], sample.metadata["scale"]), sample.metadata["kind"]
    scales = list(_SCALE.finditer(text[-_LONGEST:]))
    scale = _scale(scales[-1][1]) if scales else ""
    readings = read_spans(_SCALE.sub("", text) if scales else text)
    best = _Compared(0.0, 0.0)
    for answers in _lists(readings, kind):
        for given in _forms(answers, scale):
            found = _compare(given, gold)
            best = max(best, found, key=lambda compared: (compared.exact, compared.f1))
    f1 = best.exact if kind in _NUMERIC else best.f1
    shown = f"{readings[0]} {scale}".strip() if readings else None
    return Score(f1=f1, exact_match=best.exact, answer=shown)


def _scale(word: str) -> str:
    word = word.lower()
    name = _WORDS_OF_SCALE.get(word, word.removesuffix("s"))
    return name if name in SCALES else ""


def _lists(readings: Sequence[str], kind: str) -> Iterator[list[str]]:
    """Yield the answers that each reading may be."""
    for reading in readings:
        yield [part.strip() for part in reading.split(" | ")]
        if kind == "multi-span":
            yield list(members(reading.replace(" | ", "; ")))
        elif kind == "count" and (digits := spoken(reading.strip(" ."))):
            yield [digits]
        elif kind == "span" and (answer := stated(reading)):
            yield [answer]


def _forms(answers: Sequence[str], scale: str) -> Iterator[str]:
    """Yield the texts that are compared: with the scale, and a ratio as it is."""
    yield _joined(answers, scale)
    if len(answers) == 1 and not scale and "%" not in answers[0] and (value := _number(answers[0])) is not None:
        yield f"{value:.4f}"


def _joined(answers: Sequence[str], scale: str) -> str:
    return " ".join(_with_scale(str(answer), scale) for answer in sorted(map(str, answers)))


def _with_scale(answer: str, scale: str) -> str:
    value = _number(answer)
    if value is None:
        return f"{answer} {scale}".strip()
    if "%" in answer:
        return f"{value:.4f}"
    return f"{round(value, 2) * SCALES.get(scale, 1.0):.4f}"


def _number(text: str) -> float | None:
    """Return the number that a text is, with a currency, brackets for minus, a scale or a percent sign; else None."""
    text, factor = text.strip()[:80], 1.0
    if scaled := _SCALED.fullmatch(text):
        text, factor = scaled[1], SCALES["percent" if scaled[2] == "%" else scaled[2].lower()]
    text = _SEPARATORS.sub("", text)
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    negative = "-" in text or (text.startswith("(") and text.endswith(")"))
    value = float(found[1]) * factor * (-1 if negative else 1)
    return round(value, 4) if math.isfinite(value) else None


def _compare(given: str, gold: str) -> _Compared:
    one, other = _words(given), _words(gold)
    if not one or not other:
        return _Compared(0.0, 0.0)
    common = len(set(one) & set(other))
    f1 = 2 * common / (len(set(one)) + len(set(other)))
    return _Compared(float(one == other), round(f1, 2))


def _words(text: str) -> list[str]:
    words = (_word(token) for token in text[:_LONGEST].lower().split(" "))
    return [word for whole in words for word in whole.split()]


def _word(token: str) -> str:
    value = _number(token)
    return str(value) if value is not None else _ARTICLES.sub(" ", token.translate(_PUNCTUATION))
