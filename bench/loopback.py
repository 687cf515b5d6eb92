"""A loopback server that answers chat completions after a given latency, and measures its requests.

    python bench/loopback.py --latency 0.05 [--sigma 0.8] [--reply TEXT]

Bare asyncio on one core, so that it takes little from the client under test. ``GET /stats`` returns requests,
duplicates, the most requests in flight, and the seconds from the first request to the last reply; ``GET /reset`` starts
anew.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import math
import re
import time

import uvloop

NUMBER = re.compile(r"\d+")
KEY = re.compile(r"verdict-[0-9a-f]{16}")  # required heading of a judge's verdict


class State:
    def __init__(self, latency: float, sigma: float, reply: str = "") -> None:
        self.latency, self.sigma, self.reply = latency, sigma, reply
        self.reset()

    def reset(self) -> None:
        self.requests = self.in_flight = self.most = 0
        self.seen: set[bytes] = set()
        self.first = self.last = 0.0

    def wait(self, key: bytes) -> float:
        """The same prompt always takes the same time: two clients have the same work to do."""
        if not self.sigma:
            return self.latency
        u, v = (int.from_bytes(key[i : i + 4], "big") / 2**32 or 1e-9 for i in (0, 4))
        return self.latency * math.exp(self.sigma * math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v))

    def stats(self) -> dict[str, float]:
        return {
            "requests": self.requests,
            "duplicates": self.requests - len(self.seen),
            "most_in_flight": self.most,
            "span_s": self.last - self.first,
            "first": self.first,  # of a clock that all processes of this machine share
            "last": self.last,
        }


class Connection(asyncio.Protocol):
    def __init__(self, state: State) -> None:
        self.state = state
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

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
            self.handle(head.split(b" ", 2)[1], rest[:length])

    def handle(self, path: bytes, body: bytes) -> None:
        state = self.state
        if path == b"/reset":
            state.reset()
        if path in (b"/reset", b"/stats"):
            self.reply(json.dumps(state.stats()).encode())
            return
        prompt = json.loads(body)["messages"][-1]["content"]
        key = hashlib.blake2b(prompt.encode("utf-8", "replace"), digest_size=8).digest()
        now = time.perf_counter()
        state.first = state.first or now
        state.requests += 1
        state.in_flight += 1
        state.most = max(state.most, state.in_flight)
        state.seen.add(key)
        asyncio.get_running_loop().call_later(state.wait(key), self.answer, prompt, key)

    def answer(self, prompt: str, key: bytes) -> None:
        numbers = NUMBER.findall(prompt)
        key_of_verdict = KEY.findall(prompt)[-1:] or [""]
        text = (
            self.state.reply.replace("verdict-KEY", key_of_verdict[0])
            or f"Adding it all up gives \\boxed{{{numbers[-1] if numbers else key[0]}}}."
        )
        usage = {"prompt_tokens": len(prompt) // 4, "completion_tokens": 12, "total_tokens": len(prompt) // 4 + 12}
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        self.reply(
            json.dumps({"id": key.hex(), "object": "chat.completion", "choices": [choice], "usage": usage}).encode()
        )
        self.state.in_flight -= 1
        self.state.last = time.perf_counter()

    def reply(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        if not self.transport.is_closing():
            self.transport.write(head + body)


async def main(port: int, state: State) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Connection(state), "127.0.0.1", port, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--sigma", type=float, default=0.0)
    parser.add_argument("--reply", default="")
    arguments = parser.parse_args()
    uvloop.run(main(arguments.port, State(arguments.latency, arguments.sigma, arguments.reply)))
