"""Anthropic's Messages API."""

from __future__ import annotations

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.errors import ConfigError, FatalError, RateLimitedError, RejectedError, TransientError
from evalscope_pytest.core.values import Message
from evalscope_pytest.models.factory import create
from evalscope_pytest.wire.request import Request
from tests.servers import service
from tests.servers.service import Answer, Fault, event

from .requests import KEY, answer, request, spec


@pytest.fixture
def one(anthropic_server):
    return lambda **config: answer(spec("anthropic_api", anthropic_server.url), request(**config))[0]


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/messages"])
def test_sends_system_apart_with_key_version_and_a_token_limit(anthropic_server, ending):
    messages = (Message("system", "Be brief."), Message("user", "a"), Message("assistant", "b"), Message("user", "c"))
    answer(spec("anthropic_api", anthropic_server.url + ending), Request(messages, GenerationConfig()))
    (received,) = anthropic_server.requests
    assert received.path == "/v1/messages"
    assert received.headers["x-api-key"] == KEY
    assert received.headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in received.headers
    turns = [("user", "a"), ("assistant", "b"), ("user", "c")]
    assert received.body == {
        "model": "org/M",
        "max_tokens": 4096,
        "system": "Be brief.",
        "messages": [{"role": role, "content": content} for role, content in turns],
    }


def test_sends_every_usable_parameter(anthropic_server, one):
    one(
        max_tokens=5000,
        temperature=1.0,
        top_p=0.9,
        top_k=20,
        stop_seqs=("END",),
        reasoning_tokens=1024,
        reasoning_effort="high",
        response_schema={"type": "object"},
        extra_body={"service_tier": "auto"},
        extra_query={"beta": True},
        extra_headers={"anthropic-beta": "x"},
    )
    (received,) = anthropic_server.requests
    body = {k: v for k, v in received.body.items() if k not in ("model", "messages")}
    assert body == {
        "max_tokens": 5000,
        "temperature": 1.0,
        "top_p": 0.9,
        "top_k": 20,
        "stop_sequences": ["END"],
        "thinking": {"type": "enabled", "budget_tokens": 1024},
        "output_config": {"effort": "high", "format": {"type": "json_schema", "schema": {"type": "object"}}},
        "service_tier": "auto",
    }
    assert received.query == {"beta": "true"}
    assert received.headers["anthropic-beta"] == "x"


def test_a_thinking_budget_raises_the_default_limit(anthropic_server, one):
    one(reasoning_tokens=2000)
    assert anthropic_server.requests[0].body["max_tokens"] == 6096


@pytest.mark.parametrize("stream", [False, True])
def test_reads_text_thinking_usage_and_times(anthropic_server, one, stream):
    usage = {"input_tokens": 3, "cache_read_input_tokens": 8, "cache_creation_input_tokens": 2, "output_tokens": 7}
    anthropic_server.answer = lambda messages: Answer("It is 42. 好", reasoning="six times seven", usage=usage)
    output = one(stream=stream)
    assert (output.text, output.reasoning, output.stop_reason) == ("It is 42. 好", "six times seven", "stop")
    assert (output.usage.input_tokens, output.usage.output_tokens) == (13, 7)
    assert (output.usage.input_tokens_cache_read, output.usage.input_tokens_cache_write) == (8, 2)
    assert output.model == "org/M"
    assert (output.ttft_s is not None) == stream
    assert anthropic_server.requests[0].body.get("stream", False) == stream


@pytest.mark.parametrize(
    ("finish", "stop_reason"),
    [
        ("max_tokens", "max_tokens"),
        ("refusal", "content_filter"),
        ("stop_sequence", "stop"),
        ("tool_use", "tool_calls"),
        ("model_context_window_exceeded", "model_length"),
        ("pause_turn", "unknown"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_stop_reasons(anthropic_server, one, finish, stop_reason, stream):
    anthropic_server.answer = lambda messages: Answer("4", finish=finish)
    assert one(stream=stream).stop_reason == stop_reason


def error(kind: str, message: str = "scripted") -> dict:
    return {"type": "error", "error": {"type": kind, "message": message}}


START = event({"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 1, "output_tokens": 1}}})


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(529, error("overloaded_error")), RateLimitedError),
        (Fault(429, error("rate_limit_error"), {"Retry-After": "4"}), RateLimitedError),
        (Fault(401, error("authentication_error")), FatalError),
        (Fault(403, error("permission_error")), FatalError),
        (Fault(404, error("not_found_error", "model: claude-x")), FatalError),
        (Fault(400, error("invalid_request_error", "Your credit balance is too low")), FatalError),
        (Fault(400, error("invalid_request_error", "prompt is too long")), RejectedError),
        (Fault(413, error("request_too_large")), RejectedError),
        (Fault(500, error("api_error")), TransientError),
        (service.reset(), TransientError),
        (service.truncated_json(), TransientError),
        (service.html(502), TransientError),
        (Fault(body={"type": "message", "content": None}), TransientError),
        (Fault(body=error("overloaded_error")), RateLimitedError),
        (service.stream(START), TransientError),
        (service.stream(START, b"data: {bad\n\n"), TransientError),
        (service.stream(START, event(error("overloaded_error"))), RateLimitedError),
        (service.stream(START, event(error("api_error"))), TransientError),
        (service.stream(START, reset=True), TransientError),
    ],
)
def test_failures_are_classified(anthropic_server, one, fault, expected):
    anthropic_server.script(fault)
    with pytest.raises(expected) as caught:
        one(stream=fault.chunks is not None)
    assert type(caught.value) is expected
    assert KEY not in str(caught.value)
    if "Retry-After" in fault.headers:
        assert caught.value.retry_after_s == 4


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"seed": 1}, "seed: 1 cannot be used"),
        ({"logprobs": True}, "logprobs"),
        ({"height": 4}, "image"),
        ({"reasoning_tokens": 2048, "max_tokens": 2000}, "leaves nothing"),
        ({"extra_body": {"stream": True}}, "set by the run"),
    ],
)
def test_parameters_the_api_lacks_are_refused(config, said):
    with pytest.raises(ConfigError, match=said):
        create(spec("anthropic_api", generation=GenerationConfig(**config)))


def test_unknown_arguments_are_refused():
    with pytest.raises(ConfigError, match="Did you mean 'default_headers'"):
        create(spec("anthropic_api", model_args={"default_header": {}}))
