"""One step of an agent that writes its calls as text: ``Thought: .. Action: name Action Input: {..}``.

Qin et al. 2023, ToolLLM, arXiv:2307.16789, in the static form of ModelScope-Agent (Li et al. 2023, arXiv:2309.00986):
the step of a recorded run is compared with the reference's. A step calls a function, finishes with an answer, or
gives up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.overlap import rouge_values
from evalscope_pytest.scoring.scorer import Scorer

METRICS = ("F1", "Act.EM", "Plan.EM", "HalluRate", "Rouge-L")
FINISH = "Finish"
NO_ACTION = "none"


@dataclass(frozen=True, slots=True)
class Step:
    """The step that a text describes.

    Attributes:
        plan: ``call``, ``finish`` or ``give up``.
        action: The function called.
        given: Its input, as text.
        answer: The final answer of a step that finishes.
    """

    plan: str
    action: str = NO_ACTION
    given: str = "{}"
    answer: str = NO_ACTION


def tool_plan() -> Scorer:
    """Compare a step with the reference's, the sample's target; ``tools`` in its metadata are the functions' names.

    ``Plan.EM``: the same kind of step. ``HalluRate``: a function is called that does not exist. If the reference
    calls a function: ``Act.EM``, the same function, and ``F1`` of its arguments (the right name with another value
    counts half). If it finishes: ``Rouge-L`` of the answer. A metric counts on the steps it is about, and none of them
    on those whose reference calls a function that does not exist.
    """
    return Scorer("tool_plan", METRICS, _score)


def read_step(text: str) -> Step:
    """Return the last step a text describes."""
    _, marker, given = text.rpartition("Action Input:")
    given = given.strip() if marker else "{}"
    _, named, after = text.rpartition("Action:")
    action = after.partition("Action Input:")[0].strip() if named else NO_ACTION
    if action != FINISH:
        return Step("call", action, given)
    says = _json(given)
    if not isinstance(says, dict) or says.get("return_type") != "give_answer":
        return Step("give up")
    answer = str(says.get("final_answer", "None"))
    return Step("finish", action, given, "None" if answer.strip() in ("", ".", ",") else answer)


def _score(text: str, sample: Sample) -> Score:
    ours, reference = read_step(text), read_step(sample.targets[0])
    known = {NO_ACTION, *sample.metadata["tools"]}
    values: dict[str, float | None] = dict.fromkeys(METRICS)
    if reference.plan == "give up" or reference.action in known:
        values["Plan.EM"] = float(ours.plan == reference.plan)
        values["HalluRate"] = float(ours.action not in known)
        if reference.plan == "call":
            values["Act.EM"] = float(ours.action == reference.action)
            values["F1"] = _arguments_f1(ours, reference)
        elif reference.plan == "finish":
            values["Rouge-L"] = rouge_values(ours.answer, Sample("", reference.answer))["Rouge-L-F"]
    left_out = {name: 0.0 for name, value in values.items() if value is None}
    if values["F1"] is None:  # it is not counted, but separates right from wrong steps in lists of samples
        values["F1"] = values["Rouge-L"] if reference.plan == "finish" else values["Plan.EM"]
    return Score.of(
        {name: value or 0.0 for name, value in values.items()},
        answer=f"{ours.plan}: {ours.action}",
        metadata={"weights": left_out} if left_out else None,
    )


def _arguments_f1(ours: Step, reference: Step) -> float | None:
    """Return the F1 of a call's arguments; None if the reference's are not JSON."""
    if ours.action != reference.action:
        return 0.0
    expected, given = _json(reference.given), _json(ours.given)
    if not isinstance(expected, Mapping):
        return None
    if not isinstance(given, Mapping):
        return 0.0
    if not expected:
        return float(not given)
    matched = sum(1.0 if given[key] == value else 0.5 for key, value in expected.items() if key in given)
    recall, precision = matched / len(expected), matched / max(len(given), 1)
    return 2 * recall * precision / (recall + precision) if matched else 0.0


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
