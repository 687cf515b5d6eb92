"""What the fake services share: a server in a thread, a script of faults, and a record of what came in."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

HELD_S = 30.0


@dataclass(frozen=True)
class Answer:
    """What the model behind a fake service says."""

    text: str = ""
    reasoning: str = ""
    finish: str = ""  # empty: the service's word for a normal end
    usage: Mapping[str, Any] | None = None  # None: counted from the text


@dataclass(frozen=True)
class Fault:
    """Something to do instead of answering.

    Attributes:
        status: HTTP status to send.
        body: Body to send; a mapping goes as JSON.
        headers: Headers to send with it.
        chunks: Pieces to write one by one instead of ``body``, each flushed to the network.
        gap_s: Seconds between two chunks.
        hang: Never answer.
        reset: Break the connection instead of answering, or after the chunks.
    """

    status: int = 200
    body: Mapping[str, Any] | str | bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: tuple[bytes, ...] | None = None
    gap_s: float = 0.0
    hang: bool = False
    reset: bool = False


def status(http: int, message: str = "scripted", /, *, headers: Mapping[str, str] | None = None, **error: Any) -> Fault:
    """An error in OpenAI's form; keywords such as ``code`` and ``type`` go into the error object."""
    return Fault(http, {"error": {"message": message, **error}}, headers or {})


