"""A loopback server that streams tokens at a given pace, and stamps its own writes.

    python bench/perf_server.py --ttft 0.1 --itl 0.01 --tokens 64 [--case reasoning] [--capacity 4]

``GET /stats`` returns its activity, in its own stamps: time from a request's arrival to the first write with a token
(mean), the gaps between such writes (mean, p99), mean requests in flight, requests and chunks a second. ``GET /reset``
starts anew. ``--capacity`` requests are worked on at once, the others wait in a queue. See perf_flood for a server that
keeps no pace.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from array import array
from collections import deque
from itertools import pairwise

import numpy as np
import uvloop

CASES = ("plain", "role", "reasoning", "late_usage", "several", "no_usage")
PER_WRITE = 4
LATE_S = 0.1


def sse(payload: object) -> bytes:
    data = payload if isinstance(payload, str) else json.dumps(payload)
    event = f"data: {data}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(event), event)


def chunk(delta: dict[str, str], **more: object) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": None, **more}
    head = {"id": "chatcmpl-0123456789abcdef", "object": "chat.completion.chunk", "created": 1700000000, "model": "m"}
    return sse({**head, "choices": [choice]})


class State:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.queue: deque[Stream] = deque()
        self.working = 0
        self.per_write = PER_WRITE if options.case == "several" else 1
        self.plan = plan(options.case, options.tokens, self.per_write)
        self.reset()

    def reset(self) -> None:
        self.firsts, self.gaps = array("d"), array("d")
        self.requests = self.chunks = self.in_flight = 0
        self.begun = self.area = self.changed = self.ended = 0.0
        self.steady: list[tuple[float, float]] = []

    def count(self, step: int) -> None:
        now = time.perf_counter()
        self.begun = self.begun or now
        self.area += self.in_flight * (now - (self.changed or now))
        self.in_flight += step
        self.changed = self.ended = now
        self.steady.append((now, self.in_flight))

    def stats(self) -> dict[str, float]:
        seconds = (self.ended - self.begun) or 1e-9
        return {
            "ttft_mean_s": float(np.mean(self.firsts)) if self.firsts else 0.0,
            "gap_mean_s": float(np.mean(self.gaps)) if self.gaps else 0.0,
            "gap_p99_s": float(np.percentile(self.gaps, 99)) if self.gaps else 0.0,
            "in_flight_mean": self.area / seconds,
            "in_flight_steady": self.steady_mean(),
            "requests": self.requests,
            "requests_per_s": self.requests / seconds,
            "chunks_per_s": self.chunks / seconds,
            "seconds": seconds,
        }

    def steady_mean(self) -> float:
        """Mean requests in flight between the first and the last moment of the most there were."""
        if not self.steady:
            return 0.0
        most = max(n for _, n in self.steady)
        places = [i for i, (_, n) in enumerate(self.steady) if n == most]
        part = self.steady[places[0] : places[-1] + 1]
        area = sum(n * (b - a) for (a, n), (b, _) in pairwise(part))
        return area / (part[-1][0] - part[0][0]) if len(part) > 1 else float(most)


def plan(case: str, tokens: int, per_write: int) -> list[bytes]:
    """The writes with tokens, in order."""
    deltas = [chunk({"content": f" tok{i}"}) for i in range(tokens)]
    if case == "reasoning":
        deltas[: tokens // 4] = [chunk({"reasoning_content": f" tok{i}"}) for i in range(tokens // 4)]
    return [b"".join(deltas[i : i + per_write]) for i in range(0, tokens, per_write)]


class Stream:
    """One request being answered."""

    def __init__(self, state: State, connection: Connection) -> None:
        self.state, self.connection = state, connection
        self.arrived = self.written = time.perf_counter()
        self.at = 0
        self.due = 0.0
        state.requests += 1
        state.count(1)

    def start(self) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        loop = asyncio.get_running_loop()
        options = self.state.options
        if options.case == "role":
            self.connection.write(head + chunk({"role": "assistant", "content": ""}))
            head = b""
        self.head = head
        self.due = loop.time() + options.ttft
        loop.call_at(self.due, self.step)

    def step(self) -> None:
        state = self.state
        loop = asyncio.get_running_loop()
        now = time.perf_counter()
        (state.gaps if self.at else state.firsts).append(now - (self.written if self.at else self.arrived))
        self.connection.write(self.head + state.plan[self.at])
        self.head = b""
        self.written = now
        self.at += 1
        state.chunks += state.per_write
        if self.at == len(state.plan):
            loop.call_later(LATE_S if state.options.case == "late_usage" else 0, self.finish)
        else:
            self.due += state.options.itl * state.per_write
            loop.call_at(self.due, self.step)

    def finish(self) -> None:
        state = self.state
        usage = {"prompt_tokens": 8, "completion_tokens": state.options.tokens, "total_tokens": 8}
        tail = chunk({}, finish_reason="stop")
        if state.options.case != "no_usage":
            tail += sse({"object": "chat.completion.chunk", "choices": [], "usage": usage})
        self.connection.write(tail + sse("[DONE]") + b"0\r\n\r\n")
        state.count(-1)
        state.working -= 1
        take_next(state)


def take_next(state: State) -> None:
    while state.queue and (not state.options.capacity or state.working < state.options.capacity):
        state.working += 1
        state.queue.popleft().start()


class Connection(asyncio.Protocol):
    def __init__(self, state: State) -> None:
        self.state = state
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def write(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            head, separator, rest = self.buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            length = next((int(h[15:]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")), 0)
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            self.handle(head.split(b" ", 2)[1], head)

    def handle(self, path: bytes, head: bytes) -> None:
        if path.startswith((b"/reset", b"/stats", b"/v1/models")):
            if path == b"/reset":
                self.state.reset()
            body = json.dumps(self.state.stats() if b"stats" in path else {"data": [{"id": "m"}]}).encode()
            self.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
            )
            return
        if b"100-continue" in head.lower():
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.state.queue.append(Stream(self.state, self))
        take_next(self.state)


async def main(port: int, state: State) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Connection(state), "127.0.0.1", port, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ttft", type=float, default=0.1)
    parser.add_argument("--itl", type=float, default=0.01)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--case", choices=CASES, default="plain")
    parser.add_argument("--capacity", type=int, default=0)
    arguments = parser.parse_args()
    uvloop.run(main(arguments.port, State(arguments)))
