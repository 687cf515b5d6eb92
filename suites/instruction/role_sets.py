"""Scoring which pieces of information go to which role: the JSON of a reply against the sets that roles need.

The rules are those of PerspectiveGap's scorer (MIT): the reply is to be JSON and nothing else, bare or in one fence, to
pass strictly; the other metrics take the JSON object out of whatever is around it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring import Scorer

_LONGEST = 200_000  # Characters of a reply that are read.
METRICS = ("strict_pass", "net_match_score", "required_coverage", "boundary_precision", "distractor_leakage")


def role_sets() -> Scorer:
    """Judge an object of roles, each with its fragments.

    The metadata has ``need``, the fragments of each role, and ``distractor``, which no role needs. Metrics:
    ``strict_pass``, all roles have exactly their fragments; ``net_match_score``, (right - wrong - missing) / needed,
    not below 0; ``required_coverage`` and ``boundary_precision``, the right share of all that are needed and of all
    that are given; ``distractor_leakage``, how many roles are given the distractor.
    """

    def score(text: str, sample: Sample) -> Score:
        need = {role: set(fragments) for role, fragments in sample.metadata["need"].items()}
        strictly = _object(text)
        given = _object(text, loose=True) if strictly is None else strictly
        sets = {role: _texts(given.get(role) if given else None) for role in need}
        found = Found(
            right={role: sets[role] & needed for role, needed in need.items()},
            wrong={role: sets[role] - needed for role, needed in need.items()},
        )
        answer = None if given is None else json.dumps({role: sorted(own) for role, own in sets.items()})
        return figures(found, sample, answer, strict=strictly is not None and _is_exact(strictly, need))

    return Scorer("role_sets", METRICS, score)


@dataclass(frozen=True, slots=True)
class Found:
    """The fragments that a reply gives to each role, those that it needs and those that it does not."""

    right: Mapping[str, set[str]]
    wrong: Mapping[str, set[str]]


def figures(found: Found, sample: Sample, answer: str | None, *, strict: bool) -> Score:
    """Return the score of the fragments that roles are given."""
    right, wrong = (sum(map(len, sets.values())) for sets in (found.right, found.wrong))
    needed = sum(len(set(fragments)) for fragments in sample.metadata["need"].values())
    values = {
        "strict_pass": float(strict),
        "net_match_score": max(0.0, (right - wrong - (needed - right)) / needed) if needed else 0.0,
        "required_coverage": right / needed if needed else 0.0,
        "boundary_precision": right / (right + wrong) if right + wrong else 0.0,
        "distractor_leakage": float(sum(sample.metadata["distractor"] in extra for extra in found.wrong.values())),
    }
    weights = {"required_coverage": float(needed), "boundary_precision": float(right + wrong)}
    return Score.of(values, answer=answer, metadata={"weights": weights})


def _is_exact(given: dict[str, Any], need: dict[str, set[str]]) -> bool:
    lists = all(isinstance(found, list) and all(isinstance(item, str) for item in found) for found in given.values())
    return lists and given.keys() == need.keys() and all(set(given[role]) == needed for role, needed in need.items())


def _texts(found: Any) -> set[str]:
    return {item for item in found if isinstance(item, str)} if isinstance(found, list) else set()


def _object(text: str, *, loose: bool = False) -> dict[str, Any] | None:
    """Return the object that a reply is, bare or in a fence; if ``loose``, whatever is around it."""
    text = text.strip()[:_LONGEST]
    if loose:
        text = text[text.find("{") : text.rfind("}") + 1]
    elif text.startswith("```") and text.endswith("\n```"):
        text = text.partition("\n")[2][: -len("\n```")] if text.partition("\n")[0].strip() in ("```", "```json") else ""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
