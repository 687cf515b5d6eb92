"""``/v1/chat/completions``."""

from __future__ import annotations

from typing import Any

from ..data.prompts import Prompt, messages_of
from .interface import Fields, Interface, whole_body, wrong_shape


def write(prompt: Prompt, fields: Fields) -> dict[str, Any]:
    """Return the body: messages."""
    if (body := whole_body(prompt, fields)) is not None:
        return body
    if not messages_of(prompt.content):
        raise wrong_shape("/chat/completions", "a text or messages")
    return {**fields, "messages": prompt.messages}


INTERFACE = Interface("chat", "/chat/completions", write)
