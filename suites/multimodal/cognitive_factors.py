"""Answers of VisFactor's twenty tests: true or false, a word, a number, a place in a grid, a letter.

A test item has several variants, such as a question and its opposite: it is right if all of them are.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any

from evalscope_pytest import Sample, Score, Scorer, scoring
from evalscope_pytest.scoring import readers
from evalscope_pytest.scoring.read.verdict import NO, YES
from evalscope_pytest.scoring.readers import plain
from evalscope_pytest.scoring.scorer import changed

from .statements import statement_verdict

_TRUE_FALSE = {"CF1", "CF2", "MV1", "MV2", "MV3", "P3", "RL2", "S1", "S2", "SS2", "VZ1", "VZ2"}
_WORDS = {"CS1", "CS2", "CS3"}
_VERDICTS = {**dict.fromkeys(("t", "y", "1"), YES), **dict.fromkeys(("f", "n", "0"), NO)}
_LETTER = scoring.choice_answer(labels="ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NUMBER = scoring.math_answer()
_INTEGER = re.compile(r"(?<![\w.])\d{1,6}(?![\w.]*\d)")
_ADDITIONAL = re.compile(r"<ADDITIONAL_(\d{1,3})>")


def is_missing(value: Any) -> bool:
    """Return whether a field of a record holds nothing."""
    return value is None or str(value).strip().lower() in ("", "nan", "none")


def question_of(record: Mapping[str, Any]) -> str:
    """Return a question with the texts of ``additional``, which semicolons separate, in their places."""
    words = str(record["question"]).replace("<br>", "\n")
    if is_missing(record.get("additional")):
        return words
    parts = str(record["additional"]).replace("<br>", "\n").split(";")
    return _ADDITIONAL.sub(lambda at: parts[int(at[1])] if int(at[1]) < len(parts) else at[0], words)


def kind_of(record: Mapping[str, Any]) -> str:
    """Return what a record's answer is: ``verdict``, ``words``, ``letter``, ``place`` or ``number``."""
    test, extra = record["category_id"], record.get("additional")
    if test in _TRUE_FALSE or (test == "VZ3" and not str(extra).isdigit()):
        return "verdict"
    if test in _WORDS:
        return "words"
    return {"VZ3": "letter", "CF3": "place"}.get(test, "number")


def cognitive_factors() -> Scorer:
    """Return the scorer. Metric ``accuracy``: the share of items right in all variants, as a mean over the tests."""
    together = {"accuracy": "all_of_part_by_kind"}
    return Scorer("cognitive_factors", ("accuracy",), _score, _ideal_reply, aggregation=together)


def _score(text: str, sample: Sample) -> Score | Awaitable[Score]:
    return changed(_of_kind(text, sample), partial(_in_item, sample))


def _in_item(sample: Sample, found: Score) -> Score:
    weights = {"weights": {"accuracy": {sample.metadata["item"]: 1.0}}}
    return Score.of(found.values, answer=found.answer, metadata={**(found.metadata or {}), **weights})


def _of_kind(text: str, sample: Sample) -> Score | Awaitable[Score]:
    kind, gold = sample.metadata["kind"], sample.targets[0].strip()
    if kind == "letter":
        return _LETTER.score(text, sample)
    if kind == "number":
        return _NUMBER.score(text, sample)
    claims = [plain(claim) for claim in readers.phrase(text, sample)]
    if kind == "verdict":
        said = next((_VERDICTS[claim] for claim in claims if claim in _VERDICTS), None) or statement_verdict(text)
        return Score(accuracy=float(said is not None and said == _VERDICTS.get(gold.lower())), answer=said)
    if kind == "words":
        right = bool({claim.strip(" .") for claim in claims} & {plain(word) for word in gold.split(",")})
        return Score(accuracy=float(right), answer=next(iter(claims), None))
    places = [_INTEGER.findall(claim) for claim in [*claims, plain(text)[-200:]]]
    place = next((found for found in places if len(found) >= 2), [])[-2:]
    return Score(accuracy=float(place == _INTEGER.findall(gold)), answer=", ".join(place) or None)


def _ideal_reply(sample: Sample) -> str:
    gold = sample.targets[0].split(",")[0] if sample.metadata["kind"] == "words" else sample.targets[0]
    return f'{{"answer": "{gold}"}}'
