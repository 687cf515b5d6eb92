"""The parts of an instruction, each with its points, and a judge's verdict on each of them (MIA-Bench)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from evalscope_pytest import Sample, Score
from evalscope_pytest.judge.contract import Number
from evalscope_pytest.judge.rubric import Item, Rubric, question

PROMPT = """\
A model was given a picture and an instruction with several parts. Decide how far its reply follows one of the parts. \
Be strict, and leave the other parts out of account. You do not see the picture: take what the reply says it shows.

Instruction: {question}

The part to judge: {part}

Reply:
{pred}

Give the points for this part, from 0 (not followed) to {points} (followed completely)."""
METRIC = "judge_score"


def followed(name: str) -> Rubric:
    """Return the rubric. Metric ``judge_score``: the points of all parts, divided by those they could bring.

    A sample's metadata holds ``parts``: mappings with ``part`` (its words), ``points`` and ``kind``.
    """
    return Rubric(name, (METRIC,), _items, _score, options=PROMPT)


def _items(sample: Sample, reply: str) -> Sequence[Item]:
    if not reply.strip():
        return ()
    return [Item((_about(sample, reply, part),)) for part in sample.metadata["parts"]]


def _about(sample: Sample, reply: str, part: Mapping[str, Any]) -> Any:
    fields = {"question": sample.question, "part": part["part"], "points": f"{part['points']:g}", "pred": reply}
    return question(PROMPT, Number(0.0, part["points"], METRIC), fields, ("pred",))


def _score(sample: Sample, reply: str, decided: Sequence[Mapping[str, float]]) -> Score:
    parts = sample.metadata["parts"]
    given = [metrics[METRIC] for metrics in decided] or [0.0] * len(parts)
    marks = [f"{part['kind']}: {points:g}/{part['points']:g}" for part, points in zip(parts, given, strict=True)]
    return Score.of(
        {METRIC: math.fsum(given) / math.fsum(part["points"] for part in parts)}, explanation=", ".join(marks)
    )
