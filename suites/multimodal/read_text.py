"""Text in pictures (OCRBench): a reply is right if it says one of the texts, and does not deny it or guess several."""

from __future__ import annotations

import re

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.scoring.read.visible import fold, visible
from evalscope_pytest.scoring.readers import plain

FORMULAS = "HME100k"  # the dataset of handwritten formulas
_LONGEST = 8000
_DENIED = re.compile(
    r"(?:\bnot|n't|\bno|\brather than|\binstead of|不是|并非)"
    r"(?:\s(?:say|read|show|spell|contain|the|word|text|number)){0,3}\s?[\"'“‘(]{0,2}$"
)
_GOES_ON = (
    "in ",
    "at ",
    "on ",
    "and ",
    "with ",
    "as ",
    "so ",
    "which ",
    "it ",
    "that ",
    "the ",
    "from ",
    "by ",
    "but ",
)
_PIECES = re.compile(r"\s*(?:[,;/|]|\bor\b|\n)\s*")


def read_text() -> Scorer:
    """Return the scorer. Metric ``accuracy``. Case does not matter, but in formulas, whose blanks do not."""
    return Scorer("read_text", ("accuracy",), _score)


def _score(text: str, sample: Sample) -> Score:
    formula = sample.metadata["dataset"] == FORMULAS
    form = _formula if formula else plain
    reply = form(text[-_LONGEST:])
    targets = [target for name in sample.targets if (target := form(name))]
    right = any(_says(reply, target, formula) for target in targets)
    return Score(accuracy=float(right), answer=text.strip()[:200] or None)


def _formula(text: str) -> str:
    return "".join(fold(visible(text)).split())


def _says(reply: str, target: str, formula: bool) -> bool:
    """Return whether a reply holds a text as whole words, not denied, and not as one of several guesses."""
    pieces = [piece for piece in _PIECES.split(reply) if piece]
    listed = len(pieces) > 1 and target in pieces and not any(piece.startswith(_GOES_ON) for piece in pieces)
    if listed and not formula and not _PIECES.search(target):
        return all(piece == target for piece in pieces)
    at = reply.find(target)
    while at >= 0:
        before, end = reply[max(0, at - 48) : at], at + len(target)
        if not (_joined(before[-1:], target[0]) or _joined(target[-1], reply[end : end + 1]) or _DENIED.search(before)):
            return True
        at = reply.find(target, at + 1)
    return False


def _joined(left: str, right: str) -> bool:
    """Return whether two characters belong to one word."""
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
