"""``/v1/embeddings``: texts, or token ids, one or several a request."""

from __future__ import annotations

from typing import Any

from .interface import Fields, Interface, whole_body
from .prompt import Prompt, messages_of, text_of


def write(prompt: Prompt, fields: Fields) -> dict[str, Any]:
    """Return the body: a list of texts, or token ids."""
    if (body := whole_body(prompt, fields)) is not None:
        return body
    if isinstance(prompt.content, str):
        return {**fields, "input": [prompt.content]}
    messages = messages_of(prompt.content)
    return {**fields, "input": [text_of(m) for m in messages] if messages else prompt.content}


INTERFACE = Interface("embedding", "/embeddings", write, streams=False)
