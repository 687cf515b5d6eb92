"""Sends questions to judges and combines their verdicts into one. A failed ruling is an error, never a score."""

from __future__ import annotations

import asyncio
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ..core.content import Part
from ..core.errors import FatalError, ModelError, ScoringError
from ..core.values import JudgeCall, Message, Sample, Score
from ..store.judged import RECORDS as RECORDS
from ..store.media import content_of, content_written
from .contract import Contract, Verdict
from .rubric import Item, Metrics, Question, Rubric, media_of

Aggregation = Literal["mean", "median", "majority_vote"]

AGAIN = "Your reply does not contain a readable verdict. Judge again, in the required form."
UNREADABLE = "neither of its replies contains a readable verdict"
TRIES = 2


class JudgeError(ScoringError):
    """A verdict is missing: the request to the judge failed, or its reply could not be read twice."""


class Judge(Protocol):
    """A model that judges."""

    @property
    def name(self) -> str:
        """Name in records."""
        ...

    async def send(
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
        both_orders: True to compare in both orders; None leaves it to the rubric.
        system_prompt: System prompt for judges, before everything else.
        media: True to send the question's pictures and the like with each request.
    """

    judges: Sequence[Judge]
    repeats: int = 1
    aggregation: Aggregation = "mean"
    least_valid: int = 1
    both_orders: bool | None = None
    system_prompt: str = ""
    media: bool = False

    def of(self, item: Item, rubric: Rubric, media: tuple[Part, ...] = ()) -> Item:
        """Return the item with the prompts of this panel."""
        both = rubric.both_orders if self.both_orders is None else self.both_orders
        questions = item.questions if both else item.questions[:1]
        if media:
            questions = tuple(q.with_media(media) for q in questions)
        if not self.system_prompt:
            return Item(questions)
        return Item(tuple(q.with_system_prompt(self.system_prompt) for q in questions))


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request to a judge, and its reply; None if the request failed."""

    messages: tuple[Message, ...]
    reply: str | None


@dataclass(frozen=True, slots=True)
class Ruling:
    """A judge's answer to one question.

    Attributes:
        order: Index of the question's order.
        exchanges: The requests: a second one if the first reply could not be read.
        contract: The verdicts that were allowed.
        verdict: The verdict; None if there is none, for the reason in ``error``.
    """

    judge: str
    item: int
    order: int
    repeat: int
    exchanges: tuple[Exchange, ...]
    contract: Contract
    verdict: Verdict | None
    error: str = ""


async def decide(rubric: Rubric, sample: Sample, reply: Any, panel: Panel) -> Score:
    """Return the panel's score of a reply, with every ruling in its metadata.

    Args:
        reply: A text, or whatever else the rubric makes its questions of.

    Raises:
        JudgeError: Too few judges reached a verdict.
        FatalError: A judge would refuse every request.
    """
    media = media_of(sample) if panel.media else ()
    items = [panel.of(item, rubric, media) for item in rubric.items(sample, reply)]
    pending = [
        _ruling(judge, question, (number, order, repeat))
        for number, item in enumerate(items)
        for judge in panel.judges
        for order, question in enumerate(item.questions)
        for repeat in range(panel.repeats)
    ]
    rulings = await asyncio.gather(*pending)
    decided = [_decided(item, [r for r in rulings if r.item == number], panel) for number, item in enumerate(items)]
    score = rubric.score(sample, reply, decided)
    explanation = score.explanation or next((r.verdict.explanation for r in rulings if r.verdict), "") or None
    metadata = {**score.metadata, RECORDS: [record for ruling in rulings for record in _records(ruling)]}
    return Score.of(score.values, answer=score.answer, explanation=explanation, metadata=metadata)


async def _ruling(judge: Judge, question: Question, place: tuple[int, int, int]) -> Ruling:
    exchanges: list[Exchange] = []
    messages, verdict, problem = question.messages, None, UNREADABLE
    try:
        for _ in range(TRIES):
            reply = await judge.send(messages, place[2], question.ideal, question.schema)
            exchanges.append(Exchange(messages, reply))
            verdict = question.read(reply)
            if verdict is not None:
                break
            again = Message("user", f"{AGAIN} {question.instruction}")
            messages = (*messages, Message("assistant", reply), again)
    except FatalError:
        raise  # no other sample would fare better
    except ModelError as error:
        exchanges.append(Exchange(messages, None))
        problem = str(error)
    return Ruling(judge.name, *place, tuple(exchanges), question.contract, verdict, "" if verdict else problem)


def _decided(item: Item, rulings: Sequence[Ruling], panel: Panel) -> Metrics:
    by_judge = [_opinion(item, [r for r in rulings if r.judge == judge.name], panel) for judge in panel.judges]
    valid = [metrics for metrics in by_judge if metrics is not None]
    if len(valid) < max(1, panel.least_valid):
        failed = next(ruling for ruling in rulings if ruling.verdict is None)
        raise JudgeError(f"judge {failed.judge} did not reach a verdict: {failed.error}")
    return _combined(valid, panel.aggregation)


def _opinion(item: Item, rulings: Sequence[Ruling], panel: Panel) -> Metrics | None:
    """Return the metrics of one judge; None unless it reached a verdict in every order."""
    orders = []
    for order in range(len(item.questions)):
        verdicts = [r.verdict.metrics for r in rulings if r.order == order and r.verdict]
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


def _records(ruling: Ruling) -> Iterator[Mapping[str, Any]]:
    """Yield a record of each request; the last one has the verdict, or why there is none."""
    last = len(ruling.exchanges) - 1
    for number, exchange in enumerate(ruling.exchanges):
        verdict = ruling.verdict if number == last else None
        yield {
            "judge": ruling.judge,
            "item": ruling.item,
            "order": ruling.order,
            "repeat": ruling.repeat,
            "messages": [{"role": m.role, "content": content_written(m.content)} for m in exchange.messages],
            "reply": exchange.reply,
            "verdict": verdict.value if verdict else None,
            "metrics": dict(verdict.metrics) if verdict else None,
            **({"allowed": ruling.contract.to_json()} if verdict else {}),
            **({"error": ruling.error} if ruling.error and number == last else {}),
        }


def calls_in(score: Score) -> tuple[JudgeCall, ...]:
    """Return the requests to judges that are recorded in a score."""
    return tuple(
        JudgeCall(
            record["judge"],
            record["repeat"],
            tuple(Message(m["role"], content_of(m["content"])) for m in record["messages"]),
            record["reply"],
        )
        for record in score.metadata.get(RECORDS, ())
        if record["reply"] is not None
    )
