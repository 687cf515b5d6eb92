"""Conversations of one or more turns, as load tests send them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...wire.prompt import Content


@dataclass(frozen=True, slots=True)
class Turn:
    """One request.

    Attributes:
        content: A text, token ids, messages, texts to embed, a mapping: a whole request body, whose fields win over
            options, or bytes: a body that is sent as it is.
        tokens: How long it is, where that is known here.
        parameters: Fields of this request only, such as ``max_tokens`` of a trace.
        wait_s: Seconds that a tool takes between the reply before it and itself.
    """

    content: Content
    tokens: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns that follow each other; each is sent when the reply to the one before is complete, and with it.

    Attributes:
        at_s: When a trace had it begin, counted from its first.
    """

    turns: tuple[Turn, ...]
    at_s: float = 0.0


def single(content: Content, tokens: int = 0) -> Conversation:
    """Return a conversation of one turn."""
    return Conversation((Turn(content, tokens),))
