"""The `model` that authors see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

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
from .vectors import Embedder, VectorTask, graded

BAD_REQUEST = 400
T = TypeVar("T")
Prompt = Sample | str | Message | Sequence[Message | Mapping[str, Any] | Part]


class ModelHandle:
    """The model under evaluation, as fixtures hand it out.

    ``generate`` answers in its caller's style: inside a coroutine it returns an awaitable, elsewhere it blocks.

    Args:
        reuse: The replies of earlier runs, which are not requested again.
        media: The form of pictures and videos in requests outside of benchmarks.
        does: The task of a model that does not generate text.
    """

    def __init__(
        self,
        client: ModelClient,
        generation: GenerationConfig,
        thread: LoopThread,
        reuse: Reuse | None = None,
        media: MediaForm = MediaForm(),  # noqa: B008 - frozen
        does: VectorTask = VectorTask(),  # noqa: B008 - frozen
    ) -> None:
        self._client = client
        self._thread = thread
        self._reuse = reuse
        self._media = media
        self._does = does
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
        if self.does:
            raise ConfigError(
                f"model.generate() with model_task {self.does}: the model generates no text. Call "
                f"{'model.embed(texts)' if self.does == 'embedding' else 'model.rerank(query, documents)'}, or leave "
                "model_task out."
            )
        context = current.get()
        request = self._request(prompt, tuple(tools), parameters, context)
        return self._thread.answer(self._answer(request, context, refusals=refusals))

    def embed(self, texts: Sequence[str]) -> Any:
        """Return the vectors of texts: `Embedded`, or an awaitable of one inside a coroutine.

        Raises:
            ConfigError: The model is not one of embeddings.
            ModelError: The model refuses a text, or could not answer.
        """
        return self._thread.answer(self.waited(self.embedder.embed(texts)))

    def rerank(self, query: str, documents: Sequence[str]) -> Any:
        """Grade documents by a query, in one request: `ModelOutput`, or an awaitable of one inside a coroutine.

        Its text is a JSON list with a grade for each document, in their order.

        Raises:
            ConfigError: The model is not a reranker.
            ModelError: The model could not answer.
        """
        if self.does != "rerank":
            raise ConfigError("model.rerank() needs a reranker. Say that the model is one: --eval-model-task rerank.")
        context = current.get()
        request = Request(graded(query, documents), context.generation if context else self.generation)
        return self._thread.answer(self.waited(self._send(request, context)))

    @property
    def does(self) -> str:
        """``embedding`` or ``rerank``; empty for a model that generates text."""
        return self._does.name

    @property
    def embedder(self) -> Embedder:
        """What embeds texts.

        Raises:
            ConfigError: The model is not one of embeddings.
        """
        if self._does.embedder is None or self.does != "embedding":
            raise ConfigError(
                "model.embed() needs an embedding model. Say that the model is one: --eval-model-task embedding."
            )
        return self._does.embedder()

    def prompt(self, sample: Sample) -> tuple[Message, ...]:
        """Return the messages of a sample, as its benchmark's prompt makes them."""
        return _messages(sample, current.get())

    async def recorded(self, messages: tuple[Message, ...], make: Callable[[], Awaitable[ModelOutput]]) -> ModelOutput:
        """Return what an earlier run recorded for these messages, or what ``make`` returns, and record it."""
        context = current.get()
        call = context.replay(messages) if context is not None else None
        if call is None:
            call = Call(messages, await make())
        if context is not None:
            context.calls.append(call)
        return call.output

    async def waited(self, work: Awaitable[T]) -> T:
        """Wait for the model's part of a sample."""
        return await work

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
        if context is None:
            return await self._send(request, None)
        send = partial(self._send, request, context)
        return await self.recorded(request.messages, partial(self._or_refusal, send) if refusals else send)

    async def _or_refusal(self, send: Callable[[], Awaitable[ModelOutput]]) -> ModelOutput:
        """Return a reply, or the words with which the service refuses the request."""
        try:
            return await send()
        except RejectedError as error:
            if error.status != BAD_REQUEST:
                raise
            return ModelOutput(str(error), stop_reason="refused", model=self.name)

    async def _send(self, request: Request, context: SampleContext | None) -> ModelOutput:
        address = self._reuse.address(request, context) if self._reuse is not None else ""
        send = self._client.send if context is None else partial(self._client.send, admit=context.admit)
        return await reply_of(send, request, self._reuse, address)


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
