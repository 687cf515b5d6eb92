"""Comparing text with text: the same, or held in the other."""

from __future__ import annotations

from ..core.values import Sample, Score
from .protocol import Scorer
from .read.visible import fold, visible


def exact_match(*, inclusion: bool = False) -> Scorer:
    """Judge a reply by being one of the targets, whatever its case and surrounding blanks. Metric ``accuracy``.

    Args:
        inclusion: A reply that is a part of a target is right too (EvalScope's ``allow_inclusion``).
    """

    def score(text: str, sample: Sample) -> Score:
        answer = _plain(text)
        right = answer in map(_plain, sample.targets) or (inclusion and within(text, sample))
        return Score(accuracy=float(right), answer=answer or None)

    return Scorer("exact_match", ("accuracy",), score, options="inclusion" if inclusion else "")


def within(answer: str, sample: Sample) -> bool:
    """Return whether an answer is a part of a target, whatever the case; an empty one is not."""
    plain = _plain(answer)
    return plain != "" and any(plain in _plain(target) for target in sample.targets)


def includes() -> Scorer:
    """Judge a reply by holding one of the targets, as whole words, whatever the case. Metric ``accuracy``."""
    return Scorer("includes", ("accuracy",), _included)


def _included(text: str, sample: Sample) -> Score:
    reply = _plain(text)
    found = next((target for target in sample.targets if _holds(reply, _plain(target))), None)
    return Score(accuracy=float(found is not None), answer=found)


def _holds(reply: str, target: str) -> bool:
    """Return whether ``target`` occurs in ``reply`` and is not a piece of a longer word or number."""
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


def _plain(text: str) -> str:
    return " ".join(fold(visible(text)).casefold().split())
