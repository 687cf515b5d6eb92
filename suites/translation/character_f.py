"""chrF2: F-score of character n-grams (Popović 2015, doi:10.18653/v1/W15-3049), as sacreBLEU computes it."""

from __future__ import annotations

from collections import Counter

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.scoring.overlap import bleu_values

_ORDER = 6
_BETA_SQUARED = 4.0  # recall counts twice as much as precision
_LONGEST = 20_000


def translation() -> Scorer:
    """Compare a translation with its reference, from 0 to 1. Metrics ``chrf`` and ``bleu`` (of up to 4 words)."""
    return Scorer("translation", ("chrf", "bleu"), _score)


def _score(text: str, sample: Sample) -> Score:
    reply = text.strip()[:_LONGEST]
    likeness = max(chrf(reply, target) for target in sample.targets)
    return Score(chrf=likeness, bleu=bleu_values(reply, sample)["bleu-4"], answer=reply[:200] or None)


def chrf(reply: str, reference: str) -> float:
    """Return chrF2 of two texts, from 0 to 1, without blanks; orders longer than a text do not count."""
    given, gold = "".join(reply.split()), "".join(reference.split())
    precisions, recalls = 0.0, 0.0
    orders = 0
    for order in range(1, _ORDER + 1):
        mine, theirs = _ngrams(given, order), _ngrams(gold, order)
        if not mine or not theirs:
            continue
        common = (mine & theirs).total()
        precisions, recalls, orders = precisions + common / mine.total(), recalls + common / theirs.total(), orders + 1
    if not orders or not precisions + recalls:
        return 0.0
    precision, recall = precisions / orders, recalls / orders
    return (1 + _BETA_SQUARED) * precision * recall / (_BETA_SQUARED * precision + recall)


def _ngrams(text: str, order: int) -> Counter[str]:
    return Counter(text[at : at + order] for at in range(len(text) - order + 1))
