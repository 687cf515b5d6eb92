"""BLEU and ROUGE together: how close a free answer comes to the reference's wording."""

from __future__ import annotations

from ..core.values import Sample, Score
from .bleu import METRICS as BLEU
from .bleu import bleu_values
from .protocol import Scorer
from .rouge import METRICS as ROUGE
from .rouge import rouge_values

METRICS = (ROUGE[0], *BLEU, *ROUGE[1:])


def similarity() -> Scorer:
    """Compare a reply with its targets by all metrics of `bleu` and `rouge`; ``Rouge-L-R`` is the primary one."""
    return Scorer("similarity", METRICS, _score)


def _score(text: str, sample: Sample) -> Score:
    values = bleu_values(text, sample) | rouge_values(text, sample)
    return Score.of({name: values[name] for name in METRICS}, answer=text)
