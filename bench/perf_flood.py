"""A loopback server that streams as fast as one core can, and stamps its own writes.

    python bench/perf_flood.py [--tokens 64] [--burst 16]

Every write is a separate send, one for each stream in turn, of frames made beforehand; no event loop's overhead comes
on top. What is left is the kernel: a send over loopback takes some 4 microseconds, most of it the receiver's half of
TCP, which runs on the sender's core. ``--burst`` puts this many chunks in one write. ``GET /stats`` and ``GET /reset``
as in perf_server; the former has the share of a core this server used, which shows whether it was the limit.
"""

from __future__ import annotations

import argparse
import json
import select
import socket
import time
from array import array

import numpy as np
from perf_server import chunk, plan, sse

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
ROOM = 1 << 16  # requests there are stamps for


class Connection:
    """A connection and the stream that is being written to it."""

    __slots__ = ("at", "buffer", "number", "rest", "send", "socket")

    def __init__(self, peer: socket.socket) -> None:
        self.socket = peer
        self.send = peer.send
        self.buffer = b""
        self.number = self.at = 0
        self.rest = b""


class Flood:
    def __init__(self, tokens: int, burst: int) -> None:
        self.tokens = tokens
        usage = {"prompt_tokens": 8, "completion_tokens": tokens, "total_tokens": tokens + 8}
        end = chunk({}, finish_reason="stop") + sse({"choices": [], "usage": usage}) + sse("[DONE]") + b"0\r\n\r\n"
        self.writes = [*plan("plain", tokens, burst), end]
        self.writes[0] = HEAD + self.writes[0]
        self.connections: dict[int, Connection] = {}
        self.streams: list[Connection] = []
        self.arrived = array("d", bytes(8 * ROOM))
        self.stamps = array("d", bytes(8 * ROOM * len(self.writes)))
        self.reset()

    def reset(self) -> None:
        self.requests = 0
        self.cpu = time.process_time()

    def stats(self) -> dict[str, float]:
        if not self.requests:
            return {}
        count, writes = self.requests, len(self.writes)
        arrived = np.array(self.arrived[:count])
        stamps = np.array(self.stamps[: count * writes]).reshape(count, writes)
        seconds = float(stamps.max() - arrived.min())
        gaps = np.diff(stamps[:, :-1])
        return {
            "ttft_mean_s": float((stamps[:, 0] - arrived).mean()),
            "gap_mean_s": float(gaps.mean()),
            "gap_p99_s": float(np.percentile(gaps, 99)),
            "in_flight_mean": float((stamps[:, -1] - arrived).sum()) / seconds,
            "requests": count,
            "requests_per_s": count / seconds,
            "writes_per_s": count * writes / seconds,
            "chunks_per_s": count * self.tokens / seconds,
            "cpu_share": (time.process_time() - self.cpu) / seconds,
            "seconds": seconds,
        }

    def serve(self, listener: socket.socket) -> None:
        epoll = select.epoll()
        epoll.register(listener, select.EPOLLIN)
        while True:
            for number, _ in epoll.poll(0 if self.streams else -1):
                if number == listener.fileno():
                    peer, _ = listener.accept()
                    peer.setblocking(False)
                    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.connections[peer.fileno()] = Connection(peer)
                    epoll.register(peer, select.EPOLLIN)
                else:
                    self.hear(self.connections[number])
            self.streams = self.write_round()

    def write_round(self) -> list[Connection]:
        """Write once to each stream; return those that go on."""
        now, writes, stamps, last = time.perf_counter, self.writes, self.stamps, len(self.writes) - 1
        go_on = []
        for stream in self.streams:
            at = stream.at
            data = stream.rest or writes[at]
            stamps[stream.number + at] = now()
            try:
                sent = stream.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                continue
            if sent < len(data):
                stream.rest = data[sent:]
            elif at == last:
                continue
            else:
                stream.rest = b""
                stream.at = at + 1
            go_on.append(stream)
        return go_on

    def hear(self, connection: Connection) -> None:
        """Read requests; the next one comes after the reply to the one before."""
        try:
            data = connection.socket.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            del self.connections[connection.socket.fileno()]
            connection.socket.close()
            return
        connection.buffer += data
        head, separator, body = connection.buffer.partition(b"\r\n\r\n")
        length = next((int(h[15:]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")), 0)
        if separator and len(body) >= length:
            connection.buffer = body[length:]
            self.answer(connection, head.split(b" ", 2)[1])

    def answer(self, connection: Connection, path: bytes) -> None:
        if path.startswith(b"/v1/chat"):
            self.arrived[self.requests] = time.perf_counter()
            connection.number = self.requests * len(self.writes)
            connection.at = 0
            self.requests += 1
            self.streams.append(connection)
            return
        if path == b"/reset":
            self.reset()
        body = json.dumps(self.stats() if path == b"/stats" else {"data": [{"id": "m"}]}).encode()
        connection.send(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--burst", type=int, default=1)
    arguments = parser.parse_args()
    listening = socket.create_server(("127.0.0.1", arguments.port), backlog=4096)
    print(listening.getsockname()[1], flush=True)
    Flood(arguments.tokens, arguments.burst).serve(listening)
