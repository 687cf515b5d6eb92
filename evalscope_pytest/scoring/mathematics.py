r"""Mathematical answers: read from the reply, compared exactly, with computer algebra if nothing less will do."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace

from ..core.values import Sample, Score
from .compare.math_equal import STRICT, Leniency, Undecided, same
from .protocol import Scorer
from .read.math_text import read_math


def math_answer(*, measured: bool = False) -> Scorer:
    r"""Judge a mathematical answer, requested in ``\boxed{}``. Metric ``accuracy``.

    Numbers are compared exactly and in process. What needs computer algebra is given five seconds in a process of its
    own: an answer that takes longer is wrong, and the score's metadata says ``{"comparison": "timeout"}``.

    Args:
        measured: Targets with decimals are rounded quantities: an answer that rounds to the target is right.
    """
    score, options = (_measured, "measured") if measured else (_exact, "")
    return Scorer("math_answer", ("accuracy",), score, boxed_target, options)


def aime_answer() -> Scorer:
    """Judge an answer of the AIME, an integer from 0 to 999; ``110/2`` and ``055`` are 55. Metric ``accuracy``."""
    return replace(math_answer(), name="aime_answer")


def boxed_target(sample: Sample) -> str:
    """Return a right reply."""
    return f"\\boxed{{{sample.targets[0]}}}"


def _exact(text: str, sample: Sample) -> Score | Awaitable[Score]:
    answer = read_math(text)
    return Score(accuracy=0.0) if answer is None else judged(answer, sample)


def _measured(text: str, sample: Sample) -> Score | Awaitable[Score]:
    answer = read_math(text)
    return Score(accuracy=0.0) if answer is None else judged(answer, sample, Leniency(measured=True))


def judged(answer: str, sample: Sample, leniency: Leniency = STRICT) -> Score | Awaitable[Score]:
    """Compare an answer that was read from a reply with the sample's targets."""
    open_questions: list[Undecided] = []
    for target in sample.targets:
        verdict = same(target, answer, sample.question, leniency)
        if verdict is True:
            return Score(accuracy=1.0, answer=answer)
        if isinstance(verdict, Undecided):
            open_questions.append(verdict)
    return _computed(open_questions, answer) if open_questions else Score(accuracy=0.0, answer=answer)


async def _computed(open_questions: list[Undecided], answer: str) -> Score:
    from .compare.math_worker import equal

    late = False
    for question in open_questions:
        for gold, given in question.pairs:
            verdict = await equal(gold, given)
            late = late or verdict == "timeout"
            if verdict != "equal":
                break
        else:
            return Score(accuracy=1.0, answer=answer)
    return Score(accuracy=0.0, answer=answer, metadata={"comparison": "timeout"} if late else None)
