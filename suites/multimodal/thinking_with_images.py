"""Answers of TIR-Bench: a letter, several, a number, a pair or list of numbers, an order of pieces, a text."""

from __future__ import annotations

import re
from collections.abc import Awaitable

from evalscope_pytest import Sample, Score, Scorer, scoring
from evalscope_pytest.scoring import readers
from evalscope_pytest.scoring.read.visible import fold, visible
from evalscope_pytest.scoring.readers import plain

from .read_text import read_text

_LETTERS = "ABCDEFGHIJ"
_LETTER, _LETTERS_OF = scoring.choice_answer(labels=_LETTERS), scoring.choice_answer(multiple=True, labels=_LETTERS)
_NUMBER, _TEXT = scoring.math_answer(), read_text()
_WORDS = scoring.answer("words", read=readers.phrase, same=scoring.comparers.text)
_TAIL = 6000
_INTEGER = re.compile(r"(?<![A-Za-z0-9_.])-?\d{1,6}(?![A-Za-z0-9_.]*\d)")
_BETWEEN = r"(?:[\s,，、;；:|()\[\]{}→>=*-]|\band\b|&|和|\bcol(?:umn)?s?\b|\brows?\b|[第行列]|\b[xy]\b)"
_RUN = re.compile(rf"-?\d{{1,6}}(?:{_BETWEEN}{{1,12}}-?\d{{1,6}}){{0,400}}")


def thinking_with_images() -> Scorer:
    """Return the scorer. Metric ``accuracy``: a share for lists of differences and orders of pieces, else 0 or 1."""
    return Scorer("thinking_with_images", ("accuracy",), _score, _ideal_reply)


def _score(text: str, sample: Sample) -> Score | Awaitable[Score]:
    task, gold = sample.metadata["task"], sample.targets[0].strip()
    if task == "ocr":
        return _TEXT.score(text, sample)
    numbers = [int(found) for found in _INTEGER.findall(gold)]
    if task in ("word_search", "spot_difference", "jigsaw") and len(numbers) > 1:
        given = _numbers(text, len(numbers) if task != "spot_difference" else None)
        return Score(accuracy=_share(task, given, numbers), answer=", ".join(map(str, given)) or None)
    if gold.isalpha():
        letters = set(gold) <= set(_LETTERS)
        scorer = (_LETTER if len(gold) == 1 else _LETTERS_OF) if letters else _WORDS
        return scorer.score(text, sample)
    return _NUMBER.score(text, sample)


def _share(task: str, given: list[int], gold: list[int]) -> float:
    if task == "spot_difference":
        return len(set(given) & set(gold)) / len(set(given) | set(gold))
    if len(given) != len(gold):
        return 0.0
    agreeing = sum(one == other for one, other in zip(given, gold, strict=True)) / len(gold)
    return agreeing if task == "jigsaw" else float(agreeing == 1)


def _numbers(text: str, count: int | None) -> list[int]:
    """Return the integers that a reply answers, ``count`` of them if it is given."""
    reply = fold(visible(text))[-_TAIL:]
    claims = [plain(claim) for claim in readers.phrase(reply, Sample("", ""))]
    bare = [reply] if not any(sign.isalpha() for sign in reply) else []
    for claim in [*bare, *claims, reply]:
        runs = [[int(found) for found in _INTEGER.findall(run)] for run in _RUN.findall(claim)]
        if fitting := [run for run in runs if run and count in (None, len(run))]:
            return fitting[-1]
    return []


def _ideal_reply(sample: Sample) -> str:
    return f"ANSWER: {sample.targets[0]}"
