"""Mathematical answers in the notation of a language: ``1.250,5`` in German, ``1,00,000`` in Bengali, ``১৮``."""

from __future__ import annotations

import re
from collections.abc import Awaitable

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.mathematics import boxed_target, judged
from evalscope_pytest.scoring.protocol import Scorer
from evalscope_pytest.scoring.read.math_text import read_math
from evalscope_pytest.scoring.read.visible import fold

_COMMA_DECIMALS = frozenset({"de", "es", "fr", "ru"})
_POINT_THOUSANDS = frozenset({"de", "es"})
_LAKHS = frozenset({"bn", "hi", "te"})
_POINTS = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?![\d.])")
_DECIMALS = re.compile(r"(?<![\d.,])(\d+)(?:\{,\}|,)(\d{1,2}|\d{4,})(?![\d,.])")
_LAKH = re.compile(r"(?<![\d.,])\d{1,2}(?:,\d{2})+,\d{3}(?![\d,])")


def local_math_answer() -> Scorer:
    r"""Judge a mathematical answer, asked for in ``\boxed{}``, in the language its subset is named after (``de``).

    Metric ``accuracy``. Digits of any script are read everywhere; separators as the language writes them, where three
    digits after one comma are thousands in all of them, since models write so.
    """
    return Scorer("local_math_answer", ("accuracy",), _score, boxed_target)


def _score(text: str, sample: Sample) -> Score | Awaitable[Score]:
    answer = read_math(text)
    return Score(accuracy=0.0) if answer is None else judged(local_number(answer, sample.subset), sample)


def local_number(text: str, language: str) -> str:
    """Return ``text`` with its numbers as English writes them."""
    text = fold(text)
    if language in _POINT_THOUSANDS:
        text = _POINTS.sub(lambda match: match.group().replace(".", ""), text)
    if language in _COMMA_DECIMALS:
        text = _DECIMALS.sub(r"\1.\2", text)
    if language in _LAKHS:
        text = _LAKH.sub(lambda match: match.group().replace(",", ""), text)
    return text
