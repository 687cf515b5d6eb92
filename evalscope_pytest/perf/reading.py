"""Reads raw replies after they came: event streams and bodies, usage, errors inside a stream.

What the events mean is an interface's business (`Reader`); OpenAI's shape, which most services speak, is read here.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from ..models.service_errors import Complaint, complaint, complaint_of
from .connection import Exchange
from .request import Tokens, TokenSource

SLICE_S = 0.0003
CountTokens = Callable[[str], int]
_REASONING = ("reasoning_content", "reasoning")


@dataclass(slots=True)
class Reply:
    """What a reply says.

    Attributes:
        stamps: See `Request.stamps`.
        first_tokens: See `Request.first_tokens`.
        text: What was said, reasoning left out.
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
        output = usage.get("completion_tokens")
        source: TokenSource = "usage"
        if not isinstance(output, int):
            output, source = self._own_count(count)
            reasoning = self.reasoning_events if source == "chunks" else reasoning
        return Tokens(asked, output, reasoning or self.reasoning_events, cached, source)

    def _own_count(self, count: CountTokens | None) -> tuple[int, TokenSource]:
        if count is not None and (self.texts or self.reasoning_texts):
            return count(self.text) + count("".join(self.reasoning_texts)), "tokenizer"
        return (self.events, "chunks") if self.events else (0, "none")


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


async def read(exchange: Exchange, reader: Reader | None = None, slice_s: float = SLICE_S) -> Reply:
    """Return what a finished exchange says, giving way to the network every few events.

    Args:
        reader: None for OpenAI's shape.
        slice_s: How long reading may keep the event loop from the network.
    """
    reply, reader = Reply(), reader or OPENAI
    if exchange.failure:
        reply.error = exchange.failure
    elif exchange.status != 200:
        reply.error = failure_words(exchange.status, complaint(b"".join(exchange.pieces)))
    elif exchange.event_stream or reader.lines:
        await _read_stream(exchange, reader, reply, slice_s)
        if not reply.error and not reply.ended:
            reply.error = "the stream stopped without an end mark, a finish reason or usage"
    else:
        _read_body(exchange, reader, reply)
    return reply


def failure_words(status: int, said: Complaint) -> str:
    """Return why a service refused, as results group it."""
    return f"HTTP {status}: {said.message}"


async def _read_stream(exchange: Exchange, reader: Reader, reply: Reply, slice_s: float) -> None:
    from orjson import JSONDecodeError, loads

    take_event = reader.take_event
    until = perf_counter() + slice_s
    for stamp, data in (events if exchange.event_stream else lines)(exchange.pieces, exchange.stamps):
        if data == b"[DONE]":
            reply.ended = True
            continue
        try:
            event = loads(data)
        except JSONDecodeError:
            if not reader.plain:
                reply.error = "an event of the stream is not JSON"
                return
            event = data.decode("utf-8", "replace")
        take_event(event, stamp, reply)
        if reply.error:
            return
        if perf_counter() > until:
            await asyncio.sleep(0)
            until = perf_counter() + slice_s


def events(pieces: list[bytes], stamps: list[float]) -> Iterator[tuple[float, bytes]]:
    """Yield the data of each server-sent event with the stamp of the read that completed it.

    Comments, names and ids are left out; lines end with LF or CRLF; an event behind which no blank line came counts.
    """
    rest, held = bytearray(), b""
    stamp = 0.0
    for stamp, piece in zip(stamps, pieces, strict=True):
        if not rest and not held and _is_one_event(piece):
            yield stamp, piece[6:-2]
            continue
        if held or b"\r" in piece:
            piece = held + piece
            held = b"\r" if piece.endswith(b"\r") else b""  # the other half of a line end may be in the next piece
            piece = piece[: len(piece) - len(held)].replace(b"\r\n", b"\n")
        known = max(0, len(rest) - 1)  # there is no blank line before: an event in many pieces is searched once
        rest += piece
        if rest.find(b"\n\n", known) < 0:
            continue
        *whole, last = bytes(rest).split(b"\n\n")
        rest = bytearray(last)
        for block in whole:
            if data := _data(block):
                yield stamp, data
    if data := _data(bytes(rest + held)):
        yield stamp, data


def _is_one_event(piece: bytes) -> bool:
    """Tell whether a piece is just what most are: one line of data and a blank one."""
    return piece.startswith(b"data: ") and piece.endswith(b"\n\n") and piece.find(b"\n") == len(piece) - 2 > 6


def lines(pieces: list[bytes], stamps: list[float]) -> Iterator[tuple[float, bytes]]:
    """Yield each line that is not blank with the stamp of the read that completed it."""
    rest: list[bytes] = []
    stamp = 0.0
    for stamp, piece in zip(stamps, pieces, strict=True):
        rest.append(piece)
        if b"\n" not in piece:
            continue
        *whole, last = b"".join(rest).split(b"\n")
        rest = [last]
        for line in whole:
            if line := line.strip():
                yield stamp, line
    if line := b"".join(rest).strip():
        yield stamp, line


def _data(block: bytes) -> bytes:
    if block.startswith(b"data: ") and b"\n" not in block:
        return block[6:]
    lines = [line[5:].removeprefix(b" ") for line in block.split(b"\n") if line.startswith(b"data:")]
    return b"\n".join(lines).strip()


def _take_event(event: Any, stamp: float, reply: Reply) -> None:
    if not isinstance(event, dict):
        reply.error = "an event of the stream is no JSON object"
        return
    if event.get("error") is not None:
        said = complaint_of(event)
        reply.error = f"error inside the stream: {said.message}"
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
        reply.first_tokens = max(reply.events, told)  # one each, unless usage tells
    if not stamps or stamp != stamps[-1]:
        stamps.append(stamp)


def _take_choice(choice: dict[str, Any], stamp: float, reply: Reply) -> bool:
    """Keep what a choice says; tell whether that is output."""
    delta = choice.get("delta")
    if not isinstance(delta, dict):
        text = choice.get("text")  # of completions
        return bool(text) and isinstance(text, str) and answered(text, stamp, reply)
    content = delta.get("content")
    if content and isinstance(content, str):
        return answered(content, stamp, reply)
    for name in _REASONING:
        if (thought := delta.get(name)) and isinstance(thought, str):
            reply.reasoning_texts.append(thought)
            reply.reasoning_events += 1
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
    if body.get("error") is not None:
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
        message = _mapping(choice.get("message")) if isinstance(choice, dict) else {}
        text = message.get("content") or (choice.get("text") if isinstance(choice, dict) else "")
        if isinstance(text, str) and text:
            reply.texts.append(text)
        thought = next((message[n] for n in _REASONING if message.get(n)), "")
        if isinstance(thought, str) and thought:
            reply.reasoning_texts.append(thought)


OPENAI = Reader(_take_event, _take_body)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
