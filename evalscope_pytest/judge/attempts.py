"""Short facts: a reply is correct, incorrect, or makes no attempt (SimpleQA, Wei et al. 2024, arXiv:2411.04368)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..core.values import Sample, Score
from .contract import Labels
from .rubric import Metrics, Rubric, graded

_GRADES = ("is_correct", "is_incorrect", "is_not_attempted")
GRADES = Labels({letter: {g: float(g == grade) for g in _GRADES} for letter, grade in zip("ABC", _GRADES, strict=True)})


def attempted(name: str, prompt: str, *, system_prompt: str = "") -> Rubric:
    """Return the rubric whose verdict is A (correct), B (incorrect) or C (not attempted).

    Metrics: the three shares, ``accuracy_given_attempted``, and ``f_score``, the harmonic mean of it and
    ``is_correct``.

    Args:
        prompt: Names ``{question}``, ``{gold}`` and ``{pred}``, and explains the three grades.
    """
    rubric = graded(name, prompt, GRADES, system_prompt=system_prompt)
    metrics = (*_GRADES, "accuracy_given_attempted", "f_score")
    return replace(rubric, metrics=metrics, score=_score, aggregation={"f_score": "weighted_mean"})


def _score(sample: Sample, reply: Any, decided: Sequence[Metrics]) -> Score:
    grades = decided[0]
    right, tried = grades["is_correct"], 1 - grades["is_not_attempted"]
    # Over samples, 2 * right / (all + tried) is the harmonic mean of right / all and right / tried.
    values = {**grades, "f_score": 2 * right / (1 + tried)}
    weights = {"f_score": 1 + tried}
    if tried:
        values["accuracy_given_attempted"] = right / tried
        weights["accuracy_given_attempted"] = tried
    return Score.of(values, metadata={"weights": weights})
