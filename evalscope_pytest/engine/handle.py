"""The `model` that authors see."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..config.generation import GenerationConfig
from ..core.canonical import joined
from ..core.errors import ConfigError, closest
from ..core.secret import mask_keys
from ..core.terminal import visible
from ..core.values import Call, Message, ModelOutput, Sample
from ..models.protocol import Request
from .asking import Asker
from .context import SampleContext, current
from .loop import LoopThread
from .reuse import Reuse

Prompt = Sample | str | Message | Sequence[Message | Mapping[str, str]]


class ModelHandle:
    """The model under evaluation, as fixtures hand it out.

    ``generate`` answers in its caller's style: inside a coroutine it returns an awaitable, elsewhere it blocks.

    Args:
        reuse: The replies of earlier runs, which are not asked for again.
    """

    def __init__(
        self, asker: Asker, generation: GenerationConfig, thread: LoopThread, reuse: Reuse | None = None
    ) -> None:
        self._asker = asker
        self._thread = thread
        self._reuse = reuse
        self.generation = generation

    @property
    def name(self) -> str:
        """The model as the user named it."""
        return self._asker.model.name

    def __repr__(self) -> str:
        return f"<model {visible(self.name)}>"

    def generate(self, prompt: Prompt, **parameters: Any) -> Any:
        """Answer a prompt: `ModelOutput`, or an awaitable of one inside a coroutine.

        Args:
            prompt: The sample (asked with its benchmark's prompt), a text, or messages.
            parameters: Generation parameters for this call only, for example ``temperature=0.7``.

        Raises:
            ConfigError: A parameter has no such name.
            ModelError: The model could not answer. Let it pass: the sample is then an error, no wrong answer.
        """
        context = current.get()
        request = self._request(prompt, parameters, context)
        coroutine = self._answer(request, context)
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            return self._thread.submit(coroutine).result()
        if running is self._thread.loop:
            return coroutine
        # A loop of another's, pytest-asyncio's or anyio's.
        return asyncio.wrap_future(self._thread.submit(coroutine))

    def _request(self, prompt: Prompt, parameters: Mapping[str, Any], context: SampleContext | None) -> Request:
        config = context.generation if context else self.generation
        if parameters:
            unknown = sorted(set(parameters) - set(GenerationConfig.__slots__))
            if unknown:
                hint = closest(unknown[0], GenerationConfig.__slots__)
                raise ConfigError(f"model.generate() has no generation parameter {unknown[0]!r}. {hint}")
            config = replace(config, **parameters)
        messages = _messages(prompt, context)
        if context is None:
            return Request(messages, config)
        return Request(messages, config, context.sample, context.right_reply, context.repeat)

    async def _answer(self, request: Request, context: SampleContext | None) -> ModelOutput:
        address = self._reuse.address(request, context) if self._reuse is not None else ""
        if context is None:
            return await self._reply(request, address)
        call = context.replay(request.messages)
        if call is None:
            call = Call(request.messages, await self._reply(request, address))
        context.calls.append(call)
        return call.output

    async def _reply(self, request: Request, address: str) -> ModelOutput:
        """Return the reply that is kept under ``address``; ask for it where there is none."""
        reuse = self._reuse
        if reuse is None or not address:
            return _admitted(await self._asker.ask(request))
        known = reuse.replies.find(address)
        if known is not None:
            return known
        output = _admitted(await self._asker.ask(request))
        reuse.replies.keep(address, output)
        return output


def _admitted(output: ModelOutput) -> ModelOutput:
    """Return a reply as it is scored and recorded: without the key of its request, which some proxies write back."""
    text, reasoning = mask_keys(joined(output.text)), mask_keys(joined(output.reasoning))
    if text == output.text and reasoning == output.reasoning:
        return output
    return replace(output, text=text, reasoning=reasoning)


def _messages(prompt: Prompt, context: SampleContext | None) -> tuple[Message, ...]:
    if isinstance(prompt, Sample):
        if context is not None and prompt is context.sample:
            return context.messages
        return (Message("user", prompt.input),) if isinstance(prompt.input, str) else prompt.input
    if isinstance(prompt, str):
        return (Message("user", prompt),)
    if isinstance(prompt, Message):
        return (prompt,)
    return tuple(m if isinstance(m, Message) else Message(m["role"], m["content"]) for m in prompt)  # type: ignore[arg-type]
