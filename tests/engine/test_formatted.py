"""The output format that a judge's service is requested to keep to, in each dialect."""

from __future__ import annotations

import asyncio

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.secret import Secret
from evalscope_pytest.core.values import Message
from evalscope_pytest.engine.formatted import Formatted, formats_for
from evalscope_pytest.models.factory import ModelSpec, create
from evalscope_pytest.wire.request import Request
from tests.servers import service

SCHEMA = {"type": "object"}
STRICT = {"type": "json_schema", "name": "verdict", "schema": SCHEMA, "strict": True}


def formats_sent(server, eval_type: str, field: str) -> list:
    """Return the formats of the requests for one reply."""
    config = GenerationConfig()

    async def run():
        model = create(ModelSpec(eval_type, "m", api_url=server.url, api_key=Secret("EMPTY")))
        formatted = Formatted(model.generate, formats_for(eval_type, config))
        output = await formatted.send(Request((Message("user", "JSON, please"),), config), SCHEMA)
        await model.close()
        return output

    assert asyncio.run(run()).text == "OK"
    return [received.body.get(field) for received in server.requests]


@pytest.mark.parametrize("refusals", [0, 1, 2])
def test_responses_are_requested_in_json_then_by_schema_then_freely(responses_server, refusals):
    responses_server.script(*[service.status(400, "text.format is not supported")] * refusals)
    expected = [{"format": {"type": "json_object"}}, {"format": STRICT}, None]
    assert formats_sent(responses_server, "openai_responses_api", "text") == expected[: refusals + 1]


def test_chat_completions_have_their_own_field(openai_server):
    openai_server.script(service.status(400, "response_format is not supported"))
    schema = {k: v for k, v in STRICT.items() if k != "type"}
    expected = [{"type": "json_object"}, {"type": "json_schema", "json_schema": schema}]
    assert formats_sent(openai_server, "openai_api", "response_format") == expected


@pytest.mark.parametrize(
    "config",
    [{"response_schema": SCHEMA}, {"extra_body": {"response_format": {}}}, {"extra_body": {"text": {}}}],
)
def test_a_format_of_the_users_own_stays(config):
    assert formats_for("openai_responses_api", GenerationConfig(**config)) == ()
    assert formats_for("anthropic_api", GenerationConfig()) == ()
