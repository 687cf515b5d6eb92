"""Measures of a caption against several references, by words and runs of words.

BLEU (Papineni et al. 2002) over a corpus with the reference of the nearest length, ROUGE-L (Lin 2004, beta 1.2) and
CIDEr-D (Vedantam et al. 2015, arXiv:1411.5726; sigma 6, times 10) as evaluations of MS COCO define them; METEOR
(Banerjee and Lavie 2005) with its exact module alone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Words = Sequence[str]
Counts = Counter[tuple[str, ...]]
ORDERS = (1, 2, 3, 4)
_SIGMA, _BETA = 6.0, 1.2
_SMALL, _TINY = 1e-9, 1e-15  # what keeps a precision without matches above 0, as in the official code


def ngrams(words: Words, orders: Iterable[int] = ORDERS) -> Counts:
    """Count the runs of words of some lengths."""
    return Counter(tuple(words[at : at + n]) for n in orders for at in range(len(words) - n + 1))


# BLEU -----------------------------------------------------------------------------------------------------------------


def bleu_sums(words: Words, references: Sequence[Words], order: int) -> dict[str, float]:
    """Return what adds up to the BLEU of a corpus: matches and runs by length, own and reference's words."""
    most: Counts = Counter()
    for reference in references:
        most |= ngrams(reference, range(1, order + 1))
    matched = ngrams(words, range(1, order + 1)) & most
    sums: dict[str, float] = {"words": len(words), "reference": _nearest(len(words), references)}
    for n in range(1, order + 1):
        sums[f"matches_{n}"] = sum(count for run, count in matched.items() if len(run) == n)
        sums[f"runs_{n}"] = max(0, len(words) - n + 1)
    return sums


def _nearest(length: int, references: Sequence[Words]) -> int:
    return min((abs(len(reference) - length), len(reference)) for reference in references)[1]


def bleu(sums: Iterable[Mapping[str, float]]) -> float:
    """Return the BLEU of captions, given the sums of each."""
    total: Counter[str] = Counter()
    for one in sums:
        total.update(one)
    order = sum(name.startswith("runs_") for name in total)
    logs = [math.log((total[f"matches_{n}"] + _TINY) / (total[f"runs_{n}"] + _SMALL)) for n in range(1, order + 1)]
    ratio = (total["words"] + _TINY) / (total["reference"] + _SMALL)
    return math.exp(math.fsum(logs) / order + min(0.0, 1 - 1 / ratio)) if order else 0.0


# CIDEr ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Corpus:
    """The frequency of runs of words among the references of all pictures or videos.

    Attributes:
        size: Number of pictures or videos.
        frequency: Number of them whose references hold a run; runs of one alone are left out.
    """

    size: int
    frequency: Mapping[tuple[str, ...], int]

    @classmethod
    def of(cls, references: Iterable[Sequence[Words]]) -> Corpus:
        """Return the corpus of references, those of each picture or video together."""
        size, found = 0, Counts()
        for several in references:
            size += 1
            found.update({run for words in several for run in ngrams(words)})
        return cls(size, {run: count for run, count in found.items() if count > 1})

    def weights(self, counts: Counts) -> dict[tuple[str, ...], float]:
        """Return the weight of each run: how often it occurs, and the rarer the more."""
        whole = math.log(self.size) if self.size else 0.0
        return {run: count * (whole - math.log(self.frequency.get(run, 1))) for run, count in counts.items()}


def cider(words: Words, references: Sequence[Words], corpus: Corpus) -> float:
    """Return the CIDEr-D of a caption, from 0 to 10."""
    own = corpus.weights(ngrams(words))
    found = [_likeness(words, own, reference, corpus) for reference in references]
    return 10.0 * math.fsum(found) / len(found)


def _likeness(words: Words, own: Mapping[tuple[str, ...], float], reference: Words, corpus: Corpus) -> float:
    other = corpus.weights(ngrams(reference))
    penalty = math.exp(-((max(len(words) - 1, 0) - max(len(reference) - 1, 0)) ** 2) / (2 * _SIGMA**2))
    likeness = 0.0
    for n in ORDERS:
        mine, theirs = ({run: weight for run, weight in all_.items() if len(run) == n} for all_ in (own, other))
        norm = math.sqrt(math.fsum(w * w for w in mine.values()) * math.fsum(w * w for w in theirs.values()))
        shared = math.fsum(min(weight, theirs[run]) * theirs[run] for run, weight in mine.items() if run in theirs)
        likeness += shared / norm if norm else 0.0
    return penalty * likeness / len(ORDERS)


# ROUGE and METEOR -----------------------------------------------------------------------------------------------------


def rouge_l(words: Words, references: Sequence[Words]) -> float:
    """Return the F-measure of the longest common subsequence: best precision and best recall over the references."""
    common = [(_common(words, reference), len(reference)) for reference in references]
    precision = max(length / len(words) for length, _ in common) if words else 0.0
    recall = max((length / size for length, size in common if size), default=0.0)
    if not precision or not recall:
        return 0.0
    return (1 + _BETA**2) * precision * recall / (recall + _BETA**2 * precision)


def _common(one: Words, other: Words) -> int:
    """Return the length of the longest common subsequence; the time is that of their product."""
    before = [0] * (len(other) + 1)
    for word in one:
        now = [0]
        for column, (diagonal, above) in enumerate(pairwise(before), 1):
            now.append(diagonal + 1 if word == other[column - 1] else max(above, now[-1]))
        before = now
    return before[-1]


def meteor(words: Words, references: Sequence[Words]) -> float:
    """Return METEOR with exact matches, without stems, synonyms and paraphrases; of several references the best."""
    return max((_meteor(words, reference) for reference in references), default=0.0)


def _meteor(words: Words, reference: Words) -> float:
    places: dict[str, list[int]] = {}
    for place, word in enumerate(reference):
        places.setdefault(word, []).append(place)
    matches, chunks, last = 0, 0, -2
    for word in words:
        free = places.get(word)
        if not free:
            last = -2
            continue
        place = last + 1 if last + 1 in free else free[0]
        free.remove(place)
        matches += 1
        chunks += place != last + 1
        last = place
    if not matches:
        return 0.0
    precision, recall = matches / len(words), matches / len(reference)
    mean = 10 * precision * recall / (recall + 9 * precision)
    return mean * (1 - 0.5 * (chunks / matches) ** 3)
