"""``/v1/completions``: a text, or token ids, to be continued."""

from __future__ import annotations

from typing import Any

from .interface import Fields, Interface, whole_body
from .prompt import Prompt


def write(prompt: Prompt, fields: Fields) -> dict[str, Any]:
    """Return the body: token ids as they are, anything else as one text."""
    if (body := whole_body(prompt, fields)) is not None:
        return body
    ids = [item for item in prompt.content if isinstance(item, int)]
    return {**fields, "prompt": ids or prompt.text}


INTERFACE = Interface("completions", "/completions", write)
