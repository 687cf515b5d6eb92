"""A prompt of a load test, as dialects write it into a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Message = Mapping[str, Any]
Content = str | bytes | Sequence[int] | Sequence[Message] | Sequence[str] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Prompt:
    """The prompt of one request.

    Attributes:
        content: As the data set gave it: a text, token ids, messages, texts to embed, or a whole request body.
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
    """Return the text of a message, without its pictures."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, (list, tuple)) else ()
    return "\n".join(str(part["text"]) for part in parts if isinstance(part, Mapping) and part.get("text"))
