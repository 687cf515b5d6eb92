"""Contracts for a judge's reply, and their readers: strict, since a misread verdict is a forged score.

The whole reply is one JSON object, whose verdict is under a key with a word that nobody under judgement can know
(`fence.nonce`). So no text of a candidate that a judge repeats, cuts off or forgets to escape can become the verdict.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.reply_marks import without_tokens
from ..scoring.patterns import Pattern

# Characters of a reply that holds a verdict. A judge that writes more has not kept to its instructions.
LONGEST = 1 << 20
KEY = "verdict"
_INFO = re.compile(r"[A-Za-z0-9_+-]{0,20}\s{0,20}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})")
_UNIT_OF_POINTS = re.compile(r"\s?(?:分|points?|pts?\.?)$", re.IGNORECASE)
_MET = {"yes": 1.0, "true": 1.0, "是": 1.0, "命中": 1.0, "no": 0.0, "false": 0.0, "否": 0.0, "未命中": 0.0}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judge's decision.

    Attributes:
        value: The label, or the number as text.
        metrics: Its value.
        explanation: Why, in the judge's words.
    """

    value: str
    metrics: Mapping[str, float]
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """The judge chooses one of several labels.

    Attributes:
        values: The labels, as they have to be written, and the metrics each stands for.
        pattern: A user's own expression, of which the last match is the label; None for the strict reading.
    """

    values: Mapping[str, Mapping[str, float]]
    pattern: Pattern | None = None

    def instruction(self, key: str = KEY) -> str:
        """Return the sentences that request the verdict."""
        words = ", ".join(f'"{word}"' for word in self.values)
        return _instruction(key, '"..."', f"the verdict is one of {words}.", self.pattern)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics a verdict stands for."""
        return tuple(next(iter(self.values.values())))

    @property
    def identity(self) -> str:
        """Distinguishes this contract from others in content addresses."""
        return f"{dict(self.values)!r} {self.pattern.source if self.pattern else ''}"

    def ideal(self, key: str = KEY) -> str:
        """Return a reply with the first label, as a mock judge gives it."""
        return json.dumps({"explanation": "mock", key: next(iter(self.values))})

    def schema(self, key: str = KEY) -> Mapping[str, Any] | None:
        """Return the JSON schema of a reply; None if a user's expression reads it."""
        return None if self.pattern else _schema(key, {"type": "string", "enum": list(self.values)})

    def read(self, reply: str, key: str = KEY, judged: Sequence[str] = ()) -> Verdict | None:
        """Return the verdict; None when there is none.

        Args:
            key: The key it has to be under.
            judged: The texts under judgement, which a reply may repeat.
        """
        return _read(self.pattern, self.verdict, reply, key, judged)

    def to_json(self) -> Mapping[str, Any]:
        """Return what a record of a judgement holds: the verdicts that were allowed."""
        return {"labels": {word: dict(metrics) for word, metrics in self.values.items()}}

    @property
    def allowed(self) -> str:
        """The verdicts that are allowed, in words."""
        return ", ".join(self.values)

    def verdict(self, value: Any, explanation: str = "") -> Verdict | None:
        """Return the verdict that a value of a reply is; None for one that is not allowed."""
        word = str(value) if type(value) in (int, float) else value
        if not isinstance(word, str) or (word := word.strip()) not in self.values:
            return None
        return Verdict(word, self.values[word], explanation)


