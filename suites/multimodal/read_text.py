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
_RULED_OUT = re.compile(
    r"[\"'”’)]{0,2}\s?(?:(?:(?:would|must|can) be|is|was|seems) (?:clearly )?(?:wrong|incorrect|false|ruled out)"
    r"|是?(?:错的|错误的|不对))"
)
_OR = re.compile(r"\bor\b(?! (?:so|rather|thereabouts|later|earlier|more|less)\b)|或者?|还是")
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
    right = any(says(reply, target, formula=formula) for target in targets)
    return Score(accuracy=float(right), answer=text.strip()[:200] or None)


def _formula(text: str) -> str:
    return "".join(fold(visible(text)).split())


def says(reply: str, target: str, *, formula: bool = False) -> bool:
    """Return whether a reply holds a text as whole words, not denied, and not as one of several guesses.

    Both are in plain form.
    """
    pieces = [piece for piece in _PIECES.split(reply) if piece]
    if not formula and not _PIECES.search(target) and _is_list(pieces, target):
        return all(piece == target for piece in pieces)
    return states(reply, target)


def says_all(reply: str, targets: list[str]) -> float:
    """Return the share of the texts that a reply holds; 0 if it lists others beside them. All are in plain form."""
    pieces = [piece for piece in _PIECES.split(reply) if piece]
    if len(pieces) > 1 and any(_is_list(pieces, target) for target in targets) and not set(pieces) <= set(targets):
        return 0.0
    return sum(states(reply, target) for target in targets) / len(targets)


def _is_list(pieces: list[str], target: str) -> bool:
    """Return whether the pieces of a reply are a list with the text among them, and not a sentence that goes on."""
    return len(pieces) > 1 and target in pieces and not any(piece.startswith(_GOES_ON) for piece in pieces)


def is_undecided(reply: str, target: str) -> bool:
    """Return whether a reply that holds a text denies it, or names it as one of two; both are in plain form."""
    if target not in reply or _OR.search(target):
        return False
    pieces = [piece.strip(" ,.;\"'") for piece in _OR.split(reply)]
    beside = [piece for piece in pieces if piece.endswith(target) or piece.startswith(target)]
    return not states(reply, target) or (len(pieces) > 1 and bool(beside))


def states(reply: str, target: str) -> bool:
    """Return whether a reply holds a text as whole words and does not deny it; both are in plain form."""
    at = reply.find(target) if target else -1
    while at >= 0:
        before, behind = reply[max(0, at - 48) : at], reply[at + len(target) :][:48]
        whole = not (_joined(before[-1:], target[0]) or _joined(target[-1], behind[:1]))
        if whole and not _DENIED.search(before) and not _RULED_OUT.match(behind):
            return True
        at = reply.find(target, at + 1)
    return False


def _joined(left: str, right: str) -> bool:
    """Return whether two characters belong to one word."""
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
