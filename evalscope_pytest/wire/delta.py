"""The content of one event of a stream, or of a whole reply, in any dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import shown
from .stamped import StampedReply, mark_answer, mark_output


@dataclass(frozen=True, slots=True)
class Delta:
    """The content of an event or a reply. Leave out what the service does not send.

    Attributes:
        text: Its part of the answer.
        reasoning: Its part of the reasoning.
        called: It holds (a part of) a tool call, which is output too.
        output_tokens: Tokens so far, reasoning included; the last figure counts.
        items: Number of vectors or ranks of a whole reply.
        finished: The reply is complete.
        error: What went wrong at the service: the request has failed.
    """

    text: str = ""
    reasoning: str = ""
    called: bool = False
    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    items: int = 0
    finished: bool = False
    error: str = ""


def take(delta: Delta, stamp: float | None, reply: StampedReply) -> None:
    """Add a delta to a reply.

    Args:
        delta: The content of an event or of a whole reply.
        stamp: Of the read that completed the event; None for a whole reply, which has no first token.
        reply: Changed in place.
    """
    if delta.error:
        reply.error = f"error inside the {'reply' if stamp is None else 'stream'}: {shown(delta.error)}"
        return
    reply.ended = reply.ended or delta.finished
    reply.items += delta.items
    counts = _counts(delta)
    if counts:
        reply.usage = {**(reply.usage or {}), **counts}
    if delta.reasoning:
        reply.reasoning_texts.append(delta.reasoning)
        reply.reasoning_events += stamp is not None
    if delta.text or delta.called:
        if stamp is not None:
            mark_answer(delta.text, stamp, reply)
        elif delta.text:
            reply.texts.append(delta.text)
    if stamp is not None and (delta.text or delta.called or delta.reasoning):
        mark_output(reply, stamp, counts)


def _counts(delta: Delta) -> Mapping[str, Any]:
    """Return the token counts under the names of OpenAI's chat completions."""
    found: dict[str, Any] = {}
    if delta.input_tokens is not None:
        found["prompt_tokens"] = delta.input_tokens
    if delta.output_tokens is not None:
        found["completion_tokens"] = delta.output_tokens
    if delta.reasoning_tokens is not None:
        found["completion_tokens_details"] = {"reasoning_tokens": delta.reasoning_tokens}
    if delta.cached_tokens is not None:
        found["prompt_tokens_details"] = {"cached_tokens": delta.cached_tokens}
    return found