@dataclass(frozen=True, slots=True)
class Number:
    """The judge gives a number, which is the metric.

    Attributes:
        low: The smallest allowed.
        high: The greatest allowed.
        metric: Its name.
        unit: Divisor of the number: 10 makes marks out of ten a score between 0 and 1.
        pattern: A user's own expression, of which the last match is the number; None for the strict reading.
    """

    low: float = 0.0
    high: float = 1.0
    metric: str = "accuracy"
    unit: float = 1.0
    pattern: Pattern | None = None

    def instruction(self, key: str = KEY) -> str:
        """Return the sentences that request the verdict."""
        bounds = f"the number is between {self.low:g} and {self.high:g}."
        return _instruction(key, "NUMBER", bounds, self.pattern)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metric's name."""
        return (self.metric,)

    @property
    def identity(self) -> str:
        """Distinguishes this contract from others in content addresses."""
        pattern = self.pattern.source if self.pattern else ""
        return f"{self.metric} {self.low:g} {self.high:g} {self.unit:g} {pattern}"

    def ideal(self, key: str = KEY) -> str:
        """Return a reply with the greatest number, as a mock judge gives it."""
        return json.dumps({"explanation": "mock", key: self.high})

    def schema(self, key: str = KEY) -> Mapping[str, Any] | None:
        """Return the JSON schema of a reply; None if a user's expression reads it."""
        return None if self.pattern else _schema(key, {"type": "number"})

    def read(self, reply: str, key: str = KEY, judged: Sequence[str] = ()) -> Verdict | None:
        """Return the verdict; None when there is none, or one out of range.

        Args:
            key: The key it has to be under.
            judged: The texts under judgement, which a reply may repeat.
        """
        return _read(self.pattern, self.verdict, reply, key, judged)

    def to_json(self) -> Mapping[str, Any]:
        """Return what a record of a judgement holds: the verdicts that were allowed."""
        return {"number": {"low": self.low, "high": self.high, "metric": self.metric, "unit": self.unit}}

    @property
    def allowed(self) -> str:
        """The verdicts that are allowed, in words."""
        return f"a number from {self.low:g} to {self.high:g}"

    def verdict(self, value: Any, explanation: str = "") -> Verdict | None:
        """Return the verdict that a value of a reply is; None for one that is not allowed."""
        number = _number(value)
        if number is None or not self.low <= number <= self.high:
            return None
        return Verdict(f"{number:g}", {self.metric: number / self.unit}, explanation)


@dataclass(frozen=True, slots=True)
class Marks:
    """The judge gives a whole number for each of several qualities.

    Attributes:
        names: Name of each quality for the judge, and of its metric.
        low: The smallest mark.
        high: The greatest mark.
    """

    names: Mapping[str, str]
    low: int = 1
    high: int = 5

    def instruction(self, key: str = KEY) -> str:
        """Return the sentences that request the verdict."""
        form = ", ".join(f'"{name}": NUMBER' for name in self.names)
        return _instruction(key, f"{{{form}}}", f"each number is whole, from {self.low} to {self.high}.")

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics' names."""
        return tuple(self.names.values())

    @property
    def identity(self) -> str:
        """Distinguishes this contract from others in content addresses."""
        return f"{dict(self.names)!r} {self.low} {self.high}"

    def ideal(self, key: str = KEY) -> str:
        """Return a reply with the greatest marks, as a mock judge gives it."""
        return json.dumps({"explanation": "mock", key: dict.fromkeys(self.names, self.high)})

    def schema(self, key: str = KEY) -> Mapping[str, Any] | None:
        """Return the JSON schema of a reply."""
        return _schema(key, _object_schema({name: {"type": "integer"} for name in self.names}))

    def read(self, reply: str, key: str = KEY, judged: Sequence[str] = ()) -> Verdict | None:
        """Return the verdict; None when there is none, or a mark is missing or out of range.

        Args:
            key: The key it has to be under.
            judged: The texts under judgement, which a reply may repeat.
        """
        return _stated(self.verdict, reply, key)

    def to_json(self) -> Mapping[str, Any]:
        """Return what a record of a judgement holds: the verdicts that were allowed."""
        return {"marks": {"names": dict(self.names), "low": self.low, "high": self.high}}

    @property
    def allowed(self) -> str:
        """The verdicts that are allowed, in words."""
        example = json.dumps(dict.fromkeys(self.names, self.high))
        return f"a whole number from {self.low} to {self.high} for each quality, as in {example}"

    def verdict(self, value: Any, explanation: str = "") -> Verdict | None:
        """Return the verdict that a value of a reply is; None for one that is not allowed."""
        if not isinstance(value, dict):
            return None
        marks: dict[str, Any] = {name: value.get(name) for name in self.names}
        if not all(type(mark) is int and self.low <= mark <= self.high for mark in marks.values()):
            return None
        metrics = {metric: float(marks[name]) for name, metric in self.names.items()}
        return Verdict(json.dumps(marks), metrics, explanation)


