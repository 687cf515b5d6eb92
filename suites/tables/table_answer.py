"""TableBench: lists of words and numbers, compared as the authors' ``custom_em_metric.py`` does (arXiv:2408.09174)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.scoring.compare.number_words import spoken
from evalscope_pytest.scoring.overlap import rouge_values
from evalscope_pytest.scoring.read.marker import without_lead_in
from evalscope_pytest.scoring.read.phrase import read_spans, unwrapped
from evalscope_pytest.scoring.readers import plain

from .stated import stated

TOLERANCE = Decimal("0.1")
_NEARLY = ("CorrelationAnalysis", "TrendForecasting", "StatisticalAnalysis")
_IN_WORDS = ("DataAnalysis",)
_LONGEST = 1000
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?%?")
_MEASURED = re.compile(r"[$€£¥]?\s?(-?\d{1,30}(?:\.\d{1,30})?(?:\s?%)?)(?:\s?[^\W\d_][\w/²³. ]{0,20})?")
_AND = re.compile(r"\s(?:and|&)\s")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3}){1,5}(?![\d,])")


def table_answer() -> Scorer:
    """Judge replies of the form "Final Answer: ...". Metric ``mix_metric``.

    It depends on the kind of question. Usually it is the share of the reference's members, separated by commas, that
    the reply has at the same place: the same words, or a number that is the same in the decimals of the reference.
    For correlations, trends and statistics a number may be 10 % off; answers in words are compared by ROUGE-L.
    """
    return Scorer("table_answer", ("mix_metric",), _score, lambda sample: f"Final Answer: {sample.targets[0]}")


def _score(text: str, sample: Sample) -> Score:
    readings = read_spans(text)
    kind, group = sample.metadata["kind"], sample.metadata["group"]
    if group in _IN_WORDS and kind not in (*_NEARLY, "ImpactAnalysis"):
        value = rouge_values(readings[0][:_LONGEST], sample)["Rouge-L-F"] if readings else 0.0
        return Score(mix_metric=value, answer=readings[0] if readings else None)
    tolerance = TOLERANCE if kind in _NEARLY else None
    forms = list(_forms(readings))
    shares = [_share(form, sample.targets[0], tolerance) for form in forms]
    best = max(shares, default=0.0)
    return Score(mix_metric=best, answer=forms[shares.index(best)] if forms else None)


def _forms(readings: Sequence[str]) -> Iterator[str]:
    for reading in readings:
        for form in without_lead_in(reading[:_LONGEST]):
            yield unwrapped(form)
        if answer := stated(reading[:_LONGEST]):
            yield answer


def _share(given: str, reference: str, tolerance: Decimal | None) -> float:
    golds, found = _members(reference), _members(given)
    if len(found) == 1 < len(golds):
        found = [part for part in _AND.split(found[0]) if part]
    if len(golds) == 1 < len(found):
        found = [",".join(found)]
    decimals = min((_decimals(gold) for gold in golds if _NUMBER.fullmatch(gold) and not gold.endswith("%")), default=0)
    matched = [_is_same(one, gold, decimals, tolerance) for one, gold in zip(found, golds, strict=False)]
    return sum(matched) / len(golds)


def _members(text: str) -> list[str]:
    return [part.strip() for part in _THOUSANDS.sub(lambda match: match[0].replace(",", ""), text).split(",")]


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def _is_same(given: str, gold: str, decimals: int, tolerance: Decimal | None) -> bool:
    if not _NUMBER.fullmatch(gold):
        return plain(given) == plain(gold)
    number = unwrapped(given)
    measured = _MEASURED.fullmatch(spoken(number) or number)
    if not measured:
        return False
    one, other = _value(measured[1]), _value(gold)
    if tolerance is not None:
        return abs(one - other) <= abs(other) * tolerance
    step = Decimal(1).scaleb(-4 if gold.endswith("%") else -decimals)
    return one.quantize(step, ROUND_HALF_UP) == other.quantize(step, ROUND_HALF_UP)


def _value(number: str) -> Decimal:
    value = Decimal(number.rstrip("% "))
    return value / 100 if number.endswith("%") else value
