"""Reads raw replies after they came: event streams and bodies, usage, errors inside a stream.

What the events mean is an interface's business (`Reader`); OpenAI's shape, which most services speak, is read here.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from time import perf_counter
from typing import Any

from ...models.content import ContentError, said
from ...models.service_errors import Complaint, complaint, complaint_of, error_in
from ..measure.request import Tokens, TokenSource
from .connection import Exchange
from .fast_delta import Likeness
from .sse import END, EventSplitter, LineSplitter, Splitter, is_one_event
from .yield_budget import Turns

CountTokens = Callable[[str], int]
MOST_TOKENS = 1 << 40
GZIP = b"\x1f\x8b"


@dataclass(slots=True)
class Reply:
    """What a reply says.

    Attributes:
        stamps: See `Request.stamps`.
        first_tokens: See `Request.first_tokens`.
        text: What was said, reasoning left out.
        doubled: Events that carried text and reasoning at once.
        reasoning_text: The reasoning.
        ended: The end of the stream was told: an end mark, a finish reason, usage.
        error: Why it counts as failed; empty for a success.
        usage: The last usage object.
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

    def tokens(self, count: CountTokens | None, prompt_tokens: int) -> Tokens:
        """Return the token counts and who gave them.

        Args:
            count: Counts the tokens of a text, for servers that send no usage.
            prompt_tokens: What is known of the prompt here, 0 for nothing.
        """
        usage = self.usage or {}
        details = _mapping(usage.get("completion_tokens_details"))
        reasoning = _count(details.get("reasoning_tokens"))
        cached = _count(_mapping(usage.get("prompt_tokens_details")).get("cached_tokens"))
        asked = _count(usage.get("prompt_tokens")) or _count(usage.get("total_tokens")) or prompt_tokens
        output = _count(usage.get("completion_tokens"))
        source: TokenSource = "usage"
        silent = not (self.events or self.texts or self.reasoning_texts)
        if not output and not (silent and "completion_tokens" in usage):
            output, source = self._own_count(count)
            reasoning = self.reasoning_events if source == "chunks" else reasoning
        return Tokens(asked, output, reasoning or self.reasoning_events, cached, source)

    def _own_count(self, count: CountTokens | None) -> tuple[int, TokenSource]:
        if count is not None and (self.texts or self.reasoning_texts):
            return count(self.text) + count("".join(self.reasoning_texts)), "tokenizer"
        return (self.events + self.doubled, "chunks") if self.events else (0, "none")


@dataclass(frozen=True, slots=True)
class Reader:
    """How an interface's replies are read. Both functions add to the reply they are given, and never raise.

    Attributes:
        take_event: Called with each event of a stream and the stamp of the read that completed it.
        take_body: Called with a whole reply.
        lines: Streams are lines, one event each, and no server-sent events.
        plain: What is not JSON is an event too: a text.
    """

    take_event: Callable[[Any, float, Reply], None]
    take_body: Callable[[Any, Reply], None]
    lines: bool = False
    plain: bool = False


async def read(exchange: Exchange, reader: Reader | None = None, turns: Turns | None = None) -> Reply:
    """Return what a finished exchange says, giving way to the network every few events.

    Args:
        reader: None for OpenAI's shape.
        turns: Shared by all that is read in an event loop.
    """
    reply, reader = Reply(), reader or OPENAI
    if exchange.failure:
        reply.error = exchange.failure
    elif exchange.status != 200:
        reply.error = failure_words(exchange.status, complaint(b"".join(exchange.pieces)))
    elif exchange.pieces and exchange.pieces[0].startswith(GZIP):
        reply.error = "the reply is compressed with gzip, which was not asked for"
    elif exchange.event_stream or reader.lines:
        await _read_stream(exchange, reader, reply, turns or Turns())
        if not reply.error and not reply.ended:
            reply.error = "the stream stopped without an end mark, a finish reason or usage"
    else:
        _read_body(exchange, reader, reply)
    return reply


def failure_words(status: int, said: Complaint) -> str:
    """Return why a service refused, as results group it."""
    return f"HTTP {status}: {said.message}"


async def _read_stream(exchange: Exchange, reader: Reader, reply: Reply, turns: Turns) -> None:
    splitter: Splitter = EventSplitter() if exchange.event_stream else LineSplitter()
    likeness = Likeness(_only_text) if exchange.event_stream and reader is OPENAI else None
    last = exchange.stamps[-1] if exchange.stamps else 0.0
    for stamp, piece in chain(zip(exchange.stamps, exchange.pieces, strict=True), [(last, END)]):
        if perf_counter() > turns.until:
            await turns.give_way()
        if likeness is not None and splitter.between and (text := likeness.text(piece)) is not None:
            answered(text, stamp, reply)
            mark_output(reply, stamp)
            continue
        known = len(reply.texts)
        for data in splitter.feed(piece):
            if perf_counter() > turns.until:
                await turns.give_way()
            _take_data(data, stamp, reader, reply)
            if reply.error:
                return
        if likeness is not None and len(reply.texts) == known + 1 and is_one_event(piece):
            likeness.learn(piece, reply.texts[-1])


