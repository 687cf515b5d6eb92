"""Asks judges and makes one decision of their verdicts. A judgement that failed is an error, never a score."""

from __future__ import annotations

import asyncio
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ..core.errors import ModelError, ScoringError
from ..core.values import Message, Sample, Score
from .contract import Verdict
from .judging import Item, Judging, Metrics, Question

Aggregation = Literal["mean", "median", "majority_vote"]

AGAIN = "Your reply holds no verdict that can be read. Judge again, in the form that was asked for. "


class JudgeError(ScoringError):
    """A judgement is missing: the judge could not be asked, or its reply could not be read twice."""


class Judge(Protocol):
    """A model that judges."""

    @property
    def name(self) -> str:
        """What it is called in records."""
        ...

    async def ask(self, messages: tuple[Message, ...], repeat: int) -> str:
        """Return its reply.

        Raises:
            ModelError: It could not be asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class Panel:
    """Who judges, and how several verdicts become one.

    Attributes:
        repeats: How often each judge is asked the same.
        aggregation: Over the judges; each judge's own verdicts are averaged, or put to the vote, first.
        least_valid: Judges whose verdict is needed.
    """

    judges: Sequence[Judge]
    repeats: int = 1
    aggregation: Aggregation = "mean"
    least_valid: int = 1


@dataclass(frozen=True, slots=True)
class Judgement:
    """One question and what a judge said.

    Attributes:
        order: Which of the question's orders this is.
        messages: What was asked last; the second time where the first reply could not be read.
    """

    judge: str
    item: int
    order: int
    repeat: int
    messages: tuple[Message, ...]
    reply: str
    verdict: Verdict | None
    error: str = ""


async def judge(judging: Judging, sample: Sample, reply: str, panel: Panel) -> Score:
    """Return the panel's score of a reply, with every judgement in its metadata.

    Raises:
        JudgeError: Too few judges came to a verdict.
    """
    items = judging.items(sample, reply)
    asked = [
        _judgement(judge, question, (number, order, repeat))
        for number, item in enumerate(items)
        for judge in panel.judges
        for order, question in enumerate(item.questions)
        for repeat in range(panel.repeats)
    ]
    judgements = await asyncio.gather(*asked)
    decided = [_decided(item, [j for j in judgements if j.item == number], panel) for number, item in enumerate(items)]
    score = judging.score(sample, decided)
    explanation = score.explanation or next((j.verdict.explanation for j in judgements if j.verdict), "") or None
    metadata = {**score.metadata, "judgements": [_record(j) for j in judgements]}
    return Score.of(score.values, answer=score.answer or reply, explanation=explanation, metadata=metadata)


async def _judgement(judge: Judge, question: Question, place: tuple[int, int, int]) -> Judgement:
    item, order, repeat = place
    messages, reply = question.messages, ""
    try:
        reply = await judge.ask(messages, repeat)
        verdict = question.contract.read(reply)
        if verdict is None:
            again = Message("user", AGAIN + question.contract.instruction)
            messages = (*messages, Message("assistant", reply), again)
            reply = await judge.ask(messages, repeat)
            verdict = question.contract.read(reply)
    except ModelError as error:
        return Judgement(judge.name, item, order, repeat, messages, reply, None, str(error))
    problem = "" if verdict else "its reply holds no verdict that can be read, nor does the second one"
    return Judgement(judge.name, item, order, repeat, messages, reply, verdict, problem)


def _decided(item: Item, judgements: Sequence[Judgement], panel: Panel) -> Metrics:
    by_judge = [_opinion(item, [j for j in judgements if j.judge == judge.name], panel) for judge in panel.judges]
    valid = [metrics for metrics in by_judge if metrics is not None]
    if len(valid) < max(1, panel.least_valid):
        failed = next(j for j in judgements if j.verdict is None)
        raise JudgeError(f"judge {failed.judge} came to no verdict: {failed.error}")
    return _combined(valid, panel.aggregation)


def _opinion(item: Item, judgements: Sequence[Judgement], panel: Panel) -> Metrics | None:
    """Return what one judge thinks; None unless it came to a verdict in every order it was asked in."""
    orders = []
    for order in range(len(item.questions)):
        verdicts = [j.verdict.metrics for j in judgements if j.order == order and j.verdict]
        if not verdicts:
            return None
        orders.append(_combined(verdicts, panel.aggregation))
    return _combined(orders, "mean")


def _combined(values: Sequence[Metrics], aggregation: Aggregation) -> Metrics:
    if len(values) == 1:
        return values[0]
    if aggregation == "majority_vote":
        # Of equally many votes the earliest wins: an order of judges is an order of trust.
        votes = Counter(tuple(sorted(v.items())) for v in values)
        return dict(votes.most_common(1)[0][0])
    average = statistics.median if aggregation == "median" else statistics.fmean
    return {metric: average([v[metric] for v in values]) for metric in values[0]}


def _record(judgement: Judgement) -> Mapping[str, Any]:
    return {
        "judge": judgement.judge,
        "item": judgement.item,
        "order": judgement.order,
        "repeat": judgement.repeat,
        "messages": [{"role": m.role, "content": m.content} for m in judgement.messages],
        "reply": judgement.reply,
        "verdict": judgement.verdict.value if judgement.verdict else None,
        **({"error": judgement.error} if judgement.error else {}),
    }