def rate_limited(retry_after: str | None = None) -> Fault:
    """429, with Retry-After where one is given."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return status(429, "slow down", headers=headers, type="rate_limit_error", code="rate_limit_exceeded")


def server_error() -> Fault:
    """500."""
    return status(500, "it broke", type="server_error")


def hang() -> Fault:
    """Never answer."""
    return Fault(hang=True)


def reset() -> Fault:
    """Break the connection without a reply."""
    return Fault(reset=True)


def reset_mid_reply() -> Fault:
    """Promise a long JSON reply, send its beginning, break the connection."""
    headers = {"Content-Type": "application/json", "Content-Length": "5000"}
    return Fault(headers=headers, chunks=(b'{"choices": [{"mess',), reset=True)


def truncated_json() -> Fault:
    """A complete HTTP reply whose JSON is cut off."""
    return Fault(body=b'{"choices": [{"message": {"role": "assistant", "content": "hal')


def empty_choices() -> Fault:
    """A reply without an answer."""
    return Fault(body={"id": "x", "choices": [], "content": None})


def html(code: int = 502) -> Fault:
    """The page of a gateway."""
    page = f"<html><head><title>{code} Bad Gateway</title></head><body><h1>nginx</h1></body></html>"
    return Fault(code, page, {"Content-Type": "text/html"})


def stream(*chunks: bytes, gap_s: float = 0.0, reset: bool = False) -> Fault:
    """An event stream of exactly these writes."""
    return Fault(headers={"Content-Type": "text/event-stream"}, chunks=chunks, gap_s=gap_s, reset=reset)


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: dict[str, Any]
    raw: bytes
    at: float
    number: int  # how many came before it


class Service(ABC):
    """A fake model service on 127.0.0.1, in a thread of its own. Use it as a context manager.

    Attributes:
        answer: Makes the reply to messages: a text or an `Answer`. May be replaced while running.
        latency_s: Seconds before each answer.
        holds: Asked again and again about each request: it is not answered while this says so. The way to have
            something happen while requests are in flight, however fast the machine is; see `gather`, `hold_from`.
        held_in_vain: Requests answered after ``HELD_S`` although ``holds`` still said no. What they were held for never
            happened, and from then on nothing is held, for the test to come to its end.
        faults: What to do with the next requests, in order of arrival; None answers normally.
        fault_for: Asked for each request that no scripted fault took.
        requests: Everything that came in.
        max_in_flight: The most requests that were open at once, refused ones included.
        capacity: Requests it works on at once; what is more is refused with 429. None: any number.
        retry_after: What refused requests are told to wait.
        refused: When requests were refused so.
    """

    routes: tuple[str, ...] = ()

    def __init__(
        self, answer: Callable[[list[dict[str, Any]]], str | Answer] | str = "OK", *, latency_s: float = 0.0
    ) -> None:
        self.answer = answer
        self.latency_s = latency_s
        self.holds: Callable[[Received], bool] = _never
        self.held_in_vain = 0
        self.faults: deque[Fault | None] = deque()
        self.fault_for: Callable[[Received], Fault | None] = lambda received: None
        self.requests: list[Received] = []
        self.in_flight = 0
        self.max_in_flight = 0
        self.capacity: int | None = None
        self.retry_after: str | None = None
        self.refused: list[float] = []
        self.working = 0
        self.max_working = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def duplicates(self) -> int:
        """How many requests repeated the body of an earlier one."""
        return sum(n - 1 for n in Counter(r.raw for r in self.requests).values())

    def asked(self, content: str) -> int:
        """How many requests ended with a message of this content."""
        return sum(r.body["messages"][-1]["content"] == content for r in self.requests)

    def script(self, *faults: Fault | None) -> None:
        """Do this with the next requests."""
        self.faults.extend(faults)

    def gather(self, count: int, *, after: int = 0) -> None:
        """Answer the first ``after`` requests, and no other until so many are in flight at once."""
        self.holds = lambda received: received.number >= after and self.max_in_flight < count

    def hold_from(self, number: int) -> None:
        """Answer so many requests and no more, until `let_go`."""
        self.holds = lambda received: received.number >= number

    def let_go(self) -> None:
        """Answer everything, also what is held."""
        self.holds = _never

    def forget(self) -> None:
        """Empty the record."""
        self.requests.clear()
        self.refused.clear()
        self.max_in_flight = self.max_working = 0

    def __enter__(self):
        self._thread.start()
        if not self._started.wait(60):
            raise RuntimeError("the fake service did not start")
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the port and every connection; later calls do nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application(client_max_size=1 << 28)
        for path in self.routes:
            app.router.add_post(path, self._take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stopping.wait()
        await runner.cleanup()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = json.loads(raw)
        received = Received(request.path, dict(request.query), headers, body, raw, time.monotonic(), len(self.requests))
        self.requests.append(received)
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        try:
            fault = self.faults.popleft() if self.faults else None
            fault = fault or self.fault_for(received)
            await self._hold(received)
            if self.capacity is not None and self.working >= self.capacity:
                self.refused.append(received.at)
                return await _fail(request, rate_limited(self.retry_after))
            return await self._work(request, body, fault)
        finally:
            self.in_flight -= 1

    async def _hold(self, received: Received) -> None:
        while not self.held_in_vain and self.holds(received):
            if time.monotonic() > received.at + HELD_S:
                self.held_in_vain += 1
            else:
                await asyncio.sleep(0.01)

    async def _work(self, request: web.Request, body: dict[str, Any], fault: Fault | None) -> web.StreamResponse:
        self.working += 1
        self.max_working = max(self.max_working, self.working)
        try:
            if self.latency_s:
                await asyncio.sleep(self.latency_s)
            return await (self._reply(request, body) if fault is None else _fail(request, fault))
        finally:
            self.working -= 1

    async def _reply(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        said = self.answer if isinstance(self.answer, str) else self.answer(body.get("messages") or body["input"])
        answer = Answer(said) if isinstance(said, str) else said
        if body.get("stream"):
            return await write(request, stream(*self.events(body, answer)))
        return web.json_response(self.whole(body, answer))

    @abstractmethod
    def whole(self, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
        """Return the reply in one piece."""

    @abstractmethod
    def events(self, body: dict[str, Any], answer: Answer) -> list[bytes]:
        """Return the reply as events."""


def _never(received: Received) -> bool:
    return False


async def _fail(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.hang:
        await asyncio.sleep(3600)
    if fault.chunks is not None:
        return await write(request, fault)
    if fault.reset:
        request.transport.abort()
        return web.Response()
    json_headers = {"Content-Type": "application/json"}
    body = json.dumps(fault.body) if isinstance(fault.body, Mapping) else fault.body
    data = body.encode() if isinstance(body, str) else body
    return web.Response(status=fault.status, body=data, headers={**json_headers, **fault.headers})


async def write(request: web.Request, fault: Fault) -> web.StreamResponse:
    """Write the chunks of a fault one by one."""
    response = web.StreamResponse(status=fault.status, headers=fault.headers)
    await response.prepare(request)
    for chunk in fault.chunks or ():
        await response.write(chunk)
        await asyncio.sleep(fault.gap_s)
    if fault.reset:
        request.transport.abort()
    else:
        await response.write_eof()
    return response


def drip(whole: bytes, gap_s: float, size: int = 8, content_type: str = "text/event-stream") -> Fault:
    """A reply that comes in small pieces, with a pause behind each."""
    chunks = tuple(whole[at : at + size] for at in range(0, len(whole), size))
    return Fault(headers={"Content-Type": content_type}, chunks=chunks, gap_s=gap_s)


def event(payload: Mapping[str, Any] | str) -> bytes:
    """Return one server-sent event."""
    data = payload if isinstance(payload, str) else json.dumps(payload)
    return f"data: {data}\n\n".encode()


def pieces(text: str, size: int = 4) -> list[str]:
    """Cut a text as tokens would; a long one into about a hundred pieces, which cost no more than a test needs."""
    size = max(size, len(text) // 100)
    return [text[at : at + size] for at in range(0, len(text), size)]
