"""OpenAI's dialects besides conversations, for load tests only: completions, embeddings, and ranks."""

from __future__ import annotations

from typing import Any

from .interface import Fields, Interface, whole_body, wrong_shape
from .openai_chat import READER
from .prompt import Prompt, messages_of, text_of


def write_completion(prompt: Prompt, fields: Fields) -> dict[str, Any]:
    """Return the body for ``/v1/completions``: token ids as they are, anything else as one text."""
    if (body := whole_body(prompt, fields)) is not None:
        return body
    ids = [item for item in prompt.content if isinstance(item, int)]
    return {**fields, "prompt": ids or prompt.text}


def write_embedding(prompt: Prompt, fields: Fields) -> dict[str, Any]:
    """Return the body for ``/v1/embeddings``: a list of texts, or token ids."""
    if (body := whole_body(prompt, fields)) is not None:
        return body
    if isinstance(prompt.content, str):
        return {**fields, "input": [prompt.content]}
    messages = messages_of(prompt.content)
    return {**fields, "input": [text_of(m) for m in messages] if messages else prompt.content}


def write_rerank(prompt: Prompt, fields: Fields) -> dict[str, Any]:
    """Return the body for ``/v1/rerank``: a query and its documents, which data sets give as a whole body."""
    if (body := whole_body(prompt, fields)) is None:
        raise wrong_shape("rerank", "records with query and documents (--dataset rerank)")
    return body


COMPLETIONS = Interface("completions", "/completions", write_completion, READER)
EMBEDDINGS = Interface("embedding", "/embeddings", write_embedding, READER, streams=False)
RERANK = Interface("rerank", "/rerank", write_rerank, READER, streams=False)
