"""Scores a letter if the question has options, and else a mathematical answer; the prompts of both kinds."""

from __future__ import annotations

from collections.abc import Awaitable

from evalscope_pytest import Sample, Score, Scorer, scoring

_CHOICE, _MATH = scoring.choice_answer(), scoring.math_answer(measured=True)
PROMPT = "{before}{question}{between}{choices}{after}"
CHOICE = {
    "before": "Choose the right answer to the question on the picture below. Reason step by step first; then finish "
    "with the line 'ANSWER: [LETTER]' (without quotes), where [LETTER] is the letter of an option.\n\n",
    "between": "\n\n",
    "after": "",
}
FREE = {
    "before": "",
    "between": "\n",
    "after": "Reason step by step and give the final answer inside \\boxed{}, without a unit.",
}


def choice_or_math() -> Scorer:
    """Return the scorer. Metric ``accuracy``. A decimal reference is a rounded quantity.

    A question has options if the sample has, or if ``question_type`` in its metadata is ``multi-choice``.
    """
    options = f"{_CHOICE.fingerprint} {_MATH.fingerprint}"
    return Scorer("choice_or_math", ("accuracy",), _score, _ideal_reply, options)


def _score(text: str, sample: Sample) -> Score | Awaitable[Score]:
    return _of(sample).score(text, sample)


def _ideal_reply(sample: Sample) -> str:
    return _of(sample).ideal_reply(sample)


def _of(sample: Sample) -> Scorer:
    return _CHOICE if sample.choices or sample.metadata.get("question_type") == "multi-choice" else _MATH
