"""Typed decisions: a question with named answers, and the probability of each, as decision models give them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KINDS = ("choice", "noul", "score")
MOST_OPTIONS, MOST_LEVELS = 255, 10
# What the probabilities may be off from 1 in sum, and a named answer from the probabilities.
_SUM_OFF, _ANSWER_OFF, _HALF_DIGIT = 0.02, 1e-6, 0.005


class DecisionError(ValueError):
    """A question or an answer is not of its type."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a state.

    Attributes:
        kind: ``choice`` of named options, ``noul`` (the probability of yes) or ``score`` (ordered levels from 0).
        state: The matter of the question: any JSON.
        criteria: Of a choice, the options' descriptions by name; of a score, those of the levels; of a noul None, or
            what ``true`` and ``false`` mean.

    Raises:
        DecisionError: The criteria are not those of the kind.
    """

    kind: str
    state: Any
    instructions: str
    criteria: Mapping[str, str] | Sequence[str] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DecisionError(f"a question's type is {self.kind!r}. Allowed: {', '.join(KINDS)}")
        if not isinstance(self.instructions, str) or not self.instructions.strip():
            raise DecisionError("a question has no instructions")
        if fault := _fault_of(self.kind, self.criteria):
            raise DecisionError(f"the criteria of a {self.kind}: {fault}")

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the answers, in the order of the request."""
        if self.kind == "noul":
            return ("no", "yes")
        found = self.criteria or ()
        return tuple(found) if self.kind == "choice" else tuple(map(str, range(len(found))))

    @property
    def form(self) -> dict[str, Any]:
        """The question itself as requests carry it: ``{"type", "instructions", "criteria"}``."""
        found: dict[str, Any] = {"type": self.kind, "instructions": self.instructions}
        return found if self.criteria is None else {**found, "criteria": self.criteria}

    def text(self) -> str:
        """Return the question as the text of a message."""
        return json.dumps({"state": self.state, "question": self.form}, ensure_ascii=False)

    @classmethod
    def of(cls, state: Any, form: Mapping[str, Any]) -> Question:
        """Return the question with a `form`."""
        return cls(form["type"], state, form["instructions"], form.get("criteria"))

    @classmethod
    def read(cls, text: str) -> Question:
        """Return the question that `text` wrote.

        Raises:
            DecisionError: The text is something else.
        """
        try:
            found = json.loads(text)
            return cls.of(found["state"], found["question"])
        except (ValueError, RecursionError, TypeError, LookupError) as error:
            raise DecisionError(str(error) if isinstance(error, DecisionError) else "it is no typed question") from None


def _fault_of(kind: str, criteria: object) -> str:
    """Return what is wrong with a question's criteria; empty if nothing is."""
    if kind == "noul":
        fine = criteria is None or (isinstance(criteria, Mapping) and not set(criteria) - {"true", "false"})
        return "" if fine else "they may describe true and false only"
    most = MOST_OPTIONS if kind == "choice" else MOST_LEVELS
    wanted: tuple[type, ...] = (dict,) if kind == "choice" else (list, tuple)
    if not isinstance(criteria, wanted) or not 2 <= len(criteria) <= most:  # type: ignore[arg-type]
        return f"2 to {most} {'options by name' if kind == 'choice' else 'levels in a list'} are needed"
    words = [*criteria.items()] if isinstance(criteria, dict) else [*criteria]  # type: ignore[misc]
    flat = [word for entry in words for word in (entry if isinstance(entry, tuple) else (entry,))]
    return "" if all(isinstance(word, str) and word.strip() for word in flat) else "one of them is empty, or not a text"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a decision model.

    Attributes:
        probabilities: Of each label of the question, as the service gave them.
        choice: The option that the service names; empty for none.
        confidence: The service's own; None for none.
    """

    probabilities: Mapping[str, float] = field(default_factory=dict)
    choice: str = ""
    confidence: float | None = None

    def text(self) -> str:
        """Return the answer as the text of a reply."""
        named = {"choice": self.choice} if self.choice else {}
        sure = {} if self.confidence is None else {"confidence": self.confidence}
        return json.dumps({"probabilities": dict(self.probabilities), **named, **sure}, ensure_ascii=False)

    @classmethod
    def read(cls, text: str, question: Question) -> Answer:
        """Return the answer that `text` wrote.

        Raises:
            DecisionError: The text is something else, or no answer to the question.
        """
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise DecisionError("the reply is no typed answer")
        return cls.checked(found, question)

    @classmethod
    def checked(cls, found: Mapping[str, Any], question: Question) -> Answer:
        """Return an answer to a question from its JSON.

        Besides ``probabilities``, ``choice`` and ``confidence`` it may hold ``type``, ``noul`` (the probability of
        yes), ``score`` (the expected level) and ``legend``, which must not contradict the rest.

        Raises:
            DecisionError: It is not a distribution over the question's labels, or contradicts itself.
        """
        given = found.get("probabilities")
        yes: Any = found.get("noul")
        if given is None and question.kind == "noul" and _is_probability(yes):
            given = {"no": 1 - yes, "yes": yes}
        if not isinstance(given, Mapping) or set(given) != set(question.labels):
            raise DecisionError("its labels are not those of the question")
        if not all(map(_is_probability, given.values())):
            raise DecisionError("a probability is no number from 0 to 1")
        values = {label: float(given[label]) for label in question.labels}
        if abs(math.fsum(values.values()) - 1) > _most_off([*values.values()]) + 1e-12:
            raise DecisionError(f"its probabilities have the sum {math.fsum(values.values()):.4f}")
        if fault := _contradiction(found, question, values):
            raise DecisionError(fault)
        sure: Any = found.get("confidence")
        return cls(values, found.get("choice") or "", float(sure) if _is_probability(sure) else None)


def _is_probability(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


def _most_off(values: Sequence[float]) -> float:
    """Return how far a sum may be from 1: more for many values of two digits, if rounding explains it."""
    if any(round(value, 2) != value for value in values):
        return _SUM_OFF
    least = math.fsum(max(0.0, value - _HALF_DIGIT) for value in values)
    greatest = math.fsum(min(1.0, value + _HALF_DIGIT) for value in values)
    return max(_SUM_OFF, len(values) * _HALF_DIGIT) if least <= 1 + 1e-12 and greatest >= 1 - 1e-12 else _SUM_OFF


def _contradiction(found: Mapping[str, Any], question: Question, values: Mapping[str, float]) -> str:
    """Return which other field of an answer does not fit its probabilities; empty if all do."""
    kind, choice, legend = question.kind, found.get("choice"), found.get("legend")
    if found.get("type", kind) != kind:
        return f"it is of type {str(found['type'])[:40]!r}, not {kind}"
    if kind == "choice" and choice and values.get(str(choice), -1.0) < max(values.values()) - _ANSWER_OFF:
        return f"its choice {str(choice)[:80]!r} is not the most probable option"
    if kind == "noul" and found.get("noul") is not None and not _is_near(found["noul"], values["yes"], _ANSWER_OFF):
        return "noul is not the probability of yes"
    if kind == "score":
        expected = math.fsum(int(label) * value for label, value in values.items())
        off = _most_off([*values.values()]) * (len(values) - 1) + _ANSWER_OFF
        if found.get("score") is not None and not _is_near(found["score"], expected, off):
            return "score is not the expected level"
        if legend is not None and legend != dict(zip(question.labels, question.criteria or (), strict=True)):
            return "its legend is not that of the question"
    return ""


def _is_near(value: Any, other: float, off: float) -> bool:
    return isinstance(value, (int, float)) and abs(value - other) <= off
