"""Mathematical answers in the notation of a language: ``1.250,5`` in German, ``1,00,000`` in Bengali, ``১৮``."""

from __future__ import annotations

import re

from evalscope_pytest.core.values import Sample
from evalscope_pytest.scoring import comparers, readers
from evalscope_pytest.scoring.composed import Reader, Readings, answer
from evalscope_pytest.scoring.read.visible import fold
from evalscope_pytest.scoring.scorer import Scorer

_COMMA_DECIMALS = frozenset({"de", "es", "fr", "id", "it", "pt", "ru", "vi"})
_POINT_THOUSANDS = frozenset({"de", "es", "id", "it", "pt", "vi"})
_LAKHS = frozenset({"bn", "gu", "hi", "kn", "ml", "mr", "or", "pa", "ta", "te"})
_VARIANT = re.compile(r"[-_]")  # of a language, as in "hi_roman"
_POINTS = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?![\d.])")
_DECIMALS = re.compile(
    r"(?P<pair>(?:[(\[]|\\\{)\s?[-+]?\d+,[-+]?\d+\s?(?:\\right\s?)?(?:[)\]]|\\\}))"  # an interval, a point, a set
    r"|(?<![\d.,])(?P<whole>\d+)(?:\{,\}|,)(?P<part>\d{1,2}|\d{4,})(?![\d,.])"
)
_LAKH = re.compile(r"(?<![\d.,])\d{1,2}(?:,\d{2})+,\d{3}(?![\d,])")


def local_math_answer() -> Scorer:
    r"""Judge a mathematical answer inside ``\boxed{}``, in the language of its subset: ``de``, ``hi_roman``.

    Metric ``accuracy``. Digits of any script are read everywhere; separators as the language writes them; three
    digits after one comma are thousands in all of them, since models write so.
    """
    read = Reader("local_math", _read, readers.math.ideal_reply)
    return answer("local_math_answer", read=read, same=comparers.math, options="")


def _read(text: str, sample: Sample) -> Readings:
    language = _VARIANT.split(sample.subset)[0]
    found = readers.math(text, sample)
    if language not in _COMMA_DECIMALS or not any("," in target for target in sample.targets):
        return tuple(local_number(reading, language) for reading in found)
    # "-3,3" is a number, or two that a model writes as English does.
    return tuple(
        dict.fromkeys(local_number(reading, language, lists=lists) for lists in (False, True) for reading in found)
    )


def local_number(text: str, language: str, *, lists: bool = False) -> str:
    """Return ``text`` with its numbers as English writes them.

    Args:
        text: An answer.
        language: Its language.
        lists: Commas separate the members of a list.
    """
    text = fold(text)
    if language in _POINT_THOUSANDS:
        text = _POINTS.sub(lambda match: match.group().replace(".", ""), text)
    if language in _COMMA_DECIMALS and not lists:
        text = _DECIMALS.sub(lambda match: match["pair"] or f"{match['whole']}.{match['part']}", text)
    if language in _LAKHS:
        text = _LAKH.sub(lambda match: match.group().replace(",", ""), text)
    return text
