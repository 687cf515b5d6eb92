"""Short answers read from a picture, and how near one is to the reference answers by the rule of each benchmark."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from itertools import pairwise

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.scoring import readers
from evalscope_pytest.scoring.compare.number_words import spoken
from evalscope_pytest.scoring.read.marker import without_lead_in
from evalscope_pytest.scoring.read.phrase import unwrapped
from evalscope_pytest.scoring.readers import plain

Nearness = Callable[[str, Sample], float]
_TOLERANCE = 0.05
_LEAST = 0.5  # ANLS: a text that is farther off is another text
_LONGEST = 400  # Characters of an answer that are compared.
_AGREEING = 3  # VQA: people who have to give an answer for it to be right
_NUMBER = re.compile(r"[$€£¥]?\s?([-+]?(?:\d{1,3}(?:,\d{3}){1,5}|\d{1,30})?(?:\.\d{1,30})?)\s?(%?)")
_FIGURES = re.compile(
    r"(?<![a-z0-9_.,-])\d{1,3}(?:,\d{3}){1,4}(?![a-z0-9_.,]*\d)"
    r"|(?<![a-z0-9_.,-])\d{1,12}(?:\.\d{1,6})?(?![a-z0-9_.,]*\d)"
)
_TURNS = re.compile(r"\b(?:but|so|thus|hence|therefore|actually|in total)\b")
_RANGE = re.compile(r"\d\s?(?:[-–—]|to|or)\s?\d|\b(?:not|at least|more than|fewer than|less than|over|under)\b")
_BOUND = re.compile(r"^(?:at (?:least|most)|(?:more|fewer|less) than)\b|\d\s?(?:k|thousand|million|billion|percent)\b")
_UNDECIDED = re.compile(r"(?:^|\s)(?:not|no longer|isn't|or|either|neither)\s", re.IGNORECASE)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_SIGNS = re.compile(r"(?<!\d)[.,](?!\d)|(?<=\d),(?=\d{3})|[.,](?!\d)|[;/\[\]\"{}()=+\\_<>@`?!:*$#-]")


def short_answer(name: str, metrics: Mapping[str, Nearness]) -> Scorer:
    """Return a scorer of the answer that a reply announces, or consists of.

    Args:
        metrics: Nearness of an answer to the targets, from 0 to 1, by metric, the primary one first. The reading of
            the reply that is nearest counts.
    """
    primary = next(iter(metrics.values()))

    def score(text: str, sample: Sample) -> Score:
        readings = _readings(text, sample)
        best = max(readings, key=lambda reading: primary(reading, sample), default=None)
        values = {metric: 0.0 if best is None else near(best, sample) for metric, near in metrics.items()}
        return Score.of(values, answer=best)

    return Scorer(name, tuple(metrics), score, _ideal_reply)


def _readings(text: str, sample: Sample) -> list[str]:
    found = (form for reading in readers.phrase(text, sample) for form in without_lead_in(reading[:_LONGEST]))
    return list(dict.fromkeys(unwrapped(form) for form in found))


def _ideal_reply(sample: Sample) -> str:
    return f"ANSWER: {sample.targets[0]}"


def same_text(answer: str, sample: Sample) -> float:
    """Return 1 if the answer is a target, whatever its case and blanks."""
    return float(plain(answer) in map(plain, sample.targets))


def relaxed(answer: str, sample: Sample) -> float:
    """Return 1 if the answer is a number within 5 % of a target, or else the same text; 5 % is 0.05 (ChartQA)."""
    given = number(answer)
    for target in sample.targets:
        gold = number(target)
        if gold and given is not None and abs(given - gold) <= _TOLERANCE * abs(gold):
            return 1.0
        if gold == given == 0:
            return 1.0
    return same_text(answer, sample)


def number(text: str) -> float | None:
    """Return the number that a text is, with a currency sign before it or a percent sign behind it; else None."""
    found = _NUMBER.fullmatch(text.strip())
    if not found or not found[1].strip("+-."):
        return None
    return float(found[1].replace(",", "")) / (100 if found[2] else 1)


def anls(answer: str, sample: Sample) -> float:
    """Return 1 less the edit distance to the nearest target, in lengths of the longer text; 0 below 0.5 (DocVQA).

    An answer that denies or leaves open what it names is not near.
    """
    given = plain(answer)
    return max((_similarity(given, gold) for target in sample.targets if (gold := plain(target))), default=0.0)


def _similarity(given: str, gold: str) -> float:
    if given == gold:
        return 1.0
    if _UNDECIDED.search(given) and not _UNDECIDED.search(gold):
        return 0.0
    longer = max(len(given), len(gold))
    if abs(len(given) - len(gold)) > longer * _LEAST:
        return 0.0
    nearness = 1.0 - edit_distance(given, gold[:_LONGEST]) / longer
    return nearness if nearness > _LEAST else 0.0


def edit_distance(one: str, other: str) -> int:
    """Return the fewest characters to insert, delete or replace (Levenshtein); the time is that of their product."""
    before = list(range(len(other) + 1))
    for row, sign in enumerate(one, 1):
        now = [row]
        for column, (same, above) in enumerate(pairwise(before), 1):
            now.append(min(same + (sign != other[column - 1]), above + 1, now[-1] + 1))
        before = now
    return before[-1]


def vqa(answer: str, sample: Sample) -> float:
    """Return how far ten people agree: for each of them 1 if three others gave the answer, on average (VQA)."""
    given, people = vqa_form(answer), [vqa_form(target) for target in sample.targets]
    agreeing = people.count(given)
    shares = [min(1.0, (agreeing - (person == given)) / _AGREEING) for person in people]
    return math.fsum(shares) / len(shares) if shares else 0.0


def vqa_exact(answer: str, sample: Sample) -> float:
    """Return 1 if one of the ten people gave the answer."""
    return float(vqa_form(answer) in map(vqa_form, sample.targets))


def vqa_form(text: str) -> str:
    """Return a text as answers are compared: no articles, punctuation or apostrophes, numbers in figures."""
    bare = " ".join(_SIGNS.sub(" ", plain(text).replace("'", "")).split())
    words = " ".join(_ARTICLES.sub(" ", bare).split()) or bare
    return spoken(words) or words


def open_answer(answer: str, sample: Sample) -> float:
    """Return 1 if the answer is a target, or a number that is equal to it in two decimals (MMMU)."""
    given = number(answer)
    golds = [gold for target in sample.targets if (gold := number(target)) is not None]
    if given is not None and any(round(given, 2) == round(gold, 2) for gold in golds):
        return 1.0
    if given is None and any(gold.is_integer() for gold in golds) and count_of(answer) in golds:  # "three people"
        return 1.0
    return same_text(answer, sample)


def counted(answer: str, sample: Sample) -> float:
    """Return 1 if the answer counts as many as the target, in figures or in words, with or without what is counted."""
    return float(count_of(answer) == number(sample.targets[0]))


def counted_nearly(answer: str, sample: Sample) -> float:
    """Return 1 if the answer counts as many as the target, or at most 5 % more or fewer."""
    given, gold = count_of(answer), number(sample.targets[0])
    if given is None or gold is None:
        return 0.0
    return float(abs(given - gold) <= _TOLERANCE * abs(gold))


def count_of(answer: str) -> float | None:
    """Return the one number that an answer names; of a sum or an equation what it comes to, of a range none."""
    pieces = [piece.strip(" ,.:;") for piece in _TURNS.split(plain(answer).rpartition("=")[2])]
    words = next(filter(None, reversed(pieces)), "")
    if _BOUND.search(words):
        return None
    if (whole := number(spoken(words) or words)) is not None:
        return whole
    figures = _FIGURES.findall(words)
    if len(figures) > 2 and (total := _total(figures)) is not None:
        return total
    if figures:
        return number(figures[0]) if len(figures) == 1 and not _RANGE.search(words) else None
    named = [value for word in words.split()[:40] if (value := spoken(word.strip(".,;:!"))) is not None]
    return number(named[0]) if len(named) == 1 else None


def _total(figures: list[str]) -> float | None:
    """Return the first or last number if it is the sum of the others: ``11 cups: 9 on the table, 2 on the floor``."""
    values = [value for figure in figures if (value := number(figure)) is not None]
    return next((values[at] for at in (0, -1) if values[at] * 2 == math.fsum(values)), None)
