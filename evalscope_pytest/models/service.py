"""What all models behind an HTTP service share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..config.generation import GenerationConfig
from .service_errors import complaint, refusal, retry_after_s
from .transport import Reply, Sink, Transport


class ServiceModel:
    """A model behind a service; what is sent and how replies are read is each provider's own."""

    def __init__(self, name: str, transport: Transport) -> None:
        self.name = name
        self._transport = transport

    @property
    def fingerprint(self) -> str:
        """The name: neither the client nor the address changes an answer."""
        return self.name

    async def connect(self, count: int) -> None:
        """Open connections for requests to come."""
        await self._transport.connect(count)

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _ask(self, body: Mapping[str, Any], config: GenerationConfig, sink: Sink) -> Reply:
        """Send a request and return the reply.

        Raises:
            ModelError: The service refuses it, or there is no reply.
        """
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
