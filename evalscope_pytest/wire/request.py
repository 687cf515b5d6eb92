"""A request to a model, before any service's dialect."""

from __future__ import annotations

from dataclasses import dataclass

from ..config.generation import GenerationConfig
from ..core.values import Message, Sample, Tool


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a model.

    Attributes:
        sample: The sample it belongs to; None outside a benchmark. Real models do not look at it.
        right_reply: Answer of a perfect model, in the form the scorer expects. For ``mock_llm`` only.
        repeat: Number of this generation of the same sample, from 0. Sampling models vary their seed by it.
        tools: Functions the model may call.
    """

    messages: tuple[Message, ...]
    config: GenerationConfig
    sample: Sample | None = None
    right_reply: str = ""
    repeat: int = 0
    tools: tuple[Tool, ...] = ()
