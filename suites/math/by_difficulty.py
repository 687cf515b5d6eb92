"""PolyMath: accuracy that counts a problem by its level of difficulty (Wang et al. 2025, arXiv:2504.18428)."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.scoring.scorer import changed

from .local_math import local_math_answer

LEVELS = {"low": 1.0, "medium": 2.0, "high": 4.0, "top": 8.0}
_WEIGHTED = "difficulty_weighted_accuracy"
_RULE = local_math_answer()


def by_difficulty() -> Scorer:
    """Judge a mathematical answer. Metrics ``accuracy`` and ``difficulty_weighted_accuracy``.

    Subsets are named after a language and a level, ``fr-low``. In the second metric a problem weighs 1, 2, 4 or 8 by
    its level.
    """
    return Scorer("by_difficulty", ("accuracy", _WEIGHTED), _score, _RULE.ideal_reply)


def _score(text: str, sample: Sample) -> Score | Awaitable[Score]:
    return changed(_RULE.score(text, sample), partial(_weighted, sample))


def _weighted(sample: Sample, found: Score) -> Score:
    right, weights = found.values["accuracy"], {_WEIGHTED: LEVELS[sample.subset.rpartition("-")[2]]}
    metadata = {**found.metadata, "weights": weights}
    return Score.of({"accuracy": right, _WEIGHTED: right}, answer=found.answer, metadata=metadata)
