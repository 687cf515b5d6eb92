"""A service for load tests: the four interfaces, paced streams, scripted faults."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web

from evalscope_pytest.perf.data.prompts import RequestTemplate, single
from evalscope_pytest.perf.load.endpoint import Endpoint, Patience
from evalscope_pytest.perf.load.load_generator import Workload
from tests.servers.openai_server import OpenAIServer
from tests.servers.service import event
from tests.waiting import wait_until

T = TypeVar("T")


@dataclass
class Pace:
    """How a stream comes: seconds before the first event, then between events."""

    ttft_s: float = 0.0
    gap_s: float = 0.0


class PerfService(OpenAIServer):
    """Streams ``events_`` at a pace instead of what the base class would say; other interfaces answer whole."""

    routes = (
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/embeddings",
        "/v1/rerank",
    )

    def __init__(self, writes: Sequence[bytes] = (), pace: Pace | None = None) -> None:
        super().__init__()
        self.writes = list(writes)
        self.pace = pace or Pace()

    @property
    def chat(self) -> str:
        return f"{self.url}/chat/completions"

    async def _reply(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        if request.path.endswith("embeddings"):
            vectors = [{"index": i, "embedding": [0.1, 0.2]} for i, _ in enumerate(body["input"])]
            return web.json_response({"data": vectors, "usage": {"prompt_tokens": 7, "total_tokens": 7}})
        if request.path.endswith("rerank"):
            return web.json_response({"results": [{"index": 0, "relevance_score": 0.5}]})
        if not body.get("stream") or not self.writes:
            if request.path.endswith("/v1/completions"):
                body = {**body, "messages": [{"role": "user", "content": str(body["prompt"])}]}
            return await super()._reply(request, body)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await asyncio.sleep(self.pace.ttft_s)
        for place, chunk in enumerate(self.writes):
            if place:
                await asyncio.sleep(self.pace.gap_s)
            await response.write(chunk)
        await response.write_eof()
        return response


def delta(finish: str | None = None, **fields: Any) -> bytes:
    """One chunk of a chat completion."""
    return event({"choices": [{"index": 0, "delta": fields, "finish_reason": finish}]})


def usage(output: int, prompt: int = 5, **details: Any) -> bytes:
    """The chunk with usage."""
    found = {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output, **details}
    return event({"choices": [], "usage": found})


def stream_of(tokens: int, *, with_usage: bool = True) -> list[bytes]:
    """The writes of an ordinary stream."""
    writes = [delta(content=f" t{number}") for number in range(tokens)]
    tail = delta("stop") + (usage(tokens) if with_usage else b"") + event("[DONE]")
    return [*writes, tail]


def workload(prompts: int = 8, **parameters: Any) -> Workload:
    """So many prompts for chat."""
    return Workload(
        RequestTemplate("chat", {"model": "m", "stream": True, **parameters}),
        [single(f"prompt {n}") for n in range(prompts)],
    )


def endpoint(url: str, *, read_s: float = 60.0, total_s: float = 600.0) -> Endpoint:
    """An address, with patience for a slow machine unless a test is about patience."""
    return Endpoint(url, patience=Patience(30.0, read_s, total_s))


def after(service: PerfService, requests: int, act: Callable[[], object]) -> None:
    """Do something once so many requests have come in, however long the machine takes for them."""

    def watch() -> None:
        wait_until(lambda: len(service.requests) >= requests)
        act()

    threading.Thread(target=watch, daemon=True).start()


def undisturbed(attempt: Callable[[], T], as_it_should_be: Callable[[T], bool], times: int = 6) -> T:
    """Return the first of several attempts that is as it should be, or else the last.

    Times come out right where nothing else keeps the machine from it at that moment, which is not a matter of the code.
    """
    for _ in range(times - 1):
        if as_it_should_be(found := attempt()):
            return found
    return attempt()


def json_lines(path: Any) -> Iterator[dict[str, Any]]:
    """The records of a file."""
    for line in path.read_text().splitlines():
        yield json.loads(line)
