"""Replies judged by rubrics: points for each criterion that is met (HealthBench, Arora et al., arXiv:2505.08775)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ..core.values import Sample, Score
from .contract import Labels
from .rubric import Item, Metrics, Rubric, question

OVERALL = "overall_score"
MET = Labels({"yes": {"met": 1.0}, "no": {"met": 0.0}})


def rubrics(name: str, prompt: str, axes: Sequence[str]) -> Rubric:
    """Return the rubric with one question for each of a sample's criteria.

    The sample's metadata holds ``rubrics``: mappings with ``criterion``, ``points`` (negative for what a reply should
    not do) and ``tags``, of which ``axis:NAME`` is the axis it belongs to. A score is the points that were met, divided
    by the positive ones. Metrics: the axes, of which a sample has those with positive points, and ``overall_score``;
    each is a mean, brought between 0 and 1.

    Args:
        prompt: Names ``{conversation}``, ``{criterion}`` and the reply, ``{pred}``.
    """
    metrics = (*axes, OVERALL)
    return Rubric(
        name,
        metrics,
        partial(_items, prompt),
        partial(_score, tuple(axes)),
        options=f"{prompt}\0{MET.identity}",
        aggregation=dict.fromkeys(metrics, "clipped_mean"),
    )


def _items(prompt: str, sample: Sample, reply: str) -> Sequence[Item]:
    messages = sample.input if isinstance(sample.input, tuple) else ()
    conversation = "\n\n".join(f"{m.role}: {m.content}" for m in messages) or f"user: {sample.question}"
    fields = {"conversation": conversation, "pred": reply}
    return [
        Item((question(prompt, MET, {**fields, "criterion": rubric["criterion"]}, ("pred",)),))
        for rubric in sample.metadata["rubrics"]
    ]


def _score(axes: tuple[str, ...], sample: Sample, reply: Any, decided: Sequence[Metrics]) -> Score:
    graded = list(zip(sample.metadata["rubrics"], (metrics["met"] for metrics in decided), strict=True))
    values: dict[str, float] = {}
    for axis in axes:
        share = _share([(rubric, met) for rubric, met in graded if f"axis:{axis}" in rubric["tags"]])
        values |= {} if share is None else {axis: share}
    overall = _share(graded)
    lost = [f"[{rubric['points']:+g}] {rubric['criterion']}" for rubric, met in graded if (rubric["points"] > 0) != met]
    explanation = "\n".join(["not met, or met though it should not be:", *lost]) if lost else "all met"
    return Score.of({**values, **({} if overall is None else {OVERALL: overall})}, explanation=explanation)


def _share(graded: Sequence[tuple[Mapping[str, Any], float]]) -> float | None:
    """Return the points that were met, divided by the positive ones; None if there are none."""
    possible = math.fsum(rubric["points"] for rubric, _ in graded if rubric["points"] > 0)
    return math.fsum(rubric["points"] * met for rubric, met in graded) / possible if possible else None
