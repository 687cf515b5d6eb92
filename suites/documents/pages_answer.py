"""Answers from long texts shown as pictures of pages (VTCBench): texts they hold, or ROUGE-L."""

from __future__ import annotations

import re

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.scoring import readers
from evalscope_pytest.scoring.overlap import common_length
from evalscope_pytest.scoring.readers import plain

from ..multimodal.read_text import is_undecided, says_all

MEMORY = "Memory"
_LONGEST = 8000
_WORDS = re.compile(r"[^\W_]+")


def pages_answer() -> Scorer:
    """Return the scorer. Metrics ``normalized_score``, and the one it is: ``contains_all`` or ``rouge_l`` (Memory).

    ``contains_all`` is the share of the targets that a reply names; ``rouge_l`` that of the nearest target.
    """
    return Scorer("pages_answer", ("normalized_score", "contains_all", "rouge_l"), _score, _ideal_reply)


def _score(text: str, sample: Sample) -> Score:
    reply = text[-_LONGEST:]
    targets = [target for name in sample.targets if (target := plain(name))]
    if sample.metadata["task"] == MEMORY:
        value = max((_rouge(reply, target, sample) for target in targets), default=0.0)
        values = {"normalized_score": value, "rouge_l": value}
    else:
        value = says_all(plain(reply), targets) if targets else 0.0
        values = {"normalized_score": value, "contains_all": value}
    return Score.of(values, answer=text.strip()[:200] or None)


def _rouge(reply: str, target: str, sample: Sample) -> float:
    if is_undecided(plain(reply), target):
        return 0.0
    return max(_rouge_l(plain(reading), target) for reading in (reply, *readers.phrase(reply, sample)))


def _rouge_l(reply: str, target: str) -> float:
    """Return F1 of the longest common subsequence of words (Lin 2004); words as they are written, without stems."""
    ours, theirs = _WORDS.findall(reply), _WORDS.findall(target)
    shared = common_length(ours, theirs)
    return 2 * shared / (len(ours) + len(theirs)) if shared else 0.0


def _ideal_reply(sample: Sample) -> str:
    return sample.targets[0] if sample.metadata["task"] == MEMORY else " and ".join(sample.targets)
