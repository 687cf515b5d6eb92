"""BLEU and ROUGE together: how close a free answer comes to the reference's wording."""

from __future__ import annotations

from ..core.values import Sample, Score
from . import bleu, rouge
from .protocol import Scorer

METRICS = (rouge.METRICS[0], *bleu.METRICS, *rouge.METRICS[1:])


def similarity() -> Scorer:
    """Compare a reply with its targets by all metrics of `bleu` and `rouge`; ``Rouge-L-R`` is the primary one."""
    return Scorer("similarity", METRICS, _score)


def _score(text: str, sample: Sample) -> Score:
    values = bleu.bleu_values(text, sample) | rouge.rouge_values(text, sample)
    return Score.of({name: values[name] for name in METRICS}, answer=text)
