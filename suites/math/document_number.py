"""DocMath-Eval: numbers read off financial documents, compared as its authors do (Zhao et al., arXiv:2311.09805)."""

from __future__ import annotations

import math
from fractions import Fraction

from evalscope_pytest.core.values import Sample
from evalscope_pytest.scoring.compare.math_value import exact
from evalscope_pytest.scoring.composed import Comparer, Reader, Readings, answer
from evalscope_pytest.scoring.read.math_text import read_math
from evalscope_pytest.scoring.read.verdict import read_verdict
from evalscope_pytest.scoring.scorer import Scorer

TOLERANCE = 0.0015
_TRUTHS = ("True", "False")
# Documents state thousands, millions and percentages: an answer in another unit is right.
_UNITS = ((50, 100), (500, 1000), (50_000, 100_000))
_MONEY = str.maketrans("", "", "$£€¥,%°")


def document_number() -> Scorer:
    """Judge a number with a tolerance of 0.15 %, in the document's unit or a common other. Metric ``accuracy``.

    If the reference is True or False, the reply has to say yes or no.
    """
    read = Reader("document_number", _read, lambda s: f"Therefore, the answer is {s.targets[0]}.")
    return answer("document_number", read=read, same=Comparer("document_number", _same), options="")


def _read(text: str, sample: Sample) -> Readings:
    found = _truth(text) if sample.targets[0] in _TRUTHS else read_math(text)
    return () if found is None else (found,)


def _same(claim: str, sample: Sample) -> bool:
    target = sample.targets[0]
    if target in _TRUTHS:
        return claim == target
    value = exact(claim.translate(_MONEY).strip())
    return value is not None and _is_ordinary(value) and same_number(float(value), float(target))


def _is_ordinary(value: Fraction) -> bool:
    return not value or 1e-100 < abs(value) < 1e100


def _truth(text: str) -> str | None:
    words = text.rstrip(" \t\r\n.*").rsplit(maxsplit=1)
    if words and (last := words[-1].strip("*_`\"'").capitalize()) in _TRUTHS:
        return last
    return {"yes": "True", "no": "False"}.get(read_verdict(text) or "")


def same_number(given: float, reference: float) -> bool:
    """Return whether two numbers are equal by the authors' rule, even if off by a power of ten or rounded to cents."""
    greater, less = max(abs(given), abs(reference)), min(abs(given), abs(reference))
    if less:
        magnitude = math.log10(greater / less)
        if magnitude == int(magnitude):
            return True
    if any(less <= greater / least and _is_near(less * factor, greater) for least, factor in _UNITS):
        return True
    return math.ceil(greater * 100) == math.ceil(less * 100) or _is_near(given, reference)


def _is_near(given: float, reference: float) -> bool:
    return abs(given - reference) <= abs(reference) * TOLERANCE
