"""A model behind an HTTP service. The dialect decides what is sent and how replies are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from ..config.generation import GenerationConfig
from ..core.values import ModelOutput
from ..wire.errors import complaint, refusal, retry_after_s
from ..wire.interface import Draft
from ..wire.request import Request
from .transport import Reply, Sink, Transport


class ServiceModel:
    """A model behind a service.

    Args:
        name: As the user gave it.
        transport: Sends requests.
        write: Returns the body of a request in the service's dialect, given the model's name.
        draft: Begins a reply, given the address for errors.
    """

    def __init__(
        self,
        name: str,
        transport: Transport,
        write: Callable[[Request, str], Mapping[str, Any]],
        draft: Callable[[str], Draft],
    ) -> None:
        self.name = name
        self._transport = transport
        self._write = write
        self._draft = draft

    @property
    def fingerprint(self) -> str:
        """The name: neither the client nor the address changes an answer."""
        return self.name

    async def generate(self, request: Request) -> ModelOutput:
        """Send the request once.

        Raises:
            ModelError: The service refuses it, or there is no usable reply.
        """
        draft = self._draft(self._transport.url)
        body = self._write(request, self.name)
        started = perf_counter()
        reply = await self._send(body, request.config, lambda piece: draft.feed(piece, perf_counter()))
        if not reply.streamed:  # whatever was requested: some services stream always, some never
            draft.take_body(reply.body)
        return draft.output(self.name, started, perf_counter())

    async def connect(self, count: int) -> None:
        """Open connections for requests to come."""
        await self._transport.connect(count)

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _send(self, body: Mapping[str, Any], config: GenerationConfig, sink: Sink) -> Reply:
        transport = self._transport
        reply = await transport.exchange(body, config, sink)
        if reply.status != 200:
            raise refusal(
                reply.status,
                complaint(reply.body),
                transport.url,
                retry_after_s(reply.headers),
                location=reply.headers.get("location"),
            )
        return reply
