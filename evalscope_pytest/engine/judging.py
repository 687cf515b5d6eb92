"""Judges in a run: models each with its own limit, whose replies are recorded with the sample they judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ..config.generation import GenerationConfig
from ..core.values import JudgeCall, Message, ModelOutput, Sample
from ..judge.contract import Contract, Labels
from ..judge.panel import Panel, decide
from ..judge.prompts import CORRECTNESS, PREFERENCE
from ..judge.rubric import Rubric, compared, graded
from ..wire.request import Request
from .client import ModelClient
from .context import current
from .formatted import Formatted
from .handle import ModelHandle, Prompt
from .loop import LoopThread
from .reuse import Reuse, reply_of


class JudgeModel:
    """One judge of a panel."""

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

    async def send(
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


class JudgeHandle:
    """The judges, as fixtures return them. Methods answer in their caller's style, as the model's do.

    Attributes:
        panel: The judges, and the rule that combines their verdicts.
    """

    def __init__(self, panel: Panel, first: ModelHandle, thread: LoopThread) -> None:
        self.panel = panel
        self._first = first
        self._thread = thread

    @property
    def names(self) -> tuple[str, ...]:
        """The judges' names."""
        return tuple(judge.name for judge in self.panel.judges)

    def __repr__(self) -> str:
        return f"<judge {', '.join(self.names)}>"

    def generate(self, prompt: Prompt, **parameters: Any) -> Any:
        """Send any prompt to the first judge: `ModelOutput`, or an awaitable of one."""
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
            contract: Form of the verdict: `Labels` or `Number`; by default A for right and B for wrong.

        Raises:
            JudgeError: No verdict. Let it pass: the sample is then an error.
        """
        contract = contract or Labels({"A": {"accuracy": 1.0}, "B": {"accuracy": 0.0}})
        return self._score(graded("judge.grade", prompt, contract), Sample(question, gold), reply)

    def compare(
        self, reply: str | ModelOutput, baseline: str | ModelOutput, *, question: str = "", prompt: str = PREFERENCE
    ) -> Any:
        """Compare a reply with another in both orders: a `Score` with ``win_rate``, or an awaitable of one.

        Raises:
            JudgeError: No verdict.
        """
        values = {"A": 1.0, "B": 0.0, "tie": 0.5}
        rubric = compared("judge.compare", prompt, values, baseline=lambda _: _text(baseline))
        return self._score(rubric, Sample(question), reply)

    def _score(self, rubric: Rubric, sample: Sample, reply: str | ModelOutput) -> Any:
        return self._thread.answer(decide(rubric, sample, _text(reply), self.panel))


def _text(reply: str | ModelOutput) -> str:
    return reply.text if isinstance(reply, ModelOutput) else reply
