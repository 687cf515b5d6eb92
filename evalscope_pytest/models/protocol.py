"""The interface of a model."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ..core.values import ModelOutput
from ..wire.request import Request


class Model(Protocol):
    """A model that answers messages. Instances live in one process and are used from one event loop."""

    @property
    def name(self) -> str:
        """The model as the user named it, ``org/name`` or a path."""
        ...

    @property
    def fingerprint(self) -> str:
        """Identity of the model's answers: name and arguments that change them, never URL or key."""
        ...

    async def generate(self, request: Request) -> ModelOutput:
        """Send one request, once: the engine waits and retries.

        Raises:
            RateLimitedError: The service refuses more requests for now.
            TransientError: A retry may succeed.
            RejectedError: This request is refused.
            FatalError: Every request is refused.
        """
        ...

    async def close(self) -> None:
        """Free connections and memory."""
        ...


@runtime_checkable
class Connecting(Protocol):
    """A model that can open connections before the first request."""

    async def connect(self, count: int) -> None:
        """Open ``count`` more connections. Failures are not reported here: the request that needs one will fail."""
        ...
