"""A reply under construction, as load tests keep it: output with the stamps of the reads that brought it.

The caller hands in the stamps, so nothing here reads a clock.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

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
    """How replies of one dialect are read. Both functions add to the reply they are given, and never raise.

    Attributes:
        take_event: Called with each event of a stream and the stamp of the read that completed it.
        take_body: Called with a whole reply.
        lines: Streams are lines, one event each, instead of server-sent events.
        plain: What is not JSON is an event too: a text.
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
