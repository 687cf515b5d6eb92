"""Scores a letter if the question has options, and else a mathematical answer."""

from __future__ import annotations

from collections.abc import Awaitable

from evalscope_pytest import Sample, Score, Scorer, scoring

_CHOICE, _MATH = scoring.choice_answer(), scoring.math_answer(measured=True)


def choice_or_math() -> Scorer:
    """Return the scorer. Metric ``accuracy``. A decimal reference is a rounded quantity."""
    options = f"{_CHOICE.fingerprint} {_MATH.fingerprint}"
    return Scorer("choice_or_math", ("accuracy",), _score, _ideal_reply, options)


def _score(text: str, sample: Sample) -> Score | Awaitable[Score]:
    return (_CHOICE if sample.choices else _MATH).score(text, sample)


def _ideal_reply(sample: Sample) -> str:
    return (_CHOICE if sample.choices else _MATH).ideal_reply(sample)
