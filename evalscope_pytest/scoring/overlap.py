"""Overlap of a text with a reference: BLEU, ROUGE, and the scorer of both."""

from __future__ import annotations

import logging
import math
import os
import tempfile
import warnings
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from stat import S_ISDIR
from typing import TYPE_CHECKING

from ..core.errors import ScoringError
from ..core.values import Sample, Score
from .english import words
from .scorer import Scorer

if TYPE_CHECKING:
    import jieba


# jieba's time grows with the square of a run of characters it does not know: lines are cut into pieces of this length.
PIECE = 500
# Maximum number of characters of a text that are compared.
MOST_COMPARED = 1 << 17
# It needs up to 10 us a character: what a text has beyond this many is left out.
MOST_CUT = 20_000


def is_chinese(text: str) -> bool:
    """Return whether there is a Chinese character in ``text``."""
    return not text.isascii() and any("\u4e00" <= character <= "\u9fa5" for character in text)


@lru_cache(maxsize=32)  # BLEU and ROUGE cut the same texts
def chinese_words(text: str) -> tuple[str, ...]:
    """Split ``text`` into words, in order; those of other languages, and white space, are among them."""
    cutter = _cutter()
    found: list[str] = []
    for line in text[:MOST_CUT].splitlines(keepends=True):
        for start in range(0, len(line), PIECE):
            found.extend(cutter.cut(line[start : start + PIECE]))
    return tuple(found)


@lru_cache(maxsize=1)
def _cutter() -> jieba.Tokenizer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of jieba's source, and of pkg_resources, which a session may turn into errors
        import jieba

    # It reports its start on stderr, and adds its own handler to do so.
    logging.getLogger("jieba").setLevel(logging.ERROR)
    cutter = jieba.Tokenizer()
    cutter.tmp_dir = _own_folder()
    return cutter


def _own_folder() -> str:
    """Return the folder for jieba's compiled dictionary, which it trusts: one that nobody else can write to."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir(), f"evalscope-pytest-{user}")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return tempfile.mkdtemp(prefix="evalscope-pytest-")
    ours = S_ISDIR(found.st_mode) and found.st_uid == user and not found.st_mode & 0o022
    return str(folder) if ours else tempfile.mkdtemp(prefix="evalscope-pytest-")


ORDERS = (1, 2, 3, 4)
BLEU = tuple(f"bleu-{order}" for order in ORDERS)


def bleu() -> Scorer:
    """Compare a reply with its targets: ``bleu-n`` is the precision of n-grams of just that length, in [0, 1].

    Each is multiplied by the brevity penalty. Chinese is cut into words by jieba, anything else as English; white
    space is not a word. With several targets, an n-gram may match any of them.
    """
    return Scorer("bleu", BLEU, lambda text, sample: Score.of(bleu_values(text, sample), answer=text))


def bleu_values(text: str, sample: Sample) -> dict[str, float]:
    """Return the metrics of `bleu` for a reply."""
    reply = _bleu_words(text)
    references = [reference for target in sample.targets if (reference := _bleu_words(target))]
    if not reply or not references:
        return dict.fromkeys(BLEU, 0.0)
    penalty = _brevity_penalty(len(reply), references)
    return {name: penalty * _precision(reply, references, order) for name, order in zip(BLEU, ORDERS, strict=True)}


def _bleu_words(text: str) -> list[str]:
    text = text[:MOST_COMPARED]
    return [word for word in chinese_words(text) if not word.isspace()] if is_chinese(text) else words(text)


def _precision(reply: Sequence[str], references: Sequence[Sequence[str]], order: int) -> float:
    """Return the share of the reply's n-grams that are in a reference, each no more often than there."""
    found = _counted_ngrams(reply, order)
    allowed: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        allowed |= _counted_ngrams(reference, order)
    return (found & allowed).total() / max(1, found.total())


def _counted_ngrams(items: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(items[start:] for start in range(order)), strict=False))


def _brevity_penalty(length: int, references: Sequence[Sequence[str]]) -> float:
    closest = min((len(reference) for reference in references), key=lambda size: (abs(size - length), size))
    return 1.0 if length > closest else math.exp(1 - closest / length)


ROUGE = tuple(f"Rouge-{kind}-{value}" for kind in ("L", "1", "2") for value in "RPF")
# Maximum number of words of each text that are compared: the time grows with the square of it.
MOST_WORDS = 20_000


def rouge() -> Scorer:
    """Compare a reply with its targets: ``Rouge-1``, ``-2`` (distinct n-grams) and ``-L`` (longest common subsequence).

    Each as recall R, precision P and F, in [0, 1]; ``Rouge-L-R`` is the primary one. Chinese is cut into words by
    jieba; otherwise words end at white space and full stops. Of several targets, the one with the best Rouge-L-R
    counts.
    """
    return Scorer("rouge", ROUGE, lambda text, sample: Score.of(rouge_values(text, sample), answer=text))


def rouge_values(text: str, sample: Sample) -> dict[str, float]:
    """Return the metrics of `rouge` for a reply."""
    reply = _rouge_words(text)
    scored = [_compare(reply, _rouge_words(target)) for target in sample.targets or ("",)]
    return max(scored, key=lambda values: (values["Rouge-L-R"], values["Rouge-L-F"]))


def _rouge_words(text: str) -> list[str]:
    text = text[:MOST_COMPARED]
    spaced = " ".join(chinese_words(text)) if is_chinese(text) else text
    return spaced.replace(".", " ").split()[:MOST_WORDS]


def _compare(reply: Sequence[str], reference: Sequence[str]) -> dict[str, float]:
    values = _values(common_length(reply, reference), len(reply), len(reference), "L")
    for order in (1, 2):
        ours, theirs = _distinct_ngrams(reply, order), _distinct_ngrams(reference, order)
        values |= _values(len(ours & theirs), len(ours), len(theirs), str(order))
    return values


def _distinct_ngrams(items: Sequence[str], order: int) -> set[tuple[str, ...]]:
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


METRICS = (ROUGE[0], *BLEU, *ROUGE[1:])


def similarity() -> Scorer:
    """Compare a reply with its targets by all metrics of `bleu` and `rouge`; ``Rouge-L-R`` is the primary one.

    A sample without a target has no score: it is an error of that sample, not a score of 0.
    """
    return Scorer("similarity", METRICS, _score)


def _score(text: str, sample: Sample) -> Score:
    if not any(target.strip() for target in sample.targets):
        raise ScoringError("there is no reference answer to compare with: give the record one, or name a judge")
    values = bleu_values(text, sample) | rouge_values(text, sample)
    return Score.of({name: values[name] for name in METRICS}, answer=text)
