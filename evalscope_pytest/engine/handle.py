"""The `model` that authors see."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..config.generation import GenerationConfig
from ..core.errors import ConfigError, closest
from ..core.secret import mask_keys
from ..core.values import Call, Message, ModelOutput, Sample
from ..models.protocol import Request
from .asking import Asker
from .context import SampleContext, current
from .loop import LoopThread

Prompt = Sample | str | Message | Sequence[Message | Mapping[str, str]]


class ModelHandle:
    """The model under evaluation, as fixtures hand it out.

    ``generate`` answers in its caller's style: inside a coroutine it returns an awaitable, elsewhere it blocks.
    """

    def __init__(self, asker: Asker, generation: GenerationConfig, thread: LoopThread) -> None:
        self._asker = asker
        self._thread = thread
        self.generation = generation

    @property
    def name(self) -> str:
        """The model as the user named it."""
        return self._asker.model.name

    def __repr__(self) -> str:
        return f"<model {self.name}>"

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
        if context is None:
            return _without_keys(await self._asker.ask(request))
        call = context.replay(request.messages)
        if call is None:
            call = Call(request.messages, _without_keys(await self._asker.ask(request)))
        context.calls.append(call)
        return call.output


def _without_keys(output: ModelOutput) -> ModelOutput:
    """Return a reply without the key its request carried, which some proxies write into their answers."""
    text, reasoning = mask_keys(output.text), mask_keys(output.reasoning)
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
