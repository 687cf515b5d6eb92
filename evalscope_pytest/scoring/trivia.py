"""TriviaQA: a short answer that is one of the names its question accepts, compared as the authors' scorer does."""

from __future__ import annotations

import re
import string

from ..core.values import Sample, Score
from .extract.span import read_spans
from .protocol import Scorer

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_BLANKS = str.maketrans(dict.fromkeys(string.punctuation + "‘’´`", " "))
_ALTERNATIVES = frozenset({"not", "or", "and", "nor", "neither", "either"})
_LEAD_IN = 3  # Words an answer may have beside the name: "it was", "the musical".


def trivia_answer() -> Scorer:
    """Judge replies to TriviaQA (Joshi et al. 2017, arXiv:1705.03551), asked for as "ANSWER: ...". Metric ``accuracy``.

    Without case, articles and punctuation the answer has to be one of the targets, as in the authors' exact match, or
    hold one beside three more words at most; a piece of a target is no answer, and two answers are none.
    """
    return Scorer("trivia_answer", ("accuracy",), _score, lambda sample: f"ANSWER: {sample.targets[0]}")


def _score(text: str, sample: Sample) -> Score:
    names = {name for target in sample.targets if (name := normalized(target))}
    readings = read_spans(text)
    right = any(_names_one(normalized(reading), names) for reading in readings)
    return Score(accuracy=float(right), answer=readings[0] if readings else None)


def normalized(text: str) -> str:
    """Return ``text`` as it is compared: lower case, without punctuation and articles."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_BLANKS)).split())


def _names_one(answer: str, names: set[str]) -> bool:
    if answer in names:
        return True
    words = answer.split()
    return any(
        f" {name} " in f" {answer} "
        and len(words) - len(name.split()) <= _LEAD_IN
        and _ALTERNATIVES.isdisjoint(answer.replace(name, "", 1).split())
        for name in names
    )
