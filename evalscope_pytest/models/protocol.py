"""What a model is to the rest of the package."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ..core.values import ModelOutput
from ..wire.request import Request


class Model(Protocol):
    """Anything that answers messages. Instances live in one process and are used from one event loop."""

    @property
    def name(self) -> str:
        """The model as the user named it, ``org/name`` or a path."""
        ...

    @property
    def fingerprint(self) -> str:
        """What tells this model's answers from another's: name and arguments that change them, never url or key."""
        ...

    async def generate(self, request: Request) -> ModelOutput:
        """Answer one request, once: waiting and asking again are the engine's part.

        Raises:
            RateLimitedError: Asked to slow down.
            TransientError: May work when asked again.
            RejectedError: This request is refused.
            FatalError: Every request is refused.
        """
        ...

    async def close(self) -> None:
        """Free connections and memory."""
        ...


@runtime_checkable
class Connecting(Protocol):
    """A model that can open connections before it is asked."""

    async def connect(self, count: int) -> None:
        """Open ``count`` connections more. What fails is not told here: the request that needs it will fail."""
        ...
