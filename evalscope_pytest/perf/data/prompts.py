"""What is sent: conversations of one or more turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Message = Mapping[str, Any]
Content = str | bytes | Sequence[int] | Sequence[Message] | Sequence[str] | Mapping[str, Any]


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


@dataclass(frozen=True, slots=True)
class Prompt:
    """What one request asks, as interfaces see it.

    Attributes:
        content: As the data set gave it, see `Turn`.
        history: The messages before it.
    """

    content: Content
    history: Sequence[Message] = ()

    @property
    def messages(self) -> list[Message]:
        """The whole conversation as chat messages."""
        return [*self.history, *messages_of(self.content)]

    @property
    def text(self) -> str:
        """The whole conversation as one text; empty for token ids."""
        if isinstance(self.content, str) and not self.history:
            return self.content
        texts = [text_of(message) for message in self.messages]
        return "\n".join(texts or [item for item in self.content if isinstance(item, str)])


def messages_of(content: Content) -> list[Message]:
    """Return content as chat messages; a request body has them in ``messages``."""
    if isinstance(content, str):
        return [{"role": "user", "content": content}]
    if isinstance(content, Mapping):
        content = content.get("messages") or ()
    return [m for m in content if isinstance(m, Mapping)]


def text_of(message: Message) -> str:
    """Return what a message says, pictures left out."""
    said = message.get("content")
    if isinstance(said, str):
        return said
    parts = said if isinstance(said, (list, tuple)) else ()
    return "\n".join(str(part["text"]) for part in parts if isinstance(part, Mapping) and part.get("text"))
