"""A reply that nobody can judge is not paid for."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from evalscope_pytest.core.values import Message, Sample, Score
from evalscope_pytest.engine.evaluation import Runner, Trial, Unit
from evalscope_pytest.engine.loop import Stopped


def unit(stopped: str, asked: list[str]) -> Unit:
    async def body(sample: Sample) -> str:
        asked.append(sample.question)
        return "4"

    async def decide(texts: str, sample: Sample, rule: object) -> Score:
        return Score(accuracy=1.0)

    evaluation: Any = SimpleNamespace(
        name="quiz", identity=["quiz"], fingerprint="1", scorer=None, body=body, wants={"sample"}, arguments={},
        model=None, generation=None, thinking=None, timeout_s=None, read=lambda text: text,
        messages=lambda sample: (Message("user", sample.question),),
        trial=Trial(),
        referee=SimpleNamespace(stopped=lambda: stopped, decide=decide),
    )  # fmt: skip
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
