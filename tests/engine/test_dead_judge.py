"""A reply that nobody can judge is not paid for."""

from __future__ import annotations

import asyncio

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.values import Message, Sample, Score
from evalscope_pytest.engine.evaluation import Evaluation, Runner, Unit
from evalscope_pytest.engine.loop import Stopped
from evalscope_pytest.scoring.scorer import Scorer


def unit(stopped: str, asked: list[str]) -> Unit:
    async def body(sample: Sample) -> str:
        asked.append(sample.question)
        return "4"

    evaluation = Evaluation(
        "quiz",
        body,
        model=None,
        identity="quiz",
        messages=lambda sample: (Message("user", sample.question),),
        generation=GenerationConfig(),
        scorer=Scorer("judged", ("accuracy",), lambda text, sample: Score(accuracy=1.0)),
        stopped=lambda: stopped,
        wants=frozenset({"sample"}),
    )
    return Unit(evaluation, Sample(input="2 + 2?", target="4"), "main", 0, 0, 0)


def test_nothing_is_sent_once_the_judges_service_has_stopped():
    asked: list[str] = []
    kept: list[object] = []
    runner = Runner(keep=lambda result: kept.append(result))
    assert asyncio.run(runner.run(unit("", asked))).result.score == Score(accuracy=1.0)
    assert len(asked) == len(kept) == 1
    with pytest.raises(Stopped):
        asyncio.run(runner.run(unit("wrong key", asked)))
    assert len(asked) == len(kept) == 1, "sent, though nobody could judge the reply"
