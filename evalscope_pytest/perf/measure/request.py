"""The record of a request, and its figures (docs/design/perf.md, "Definitions").

All times are seconds of one monotonic clock, counted from the start of the run; a stamp is taken when a read returns.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

TokenSource = Literal["usage", "tokenizer", "chunks", "none"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Lengths of prompt and reply, and their source.

    Attributes:
        output: Reasoning included.
        source: Of ``output``: the server's usage, a local tokenizer, the number of chunks, or nothing.
    """

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cached: int = 0
    source: TokenSource = "none"


@dataclass(frozen=True, slots=True)
class Request:
    """One request that was sent.

    Attributes:
        index: Its number in the run; the warm-up is not counted.
        scheduled: When it should have been sent.
        sent: When it was, just before the write.
        done: When the reply was complete, or failed.
        stamps: When output came: the stamp of each read that carried any. Role deltas, empty deltas and usage carry
            none.
        first_answer: Time of the first output that is not reasoning; None without such output.
        events: Events that carried output; several may come in one read.
        first_tokens: Tokens in the first read with output: from usage, else one for each event.
        error: Reason of the failure, equal for equal failures; empty for a success.
        turn: Its place in a conversation, from 0.
        waited: Seconds before it in which a tool worked and nothing was in flight.
        prompt: Number of the prompt in the data set.
    """

    index: int
    scheduled: float
    sent: float
    done: float
    stamps: array[float] = field(default_factory=lambda: array("d"))
    first_answer: float | None = None
    events: int = 0
    first_tokens: int = 1
    tokens: Tokens = Tokens()
    error: str = ""
    turn: int = 0
    waited: float = 0.0
    prompt: int = 0

    @property
    def ok(self) -> bool:
        """True for a complete reply without an error."""
        return not self.error

    @property
    def first(self) -> float | None:
        """When the first output came."""
        return self.stamps[0] if self.stamps else None

    @property
    def ttft(self) -> float | None:
        """Seconds from sending to the first output."""
        return self.stamps[0] - self.sent if self.stamps else None

    @property
    def ttft_scheduled(self) -> float | None:
        """Seconds from when it should have been sent to the first output."""
        return self.stamps[0] - self.scheduled if self.stamps else None

    @property
    def ttfot(self) -> float | None:
        """Seconds from sending to the first output that is not reasoning."""
        return None if self.first_answer is None else self.first_answer - self.sent

    @property
    def last(self) -> float:
        """Time of the last output; the end of the reply if nothing was streamed."""
        return self.stamps[-1] if self.stamps else self.done

    @property
    def latency(self) -> float:
        """Seconds from sending to the last output."""
        return self.last - self.sent

    @property
    def latency_scheduled(self) -> float:
        """Seconds from when it should have been sent to the last output."""
        return self.last - self.scheduled

    @property
    def queueing(self) -> float:
        """Seconds it waited here before it was sent."""
        return self.sent - self.scheduled

    @property
    def ttlb(self) -> float:
        """Seconds from sending to the last byte, usage and end mark included."""
        return self.done - self.sent

    @property
    def tpot(self) -> float | None:
        """Seconds a token after the first event: the pace of generation. None if undefined, never 0."""
        rest = self.tokens.output - self.first_tokens
        if rest <= 0 or len(self.stamps) < 2:
            return None
        return (self.stamps[-1] - self.stamps[0]) / rest

    @property
    def gaps(self) -> array[float]:
        """Inter-chunk latencies: seconds between reads with output. Events of one read make one gap, not zeros."""
        return array("d", [b - a for a, b in pairwise(self.stamps)])
