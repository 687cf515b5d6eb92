"""Lists of requirements of which a reply has to meet every one (CL-bench)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evalscope_pytest import Sample, Score
from evalscope_pytest.judge import Item, Labels, Rubric, graded

PROMPT = """\
Grade a reply strictly by a list of requirements.

# Requirements

{gold}

# Reply

{pred}

Go through the requirements one by one, with what they imply about language, form and order. For each, decide whether \
the reply meets it completely, from what the reply says and nothing else. Then check that you left none out.

The verdict is 1 if the reply meets every single requirement, and 0 if it fails even one in part."""
MET = Labels({"1": {"accuracy": 1.0}, "0": {"accuracy": 0.0}})


def listed(rubrics: Iterable[Any]) -> str:
    """Return requirements as a numbered list.

    Raises:
        ValueError: There is none.
    """
    texts = [str(one.get("rubric_criteria", "") if isinstance(one, Mapping) else one).strip() for one in rubrics]
    if not any(texts):
        raise ValueError("the record has no rubrics")
    return "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1) if text)


def all_met(name: str) -> Rubric:
    """Return the rubric of whether a reply meets all requirements, which are the target: ``accuracy``."""
    rubric = graded(name, PROMPT, MET)

    def items(sample: Sample, reply: str) -> Sequence[Item]:
        return rubric.items(sample, reply) if reply.strip() else ()

    return replace(rubric, items=items, score=_score)


def _score(sample: Sample, reply: str, decided: Sequence[Mapping[str, float]]) -> Score:
    return Score.of(decided[0]) if decided else Score.of({"accuracy": 0.0}, explanation="The reply is empty.")
