"""Parses raw replies, event streams and bodies, after they have arrived.

The dialect of the service says what events mean (`wire.stamped.Reader`); this module paces the parsing.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from time import perf_counter
from typing import Any

from ...wire.errors import Complaint, complaint
from ...wire.openai_chat import READER as OPENAI
from ...wire.sse import END, EventParser, FastDelta, LineParser, Parser, is_one_event
from ...wire.stamped import Reader, StampedReply, mark_answer, mark_output, tokens_or_zero
from ..measure.request import Tokens, TokenSource
from .connection import Exchange

# Parsing and the network take turns in the event loop -----------------------------------------------------------------

SHORTEST_S, LONGEST_S = 0.0003, 0.003
URGENT_S = 0.02


class YieldBudget:
    """A time budget for parsing before the network has its turn. Shared by all parsing in an event loop.

    Parsing lasts as long as the network's last turn, within bounds: under a busy network, replies are parsed as they
    come, while the processor's caches still hold them; under an idle one, new data never waits long.

    Attributes:
        until: Time at which the budget is spent.
    """

    __slots__ = ("until",)

    def __init__(self) -> None:
        self.until = perf_counter() + SHORTEST_S

    async def give_way(self) -> None:
        """Yield to the network."""
        begun = perf_counter()
        await asyncio.sleep(0)
        now = perf_counter()
        self.until = now + min(max(now - begun, SHORTEST_S), LONGEST_S)

    def hurry(self) -> None:
        """Extend the budget, whatever the network brings."""
        self.until = perf_counter() + URGENT_S


CountTokens = Callable[[str], int]
GZIP = b"\x1f\x8b"


@dataclass(slots=True)
class Reply(StampedReply):
    """The content of a reply, when it came, and its tokens."""

    def tokens(self, count: CountTokens | None, prompt_tokens: int) -> Tokens:
        """Return the token counts and their source.

        Args:
            count: Counts the tokens of a text, for servers that send no usage.
            prompt_tokens: The length of the prompt if it is known here, else 0.
        """
        usage = self.usage or {}
        details = _mapping(usage.get("completion_tokens_details"))
        reasoning = tokens_or_zero(details.get("reasoning_tokens"))
        cached = tokens_or_zero(_mapping(usage.get("prompt_tokens_details")).get("cached_tokens"))
        prompt = tokens_or_zero(usage.get("prompt_tokens")) or tokens_or_zero(usage.get("total_tokens"))
        output = tokens_or_zero(usage.get("completion_tokens"))
        source: TokenSource = "usage"
        silent = not (self.events or self.texts or self.reasoning_texts)
        if not output and not (silent and "completion_tokens" in usage):
            output, source = self._own_count(count)
            reasoning = self.reasoning_events if source == "chunks" else reasoning
        return Tokens(prompt or prompt_tokens, output, reasoning or self.reasoning_events, cached, source)

    def _own_count(self, count: CountTokens | None) -> tuple[int, TokenSource]:
        if count is not None and (self.texts or self.reasoning_texts):
            return count(self.text) + count("".join(self.reasoning_texts)), "tokenizer"
        return (self.events + self.doubled, "chunks") if self.events else (0, "none")


async def read(exchange: Exchange, reader: Reader | None = None, budget: YieldBudget | None = None) -> Reply:
    """Read a finished exchange, yielding to the network every few events.

    Args:
        reader: None for OpenAI's format.
        budget: Shared by all readers in an event loop.
    """
    reply, reader = Reply(), reader or OPENAI
    if exchange.failure:
        reply.error = exchange.failure
    elif exchange.status != 200:
        reply.error = failure_words(exchange.status, complaint(b"".join(exchange.pieces)))
    elif exchange.pieces and exchange.pieces[0].startswith(GZIP):
        reply.error = "the reply is compressed with gzip, which was not requested"
    elif exchange.event_stream or reader.lines:
        await _read_stream(exchange, reader, reply, budget or YieldBudget())
        if not reply.error and not reply.ended:
            reply.error = "the stream stopped without an end mark, a finish reason or usage"
    else:
        _read_body(exchange, reader, reply)
    return reply


def failure_words(status: int, said: Complaint) -> str:
    """Return the reason of a refusal, as results group it."""
    return f"HTTP {status}: {said.message}"


async def _read_stream(exchange: Exchange, reader: Reader, reply: Reply, budget: YieldBudget) -> None:
    parser: Parser = EventParser() if exchange.event_stream else LineParser()
    fast = FastDelta(_only_text) if exchange.event_stream and reader is OPENAI else None
    last = exchange.stamps[-1] if exchange.stamps else 0.0
    for stamp, piece in chain(zip(exchange.stamps, exchange.pieces, strict=True), [(last, END)]):
        if perf_counter() > budget.until:
            await budget.give_way()
        if fast is not None and parser.between and (text := fast.text(piece)) is not None:
            mark_answer(text, stamp, reply)
            mark_output(reply, stamp)
            continue
        known = len(reply.texts)
        for data in parser.feed(piece):
            if perf_counter() > budget.until:
                await budget.give_way()
            _take_data(data, stamp, reader, reply)
            if reply.error:
                return
        if fast is not None and len(reply.texts) == known + 1 and is_one_event(piece):
            fast.learn(piece, reply.texts[-1])


def _take_data(data: bytes, stamp: float, reader: Reader, reply: Reply) -> None:
    from orjson import JSONDecodeError, loads

    if data == b"[DONE]":
        reply.ended = True
        return
    try:
        event = loads(data)
    except JSONDecodeError:
        if data.strip() == b"[DONE]":
            reply.ended = True
            return
        if not reader.plain:
            reply.error = "an event of the stream is not JSON"
            return
        event = data.decode("utf-8", "replace")
    reader.take_event(event, stamp, reply)


def _only_text(piece: bytes) -> str | None:
    """Return the text of an event with nothing else that matters; None for other events."""
    reply = Reply()
    for data in EventParser().feed(piece):
        _take_data(data, 1.0, OPENAI, reply)
    plain = reply == Reply(array("d", [1.0]), 1, 1.0, texts=reply.texts)
    return reply.texts[0] if plain and len(reply.texts) == 1 else None


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


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