@dataclass(frozen=True, slots=True)
class Points:
    """The judge gives points for each of several criteria, each with a maximum of its own.

    Points out of range count as the bound next to them; a criterion that is left out makes the verdict unreadable. If
    the maximum is 1, ``yes`` and ``no`` are points, too.

    Attributes:
        most: Name of each criterion for the judge, which is its metric as well, and its maximum.
    """

    most: Mapping[str, float]

    def instruction(self, key: str = KEY) -> str:
        """Return the sentences that request the verdict."""
        form = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: NUMBER" for name in self.most)
        return _instruction(key, f"{{{form}}}", f"the numbers are {self._bounds}.")

    @property
    def _bounds(self) -> str:
        if len(set(self.most.values())) == 1:
            return f"from 0 to {next(iter(self.most.values())):g}"
        return "from 0 to at most: " + ", ".join(f"{name} {most:g}" for name, most in self.most.items())

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the criteria."""
        return tuple(self.most)

    @property
    def identity(self) -> str:
        """Distinguishes this contract from others in content addresses."""
        return f"points {dict(self.most)!r}"

    def ideal(self, key: str = KEY) -> str:
        """Return a reply with the greatest points, as a mock judge gives it."""
        return json.dumps({"explanation": "mock", key: dict(self.most)})

    def schema(self, key: str = KEY) -> Mapping[str, Any] | None:
        """Return the JSON schema of a reply."""
        return _schema(key, _object_schema({name: {"type": "number"} for name in self.most}))

    def read(self, reply: str, key: str = KEY, judged: Sequence[str] = ()) -> Verdict | None:
        """Return the verdict; None when there is none, or a criterion is left out.

        Args:
            key: The key it has to be under.
            judged: The texts under judgement, which a reply may repeat.
        """
        return _stated(self.verdict, reply, key)

    def to_json(self) -> Mapping[str, Any]:
        """Return what a record of a judgement holds: the verdicts that were allowed."""
        return {"points": {"most": dict(self.most)}}

    @property
    def allowed(self) -> str:
        """The verdicts that are allowed, in words."""
        example = json.dumps(dict(self.most), ensure_ascii=False)
        return f"a number {self._bounds} for each criterion, as in {example}"

    def verdict(self, value: Any, explanation: str = "") -> Verdict | None:
        """Return the verdict that a value of a reply is; None for one that is not allowed."""
        if not isinstance(value, dict):
            return None
        points: dict[str, float] = {}
        for name, most in self.most.items():
            given = _points(value.get(name), most)
            if given is None:
                return None
            points[name] = min(max(given, 0.0), most)
        return Verdict(json.dumps(points, ensure_ascii=False), points, explanation)


Contract = Labels | Number | Marks | Points


def contract_of(data: Mapping[str, Any]) -> Contract:
    """Return the contract that a record of a judgement holds.

    Raises:
        LookupError: It holds none.
        TypeError: A field of it is unknown.
    """
    kinds: Mapping[str, Callable[[Any], Contract]] = {
        "labels": Labels,
        "number": lambda fields: Number(**fields),
        "marks": lambda fields: Marks(**fields),
        "points": lambda fields: Points(**fields),
    }
    (kind,) = data.keys() & kinds.keys() or ("",)
    return kinds[kind](data[kind])


_Reader = Callable[..., "Verdict | None"]


def _instruction(key: str, form: str, allowed: str, pattern: Pattern | None = None) -> str:
    if pattern is not None:
        return (
            f'End your reply with a line that begins with "{key}:", followed by your verdict in the form described '
            "above and by nothing else."
        )
    return (
        f'Reply with exactly one JSON object, {{"explanation": "...", "{key}": {form}}}, and nothing else. '
        f'Copy the key "{key}" exactly, and escape the quotation marks within the explanation. '
        f"The explanation is short; {allowed}"
    )


def _schema(key: str, verdict: Mapping[str, Any]) -> Mapping[str, Any]:
    return _object_schema({"explanation": {"type": "string"}, key: verdict})


def _object_schema(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _read(pattern: Pattern | None, verdict: _Reader, reply: str, key: str, judged: Sequence[str]) -> Verdict | None:
    """Return the verdict that a user's expression finds, or else that of a reply that is one JSON object."""
    if pattern is not None:
        return _matched(pattern, verdict, reply, key, judged)
    return _stated(verdict, reply, key)


