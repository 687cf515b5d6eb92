"""A reply under construction, as load tests keep it: output with the stamps of the reads that brought it.

A dialect reads an event, or a whole reply, into a `Delta`. The caller hands in the stamps, so nothing here reads a
clock.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import shown

MOST_TOKENS = 1 << 40


@dataclass(slots=True)
class StampedReply:
    """The content of a reply, and when it came.

    Attributes:
        stamps: Stamp of each read that carried output; equal stamps are kept once.
        events: Events that carried output.
        first_answer: Stamp of the first output that is not reasoning; None if there is none.
        first_tokens: Tokens in the first read with output.
        texts: Pieces of the answer, without reasoning.
        reasoning_texts: Pieces of the reasoning.
        reasoning_events: Events that carried reasoning.
        doubled: Events that carried text and reasoning at once.
        ended: The stream announced its end: an end mark, a finish reason, usage.
        error: Why the request counts as failed; empty for a success.
        usage: The last usage object, under the names of OpenAI's chat completions.
        items: Vectors or ranks of a reply of that kind.
    """

    stamps: array[float] = field(default_factory=lambda: array("d"))
    events: int = 0
    first_answer: float | None = None
    first_tokens: int = 1
    texts: list[str] = field(default_factory=list)
    reasoning_texts: list[str] = field(default_factory=list)
    reasoning_events: int = 0
    doubled: int = 0
    ended: bool = False
    error: str = ""
    usage: Mapping[str, Any] | None = None
    items: int = 0

    @property
    def text(self) -> str:
        """The answer."""
        return "".join(self.texts)


@dataclass(frozen=True, slots=True)
class Reader:
    """The functions that read replies of one dialect. Both add to the given reply, and never raise.

    Attributes:
        take_event: Called with each event of a stream and the stamp of the read that completed it.
        take_body: Called with a whole reply.
        lines: Streams are lines, one event each, instead of server-sent events.
        plain: Data other than JSON is an event too: a text.
    """

    take_event: Callable[[Any, float, StampedReply], None]
    take_body: Callable[[Any, StampedReply], None]
    lines: bool = False
    plain: bool = False


def mark_output(reply: StampedReply, stamp: float, usage: Any = None) -> None:
    """Record that an event carried output.

    Args:
        usage: Token counts so far, if the event itself has them.
    """
    stamps = reply.stamps
    reply.events += 1
    if not stamps or stamp == stamps[0]:
        counted = tokens_or_zero(usage.get("completion_tokens")) if isinstance(usage, dict) else 0
        reply.first_tokens = max(reply.events + reply.doubled, counted)  # one each, unless usage says more
    if not stamps or stamp != stamps[-1]:
        stamps.append(stamp)


def mark_answer(text: str, stamp: float, reply: StampedReply) -> bool:
    """Record output that is not reasoning; always True, as it is output."""
    if text:
        reply.texts.append(text)
    if reply.first_answer is None:
        reply.first_answer = stamp
    return True


def tokens_or_zero(value: Any) -> int:
    """Return a number of tokens as a server reported it; 0 if it cannot be one."""
    return value if type(value) is int and 0 < value < MOST_TOKENS else 0


# Deltas --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Delta:
    """The content of an event or a reply. Leave out fields that the service does not send.

    Attributes:
        text: Its part of the answer.
        reasoning: Its part of the reasoning.
        called: It holds (a part of) a tool call, which is output too.
        output_tokens: Tokens so far, reasoning included; the last figure counts.
        items: Number of vectors or ranks of a whole reply.
        finished: The reply is complete.
        error: The service's failure: the request has failed.
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
