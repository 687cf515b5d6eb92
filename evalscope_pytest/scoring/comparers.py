"""Ready-made comparers: rules for when an answer is a target. Each is a value, or a function that returns one."""

from __future__ import annotations

from functools import partial

from ..core.values import Sample
from .compare.math_equal import STRICT, Leniency, Undecided
from .compare.math_equal import same as same_mathematics
from .composed import Comparer, Comparison, Later
from .readers import gold_letters, plain

__all__ = ["all_letters", "any_letter", "math", "measured_math", "part", "text"]


def same_math(answer: str, sample: Sample, leniency: Leniency = STRICT) -> bool | Later:
    """Compare a mathematical answer with the targets; what needs computer algebra takes time."""
    undecided: list[Undecided] = []
    for target in sample.targets:
        verdict = same_mathematics(target, answer, sample.question, leniency)
        if verdict is True:
            return True
        if isinstance(verdict, Undecided):
            undecided.append(verdict)
    return partial(_computed, undecided) if undecided else False


async def _computed(undecided: list[Undecided]) -> Comparison:
    from .compare.math_worker import equal

    late = False
    for question in undecided:
        for gold, given in question.pairs:
            verdict = await equal(gold, given)
            late = late or verdict == "timeout"
            if verdict != "equal":
                break
        else:
            return Comparison(True)
    return Comparison(False, {"comparison": "timeout"} if late else None)


def _measured(answer: str, sample: Sample) -> bool | Later:
    return same_math(answer, sample, Leniency(measured=True))


def _equal(answer: str, sample: Sample) -> bool:
    return plain(answer) in map(plain, sample.targets)


def within(answer: str, sample: Sample) -> bool:
    """Return whether an answer is a part of a target, whatever the case; an empty one is not."""
    bare = plain(answer)
    return bare != "" and any(bare in plain(target) for target in sample.targets)


def _part(answer: str, sample: Sample) -> bool:
    return _equal(answer, sample) or within(answer, sample)


def _any_letter(answer: str, sample: Sample) -> bool:
    return answer in gold_letters(sample)


def _all_letters(answer: str, sample: Sample) -> bool:
    return set(answer.split(",")) == set(gold_letters(sample))


math = Comparer("math", same_math)
"""Numbers are compared exactly; what needs computer algebra has five seconds in a process of its own."""

measured_math = Comparer("measured_math", _measured)
"""As `math`, but targets with decimals are rounded quantities: an answer that rounds to the target is right."""

text = Comparer("text", _equal)
"""The same text, whatever its case and blanks."""

part = Comparer("part", _part)
"""The same text, or a part of a target."""

any_letter = Comparer("any_letter", _any_letter)
"""One letter, which is among those of the targets."""

all_letters = Comparer("all_letters", _all_letters)
"""Letters joined by commas: all those of the targets, and no other."""
