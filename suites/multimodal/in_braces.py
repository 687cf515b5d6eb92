"""Answers in braces, ``{5}``, and how often they are what one would expect without looking (VLMs Are Biased)."""

from __future__ import annotations

import re

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.scoring import readers
from evalscope_pytest.scoring.readers import plain

_BRACES = re.compile(r"\{([^{}\n]{1,100})\}")


def in_braces() -> Scorer:
    """Return the scorer. Metrics ``accuracy`` and ``bias_ratio``: the answer is ``expected_bias`` of the metadata."""
    return Scorer("in_braces", ("accuracy", "bias_ratio"), _score, _ideal_reply)


def _score(text: str, sample: Sample) -> Score:
    found = [inner for inner in _BRACES.findall(text) if inner.strip()]
    readings = found[-1:] or list(readers.phrase(text, sample))
    right, biased = (any(plain(reading) == plain(name) for reading in readings) for name in _names(sample))
    return Score(accuracy=float(right), bias_ratio=float(biased), answer=next(iter(readings), None))


def _names(sample: Sample) -> tuple[str, str]:
    return sample.targets[0], sample.metadata["expected_bias"]


def _ideal_reply(sample: Sample) -> str:
    return f"{{{sample.targets[0]}}}"
