"""TriviaQA: a short answer that is one of the names its question accepts, compared as the authors' scorer does."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

from evalscope_pytest.core.values import Sample
from evalscope_pytest.scoring import readers
from evalscope_pytest.scoring.composed import Comparer, answer
from evalscope_pytest.scoring.read.marker import without_apposition, without_lead_in, without_remark
from evalscope_pytest.scoring.read.phrase import unwrapped
from evalscope_pytest.scoring.scorer import Scorer

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_BLANKS = str.maketrans(dict.fromkeys(string.punctuation + "‘’´`", " "))
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3}){1,6}|\d{1,30})?(?:\.\d{1,30})?")
_TAIL = re.compile(r"[\s,]{1,3}(?:is|was|it is)(?: (?:the|my|correct|right|final)){0,3}(?: answer)?$", re.IGNORECASE)
# What joins two names of one thing: both have to be accepted.
_OTHER_NAME = re.compile(
    r",?\s?[(]?(?<![a-z])(?:or|aka|a\.k\.a\.|i\.e\.|(?:also|formerly|now|better|previously|originally) (?:known|called)"
    r"(?: as)?|formerly|now|alias)\s|\s?[/;,(]\s?",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"^[^\w\s!-~]+\s|\s[^\w\s!-~]+$")  # an emoji


def trivia_answer() -> Scorer:
    """Judge replies to TriviaQA (Joshi et al. 2017, arXiv:1705.03551), of the form "ANSWER: ...". Metric ``accuracy``.

    Without case, articles and punctuation the answer has to be one of the targets, as in the authors' exact match.
    Words before it may only lead in ("it was", "the musical"), and text after it has to be in brackets: a piece of
    a target, a name inside another name, and one of two names are wrong.
    """
    return answer("trivia_answer", read=readers.spans, same=Comparer("trivia", _same), options="")


def _same(reading: str, sample: Sample) -> bool:
    return is_name_of(reading, sample.targets)


def is_name_of(reading: str, targets: Iterable[str]) -> bool:
    """Return whether a reading is one of the targets, in a form that `trivia_answer` accepts."""
    names = {name for target in targets if (name := normalized(target))}
    return any(_names_one(form, names) for form in _forms(reading))


def normalized(text: str) -> str:
    """Return ``text`` as it is compared: lower case, without punctuation and articles.

    A text that consists of articles keeps them, and one of punctuation keeps that. A number is its value.
    """
    lower = text.strip().lower()
    if (number := _number(lower)) is not None:
        return number
    words = lower.translate(_BLANKS).split()
    return " ".join(_ARTICLES.sub(" ", " ".join(words)).split()) or " ".join(words) or lower


def _number(text: str) -> str | None:
    """Return a number in one form (``0.5`` for ``.50``); None when ``text`` is something else as well."""
    if not text or not _NUMBER.fullmatch(text):
        return None
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return f"{value.normalize():f}" if value else "0"


def _forms(reading: str) -> Iterator[str]:
    """Yield what a reading may name: itself, without what leads in, and without the brackets behind it."""
    reading = _SIGNS.sub("", reading[:400]).strip()
    for whole in dict.fromkeys((reading, without_remark(reading), without_apposition(reading), _TAIL.sub("", reading))):
        for name in without_lead_in(unwrapped(whole)):
            yield unwrapped(name)


def _names_one(name: str, names: set[str]) -> bool:
    if normalized(name) in names:
        return True
    parts = [part for part in _OTHER_NAME.split(name.rstrip(")")) if part.strip()]
    return len(parts) > 1 and all(normalized(unwrapped(part)) in names for part in parts)
