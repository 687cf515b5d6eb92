"""Chooses the requests that the response cache answers, and their content addresses (docs/design/store.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from ..config.generation import GenerationConfig
from ..core.canonical import digest, joined
from ..core.secret import mask_keys
from ..core.values import ModelOutput, ToolCall
from ..wire.request import Request
from .context import SampleContext


class Replies(Protocol):
    """A store that keeps replies across runs."""

    def find(self, key: str) -> ModelOutput | None:
        """Return the reply kept under a content address, None if there is none."""
        ...

    def keep(self, key: str, output: ModelOutput) -> None:
        """Keep a reply under a content address."""
        ...


@dataclass(slots=True)
class Reuse:
    """The replies of earlier runs, as one model's requests find them.

    Attributes:
        model: The model's fingerprint. Like resuming, this does not look at the address: who has two models under one
            name needs two caches.
        sampled: Keep sampled replies as well.
        seed: The run's seed: another one draws sampled replies anew.
        made_up: The model makes its replies of the sample's reference, whatever the parameters: ``mock_llm``.
        exact: The model draws nothing: it gives vectors or grades.
    """

    replies: Replies
    model: str
    sampled: bool = False
    seed: int = 0
    made_up: bool = False
    exact: bool = False
    _repetitions: dict[str, int] = field(default_factory=dict)
    _config: tuple[GenerationConfig | None, str, bool] = (None, "", False)

    def address(self, request: Request, context: SampleContext | None) -> str:
        """Return the content address of a new request; empty if its reply is not kept.

        A sample that sends the same request several times gets as many replies, so repetitions are counted.
        """
        identity, repeatable = self._identity(request.config)
        if not repeatable and not self.sampled:
            return ""
        messages = [m.identity for m in request.messages]
        repetitions = self._repetitions if context is None else context.repetitions
        functions = [[tool.identity for tool in request.tools]] if request.tools else []
        drawn = "" if repeatable else self.seed
        # Of a model that samples, equal questions of a data set are separate draws.
        number = [context.occurrence] if context is not None and context.occurrence and not repeatable else []
        key = digest(identity, messages, request.repeat, drawn, self._reference(request), *functions, *number)
        repetitions[key] = times = repetitions.get(key, 0) + 1
        return key if times == 1 else digest(key, times)

    def _identity(self, config: GenerationConfig) -> tuple[str, bool]:
        """Return the identity of everything besides the messages that decides a reply, and whether it is repeatable."""
        known, identity, repeatable = self._config
        if known is not config:  # nearly all requests of a run share one
            identity = digest(self.model, config.identity())
            repeatable = self.made_up or self.exact or is_repeatable(config)
            self._config = (config, identity, repeatable)
        return identity, repeatable

    def _reference(self, request: Request) -> list[object]:
        if not self.made_up:
            return []
        sample = request.sample
        return [request.right_reply, *([] if sample is None else [sample.targets, len(sample.choices)])]


def is_repeatable(config: GenerationConfig) -> bool:
    """Return whether the same question gets the same reply, as far as its parameters show.

    Greedy decoding does: temperature 0, ``do_sample`` false or ``top_k`` 1; so does a seed, which names one draw.
    A service gets what is in ``extra_body``.
    """
    sent = config.extra_body or {}
    if sent.get("seed", config.seed) is not None or sent.get("top_k", config.top_k) == 1:
        return True
    return bool(sent.get("temperature", 0 if config.do_sample is False else config.temperature) == 0)


async def reply_of(
    send: Callable[[Request], Awaitable[ModelOutput]], request: Request, reuse: Reuse | None, address: str
) -> ModelOutput:
    """Return the reply that is kept under ``address``; send the request if there is none, or no address."""
    if reuse is None or not address:
        return _admitted(await send(request))
    known = reuse.replies.find(address)
    if known is not None:
        return known
    output = _admitted(await send(request))
    reuse.replies.keep(address, output)
    return output


def _admitted(output: ModelOutput) -> ModelOutput:
    """Return a reply as it is scored and recorded: without the key of its request, which some proxies write back."""
    text, reasoning = mask_keys(joined(output.text)), mask_keys(joined(output.reasoning))
    if output.tool_calls:
        output = replace(output, tool_calls=tuple(map(_admitted_call, output.tool_calls)))
    if text == output.text and reasoning == output.reasoning:
        return output
    return replace(output, text=text, reasoning=reasoning)


def _admitted_call(call: ToolCall) -> ToolCall:
    return ToolCall(*(mask_keys(joined(words)) for words in (call.name, call.arguments, call.id)))