def _stated(verdict: _Reader, reply: str, key: str) -> Verdict | None:
    """Return the verdict of a reply that is one JSON object."""
    found = _object(reply)
    return None if found is None or key not in found else verdict(found[key], str(found.get("explanation") or ""))


def _object(reply: str) -> Mapping[str, Any] | None:
    """Return the JSON object that a reply is, except for a code fence and end-of-turn tokens; None if it is not one."""
    text = _unfenced(reply.strip()) if len(reply) <= LONGEST else ""
    if text and not text.endswith("}"):  # an explanation may quote such a token: nothing is cut from a whole object
        text = _unfenced(without_tokens(text).strip())
    if not (text.startswith("{") and text.endswith("}")):
        return None
    try:
        found = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _unfenced(text: str) -> str:
    if len(text) < 6 or text[:3] not in ("```", "~~~") or not text.endswith(text[:3]):
        return text
    inside = text.strip(text[0])
    info = _INFO.match(inside)
    return inside[info.end() if info else 0 :].strip()


def _without_duplicates(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    members = list(pairs)
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a key stands there twice: either value might be the verdict")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _number(value: Any) -> float | None:
    """Return a number of JSON, or one written as plain ASCII text; None for what ``float`` would take beside them."""
    if isinstance(value, str):
        text = value.strip(" \t\r\n")
        return float(text) if _NUMBER.fullmatch(text) else None
    if type(value) not in (int, float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _points(value: Any, most: float) -> float | None:
    """Return points, with or without their unit; ``yes`` and ``no`` if a criterion is met or not."""
    if most == 1 and isinstance(value, (bool, str)) and (met := _MET.get(str(value).strip().casefold())) is not None:
        return met
    return _number(_UNIT_OF_POINTS.sub("", value.strip()) if isinstance(value, str) else value)


def _matched(pattern: Pattern, verdict: _Reader, reply: str, key: str, judged: Sequence[str]) -> Verdict | None:
    """Return the verdict that a user's expression finds.

    On the line after the key only the judge can have written it, and one value is the verdict, several are none.
    Without such a line the last match is the verdict, unless a text under judgement holds the same: then the judge
    may have quoted it.
    """
    text = reply[-LONGEST:]
    _, marked, behind = text.rpartition(key)
    if marked and key != KEY:
        line = behind.lstrip('":*` \t\r\n').partition("\n")[0]
        values = {found.value: found for word in pattern.captured(line) if (found := verdict(word.strip()))}
        return next(iter(values.values())) if len(values) == 1 else None
    last = verdict((pattern.last(text) or "").strip())
    if last is None:
        return None
    quotable = (found for text in judged for word in pattern.captured(text) if (found := verdict(word.strip())))
    return None if any(found.value == last.value for found in quotable) else last
