"""OlympiadBench: answers that may be lists in any order, and numbers with the error the problem's authors allow."""

from __future__ import annotations

from collections.abc import Awaitable
from fractions import Fraction

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.compare.math_equal import Leniency
from evalscope_pytest.scoring.mathematics import boxed_target, judged
from evalscope_pytest.scoring.protocol import Scorer
from evalscope_pytest.scoring.read.math_text import read_math


def olympiad_answer() -> Scorer:
    r"""Judge an answer to a problem of OlympiadBench, asked for in ``\boxed{}``. Metric ``accuracy``.

    The sample's metadata may hold the record's ``error``: how far a number may be off, several joined by commas for
    the members of a list.
    """
    return Scorer("olympiad_answer", ("accuracy",), _score, boxed_target)


def _score(text: str, sample: Sample) -> Score | Awaitable[Score]:
    answer = read_math(text)
    if answer is None:
        return Score(accuracy=0.0)
    errors = str(sample.metadata.get("error") or "")
    tolerances = tuple(Fraction(error or 0) for error in errors.split(",")) if errors else ()
    return judged(answer, sample, Leniency(any_order=True, tolerances=tolerances))
