"""Vectors of texts: each text is embedded once, in batches, and kept (docs/design/vectors.md)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from contextvars import copy_context
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

from ..config.generation import GenerationConfig
from ..core.canonical import digest
from ..core.errors import FatalError, ModelError, RejectedError
from ..core.values import Message, ModelOutput, Usage
from ..core.vectors import stacked, unit, unpacked
from ..wire.request import Request
from .client import ModelClient
from .context import current
from .reuse import Replies

if TYPE_CHECKING:
    from ..core.vectors import Vector

BATCH = 32
# Batches of texts that one process claims at a time.
_CLAIMED = 4
_LOOK_AGAIN_S = 0.02
_WAIT_WRITTEN_S = 0.002


class Claimed(Protocol):
    """Shares of work that the processes of a run divide among themselves."""

    def claim(self, name: str) -> AbstractContextManager[bool]:
        """Hold the claim on a share; False if another process holds it."""
        ...


class Kept(Replies, Protocol):
    """A store of replies that says when they are written."""

    @property
    def is_written(self) -> bool:
        """True if no reply waits to be written."""
        ...


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of some texts.

    Attributes:
        vectors: A row for each text.
        output: What they cost; its text is empty.
    """

    vectors: Vector
    output: ModelOutput


@dataclass(frozen=True, slots=True)
class VectorTask:
    """The task of a model that does not generate text.

    Attributes:
        name: ``embedding`` or ``rerank``; empty for a model that generates text.
        embedder: Returns what embeds texts, once the first is to be embedded.
    """

    name: str = ""
    embedder: Callable[[], Embedder] | None = None


@dataclass(slots=True)
class _Waiting:
    text: str
    key: str
    reply: asyncio.Future[ModelOutput]


class Embedder:
    """Embeds texts. All of it runs on the event loop.

    Args:
        store: Keeps the vectors. A text that it has is not sent again.
        claims: Divide a corpus among the processes of a run.
        limit: Number of requests in flight.
        batch: Number of texts in a request.
    """

    def __init__(
        self,
        client: ModelClient,
        config: GenerationConfig,
        store: Kept,
        claims: Claimed,
        *,
        limit: int,
        batch: int = BATCH,
    ) -> None:
        self._client = client
        self._config = config
        self._store = store
        self._claims = claims
        self._limit = limit
        self._batch = batch
        self._identity = digest(client.model.fingerprint, config.identity(), "embedding")
        self._queue: deque[_Waiting] = deque()
        self._pending: dict[str, asyncio.Future[ModelOutput]] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._indexes: dict[str, asyncio.Task[Vector]] = {}

    async def embed(self, texts: Sequence[str]) -> Embedded:
        """Return the vectors of texts.

        Raises:
            ModelError: The model refuses one, or could not answer.
        """
        replies = await self._replies(texts)
        return Embedded(_matrix([unpacked(reply.text) for reply in replies]), _together(replies))

    async def index(self, name: str, texts: Sequence[str], *, normal: bool = True) -> Vector:
        """Return the vectors of a corpus as rows of a matrix; they are made once, by all processes of a run together.

        Args:
            name: Content address of the texts, which differ.
            normal: Divide each vector by its length.

        Raises:
            ModelError: The model refuses a text, or could not answer.
        """
        key = digest(name, normal)
        task = self._indexes.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            context = copy_context()
            context.run(current.set, None)  # no sample's own request
            task = self._indexes[key] = context.run(asyncio.ensure_future, self._index(texts, normal))
        await asyncio.wait([task])  # whoever is cancelled meanwhile leaves the others theirs
        return task.result()

    async def _index(self, texts: Sequence[str], normal: bool) -> Vector:
        size = self._batch * _CLAIMED
        shares = deque(texts[at : at + size] for at in range(0, len(texts), size))
        found: dict[str, Vector] = {}
        workers = [asyncio.ensure_future(self._work(shares, found)) for _ in range(self._limit // _CLAIMED + 2)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
        matrix = _matrix([found[text] for text in texts])
        return unit(matrix) if normal else matrix

    async def _work(self, shares: deque[Sequence[str]], found: dict[str, Vector]) -> None:
        """Embed shares until none is left; one that another process is at is looked at again later."""
        while shares:
            share = shares.popleft()
            with self._claims.claim(digest(self._identity, list(share))) as is_ours:
                if is_ours:
                    replies = await self._replies(share)
                    found.update((text, unpacked(reply.text)) for text, reply in zip(share, replies, strict=True))
                    while not self._store.is_written:
                        await asyncio.sleep(_WAIT_WRITTEN_S)
            if not is_ours:
                shares.append(share)
                await asyncio.sleep(_LOOK_AGAIN_S)
            await asyncio.sleep(0)

    def _key(self, text: str) -> str:
        return digest(self._identity, text)

    # Batches --------------------------------------------------------------------------------------------------------

    async def _replies(self, texts: Sequence[str]) -> list[ModelOutput]:
        """Return a reply for each text. Equal texts share one, whoever needs them."""
        known = {text: self._reply(text) for text in dict.fromkeys(texts)}
        waiting = [reply for reply in known.values() if isinstance(reply, asyncio.Future)]
        if waiting:
            await asyncio.wait(waiting)
        done = {text: reply.result() if isinstance(reply, asyncio.Future) else reply for text, reply in known.items()}
        return [done[text] for text in texts]

    def _reply(self, text: str) -> ModelOutput | asyncio.Future[ModelOutput]:
        pending = self._pending.get(text)
        if pending is not None:
            return pending
        key = self._key(text)
        kept = self._store.find(key)
        if kept is not None:
            return kept
        if (context := current.get()) is not None:
            context.admit()
        reply = self._pending[text] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(text, key, reply))
        if len(self._sending) < self._limit:
            own = copy_context()
            own.run(current.set, None)
            task = own.run(asyncio.ensure_future, self._send())
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return reply

    async def _send(self) -> None:
        """Send batches until no text waits. Those that come in the meantime make the next one."""
        await asyncio.sleep(0)
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(self._batch, len(self._queue)))]
            try:
                await self._send_batch(batch)
            except BaseException as error:
                _fail(batch, error)
                if not isinstance(error, Exception):
                    raise
            finally:
                for one in batch:
                    self._pending.pop(one.text, None)

    async def _send_batch(self, batch: Sequence[_Waiting]) -> None:
        messages = tuple(Message("user", one.text) for one in batch)
        try:
            output = await self._client.send(Request(messages, self._config))
        except RejectedError as error:
            if len(batch) == 1:
                raise _about(error, batch[0].text) from error
            await self._send_halves(batch)
            return
        lines = output.text.split("\n")
        if len(lines) != len(batch):
            raise FatalError(f"model {self._client.model.name!r} gave {len(lines)} vectors for {len(batch)} texts.")
        for one, reply in zip(batch, _shares(output, lines, [len(b.text) for b in batch]), strict=True):
            self._store.keep(one.key, reply)
            one.reply.set_result(reply)

    async def _send_halves(self, batch: Sequence[_Waiting]) -> None:
        """Send a refused batch in two parts: it may be too large, or hold one text that the service does not take."""
        middle = len(batch) // 2
        fine = 0
        for half in (batch[:middle], batch[middle:]):
            try:
                await self._send_batch(half)
                fine += all(one.reply.exception() is None for one in half)
            except ModelError as error:
                _fail(half, error)
        if fine == 2:  # its size was the reason
            self._batch = min(self._batch, max(1, middle))


