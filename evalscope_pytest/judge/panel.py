"""Asks judges and makes one decision of their verdicts. A judgement that failed is an error, never a score."""

from __future__ import annotations

import asyncio
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ..core.errors import FatalError, ModelError, ScoringError
from ..core.values import JudgeCall, Message, Sample, Score
from ..store.judged import RECORDS as RECORDS
from .contract import Verdict
from .judging import Item, Judging, Metrics, Question

Aggregation = Literal["mean", "median", "majority_vote"]

AGAIN = "Your reply holds no verdict that can be read. Judge again, in the form that was asked for."
UNREADABLE = "neither of its replies holds a verdict that can be read"
TRIES = 2


class JudgeError(ScoringError):
    """A judgement is missing: the request to the judge failed, or its reply could not be read twice."""


class Judge(Protocol):
    """A model that judges."""

    @property
    def name(self) -> str:
        """Name in records."""
        ...

    async def ask(
        self, messages: tuple[Message, ...], repeat: int, ideal: str, schema: Mapping[str, Any] | None = None
    ) -> str:
        """Return its reply.

        Args:
            ideal: Reply of a mock judge.
            schema: The JSON schema the reply is to follow, for services that see to it; None when it is not JSON.

        Raises:
            ModelError: The request failed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Panel:
    """The judges, and the rule that combines their verdicts.

    Attributes:
        repeats: Number of equal requests to each judge.
        aggregation: Over the judges; each judge's own verdicts are averaged, or put to the vote, first.
        least_valid: Minimum number of judges that must return a verdict.
        both_orders: True to compare in both orders; None leaves it to the judging.
        system_prompt: System prompt for judges, before everything else.
    """

    judges: Sequence[Judge]
    repeats: int = 1
    aggregation: Aggregation = "mean"
    least_valid: int = 1
    both_orders: bool | None = None
    system_prompt: str = ""

    def of(self, item: Item, judging: Judging) -> Item:
        """Return the item with the prompts of this panel."""
        both = judging.both_orders if self.both_orders is None else self.both_orders
        questions = item.questions if both else item.questions[:1]
        if not self.system_prompt:
            return Item(questions)
        return Item(tuple(q.told(self.system_prompt) for q in questions))


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a judge, and its reply; None if the request failed."""

    messages: tuple[Message, ...]
    reply: str | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judge's reply to one question.

    Attributes:
        order: Index of the question's order.
        asked: The requests: a second one if the first reply could not be read.
    """

    judge: str
    item: int
    order: int
    repeat: int
    asked: tuple[Asked, ...]
    verdict: Verdict | None
    error: str = ""


async def judge(judging: Judging, sample: Sample, reply: Any, panel: Panel) -> Score:
    """Return the panel's score of a reply, with every judgement in its metadata.

    Args:
        reply: A text, or what else the judging makes its questions of.

    Raises:
        JudgeError: Too few judges reached a verdict.
        FatalError: A judge would refuse every request.
    """
    items = [panel.of(item, judging) for item in judging.items(sample, reply)]
    asked = [
        _judgement(judge, question, (number, order, repeat))
        for number, item in enumerate(items)
        for judge in panel.judges
        for order, question in enumerate(item.questions)
        for repeat in range(panel.repeats)
    ]
    judgements = await asyncio.gather(*asked)
    decided = [_decided(item, [j for j in judgements if j.item == number], panel) for number, item in enumerate(items)]
    score = judging.score(sample, reply, decided)
    explanation = score.explanation or next((j.verdict.explanation for j in judgements if j.verdict), "") or None
    metadata = {**score.metadata, RECORDS: [record for j in judgements for record in _records(j)]}
    return Score.of(score.values, answer=score.answer, explanation=explanation, metadata=metadata)


async def _judgement(judge: Judge, question: Question, place: tuple[int, int, int]) -> Judgement:
    asked: list[Asked] = []
    messages, verdict, problem = question.messages, None, UNREADABLE
    try:
        for _ in range(TRIES):
            reply = await judge.ask(messages, place[2], question.ideal, question.schema)
            asked.append(Asked(messages, reply))
            verdict = question.read(reply)
            if verdict is not None:
                break
            again = Message("user", f"{AGAIN} {question.instruction}")
            messages = (*messages, Message("assistant", reply), again)
    except FatalError:
        raise  # no other sample would fare better
    except ModelError as error:
        asked.append(Asked(messages, None))
        problem = str(error)
    return Judgement(judge.name, *place, tuple(asked), verdict, "" if verdict else problem)


def _decided(item: Item, judgements: Sequence[Judgement], panel: Panel) -> Metrics:
    by_judge = [_opinion(item, [j for j in judgements if j.judge == judge.name], panel) for judge in panel.judges]
    valid = [metrics for metrics in by_judge if metrics is not None]
    if len(valid) < max(1, panel.least_valid):
        failed = next(j for j in judgements if j.verdict is None)
        raise JudgeError(f"judge {failed.judge} came to no verdict: {failed.error}")
    return _combined(valid, panel.aggregation)


def _opinion(item: Item, judgements: Sequence[Judgement], panel: Panel) -> Metrics | None:
    """Return what one judge thinks; None unless it reached a verdict in every order."""
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


def _records(judgement: Judgement) -> Iterator[Mapping[str, Any]]:
    """Yield a record of each request; the last one has the verdict, or why there is none."""
    last = len(judgement.asked) - 1
    for number, asked in enumerate(judgement.asked):
        verdict = judgement.verdict if number == last else None
        yield {
            "judge": judgement.judge,
            "item": judgement.item,
            "order": judgement.order,
            "repeat": judgement.repeat,
            "messages": [{"role": m.role, "content": m.content} for m in asked.messages],
            "reply": asked.reply,
            "verdict": verdict.value if verdict else None,
            "metrics": dict(verdict.metrics) if verdict else None,
            **({"error": judgement.error} if judgement.error and number == last else {}),
        }


def calls_in(score: Score) -> tuple[JudgeCall, ...]:
    """Return the requests to judges that are recorded in a score."""
    return tuple(
        JudgeCall(
            record["judge"],
            record["repeat"],
            tuple(Message(m["role"], m["content"]) for m in record["messages"]),
            record["reply"],
        )
        for record in score.metadata.get(RECORDS, ())
        if record["reply"] is not None
    )
