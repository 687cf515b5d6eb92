"""Scores a letter if the question has options, and else a short answer."""

from __future__ import annotations

from collections.abc import Awaitable

from evalscope_pytest import Sample, Score, Scorer, scoring

from .short_answers import open_answer, short_answer

_CHOICE, _SHORT = scoring.choice_answer(), short_answer("open_answer", {"accuracy": open_answer})
CHOICE = {
    "before": "Choose the right answer to the question below. Reason step by step first; then finish with the line "
    "'ANSWER: [LETTER]' (without quotes), where [LETTER] is the letter of an option.\n\n",
    "between": "\n\n",
    "after": "",
}
SHORT = {
    "before": "Answer the question below. Reason step by step first.\n\n",
    "between": "\n\n",
    "after": "Finish with the line 'ANSWER: [ANSWER]' (without quotes), where [ANSWER] is a word, a short phrase or a "
    "number.",
}


def choice_or_short() -> Scorer:
    """Return the scorer. Metric ``accuracy``."""
    return Scorer("choice_or_short", ("accuracy",), _score, _ideal_reply, _CHOICE.fingerprint)


def _score(text: str, sample: Sample) -> Score | Awaitable[Score]:
    return _of(sample).score(text, sample)


def _ideal_reply(sample: Sample) -> str:
    return _of(sample).ideal_reply(sample)


def _of(sample: Sample) -> Scorer:
    return _CHOICE if sample.choices else _SHORT
