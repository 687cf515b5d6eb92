"""Comparing text with text: the same, or held in the other."""

from __future__ import annotations

from . import comparers, readers
from .composed import answer
from .scorer import Scorer


def exact_match(*, inclusion: bool = False) -> Scorer:
    """Judge a reply by being one of the targets, whatever its case and surrounding blanks. Metric ``accuracy``.

    Args:
        inclusion: A reply that is a part of a target is right too (EvalScope's ``allow_inclusion``).
    """
    same, options = (comparers.part, "inclusion") if inclusion else (comparers.text, "")
    return answer("exact_match", read=readers.whole, same=same, options=options)


def includes() -> Scorer:
    """Judge a reply by holding one of the targets, as whole words, whatever the case. Metric ``accuracy``."""
    return answer("includes", read=readers.mention, same=comparers.text, options="")
