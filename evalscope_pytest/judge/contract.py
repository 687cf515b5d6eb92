"""What a judge has to reply, and how the reply is read: strictly, since a misread verdict is a faked score.

A verdict is one JSON object with the key ``verdict``. A bare label, or ``[[0.5]]``, is understood as well, being what
older prompts ask for. A reply that holds two different verdicts holds none.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..scoring.pattern import Pattern

# Characters of a reply, from its end, in which a verdict is looked for, and objects that are tried.
LONGEST = 65_536
MOST_OBJECTS = 50
_WRAPPING = " \t\r\n*_`\"'.。()[]（）【】"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge decided.

    Attributes:
        value: The label, or the number as text.
        metrics: What it is worth.
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

    @property
    def instruction(self) -> str:
        """The sentences that ask for the verdict."""
        words = ", ".join(f'"{word}"' for word in self.values)
        return (
            'Reply with exactly one JSON object, {"explanation": "...", "verdict": "..."}, and nothing else. '
            f"The explanation is short; the verdict is one of {words}."
        )

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics a verdict stands for."""
        return tuple(next(iter(self.values.values())))

    @property
    def identity(self) -> str:
        """What makes this contract differ from others, for content addresses."""
        return f"{dict(self.values)!r} {self.pattern.source if self.pattern else ''}"

    @property
    def ideal(self) -> str:
        """A reply with the first label, as a mock judge gives it."""
        return json.dumps({"explanation": "mock", "verdict": next(iter(self.values))})

    def read(self, reply: str) -> Verdict | None:
        """Return the verdict; None when there is none, or more than one."""
        if self.pattern is not None:
            found = [(self.pattern.last(reply) or "", "")]
        else:
            found = list(_verdicts(reply)) or [(reply.strip(_WRAPPING) if len(reply) < 200 else "", "")]
        return _only(Verdict(word, self.values[word], why) for word, why in found if word in self.values)


@dataclass(frozen=True, slots=True)
class Number:
    """The judge gives a number, which is the metric.

    Attributes:
        low: The smallest allowed.
        high: The greatest allowed.
        metric: Its name.
        unit: What the number is divided by: 10 makes marks out of ten a score between 0 and 1.
        pattern: A user's own expression, of which the last match is the number; None for the strict reading.
    """

    low: float = 0.0
    high: float = 1.0
    metric: str = "accuracy"
    unit: float = 1.0
    pattern: Pattern | None = None

    @property
    def instruction(self) -> str:
        """The sentences that ask for the verdict."""
        return (
            'Reply with exactly one JSON object, {"explanation": "...", "verdict": NUMBER}, and nothing else. '
            f"The explanation is short; the number is between {self.low:g} and {self.high:g}."
        )

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metric's name."""
        return (self.metric,)

    @property
    def identity(self) -> str:
        """What makes this contract differ from others, for content addresses."""
        pattern = self.pattern.source if self.pattern else ""
        return f"{self.metric} {self.low:g} {self.high:g} {self.unit:g} {pattern}"

    @property
    def ideal(self) -> str:
        """A reply with the greatest number, as a mock judge gives it."""
        return json.dumps({"explanation": "mock", "verdict": self.high})

    def read(self, reply: str) -> Verdict | None:
        """Return the verdict; None when there is none, more than one, or one out of range."""
        if self.pattern is not None:
            found = [(self.pattern.last(reply) or "", "")]
        else:
            found = list(_verdicts(reply)) or [(value, "") for value in _bracketed(reply)]
        return _only(self._verdict(number, why) for text, why in found if (number := self._allowed(text)) is not None)

    def _verdict(self, number: float, explanation: str) -> Verdict:
        return Verdict(f"{number:g}", {self.metric: number / self.unit}, explanation)

    def _allowed(self, text: str) -> float | None:
        try:
            number = float(text)
        except ValueError:
            return None
        return number if math.isfinite(number) and self.low <= number <= self.high else None


@dataclass(frozen=True, slots=True)
class Marks:
    """The judge gives a whole number for each of several qualities.

    Attributes:
        names: What the judge calls each quality, and the name of its metric.
        low: The smallest mark.
        high: The greatest mark.
    """

    names: Mapping[str, str]
    low: int = 1
    high: int = 5

    @property
    def instruction(self) -> str:
        """The sentences that ask for the verdict."""
        form = ", ".join(f'"{name}": NUMBER' for name in self.names)
        return (
            f'Reply with exactly one JSON object, {{"explanation": "...", "verdict": {{{form}}}}}, and nothing else. '
            f"The explanation is short; each number is whole, from {self.low} to {self.high}."
        )

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics' names."""
        return tuple(self.names.values())

    @property
    def identity(self) -> str:
        """What makes this contract differ from others, for content addresses."""
        return f"{dict(self.names)!r} {self.low} {self.high}"

    @property
    def ideal(self) -> str:
        """A reply with the greatest marks, as a mock judge gives it."""
        return json.dumps({"explanation": "mock", "verdict": dict.fromkeys(self.names, self.high)})

    def read(self, reply: str) -> Verdict | None:
        """Return the verdict; None when there is none, more than one, or a mark is missing or out of range."""
        return _only(self._verdict(found) for found in _objects(reply) if self._is_whole(found.get("verdict")))

    def _is_whole(self, marks: Any) -> bool:
        return isinstance(marks, dict) and all(
            type(mark := marks.get(name)) is int and self.low <= mark <= self.high for name in self.names
        )

    def _verdict(self, found: Mapping[str, Any]) -> Verdict:
        marks = {name: found["verdict"][name] for name in self.names}
        metrics = {metric: float(marks[name]) for name, metric in self.names.items()}
        return Verdict(json.dumps(marks), metrics, str(found.get("explanation") or ""))


Contract = Labels | Number | Marks


def _only(verdicts: Iterable[Verdict]) -> Verdict | None:
    found = list(verdicts)
    return found[-1] if len({verdict.value for verdict in found}) == 1 else None


def _verdicts(reply: str) -> Iterator[tuple[str, str]]:
    """Yield value and explanation of every JSON object with a verdict."""
    for found in _objects(reply):
        value = found.get("verdict")
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            yield str(value).strip(), str(found.get("explanation") or "")


def _objects(reply: str) -> Iterator[Mapping[str, Any]]:
    """Yield every JSON object that is not part of another."""
    text, at = reply[-LONGEST:], -1
    decoder = json.JSONDecoder()
    for _ in range(MOST_OBJECTS):
        at = text.find("{", at + 1)
        if at < 0:
            return
        try:
            found, end = decoder.raw_decode(text, at)
        except ValueError:
            continue
        except RecursionError:  # nothing that nests like this is a verdict, and every level of it would take as long
            return
        at = end - 1
        if isinstance(found, dict):
            yield found


def _bracketed(reply: str) -> Iterator[str]:
    """Yield what stands in ``[[...]]``."""
    text, at = reply[-LONGEST:], 0
    while (at := text.find("[[", at)) >= 0:
        end = text.find("]]", at)
        if end < 0:
            return
        yield text[at + 2 : end].strip()
        at = end
