"""What only the SDK client does: Azure. Everything else is in ``test_openai_clients``, for both clients."""

from __future__ import annotations

import asyncio

import pytest

from evalscope_pytest.core.errors import ConfigError, FatalError
from evalscope_pytest.core.secret import Secret
from evalscope_pytest.models.factory import create
from evalscope_pytest.models.openai_sdk import _read_stream
from tests.servers import service

from .requests import KEY, answer, request, spec


def azure(origin, **args):
    return spec("openai_api", model="gpt-x", model_args={"client": "sdk", "azure_endpoint": origin, **args})


def test_azure_is_asked_at_its_deployment(openai_server):
    asked = azure(openai_server.origin, api_version="2024-10-21")
    assert answer(asked, request(top_k=3))[0].text == "OK"
    (received,) = openai_server.requests
    assert received.path == "/openai/deployments/gpt-x/chat/completions"
    assert received.query == {"api-version": "2024-10-21"}
    assert received.headers["api-key"] == KEY
    assert received.body["top_k"] == 3


def test_a_deployment_may_have_a_name_of_its_own(openai_server):
    answer(azure(openai_server.origin, api_version="1", azure_deployment="mine"), request())
    assert openai_server.requests[0].path == "/openai/deployments/mine/chat/completions"


def test_the_address_serves_as_azure_endpoint(openai_server):
    asked = spec("openai_api", openai_server.origin, model="m", model_args={"client": "sdk", "api_version": "1"})
    answer(asked, request())
    assert openai_server.requests[0].path == "/openai/deployments/m/chat/completions"


def test_an_azure_token_replaces_the_key(openai_server):
    model_args = {
        "client": "sdk",
        "azure_endpoint": openai_server.origin,
        "api_version": "1",
        "azure_ad_token": "tok-123456",
    }
    answer(spec("openai_api", model="m", model_args=model_args, api_key=Secret("EMPTY")), request())
    assert openai_server.requests[0].headers["authorization"] == "Bearer tok-123456"


def test_azure_without_version_is_refused(monkeypatch):
    monkeypatch.delenv("OPENAI_API_VERSION", raising=False)
    with pytest.raises(ConfigError, match="api_version"):
        create(azure("http://127.0.0.1:1"))


def test_an_unknown_deployment_stops_the_run(openai_server):
    openai_server.script(service.status(404, "The API deployment does not exist.", code="DeploymentNotFound"))
    with pytest.raises(FatalError, match="Check model against"):
        answer(azure(openai_server.origin, api_version="1"), request())


def test_a_time_limit_that_passes_in_the_moment_a_piece_arrives_is_not_lost():
    """Else a reply that drips would be read to its end, however long that takes."""

    async def chunks(reading):
        for number in range(100):
            await asyncio.sleep(0)
            if number == 3:
                asyncio.get_running_loop().call_soon(reading.cancel)
            yield b"data"

    async def read():
        seen = []

        async def reading():
            await _read_stream(chunks(asyncio.current_task()), seen.append, 60.0)

        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(reading())
        return seen

    assert len(asyncio.run(read())) < 6
