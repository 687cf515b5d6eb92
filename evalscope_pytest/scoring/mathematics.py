r"""Mathematical answers: read from the reply, compared exactly, with computer algebra where nothing less will do."""

from __future__ import annotations

from collections.abc import Awaitable

from ..core.values import Sample, Score
from .extract.math_text import read_math
from .math_equal import Undecided, same
from .protocol import Scorer


def math_answer() -> Scorer:
    r"""Judge a mathematical answer, asked for in ``\boxed{}``. Metric ``accuracy``.

    Numbers are compared exactly and in process. What needs computer algebra is given five seconds in a process of its
    own: an answer that takes longer is wrong, and the score's metadata says ``{"comparison": "timeout"}``.
    """
    return Scorer("math_answer", ("accuracy",), _score, _right_reply)


def aime_answer() -> Scorer:
    """Judge an answer of the AIME, an integer from 0 to 999; ``110/2`` and ``055`` are 55. Metric ``accuracy``."""
    return Scorer("aime_answer", ("accuracy",), _score, _right_reply)


def _right_reply(sample: Sample) -> str:
    return f"\\boxed{{{sample.targets[0]}}}"


def _score(text: str, sample: Sample) -> Score | Awaitable[Score]:
    answer = read_math(text)
    if answer is None:
        return Score(accuracy=0.0)
    open_questions: list[Undecided] = []
    for target in sample.targets:
        verdict = same(target, answer, sample.question)
        if verdict is True:
            return Score(accuracy=1.0, answer=answer)
        if isinstance(verdict, Undecided):
            open_questions.append(verdict)
    return _computed(open_questions, answer) if open_questions else Score(accuracy=0.0, answer=answer)


async def _computed(open_questions: list[Undecided], answer: str) -> Score:
    from .math_worker import equal

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
