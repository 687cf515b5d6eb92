"""Scorers made of two independent parts: a reader finds the answer in a reply, a comparer holds it against the targets.

``answer(read=readers.phrase, same=comparers.text)`` is a scorer. Every reader goes with every comparer, since what
passes between them is text.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..core.values import Sample, Score
from .scorer import Scorer, first_target

Readings = tuple[str, ...]


class Comparison(NamedTuple):
    """The result of a comparison that takes time."""

    right: bool
    metadata: Mapping[str, Any] | None = None


Later = Callable[[], Awaitable[Comparison]]


@dataclass(frozen=True, slots=True)
class Reader:
    """A way to find the answer in a reply.

    Attributes:
        name: Name of the reader in content addresses.
        read: Function of the reply's text (without thinking, filters applied) and the sample. Returns what the reply
            may be taken to answer, the most literal reading first; empty if it answers nothing.
        ideal_reply: The reply of a perfect model, in the form that this reader reads.
        options: Distinguishes readers of the same name.
    """

    name: str
    read: Callable[[str, Sample], Readings]
    ideal_reply: Callable[[Sample], str] = first_target
    options: str = ""

    def __call__(self, text: str, sample: Sample) -> Readings:
        """Return the readings of a reply."""
        return self.read(text, sample)

    @property
    def fingerprint(self) -> str:
        """Distinguishes this reader from others in content addresses."""
        return f"{self.name}({self.options})"


@dataclass(frozen=True, slots=True)
class Comparer:
    """A rule for when an answer is the same as a target of its sample.

    Attributes:
        name: Name of the comparer in content addresses.
        same: Function of one reading and the sample. Returns whether they agree, or a function that starts a
            comparison which takes time; it is called only if no reading agrees at once.
        options: Distinguishes comparers of the same name.
    """

    name: str
    same: Callable[[str, Sample], bool | Later]
    options: str = ""

    def __call__(self, answer: str, sample: Sample) -> bool | Later:
        """Return whether an answer agrees with a target, or how to find out."""
        return self.same(answer, sample)

    @property
    def fingerprint(self) -> str:
        """Distinguishes this comparer from others in content addresses."""
        return f"{self.name}({self.options})"


def answer(name: str = "answer", *, read: Reader, same: Comparer, options: str | None = None) -> Scorer:
    """Return a scorer that reads an answer and compares it with the targets. Metric ``accuracy``.

    The recorded answer is the first reading that agrees with a target, otherwise the first reading.

    Args:
        name: Name of the scorer in records and errors.
        read: Finds the answer in a reply; one of `readers` or your own `Reader`.
        same: Compares it with the targets; one of `comparers` or your own `Comparer`.
        options: Part of the content address; without it the fingerprints of both parts.
    """
    parts = f"{read.fingerprint} {same.fingerprint}" if options is None else options
    return Scorer(name, ("accuracy",), _ReadAndCompare(read, same), read.ideal_reply, parts)


@dataclass(frozen=True, slots=True)
class _ReadAndCompare:
    """The score function of a composed scorer: a value, so that equal compositions are equal scorers."""

    read: Reader
    same: Comparer

    def __call__(self, text: str, sample: Sample) -> Score | Awaitable[Score]:
        return compared(self.read(text, sample), self.same, sample)


def compared(readings: Readings, same: Comparer, sample: Sample) -> Score | Awaitable[Score]:
    """Compare the readings of a reply with the targets of its sample; awaitable if none agrees at once."""
    undecided: list[tuple[str, Later]] = []
    for reading in readings:
        verdict = same(reading, sample)
        if verdict is True:
            return Score(accuracy=1.0, answer=reading or None)
        if verdict is not False:
            undecided.append((reading, verdict))
    return _decided(readings, undecided) if undecided else Score(accuracy=0.0, answer=_shown(readings))


async def _decided(readings: Readings, undecided: Sequence[tuple[str, Later]]) -> Score:
    metadata: Mapping[str, Any] | None = None
    for reading, compare in undecided:
        found = await compare()
        if found.right:
            return Score(accuracy=1.0, answer=reading, metadata=found.metadata)
        metadata = metadata or found.metadata
    return Score(accuracy=0.0, answer=_shown(readings), metadata=metadata)


def _shown(readings: Readings) -> str | None:
    return next(iter(readings), None) or None
