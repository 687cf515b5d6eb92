"""DROP: exact match and F1 of numbers, dates and spans, as the authors' ``drop_eval.py`` gives them.

Dua et al. 2019, arXiv:1903.00161. An answer is a bag of spans, a span a bag of words: lower case, without punctuation
and articles, numbers as floats. Spans are paired so that their F1 is the greatest; a span whose numbers differ from
those of the reference gets none.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.read.phrase import members, read_spans
from evalscope_pytest.scoring.scorer import Scorer

from .assignment import best_assignment

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_BETWEEN = re.compile(r"[ -]")


@dataclass(frozen=True, slots=True)
class DropScore:
    """The official scorer's verdict on one answer."""

    exact: float
    f1: float


def drop_answer() -> Scorer:
    """Judge replies to DROP, of the form "Answer: ...". Metrics ``f1`` and ``em``, the best over the references.

    ``answers`` in the sample's metadata are the references, each a list of spans. If a reference has
    several spans, the reply is read as a list, too.
    """
    return Scorer("drop_answer", ("f1", "em"), _score, _ideal_reply)


def _ideal_reply(sample: Sample) -> str:
    return f"Answer: {'; '.join(sample.metadata['answers'][0])}"


def _score(text: str, sample: Sample) -> Score:
    readings = read_spans(text)
    best = DropScore(0.0, 0.0)
    for reference in sample.metadata["answers"]:
        if not reference[0].strip():
            continue
        for reading in readings:
            found = compare(members(reading) if len(reference) > 1 else (reading,), reference)
            best = DropScore(max(best.exact, found.exact), max(best.f1, found.f1))
    return Score(f1=best.f1, em=best.exact, answer=readings[0] if readings else None)


def compare(answer: Sequence[str], reference: Sequence[str]) -> DropScore:
    """Compare an answer with one reference, both as spans."""
    given, gold = [_normalized(span) for span in answer], [_normalized(span) for span in reference]
    exact = float(set(given) == set(gold) and len(given) == len(gold))
    given_words, gold_words = [set(span.split()) for span in given], [set(span.split()) for span in gold]
    scores = [[_f1(one, other) if _numbers_meet(other, one) else 0.0 for one in given_words] for other in gold_words]
    total = sum(scores[row][column] for row, column in best_assignment(scores))
    # To two decimals as numpy rounds, in hundredths: it takes 0.225 for 22.5 of them, and that to 22.
    return DropScore(exact, round(total / max(len(given), len(gold), 1) * 100) / 100)


def _normalized(span: str) -> str:
    words = (_word(token.lower()) for token in _BETWEEN.split(span))
    return " ".join(word for word in words if word)


def _word(token: str) -> str:
    token = token if _is_number(token) else token.translate(_PUNCTUATION)
    token = str(float(token)) if _is_number(token) else token
    return " ".join(_ARTICLES.sub(" ", token).split())


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _f1(given: set[str], gold: set[str]) -> float:
    common = len(given & gold)
    precision = common / len(given) if given else 1.0
    recall = common / len(gold) if gold else 1.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _numbers_meet(gold: set[str], given: set[str]) -> bool:
    numbers = {word for word in gold if _is_number(word)}
    return not numbers or any(word in numbers for word in given)
