"""Judges in a run: models each with its own limit, whose replies are recorded with the sample they judge."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..config.generation import GenerationConfig
from ..core.values import JudgeCall, Message, ModelOutput, Sample, Score
from ..judge.contract import Contract, Labels
from ..judge.judging import Judging, compared, graded
from ..judge.panel import Panel, judge
from ..judge.wording import CORRECTNESS, PREFERENCE
from ..wire.request import Request
from .client import ModelClient
from .context import current
from .formatted import Formatted
from .handle import ModelHandle, Prompt
from .loop import LoopThread
from .reuse import Reuse, reply_of

# A rule that gives less has not found the reply right (EvalScope's bound).
RIGHT = 0.99


class JudgeModel:
    """One judge, as a panel asks it."""

    def __init__(
        self,
        name: str,
        client: ModelClient,
        generation: GenerationConfig,
        reuse: Reuse | None = None,
        *,
        formats: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.client = client
        self.generation = generation
        self.reuse = reuse
        self._formatted = Formatted(client.send, formats)

    async def ask(
        self, messages: tuple[Message, ...], repeat: int, ideal: str, schema: Mapping[str, Any] | None = None
    ) -> str:
        """Return the judge's reply: the recorded one, if an equal request about this sample was sent before."""
        context = current.get()
        reply = context.judged.get((self.name, repeat, messages)) if context else None
        if reply is None:
            request = Request(messages, self.generation, right_reply=ideal, repeat=repeat)
            # Without the format: which one the service takes is found out anew in every run.
            address = self.reuse.address(request, None) if self.reuse else ""
            ask = self.client.send if schema is None else partial(self._formatted.send, schema=schema)
            reply = (await reply_of(ask, request, self.reuse, address)).text
        if context:
            context.judge_calls.append(JudgeCall(self.name, repeat, messages, reply))
        return reply


@dataclass(frozen=True, slots=True)
class Referee:
    """The rule and panel that decide about a benchmark's replies.

    Attributes:
        judging: The request to the panel.
        only_if_wrong: Send to the panel only if the rule found the reply wrong (``llm_recall``).
        stopped: Returns why a judge gets no more requests; empty while all do.
    """

    panel: Panel
    judging: Judging
    only_if_wrong: bool = False
    stopped: Callable[[], str] = str

    async def decide(self, reply: str | tuple[str, ...], sample: Sample, rule: Callable[[], Awaitable[Score]]) -> Score:
        """Return the score of a reply, or of several that belong together.

        Raises:
            JudgeError: The panel did not reach a verdict.
        """
        if not self.only_if_wrong:
            return await judge(self.judging, sample, reply, self.panel)
        score = await rule()
        metric = next(iter(score.values))
        if score.values[metric] > RIGHT:
            return score
        judged = await judge(self.judging, sample, reply, self.panel)
        better = max(score.values[metric], judged.values[metric])
        metadata = {**score.metadata, **judged.metadata}
        return Score.of(
            {**score.values, metric: better}, answer=score.answer, explanation=judged.explanation, metadata=metadata
        )


class JudgeHandle:
    """The judges, as fixtures hand them out. Methods answer in their caller's style, as the model's do."""

    def __init__(self, panel: Panel, first: ModelHandle, thread: LoopThread) -> None:
        self._panel = panel
        self._first = first
        self._thread = thread

    @property
    def names(self) -> tuple[str, ...]:
        """The judges' names."""
        return tuple(judge.name for judge in self._panel.judges)

    def __repr__(self) -> str:
        return f"<judge {', '.join(self.names)}>"

    def generate(self, prompt: Prompt, **parameters: Any) -> Any:
        """Ask the first judge anything: `ModelOutput`, or an awaitable of one."""
        return self._first.generate(prompt, **parameters)

    def grade(
        self,
        reply: str | ModelOutput,
        *,
        question: str = "",
        gold: str = "",
        prompt: str = CORRECTNESS,
        contract: Contract | None = None,
    ) -> Any:
        """Judge one reply: a `Score`, or an awaitable of one.

        Args:
            prompt: Names ``{question}``, ``{gold}`` and ``{pred}``.
            contract: Reply of the judge: `Labels` or `Number`; by default A for right and B for wrong.

        Raises:
            JudgeError: No verdict. Let it pass: the sample is then an error.
        """
        contract = contract or Labels({"A": {"accuracy": 1.0}, "B": {"accuracy": 0.0}})
        return self._judged(graded("judge.grade", prompt, contract), Sample(question, gold), reply)

    def compare(
        self, reply: str | ModelOutput, baseline: str | ModelOutput, *, question: str = "", prompt: str = PREFERENCE
    ) -> Any:
        """Compare a reply with another in both orders: a `Score` with ``win_rate``, or an awaitable of one.

        Raises:
            JudgeError: No verdict.
        """
        values = {"A": 1.0, "B": 0.0, "tie": 0.5}
        judging = compared("judge.compare", prompt, values, baseline=lambda _: _text(baseline))
        return self._judged(judging, Sample(question), reply)

    def _judged(self, judging: Judging, sample: Sample, reply: str | ModelOutput) -> Any:
        return self._thread.answer(judge(judging, sample, _text(reply), self._panel))


def _text(reply: str | ModelOutput) -> str:
    return reply.text if isinstance(reply, ModelOutput) else reply
