"""Connections that are opened before there are requests for them."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest

from evalscope_pytest.core.errors import TransientError
from evalscope_pytest.models.factory import create
from evalscope_pytest.models.spec import Connecting

from .requests import request, spec

REPLY = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": "OK"}}]}).encode()


class Counting(asyncio.Protocol):
    """A service that answers "OK" and knows how many connections it was asked for."""

    def __init__(self, opened: list[Counting]) -> None:
        self.opened = opened
        self.requests = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.opened.append(self)

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"POST"):
            self.requests += 1
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(REPLY)
            self.transport.write(head + REPLY)


def run(scenario, eval_type="openai_api", **more):
    """Run ``scenario(model, opened)`` against the service."""

    async def served():
        opened: list[Counting] = []
        server = await asyncio.get_running_loop().create_server(lambda: Counting(opened), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        model = create(spec(eval_type, f"http://127.0.0.1:{port}/v1", **more))
        try:
            return await asyncio.wait_for(scenario(model, opened), 30)
        finally:
            await model.close()
            server.close()

    return asyncio.run(served())


def test_requests_take_the_connections_that_are_there():
    async def scenario(model, opened):
        await model.connect(5)
        before = len(opened)
        outputs = await asyncio.gather(*[model.generate(request(str(n))) for n in range(5)])
        return before, len(opened), {output.text for output in outputs}, [c.requests for c in opened]

    assert run(scenario) == (5, 5, {"OK"}, [1, 1, 1, 1, 1])


def test_no_more_are_opened_than_requests_may_be_in_flight():
    async def scenario(model, opened):
        await model.connect(9)
        return len(opened)

    assert run(scenario, concurrency=4) <= 4


@pytest.mark.parametrize("eval_type", ["openai_api", "anthropic_api"])
def test_models_behind_services_can_connect(eval_type):
    async def scenario(model, opened):
        assert isinstance(model, Connecting)
        await model.connect(2)
        return len(opened)

    assert run(scenario, eval_type) == 2


def test_the_openai_package_opens_its_own():
    async def scenario(model, opened):
        await model.connect(2)
        return len(opened)

    assert run(scenario, model_args={"client": "sdk"}) == 0


def test_none_is_opened_through_a_proxy(monkeypatch):
    async def scenario(model, opened):
        await model.connect(2)
        return len(opened)

    monkeypatch.setattr("evalscope_pytest.models.service._proxy", lambda target: "http://127.0.0.1:9")
    assert run(scenario) == 0


def test_a_connection_that_fails_is_told_by_the_request_that_needs_it():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def scenario():
        model = create(spec("openai_api", f"http://127.0.0.1:{port}/v1"))
        await model.connect(3)
        try:
            await model.generate(request())
        finally:
            await model.close()

    with pytest.raises(TransientError, match=r"refused|no connection|nothing"):
        asyncio.run(scenario())
