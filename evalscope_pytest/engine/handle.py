"""The `model` that authors see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ..benchmarks.placed_media import in_place
from ..config.generation import GenerationConfig
from ..core.content import PARTS, Part
from ..core.errors import ConfigError, RejectedError, closest
from ..core.text import visible
from ..core.values import Call, Message, ModelOutput, Sample, Tool, as_message
from ..datasets.media_files import found_in
from ..datasets.media_form import MediaForm
from ..wire.request import Request
from .client import ModelClient
from .context import SampleContext, current
from .loop import LoopThread
from .reuse import Reuse, reply_of

BAD_REQUEST = 400
Prompt = Sample | str | Message | Sequence[Message | Mapping[str, Any] | Part]


class ModelHandle:
    """The model under evaluation, as fixtures hand it out.

    ``generate`` answers in its caller's style: inside a coroutine it returns an awaitable, elsewhere it blocks.

    Args:
        reuse: The replies of earlier runs, which are not requested again.
        media: The form of pictures and videos in requests outside of benchmarks.
    """

    def __init__(
        self,
        client: ModelClient,
        generation: GenerationConfig,
        thread: LoopThread,
        reuse: Reuse | None = None,
        media: MediaForm = MediaForm(),  # noqa: B008 - frozen
    ) -> None:
        self._client = client
        self._thread = thread
        self._reuse = reuse
        self._media = media
        self.generation = generation

    @property
    def name(self) -> str:
        """The model as the user named it."""
        return self._client.model.name

    def __repr__(self) -> str:
        return f"<model {visible(self.name)}>"

    def generate(self, prompt: Prompt, *, tools: Sequence[Tool] = (), refusals: bool = False, **parameters: Any) -> Any:
        """Answer a prompt: `ModelOutput`, or an awaitable of one inside a coroutine.

        Args:
            prompt: The sample (sent with its benchmark's prompt), a text, or messages.
            tools: Functions the model may call; a sample that has some brings its own.
            refusals: Return the service's refusal of the request (HTTP 400) as a reply that ends for the reason
                ``refused``, instead of raising it: for a benchmark of what a service refuses.
            parameters: Generation parameters for this call only, for example ``temperature=0.7``.

        Raises:
            ConfigError: A parameter has no such name.
            ModelError: The model could not answer. Let it pass: the sample is then an error, not a wrong answer.
        """
        context = current.get()
        request = self._request(prompt, tuple(tools), parameters, context)
        return self._thread.answer(self._answer(request, context, refusals=refusals))

    def _request(
        self, prompt: Prompt, tools: tuple[Tool, ...], parameters: Mapping[str, Any], context: SampleContext | None
    ) -> Request:
        config = context.generation if context else self.generation
        if isinstance(prompt, Sample):
            parameters = {**prompt.generation, **parameters}
        if parameters:
            unknown = sorted(set(parameters) - set(GenerationConfig.__slots__))
            if unknown:
                hint = closest(unknown[0], GenerationConfig.__slots__)
                raise ConfigError(f"model.generate() has no generation parameter {unknown[0]!r}. {hint}")
            config = replace(config, **parameters)
        form = context.media if context else self._media
        messages = form.messages(found_in(_messages(prompt, context)))
        if isinstance(prompt, Sample):
            tools = tools or prompt.tools
        if context is None:
            return Request(messages, config, tools=tools)
        return Request(messages, config, context.sample, context.right_reply, context.repeat, tools)

    async def _answer(self, request: Request, context: SampleContext | None, *, refusals: bool = False) -> ModelOutput:
        address = self._reuse.address(request, context) if self._reuse is not None else ""
        if context is None:
            return await reply_of(self._client.send, request, self._reuse, address)
        call = context.replay(request.messages)
        if call is None:
            send = partial(self._client.send, admit=context.admit)
            try:
                output = await reply_of(send, request, self._reuse, address)
            except RejectedError as error:
                if not refusals or error.status != BAD_REQUEST:
                    raise
                output = ModelOutput(str(error), stop_reason="refused", model=self.name)
            call = Call(request.messages, output)
        context.calls.append(call)
        return call.output


def _messages(prompt: Prompt, context: SampleContext | None) -> tuple[Message, ...]:
    if isinstance(prompt, Sample):
        if context is not None and prompt is context.sample:
            return context.messages
        question = prompt.input if isinstance(prompt.input, str) else prompt.parts
        turns = (Message("user", question),) if question else prompt.messages
        return tuple(replace(m, content=in_place(m.content, prompt.media)) for m in turns) if prompt.media else turns
    if isinstance(prompt, str):
        return (Message("user", prompt),)
    if isinstance(prompt, Message):
        return (prompt,)
    if prompt and isinstance(prompt[0], PARTS):
        return (Message("user", tuple(prompt)),)  # type: ignore[arg-type]
    return tuple(as_message(m) for m in prompt)
