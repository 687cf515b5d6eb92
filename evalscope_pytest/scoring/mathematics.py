r"""Mathematical answers: read from the reply, compared exactly, with computer algebra if nothing less will do."""

from __future__ import annotations

from . import comparers, readers
from .composed import answer
from .scorer import Scorer


def math_answer(*, measured: bool = False) -> Scorer:
    r"""Judge a mathematical answer, requested in ``\boxed{}``. Metric ``accuracy``.

    Numbers are compared exactly and in process. What needs computer algebra is given five seconds in a process of its
    own: an answer that takes longer is wrong, and the score's metadata says ``{"comparison": "timeout"}``.

    Args:
        measured: Targets with decimals are rounded quantities: an answer that rounds to the target is right.
    """
    same, options = (comparers.measured_math, "measured") if measured else (comparers.math, "")
    return answer("math_answer", read=readers.math, same=same, options=options)


def aime_answer() -> Scorer:
    """Judge an answer of the AIME, an integer from 0 to 999; ``110/2`` and ``055`` are 55. Metric ``accuracy``."""
    return answer("aime_answer", read=readers.math, same=comparers.math, options="")
