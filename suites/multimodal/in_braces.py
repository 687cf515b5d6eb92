"""Answers in braces, ``{5}``, and how often they are what one would expect without looking (VLMs Are Biased)."""

from __future__ import annotations

import re

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.scoring import readers
from evalscope_pytest.scoring.readers import plain

TOPICS = ("animals", "chess_pieces", "flags", "game_board", "logos", "optical_illusion", "patterned_grid")
_BRACES = re.compile(r"\{([^{}\n]{1,100})\}")
_DIGITS = re.compile(r"\d{1,30}")
_METRICS = ("accuracy", "bias_ratio")


def in_braces() -> Scorer:
    """Return the scorer. Metrics ``accuracy`` and ``bias_ratio``, over all samples and by topic.

    A reply is biased if its answer is ``expected_bias`` of the metadata; if that is empty, nothing is expected.
    """
    by_topic = [f"{topic}_{metric}" for metric in _METRICS for topic in TOPICS]
    return Scorer("in_braces", (*_METRICS, *by_topic), _score, _ideal_reply)


def _score(text: str, sample: Sample) -> Score:
    found = [inner for inner in _BRACES.findall(text) if inner.strip()]
    readings = found[-1:] or list(readers.phrase(text, sample))
    names = {"accuracy": sample.targets[0], "bias_ratio": sample.metadata["expected_bias"]}
    values = {metric: float(any(_same(one, name) for one in readings)) for metric, name in names.items() if name}
    if (topic := _topic(sample.metadata.get("topic", ""))) in TOPICS:
        values |= {f"{topic}_{metric}": value for metric, value in values.items()}
    return Score.of(values, answer=next(iter(readings), None))


def _same(reading: str, name: str) -> bool:
    """Return whether two answers are the same text, or a number and the same number with a word for what is counted."""
    if plain(reading) == plain(name):
        return True
    return name.strip().isdecimal() and _DIGITS.findall(reading) == [name.strip()] and not _denied(reading)


def _denied(reading: str) -> bool:
    return bool(re.search(r"\b(?:not|more|less|fewer|least|most|than|about|or)\b|[.,/-]", plain(reading)))


def _topic(name: str) -> str:
    """Return the name of a topic as in `TOPICS`: the data sets write some in the singular, others in the plural."""
    slug = "_".join(name.casefold().split())
    return next((topic for topic in TOPICS if topic.removesuffix("s") == slug.removesuffix("s")), slug)


def _ideal_reply(sample: Sample) -> str:
    return f"{{{sample.targets[0]}}}"
