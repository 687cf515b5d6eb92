"""Decision APIs: one typed question in a request, probabilities in the reply.

``systemone``: ``POST /v1/systemone``, ``{"model", "state", "questions": {"answer": {"type", ...}}}``.
``autotrust``: ``POST /v1/decide``, ``{"kind", "state", "question", "options"}``; its scores have six levels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from ..config.generation import GenerationConfig
from ..core.decision import Answer, DecisionError, Question
from ..core.errors import RejectedError
from ..core.values import Message, Usage, token_count
from .arguments import check_headers, refuse

_LEVELS = 6
_USABLE = {
    "timeout", "stream_timeout", "sample_timeout", "retries", "retry_interval", "extra_headers", "extra_query",
    "max_tool_output",
}  # fmt: skip
_UNUSABLE = dict.fromkeys(
    (f.name for f in fields(GenerationConfig) if f.name not in _USABLE), "A decision has no such parameter. Remove it."
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One of the decision APIs.

    Attributes:
        path: Follows the address.
        write: Returns the body of a request, given the model's name.
        read: Returns the answer in a reply; a `DecisionError` if there is none.
    """

    path: str
    write: Callable[[Question, str], Mapping[str, Any]]
    read: Callable[[Mapping[str, Any], Question], Answer]


def check(config: GenerationConfig, eval_type: str) -> None:
    """Refuse parameters of generated text.

    Raises:
        ConfigError: One is set.
    """
    refuse(replace(config, stream=config.stream or None), _UNUSABLE, eval_type)
    check_headers(config.extra_headers, "generation_config.extra_headers")


def question_in(messages: Sequence[Message]) -> Question:
    """Return the question of a prompt; a system message comes before its instructions.

    Raises:
        RejectedError: The prompt is something else.
    """
    system = [message.text for message in messages if message.role == "system" and message.text]
    others = [message for message in messages if message.role != "system"]
    try:
        if len(others) != 1 or others[0].role != "user":
            raise DecisionError("it is a conversation")
        question = Question.read(others[0].text)
    except DecisionError as error:
        raise RejectedError(f"a decision API answers one typed question; this prompt is not one: {error}.") from None
    return replace(question, instructions="\n\n".join([*system, question.instructions])) if system else question


def usage_of(payload: Mapping[str, Any]) -> Usage | None:
    """Return the tokens that a reply counts; None if it counts none."""
    found = payload.get("usage")
    if not isinstance(found, Mapping):
        return None
    given, made = (
        next((count for name in names if (count := token_count(found.get(name))) is not None), 0)
        for names in (("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens"))
    )
    return Usage(given, made)


def _write_systemone(question: Question, model: str) -> dict[str, Any]:
    return {"model": model, "state": question.state, "questions": {"answer": question.form}}


def _read_systemone(payload: Mapping[str, Any], question: Question) -> Answer:
    answers = payload.get("answers")
    answer = answers.get("answer") if isinstance(answers, Mapping) else None
    if not isinstance(answer, Mapping):
        raise DecisionError("it holds no answer")
    return Answer.checked(answer, question)


def _write_autotrust(question: Question, _: str) -> dict[str, Any]:
    criteria, words = question.criteria, question.instructions
    if question.kind == "score":
        if len(criteria or ()) != _LEVELS:
            raise RejectedError(f"this API scores on {_LEVELS} levels; the question has {len(criteria or ())}.")
        words += "\nLevels:\n" + "\n".join(f"{level}: {text}" for level, text in enumerate(criteria or ()))
    elif question.kind == "noul" and isinstance(criteria, Mapping):
        words = "\n".join([words, *(f"{name}: {text}" for name, text in criteria.items())])
    body = {"kind": question.kind, "state": question.state, "question": words, "thinking": "off"}
    return {**body, "options": _options(question)} if question.kind == "choice" else body


def _options(question: Question) -> list[str]:
    """Return the options in the order of an answer's probabilities."""
    if question.kind == "noul":
        return ["false", "true"]
    return list(question.criteria.values()) if isinstance(question.criteria, Mapping) else list(question.labels)


def _read_autotrust(payload: Mapping[str, Any], question: Question) -> Answer:
    kinds = {payload.get(name, question.kind) for name in ("kind", "effective_kind")}
    if kinds != {question.kind}:
        raise DecisionError("it is of another kind than the question")
    values, index = payload.get("probabilities"), payload.get("choice_index")
    options = _options(question)
    if not isinstance(values, list) or len(values) != len(options) or payload.get("options", options) != options:
        raise DecisionError("its options are not those of the question")
    found: dict[str, Any] = {"probabilities": dict(zip(question.labels, values, strict=True))}
    if question.kind == "choice" and type(index) is int and 0 <= index < len(options):
        found["choice"] = question.labels[index]
    return Answer.checked(found, question)


DIALECTS: Mapping[str, Dialect] = {
    "systemone_api": Dialect("/systemone", _write_systemone, _read_systemone),
    "autotrust_api": Dialect("/decide", _write_autotrust, _read_autotrust),
}
