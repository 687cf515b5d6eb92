"""Criteria of experts, each with points to gain or to lose: PRBench and $OneMillion-Bench."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evalscope_pytest import Message, Sample, Score
from evalscope_pytest.datasets.reader import Reader
from evalscope_pytest.judge import Item, Points, Rubric, question, rubrics
from evalscope_pytest.judge.prompts import CRITERION

TRACKS = [
    f"{language}_{domain}"
    for language in ("global", "cn")
    for domain in ("economics_and_finance", "healthcare_and_medicine", "industry", "law", "natural_sciences")
]
_CHINESE = {
    "经济金融": "economics_and_finance",
    "医疗健康": "healthcare_and_medicine",
    "工业": "industry",
    "法律": "law",
    "自然科学": "natural_sciences",
}
PASS = 0.7
TURNS = 10
CHECKLIST = """\
Decide for each criterion of a list whether a reply to a request meets it. Only what the reply says counts: do not \
guess what it may mean. A criterion with negative points describes a fault, and is met if the reply has that fault.

# Request

{question}

# Reply

{pred}

# Criteria, each with its number and points

{criteria}

The verdict is, for the number of each criterion, 1 if it is met and 0 if it is not."""


def _criterion(words: str, points: float) -> dict[str, Any]:
    return {"criterion": words, "points": float(points), "tags": []}


def with_points_to_gain(criteria: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return criteria as a list.

    Raises:
        ValueError: No reply can gain points by them.
    """
    found = list(criteria)
    if not any(one["points"] > 0 for one in found):
        raise ValueError("no criterion has positive points")
    return found


def _gained(criteria: Sequence[Mapping[str, Any]], met: Sequence[float]) -> float:
    return math.fsum(one["points"] * share for one, share in zip(criteria, met, strict=True))


def _lost(criteria: Sequence[Mapping[str, Any]], met: Sequence[float]) -> str:
    """Return the criteria that cost points, in words."""
    missed = [one for one, share in zip(criteria, met, strict=True) if (one["points"] > 0) != (share > 0)]
    lines = [f"[{one['points']:+g}] {one['criterion']}" for one in missed]
    return "\n".join(["not met, or met though it should not be:", *lines]) if lines else "all met"


# PRBench


def split_of(read: Reader, subset: str, params: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the records of a subset, which is a split."""
    return read.rows(split=subset)


def conversation(record: Mapping[str, Any]) -> list[Message]:
    """Return the turns of a record; reference texts stand before the prompt that they belong to."""
    turns = []
    for number in range(TURNS):
        texts = enumerate(record.get(f"reference_texts_{number}") or [])
        shown = "".join(f"Reference Text {at}:\n{text}\n\n" for at, text in texts)
        if (prompt := record.get(f"prompt_{number}") or "").strip():
            turns.append(Message("user", shown + prompt))
        if (reply := record.get(f"response_{number}") or "").strip():
            turns.append(Message("assistant", reply))
    return turns


def weighed(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the criteria of a record, with the weight of their class.

    Raises:
        ValueError: A criterion has no weight, or none a positive one.
    """
    found = []
    for one in record["rubric"]:
        about = one["annotations"]
        weight = about.get(f"{about['weight_class'].replace(' ', '_')}_weight")
        if weight is None:
            raise ValueError(f"criterion {one['id']!r} has no weight of its class, {about['weight_class']!r}")
        found.append(_criterion(one["title"], weight))
    return with_points_to_gain(found)


def _clipped(sample: Sample, reply: Any, decided: Sequence[Mapping[str, float]]) -> Score:
    criteria, met = sample.metadata["rubrics"], [metrics["met"] for metrics in decided]
    gained = _gained(criteria, met)
    most = math.fsum(one["points"] for one in criteria if one["points"] > 0)
    least = math.fsum(one["points"] for one in criteria if one["points"] < 0)
    values = {"clipped_score": gained / most, "normalized_score": (gained - least) / (most - least)}
    return Score.of(values, explanation=_lost(criteria, met))


WEIGHED = replace(
    rubrics("prbench", CRITERION, ()),
    metrics=("clipped_score", "normalized_score"),
    score=_clipped,
    aggregation={"clipped_score": "clipped_mean"},
)


# $OneMillion-Bench


def track_of(record: Mapping[str, Any]) -> str:
    """Return the subset of a record: its language and domain."""
    domain = str(record["tags"]["topics"][0]).strip()
    plain = _CHINESE.get(domain) or domain.lower().replace("&", "and").replace(" ", "_")
    return f"{str(record['language']).strip()}_{plain}"


def numbered(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the criteria of a record, with their numbers.

    Raises:
        ValueError: None has positive points.
    """
    return with_points_to_gain(
        {**_criterion(one["rubric_detail"], one["rubric_weight"]), "number": str(one["rubric_number"])}
        for one in record["rubrics"]
    )


def checklist() -> Rubric:
    """Return the rubric that decides on all criteria in one request.

    Metrics: ``expert_score``, the points of what is met divided by those to gain, from 0 to 1, and ``pass_rate``, which
    is 1 from 0.7 on.
    """
    return Rubric("one_million_bench", ("expert_score", "pass_rate"), _all_at_once, _expert, options=CHECKLIST)


def _all_at_once(sample: Sample, reply: str) -> Sequence[Item]:
    criteria = sample.metadata["rubrics"]
    listed = "\n\n".join(f"{one['number']} ({one['points']:+g}): {one['criterion']}" for one in criteria)
    contract = Points({one["number"]: 1.0 for one in criteria})
    fields = {"question": sample.question, "pred": reply, "criteria": listed}
    return [Item((question(CHECKLIST, contract, fields, ("pred",)),))]


def _expert(sample: Sample, reply: str, decided: Sequence[Mapping[str, float]]) -> Score:
    criteria = sample.metadata["rubrics"]
    met = [decided[0][one["number"]] for one in criteria]
    most = math.fsum(one["points"] for one in criteria if one["points"] > 0)
    expert = min(max(_gained(criteria, met) / most, 0.0), 1.0)
    values = {"expert_score": expert, "pass_rate": float(expert >= PASS)}
    return Score.of(values, explanation=_lost(criteria, met))
