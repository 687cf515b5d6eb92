"""What a model is to the rest of the package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ..config.generation import GenerationConfig
from ..core.values import Message, ModelOutput, Sample, Tool


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model.

    Attributes:
        sample: The sample it is asked for; None outside a benchmark. Real models do not look at it.
        right_reply: What a perfect model would answer, in the form the scorer asks for. For ``mock_llm`` only.
        repeat: Which generation of the same sample this is, from 0. Sampling models vary their seed by it.
        tools: Functions the model may call.
    """

    messages: tuple[Message, ...]
    config: GenerationConfig
    sample: Sample | None = None
    right_reply: str = ""
    repeat: int = 0
    tools: tuple[Tool, ...] = ()


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
