"""What one event, or one whole reply, says: what a user's own ``read`` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...models.service_errors import shown
from ..load.parse import Reply, answered, mark_output


@dataclass(frozen=True, slots=True)
class Said:
    """What an event of a stream, or a whole reply, says; leave out what it does not tell.

    Attributes:
        text: The part of the answer in it.
        reasoning: The part of the reasoning in it.
        called: It holds (a part of) a tool call, which is output too.
        output_tokens: So far, reasoning included; the last figure counts.
        items: Vectors or ranks of a whole reply.
        finished: Nothing more is to come.
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


def take(said: Said, stamp: float | None, reply: Reply) -> None:
    """Add what was said to a reply.

    Args:
        stamp: Of the read that completed the event; None for a whole reply, which has no first token.
    """
    if said.error:
        reply.error = f"error inside the {'reply' if stamp is None else 'stream'}: {shown(said.error)}"
        return
    reply.ended = reply.ended or said.finished
    reply.items += said.items
    counts = _counts(said)
    if counts:
        reply.usage = {**(reply.usage or {}), **counts}
    if said.reasoning:
        reply.reasoning_texts.append(said.reasoning)
        reply.reasoning_events += stamp is not None
    if said.text or said.called:
        if stamp is not None:
            answered(said.text, stamp, reply)
        elif said.text:
            reply.texts.append(said.text)
    if stamp is not None and (said.text or said.called or said.reasoning):
        mark_output(reply, stamp, counts)


def _counts(said: Said) -> Mapping[str, Any]:
    """Return token counts as OpenAI's usage names them."""
    found: dict[str, Any] = {}
    if said.input_tokens is not None:
        found["prompt_tokens"] = said.input_tokens
    if said.output_tokens is not None:
        found["completion_tokens"] = said.output_tokens
    if said.reasoning_tokens is not None:
        found["completion_tokens_details"] = {"reasoning_tokens": said.reasoning_tokens}
    if said.cached_tokens is not None:
        found["prompt_tokens_details"] = {"cached_tokens": said.cached_tokens}
    return found
