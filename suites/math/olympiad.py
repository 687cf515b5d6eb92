"""OlympiadBench: answers that may be lists in any order, and numbers with the error the problem's authors allow."""

from __future__ import annotations

from fractions import Fraction

from evalscope_pytest.core.values import Sample
from evalscope_pytest.scoring import comparers, readers
from evalscope_pytest.scoring.compare.math_equal import Leniency
from evalscope_pytest.scoring.composed import Comparer, Later, answer
from evalscope_pytest.scoring.scorer import Scorer


def bracketed(question: str, figures: int) -> str:
    """Return a question with ``[image_1]`` in place of the mark of each figure that is sent, ``<image_1>``."""
    for number in range(1, figures + 1):
        question = question.replace(f"<image_{number}>", f"[image_{number}]")
    return question


def olympiad_answer() -> Scorer:
    r"""Judge an answer to a problem of OlympiadBench, inside ``\boxed{}``. Metric ``accuracy``.

    The sample's metadata may hold the record's ``error``: how far a number may be off, several joined by commas for
    the members of a list.
    """
    return answer("olympiad_answer", read=readers.math, same=Comparer("olympiad", _same), options="")


def _same(given: str, sample: Sample) -> bool | Later:
    errors = str(sample.metadata.get("error") or "")
    tolerances = tuple(Fraction(error or 0) for error in errors.split(",")) if errors else ()
    return comparers.same_math(given, sample, Leniency(any_order=True, tolerances=tolerances))
