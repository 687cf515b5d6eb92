"""BLEU of one reply (Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation")."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from ...core.values import Sample, Score
from ..english import words
from ..scorer import Scorer
from .segmentation import MOST_COMPARED, chinese_words, is_chinese

ORDERS = (1, 2, 3, 4)
METRICS = tuple(f"bleu-{order}" for order in ORDERS)


def bleu() -> Scorer:
    """Compare a reply with its targets: ``bleu-n`` is the precision of n-grams of just that length, in [0, 1].

    Each is multiplied by the brevity penalty. Chinese is cut into words by jieba, anything else as English; white
    space is not a word. With several targets, an n-gram may match any of them.
    """
    return Scorer("bleu", METRICS, lambda text, sample: Score.of(bleu_values(text, sample), answer=text))


def bleu_values(text: str, sample: Sample) -> dict[str, float]:
    """Return the metrics of `bleu` for a reply."""
    reply = _words(text)
    references = [reference for target in sample.targets if (reference := _words(target))]
    if not reply or not references:
        return dict.fromkeys(METRICS, 0.0)
    penalty = _brevity_penalty(len(reply), references)
    return {name: penalty * _precision(reply, references, order) for name, order in zip(METRICS, ORDERS, strict=True)}


def _words(text: str) -> list[str]:
    text = text[:MOST_COMPARED]
    return [word for word in chinese_words(text) if not word.isspace()] if is_chinese(text) else words(text)


def _precision(reply: Sequence[str], references: Sequence[Sequence[str]], order: int) -> float:
    """Return the share of the reply's n-grams that are in a reference, each no more often than there."""
    found = _ngrams(reply, order)
    allowed: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        allowed |= _ngrams(reference, order)
    return (found & allowed).total() / max(1, found.total())


def _ngrams(items: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(items[start:] for start in range(order)), strict=False))


def _brevity_penalty(length: int, references: Sequence[Sequence[str]]) -> float:
    closest = min((len(reference) for reference in references), key=lambda size: (abs(size - length), size))
    return 1.0 if length > closest else math.exp(1 - closest / length)
