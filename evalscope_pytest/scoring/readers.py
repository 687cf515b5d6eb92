"""Ready-made readers: ways to find the answer in a reply. Each is a value, or a function that returns one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..core.values import Sample
from .composed import Reader, Readings
from .read.choice import read_choice
from .read.math_text import read_math
from .read.numbered import read_numbered
from .read.options import LETTERS, options
from .read.phrase import read_phrase, read_spans
from .read.verdict import read_verdict
from .read.visible import fold, visible

__all__ = ["choice", "math", "mention", "phrase", "spans", "verdict", "whole"]

Language = Literal["en", "zh"]
_MARKER = {"en": "ANSWER: ", "zh": "答案："}


def choice(*, multiple: bool = False, labels: str = "", language: Language = "en") -> Reader:
    """Return a reader of the chosen option: its letter, of several options the letters joined by commas.

    Args:
        multiple: The question may have several right options; otherwise a choice of two is not an answer.
        labels: Letters of the options, if the sample's choices do not show how many there are.
        language: Language of the ideal reply; replies are read in both.
    """

    kind = f"{'multiple' if multiple else ''}{labels}"
    return Reader("choice", _Choice(multiple, labels), _Announced(_MARKER[language], multiple), kind)


def boxed_target(sample: Sample) -> str:
    """Return the ideal reply to a question of mathematics."""
    return f"\\boxed{{{sample.targets[0]}}}"


def gold_letters(sample: Sample) -> list[str]:
    """Return the labels of the targets, sorted: their letters, or the numbers of options behind Z."""
    numbers = {target for target in sample.targets if target.isdecimal()}
    return sorted(numbers | {letter for target in sample.targets for letter in target.upper() if letter.isalpha()})


def plain(text: str) -> str:
    """Return what is visible of ``text``, in one case and with single blanks."""
    return " ".join(fold(visible(text)).casefold().split())


def one(read: Callable[[str], str | None]) -> Callable[[str, Sample], Readings]:
    """Return a function of a reader that reads one answer at most and does not look at the sample."""

    def readings(text: str, sample: Sample) -> Readings:
        found = read(text)
        return () if found is None else (found,)

    return readings


@dataclass(frozen=True, slots=True)
class _Choice:
    """The read function of `choice`; equal for equal arguments."""

    multiple: bool
    labels: str

    def __call__(self, text: str, sample: Sample) -> Readings:
        if len(sample.choices) > len(LETTERS):
            chosen = read_numbered(text, sample.choices, multiple=self.multiple)
        else:
            chosen = read_choice(text, options(sample.choices, self.labels), multiple=self.multiple)
        return (",".join(sorted(chosen)),) if chosen else ()


@dataclass(frozen=True, slots=True)
class _Announced:
    """The ideal reply to a multiple-choice question."""

    marker: str
    multiple: bool

    def __call__(self, sample: Sample) -> str:
        letters = gold_letters(sample)
        return self.marker + ",".join(letters if self.multiple else letters[:1])


def _mentioned(text: str, sample: Sample) -> Readings:
    reply = plain(text)
    return next(((target,) for target in sample.targets if _holds(reply, plain(target))), ())


def _holds(reply: str, target: str) -> bool:
    """Return whether ``reply`` contains ``target`` other than as a piece of a longer word or number."""
    position = reply.find(target) if target else -1
    while position != -1:
        end = position + len(target)
        before, after = reply[position - 1 : position], reply[end : end + 1]
        if not (_glued(before, target[0]) or _glued(target[-1], after)):
            return True
        position = reply.find(target, position + 1)
    return False


def _glued(left: str, right: str) -> bool:
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()


math = Reader("math", one(read_math), boxed_target)
"""The value or formula of a mathematical answer, as it is written; best requested in ``\\boxed{}``."""

mention = Reader("mention", _mentioned)
"""The first target that the reply contains as whole words, whatever the case."""

phrase = Reader("phrase", lambda text, sample: read_phrase(text), lambda s: f"So the answer is {s.targets[0]}.")
"""A short free answer that a sentence announces: "So the answer is ..."."""

spans = Reader("spans", lambda text, sample: read_spans(text), lambda s: f"ANSWER: {s.targets[0]}")
"""A name, number or list of them, announced as "ANSWER: ..."; the members of a list are joined by semicolons."""

verdict = Reader("verdict", one(read_verdict))
"""``yes`` or ``no``, in other words and languages as well."""

whole = Reader("whole", one(plain))
"""The whole reply, in one case and with single blanks."""
