"""LongMemEval's judge: another question for each type of memory, and accuracies by type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evalscope_pytest import Sample, Score
from evalscope_pytest.judge import Item, Labels, Rubric, question
from evalscope_pytest.judge.rubric import sample_fields

_FACT = (
    "Decide whether a model's response to a question has the correct answer. An equivalent answer is correct, and so "
    "is a response with all the intermediate steps that lead to the answer. A response with only a part of what the "
    "answer requires is not."
)
_WITH_ANSWER = "\n\nQuestion: {question}\n\nCorrect answer: {gold}\n\nResponse:\n{pred}\n\nThe verdict is yes or no."
ABSTENTION = (
    "A question cannot be answered, for the reason given below. Decide whether a model's response recognizes that: it "
    "may say that information is missing, or that something else is known but not what is requested.\n\nQuestion: "
    "{question}\n\nReason: {gold}\n\nResponse:\n{pred}\n\nThe verdict is yes or no."
)
PROMPTS = {
    **dict.fromkeys(("single-session-user", "single-session-assistant", "multi-session"), _FACT + _WITH_ANSWER),
    "temporal-reasoning": f"{_FACT} If the question is about a number of days, weeks or months, a number that is off "
    f"by one is correct, too: 19 days in place of 18.{_WITH_ANSWER}",
    "knowledge-update": "Decide whether a model's response to a question has the correct answer. If it also has "
    f"earlier information, it is correct if the answer that it gives as up to date is the required one.{_WITH_ANSWER}",
    "single-session-preference": "Decide whether a model's response to a request fits the user, as the rubric "
    "describes. It need not reflect all points of the rubric: it is right if it recalls the user's personal "
    "information and uses it correctly.\n\nRequest: {question}\n\nRubric: {gold}\n\nResponse:\n{pred}\n\nThe verdict "
    "is yes or no.",
}
_RIGHT = Labels({"yes": {"accuracy": 1.0}, "no": {"accuracy": 0.0}})
_MACRO = "macro_accuracy"


def recalled() -> Rubric:
    """Return the rubric. Metrics: ``accuracy``, ``macro_accuracy`` (the mean over types), and one for each type.

    The sample's metadata has the ``question_type`` and whether nothing can be answered, ``is_abstention``.
    """
    options = "\0".join([*PROMPTS.values(), ABSTENTION])
    how = {_MACRO: "macro_mean"}
    return Rubric("longmemeval", ("accuracy", _MACRO), _items, _score, options=options, aggregation=how)


def _items(sample: Sample, reply: str) -> Sequence[Item]:
    prompt = ABSTENTION if sample.metadata["is_abstention"] else PROMPTS[sample.metadata["question_type"]]
    return [Item((question(prompt, _RIGHT, sample_fields(sample, reply), ("pred",)),))]


def _score(sample: Sample, reply: str, decided: Sequence[Mapping[str, float]]) -> Score:
    right, kind = decided[0]["accuracy"], sample.metadata["question_type"]
    values: dict[str, Any] = {"accuracy": right, _MACRO: right, f"{kind.replace('-', '_')}_accuracy": right}
    if sample.metadata["is_abstention"]:
        values["abstention_accuracy"] = right
    return Score.of(values, metadata={"weights": {_MACRO: {kind: 1.0}}})