def _take_data(data: bytes, stamp: float, reader: Reader, reply: Reply) -> None:
    from orjson import JSONDecodeError, loads

    if data == b"[DONE]":
        reply.ended = True
        return
    try:
        event = loads(data)
    except JSONDecodeError:
        if not reader.plain:
            reply.error = "an event of the stream is not JSON"
            return
        event = data.decode("utf-8", "replace")
    reader.take_event(event, stamp, reply)


def _only_text(piece: bytes) -> str | None:
    """Return the text of an event that has a text and nothing else that counts."""
    reply = Reply()
    for data in EventSplitter().feed(piece):
        _take_data(data, 1.0, OPENAI, reply)
    plain = reply == Reply(array("d", [1.0]), 1, 1.0, texts=reply.texts)
    return reply.texts[0] if plain and len(reply.texts) == 1 else None


def _take_event(event: Any, stamp: float, reply: Reply) -> None:
    if not isinstance(event, dict):
        reply.error = "an event of the stream is no JSON object"
        return
    if event.get("error") is not None or error_in(event):
        reply.error = f"error inside the stream: {complaint_of(event).message}"
        return
    usage = event.get("usage")
    if isinstance(usage, dict):
        reply.usage = usage
    carries = False
    for choice in _items(event.get("choices")):
        if isinstance(choice, dict):
            if choice.get("finish_reason"):
                reply.ended = True
            carries |= _take_choice(choice, stamp, reply)
            if reply.error:
                return
    if carries:
        mark_output(reply, stamp, usage)
    elif isinstance(usage, dict) and not event.get("choices"):
        reply.ended = True


def mark_output(reply: Reply, stamp: float, usage: Any = None) -> None:
    """Note that an event carried output.

    Args:
        usage: What the event itself tells of tokens so far.
    """
    stamps = reply.stamps
    reply.events += 1
    if not stamps or stamp == stamps[0]:
        told = _count(usage.get("completion_tokens")) if isinstance(usage, dict) else 0
        reply.first_tokens = max(reply.events + reply.doubled, told)  # one each, unless usage tells
    if not stamps or stamp != stamps[-1]:
        stamps.append(stamp)


def _take_choice(choice: dict[str, Any], stamp: float, reply: Reply) -> bool:
    """Keep what a choice says; tell whether that is output."""
    if choice.get("error"):
        reply.error = f"error inside the stream: {complaint_of({'error': choice['error']}).message}"
        return False
    delta = choice.get("delta")
    if not isinstance(delta, dict):
        text = choice.get("text")  # of completions
        return bool(text) and isinstance(text, str) and answered(text, stamp, reply)
    content = delta.get("content")
    if content and isinstance(content, str) and len(delta) == 1:  # nearly all events
        return answered(content, stamp, reply)
    try:
        text, thought = said(delta)
    except ContentError as error:
        reply.error = f"an event of the stream cannot be read: {error}"
        return False
    if thought:
        reply.reasoning_texts.append(thought)
        reply.reasoning_events += 1
        reply.doubled += bool(text)
    if text:
        return answered(text, stamp, reply)
    if thought:
        return True
    return any(_calls(call) for call in _items(delta.get("tool_calls"))) and answered("", stamp, reply)


def answered(text: str, stamp: float, reply: Reply) -> bool:
    """Note what was said beside reasoning; it is output, so the answer is True."""
    if text:
        reply.texts.append(text)
    if reply.first_answer is None:
        reply.first_answer = stamp
    return True


def _calls(call: Any) -> bool:
    function = _mapping(call.get("function")) if isinstance(call, dict) else {}
    return bool(function.get("name") or function.get("arguments"))


def _read_body(exchange: Exchange, reader: Reader, reply: Reply) -> None:
    from orjson import JSONDecodeError, loads

    whole = b"".join(exchange.pieces)
    try:
        body = loads(whole)
    except JSONDecodeError:
        if not reader.plain:
            reply.error = "the reply is not JSON"
            return
        body = whole.decode("utf-8", "replace")
    reader.take_body(body, reply)


def _take_body(body: Any, reply: Reply) -> None:
    if not isinstance(body, dict):
        reply.error = "the reply is no JSON object"
        return
    if body.get("error") is not None or (error_in(body) and not body.keys() & {"data", "results"}):
        reply.error = f"error inside the reply: {complaint_of(body).message}"
        return
    if isinstance(body.get("usage"), dict):
        reply.usage = body["usage"]
    reply.ended = True
    for name in ("data", "results"):
        if isinstance(body.get(name), list):
            reply.items = len(body[name])
            return
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices:
        reply.error = "the reply has no choices, no data and no results"
        return
    for choice in choices:
        _take_whole_choice(_mapping(choice), reply)


def _take_whole_choice(choice: Mapping[str, Any], reply: Reply) -> None:
    if choice.get("error"):
        reply.error = f"error inside the reply: {complaint_of({'error': choice['error']}).message}"
        return
    try:
        text, thought = said(_mapping(choice.get("message")))
    except ContentError as error:
        reply.error = f"the reply cannot be read: {error}"
        return
    text = text or choice.get("text") or ""
    if isinstance(text, str) and text:
        reply.texts.append(text)
    if thought:
        reply.reasoning_texts.append(thought)


OPENAI = Reader(_take_event, _take_body)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _count(value: Any) -> int:
    """Return a number of tokens as a server told it; 0 where that cannot be one."""
    return value if type(value) is int and 0 < value < MOST_TOKENS else 0
