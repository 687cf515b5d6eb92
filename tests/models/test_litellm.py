"""The client of litellm, against a real server that speaks OpenAI's dialect. Skipped without the package."""

from __future__ import annotations

import importlib.util

import pytest

from evalscope_pytest.core.errors import ConfigError, FatalError, RateLimitedError, TransientError
from evalscope_pytest.core.values import Tool
from evalscope_pytest.models.factory import create
from evalscope_pytest.wire.request import Request
from tests.servers import service
from tests.servers.service import Answer

from .requests import KEY, answer, request, spec

# The package and pydantic warn about each other.
pytestmark = pytest.mark.filterwarnings("ignore")
installed = pytest.mark.skipif(importlib.util.find_spec("litellm") is None, reason="needs litellm")


def at(url: str | None, **more):
    return spec("openai_api", url, model=more.pop("model", "M"), model_args={"client": "litellm"}, **more)


@installed
@pytest.mark.parametrize("stream", [False, True])
def test_text_thinking_and_tokens_are_those_of_the_service(openai_server, stream):
    openai_server.answer = lambda messages: Answer("It is 42. 好", reasoning="six times seven")
    (output,) = answer(at(openai_server.url), request(max_tokens=7, temperature=0.5, top_k=3, stream=stream))
    assert (output.text, output.reasoning, output.stop_reason) == ("It is 42. 好", "six times seven", "stop")
    assert output.usage.output_tokens > 0
    (received,) = openai_server.requests
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.body["model"] == "M"
    assert (received.body["max_tokens"], received.body["temperature"], received.body["top_k"]) == (7, 0.5, 3)


@installed
@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (service.status(401, "No such key.", code="invalid_api_key"), FatalError, "check api_key"),
        (service.status(404, "No such model.", code="model_not_found"), FatalError, "Check model"),
        (service.status(429, "Slow down."), RateLimitedError, "Slow down"),
        (service.status(500, "Broken."), TransientError, "Broken"),
    ],
    ids=["key", "model", "rate", "server"],
)
def test_failures_are_classified_as_with_the_other_clients_and_sent_once(openai_server, fault, error, words):
    openai_server.script(fault)
    with pytest.raises(error, match=words) as caught:
        answer(at(openai_server.url), request())
    assert len(openai_server.requests) == 1
    assert KEY not in str(caught.value)


@installed
def test_a_slash_in_the_name_is_no_provider_unless_litellm_knows_it(openai_server):
    assert answer(at(openai_server.url, model="org/M"), request())[0].text == "OK"
    assert answer(at(openai_server.url, model="openai/M"), request())[0].text == "OK"
    assert [received.body["model"] for received in openai_server.requests] == ["org/M", "M"]


@installed
def test_nothing_listening_may_go_away():
    with pytest.raises(TransientError):
        answer(at("http://127.0.0.1:1/v1"), request())


@installed
def test_functions_are_offered_and_called(openai_server):
    call = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
    openai_server.script(service.Fault(body=_chat({"content": None, "tool_calls": [call]})))
    tools = (Tool("add", "Adds.", {"type": "object", "properties": {"a": {"type": "integer"}}}),)
    sent = request()
    (output,) = answer(at(openai_server.url), Request(sent.messages, sent.config, tools=tools))
    assert [(made.name, made.arguments) for made in output.tool_calls] == [("add", '{"a": 1}')]
    assert openai_server.requests[0].body["tools"][0]["function"]["name"] == "add"


def _chat(message):
    import json

    return json.dumps({
        "id": "x", "object": "chat.completion", "created": 1, "model": "M",
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", **message}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }).encode()  # fmt: skip


@installed
def test_a_time_limit_holds(openai_server):
    openai_server.latency_s = 5
    with pytest.raises(TransientError, match=r"within 0\.3 s"):
        answer(at(openai_server.url), request(timeout=0.3))


def test_responses_are_refused():
    with pytest.raises(ConfigError, match="litellm cannot be used by eval_type openai_responses_api"):
        create(spec("openai_responses_api", "http://127.0.0.1:1/v1", model_args={"client": "litellm"}))


@pytest.mark.skipif(importlib.util.find_spec("litellm") is not None, reason="litellm is installed")
def test_without_the_package_the_error_names_the_extra():
    with pytest.raises(ConfigError, match=r"pip install 'evalscope-pytest\[litellm\]'"):
        create(at("http://127.0.0.1:1/v1"))
