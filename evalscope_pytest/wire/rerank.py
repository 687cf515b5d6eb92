"""``/v1/rerank``: a query and its documents, which data sets give as a whole body."""

from __future__ import annotations

from typing import Any

from .interface import Fields, Interface, whole_body, wrong_shape
from .prompt import Prompt


def write(prompt: Prompt, fields: Fields) -> dict[str, Any]:
    """Return the body."""
    if (body := whole_body(prompt, fields)) is None:
        raise wrong_shape("rerank", "records with query and documents (--dataset rerank)")
    return body


INTERFACE = Interface("rerank", "/rerank", write, streams=False)
