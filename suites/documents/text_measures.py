"""The likeness of a transcription to the text of a page: edit distance, words, BLEU and METEOR.

`rapidfuzz` counts edits (extra ``documents``); the rest is arithmetic. Texts are cut at `MOST` characters.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.core.libraries import lacks
from evalscope_pytest.scoring.overlap import chinese_words, is_chinese
from evalscope_pytest.scoring.read.visible import visible

MOST = 200_000  # Characters of a reply that are compared.
_MOST_EDITED = 60_000  # Characters of a text whose edits are counted: the time grows with the square.
_ORDERS = 4
_TICKS = "```"
_BLOCK = re.compile(r"```[\w+-]{0,20}[ \t]*\n(.{0,200000}?)(?:```|\Z)", re.DOTALL)


def require_rapidfuzz(benchmark: str) -> None:
    """Raise before anything is sent if the library that counts edits is not there.

    Raises:
        ConfigError: It is not installed.
    """
    if lacks("rapidfuzz"):
        raise ConfigError(f"{benchmark} needs rapidfuzz. Run: pip install 'evalscope-pytest[documents]'.")


def transcribed(text: str) -> str:
    """Return the visible text of a reply, stripped; of a reply that is one fenced block its content."""
    said = visible(text)[:MOST].strip()
    if len(said) < 2 * len(_TICKS) or not (said.startswith(_TICKS) and said.endswith(_TICKS)):
        return said
    label, _, body = said[len(_TICKS) : -len(_TICKS)].partition("\n")
    return said if _TICKS in body or len(label) > 20 else body.strip()


def fenced(text: str) -> str:
    """Return the longest fenced block of a text if it is the greater part of it; otherwise the text."""
    blocks = sorted(_BLOCK.findall(text[:MOST]), key=len)
    return blocks[-1].strip() if blocks and len(blocks[-1]) * 2 > len(text) else text


def edits(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the fewest items to insert, delete or replace (Levenshtein)."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(one[:_MOST_EDITED], other[:_MOST_EDITED])


def edit_share(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the edits between two texts, as a share of the longer one; 0 for two empty ones."""
    one, other = one[:_MOST_EDITED], other[:_MOST_EDITED]
    return edits(one, other) / max(len(one), len(other), 1)


def common(one: str, other: str) -> int:
    """Return the length of the longest common subsequence of two texts, in characters."""
    from rapidfuzz.distance import LCSseq

    return LCSseq.similarity(one[:_MOST_EDITED], other[:_MOST_EDITED])


def words_of(text: str, beside: str = "") -> list[str]:
    """Split a text at white space; by jieba if it or the text ``beside`` it is Chinese."""
    return list(chinese_words(text)) if is_chinese(text) or is_chinese(beside) else text.split()


def bleu4(reply: Sequence[str], reference: Sequence[str]) -> float:
    """Return BLEU of a single text (Papineni et al. 2002), from 0 to 1, without smoothing.

    N-grams of up to four words, or as many as a shorter reference has: a copy of it has BLEU 1.
    """
    if not reply or not reference:
        return 0.0
    orders = range(1, min(_ORDERS, len(reference)) + 1)
    shares = [_shared_ngrams(reply, reference, order) for order in orders]
    if not all(shares):
        return 0.0
    penalty = 1.0 if len(reply) > len(reference) else math.exp(1 - len(reference) / len(reply))
    return penalty * math.exp(math.fsum(map(math.log, shares)) / len(shares))


def _shared_ngrams(reply: Sequence[str], reference: Sequence[str], order: int) -> float:
    found = _ngrams(reply, order)
    return (found & _ngrams(reference, order)).total() / max(1, found.total())


def _ngrams(words: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[start:] for start in range(order)), strict=False))


def meteor(reply: Sequence[str], reference: Sequence[str]) -> float:
    """Return METEOR (Banerjee & Lavie 2005) by equal words, whatever their case; no stems, no synonyms.

    Recall counts nine times as much as precision; each break in the order costs.
    """
    places: dict[str, list[int]] = {}
    for place, word in enumerate(reference):
        places.setdefault(word.lower(), []).append(place)
    matched = [
        (number, places[word.lower()].pop())
        for number, word in reversed(list(enumerate(reply)))
        if places.get(word.lower())
    ]
    if not matched:
        return 0.0
    matched.reverse()
    joined = sum(after[0] - before[0] == after[1] - before[1] == 1 for before, after in pairwise(matched))
    precision, recall = len(matched) / len(reply), len(matched) / len(reference)
    mean = precision * recall / (0.9 * precision + 0.1 * recall)
    return mean * (1 - 0.5 * ((len(matched) - joined) / len(matched)) ** 3)


def distinct_f1(reply: Sequence[str], reference: Sequence[str]) -> float:
    """Return F1 of the distinct words."""
    return _f1(len(set(reply) & set(reference)), len(set(reply)), len(set(reference)))


def counted_f1(reply: Sequence[str], reference: Sequence[str]) -> float:
    """Return F1 of the words, each as often as it occurs; 1 for two empty texts."""
    if not reply and not reference:
        return 1.0
    return _f1((Counter(reply) & Counter(reference)).total(), len(reply), len(reference))


def _f1(shared: int, given: int, true: int) -> float:
    return 2 * shared / (given + true) if shared else 0.0
