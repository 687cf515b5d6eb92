"""BLEU and ROUGE together: how close a free answer is to the reference's wording."""

from __future__ import annotations

from ...core.errors import ScoringError
from ...core.values import Sample, Score
from ..scorer import Scorer
from .bleu import METRICS as BLEU
from .bleu import bleu_values
from .rouge import METRICS as ROUGE
from .rouge import rouge_values

METRICS = (ROUGE[0], *BLEU, *ROUGE[1:])


def similarity() -> Scorer:
    """Compare a reply with its targets by all metrics of `bleu` and `rouge`; ``Rouge-L-R`` is the primary one.

    A sample without a target has no score: it is an error of that sample, not a score of 0.
    """
    return Scorer("similarity", METRICS, _score)


def _score(text: str, sample: Sample) -> Score:
    if not any(target.strip() for target in sample.targets):
        raise ScoringError("there is no reference answer to compare with: give the record one, or name a judge")
    values = bleu_values(text, sample) | rouge_values(text, sample)
    return Score.of({name: values[name] for name in METRICS}, answer=text)
