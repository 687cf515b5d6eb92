"""ROUGE of one reply (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries")."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.values import Sample, Score
from ..scorer import Scorer
from .segmentation import MOST_COMPARED, chinese_words, is_chinese

METRICS = tuple(f"Rouge-{kind}-{value}" for kind in ("L", "1", "2") for value in "RPF")
# Maximum number of words of each text that are compared: the time grows with the square of it.
LONGEST = 20_000


def rouge() -> Scorer:
    """Compare a reply with its targets: ``Rouge-1``, ``-2`` (distinct n-grams) and ``-L`` (longest common subsequence).

    Each as recall R, precision P and F, in [0, 1]; ``Rouge-L-R`` is the primary one. Chinese is cut into words by
    jieba; otherwise words end at white space and full stops. Of several targets, the one with the best Rouge-L-R
    counts.
    """
    return Scorer("rouge", METRICS, lambda text, sample: Score.of(rouge_values(text, sample), answer=text))


def rouge_values(text: str, sample: Sample) -> dict[str, float]:
    """Return the metrics of `rouge` for a reply."""
    reply = _words(text)
    scored = [_compare(reply, _words(target)) for target in sample.targets or ("",)]
    return max(scored, key=lambda values: (values["Rouge-L-R"], values["Rouge-L-F"]))


def _words(text: str) -> list[str]:
    text = text[:MOST_COMPARED]
    spaced = " ".join(chinese_words(text)) if is_chinese(text) else text
    return spaced.replace(".", " ").split()[:LONGEST]


def _compare(reply: Sequence[str], reference: Sequence[str]) -> dict[str, float]:
    values = _values(common_length(reply, reference), len(reply), len(reference), "L")
    for order in (1, 2):
        ours, theirs = _ngrams(reply, order), _ngrams(reference, order)
        values |= _values(len(ours & theirs), len(ours), len(theirs), str(order))
    return values


def _ngrams(items: Sequence[str], order: int) -> set[tuple[str, ...]]:
    return set(zip(*(items[start:] for start in range(order)), strict=False))


def _values(common: int, reply: int, reference: int, kind: str) -> dict[str, float]:
    recall = common / reference if reference else 0.0
    precision = common / reply if reply else 0.0
    # The small term is part of the figure: without it, EvalScope's F would differ in the ninth digit.
    f_measure = 2 * precision * recall / (precision + recall + 1e-8)
    return {f"Rouge-{kind}-R": recall, f"Rouge-{kind}-P": precision, f"Rouge-{kind}-F": f_measure}


def common_length(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest common subsequence, one bit a word (Hyyrö 2004, "Bit-parallel LCS-length")."""
    positions: dict[str, int] = {}
    for index, word in enumerate(first):
        positions[word] = positions.get(word, 0) | 1 << index
    full = (1 << len(first)) - 1
    rows = full
    for word in second:
        matches = rows & positions.get(word, 0)
        rows = ((rows + matches) | (rows - matches)) & full
    return len(first) - rows.bit_count()