def _fail(batch: Sequence[_Waiting], error: BaseException) -> None:
    for one in batch:
        if not one.reply.done():
            if isinstance(error, Exception):
                one.reply.set_exception(error)
                one.reply.exception()  # a text nobody waits for any more is no warning
            else:
                one.reply.cancel()


def _about(error: RejectedError, text: str) -> RejectedError:
    """Return a refusal with the beginning of its text, which the reader has to find among thousands."""
    shown = " ".join(text.split())
    head = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return RejectedError(f"{error} The text, of {len(text)} characters: {head!r}", error.status)


def _shares(output: ModelOutput, lines: Sequence[str], sizes: Sequence[int]) -> list[ModelOutput]:
    """Return the reply to each text of a batch; they share its tokens by their lengths, without a rest."""
    total, sum_of_sizes = (output.usage.input_tokens if output.usage else 0), sum(sizes) or 1
    ends, size = [0], 0
    for one in sizes:
        size += one
        ends.append(round(total * size / sum_of_sizes))
    counts = [end - start for start, end in pairwise(ends)]
    usages = [Usage(count, 0) if output.usage else None for count in counts]
    return [replace(output, text=line, usage=usage) for line, usage in zip(lines, usages, strict=True)]


def _matrix(vectors: Sequence[Any]) -> Vector:
    try:
        return stacked(vectors)
    except ValueError as error:
        lengths = sorted({len(vector) for vector in vectors})
        raise FatalError(f"the model gave vectors of different lengths: {', '.join(map(str, lengths))}.") from error


def _together(replies: Sequence[ModelOutput]) -> ModelOutput:
    """Return what several replies cost together; none is of a text that was not paid for in this run."""
    used = [reply.usage for reply in replies if reply.usage is not None]
    usage = Usage(sum(one.input_tokens for one in used), 0) if used else None
    latencies = [reply.latency_s for reply in replies if reply.latency_s is not None]
    return ModelOutput(
        "",
        usage=usage,
        model=replies[0].model if replies else "",
        latency_s=max(latencies, default=None),
        retries=max((reply.retries for reply in replies), default=0),
        cached=bool(replies) and all(reply.cached for reply in replies),
    )


def graded(query: str, documents: Sequence[str]) -> tuple[Message, ...]:
    """Return the messages of a request to a reranker."""
    return (Message("user", query), *(Message("user", document) for document in documents))
