"""Chat completions with both clients of ``openai_api``; what does not depend on the dialect: test_conformance.py."""

from __future__ import annotations

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.errors import FatalError, ModelError, RateLimitedError, RejectedError, TransientError
from evalscope_pytest.core.values import Message
from evalscope_pytest.wire.request import Request
from tests.servers import service
from tests.servers.service import Answer, Fault, event

from .requests import KEY, answer, request, spec


@pytest.fixture(params=["aiohttp", "sdk"])
def model_args(request):
    return {"client": request.param}


@pytest.fixture
def one(openai_server, model_args):
    """Ask one thing, with generation parameters as keywords."""
    return lambda **config: answer(spec("openai_api", openai_server.url, model_args=model_args), request(**config))[0]


def failing(one, server, fault, **config) -> ModelError:
    server.script(fault)
    with pytest.raises(ModelError) as caught:
        one(**config)
    return caught.value


# --- what is sent


def test_sends_model_messages_and_key(openai_server, model_args):
    messages = (Message("system", "Be brief."), Message("user", "Grüße, \u2028 😀"))
    answer(spec("openai_api", openai_server.url, model_args=model_args), Request(messages, GenerationConfig()))
    (received,) = openai_server.requests
    assert received.path == "/v1/chat/completions"
    assert received.headers["authorization"] == f"Bearer {KEY}"
    sent = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Grüße, \u2028 😀"}]
    assert received.body == {"model": "org/M", "messages": sent}


def test_sends_every_generation_parameter_under_the_name_services_read(openai_server, one):
    one(
        max_tokens=7,
        temperature=0.5,
        top_p=0.9,
        top_k=20,
        stop_seqs=("END", "\n\n"),
        frequency_penalty=0.1,
        presence_penalty=0.2,
        repetition_penalty=1.1,
        logit_bias={"42": 10},
        seed=5,
        top_logprobs=3,
        parallel_tool_calls=False,
        reasoning_effort="low",
        response_schema={"type": "object"},
        chat_template_kwargs={"enable_thinking": False},
        extra_body={"top_p": 0.8, "min_p": 0.1},
        extra_query={"api-version": 7, "debug": True},
        extra_headers={"X-Team": "evals"},
    )
    (received,) = openai_server.requests
    body = {k: v for k, v in received.body.items() if k not in ("model", "messages")}
    assert body == {
        "max_tokens": 7,
        "temperature": 0.5,
        "top_p": 0.8,
        "top_k": 20,
        "stop": ["END", "\n\n"],
        "frequency_penalty": 0.1,
        "presence_penalty": 0.2,
        "repetition_penalty": 1.1,
        "logit_bias": {"42": 10},
        "seed": 5,
        "logprobs": True,
        "top_logprobs": 3,
        "parallel_tool_calls": False,
        "reasoning_effort": "low",
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}},
        "chat_template_kwargs": {"enable_thinking": False},
        "min_p": 0.1,
    }
    assert received.query == {"api-version": "7", "debug": "true"}
    assert received.headers["x-team"] == "evals"


def test_each_repeat_has_a_seed_of_its_own(openai_server, model_args):
    answer(spec("openai_api", openai_server.url, model_args=model_args), request(seed=5), request(seed=5, repeat=2))
    assert sorted(r.body["seed"] for r in openai_server.requests) == [5, 7]


def test_default_headers_go_with_every_request(openai_server, model_args):
    args = {**model_args, "default_headers": {"X-Route": "blue"}, "organization": "org-1"}
    answer(spec("openai_api", openai_server.url, model_args=args), request())
    headers = openai_server.requests[0].headers
    assert (headers["x-route"], headers["openai-organization"]) == ("blue", "org-1")


def test_a_prompt_of_three_megabytes_arrives(openai_server, model_args):
    prompt = "длинный " * 400_000
    answer(spec("openai_api", openai_server.url, model_args=model_args), request(prompt))
    assert openai_server.requests[0].body["messages"][0]["content"] == prompt


@pytest.mark.parametrize("ending", ["", "/", "/chat/completions"])
def test_the_address_may_include_the_path_of_the_call(openai_server, model_args, ending):
    answer(spec("openai_api", openai_server.url + ending, model_args=model_args), request())
    assert openai_server.requests[0].path == "/v1/chat/completions"


# --- what comes back


@pytest.mark.parametrize("stream", [False, True])
def test_reads_text_reasoning_usage_and_times(openai_server, one, stream):
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": 5,
        "completion_tokens_details": {"reasoning_tokens": 3},
        "prompt_tokens_details": {"cached_tokens": 8},
    }
    openai_server.answer = lambda messages: Answer("It is 42. 好", reasoning="six times seven", usage=usage)
    openai_server.latency_s = 0.05
    output = one(stream=stream)
    assert (output.text, output.reasoning, output.stop_reason) == ("It is 42. 好", "six times seven", "stop")
    assert (output.usage.input_tokens, output.usage.output_tokens) == (11, 5)
    assert (output.usage.reasoning_tokens, output.usage.input_tokens_cache_read) == (3, 8)
    assert output.model == "org/M"
    assert output.latency_s >= 0.05
    assert (output.ttft_s is not None) == stream
    if stream:
        assert 0.05 <= output.ttft_s <= output.latency_s


@pytest.mark.parametrize("stream", [False, True])
def test_thinking_in_the_text_is_split_off(openai_server, one, stream):
    openai_server.answer = "<think>\n6*7\n</think>\n\n42"
    output = one(stream=stream)
    assert (output.reasoning, output.text) == ("6*7", "42")


@pytest.mark.parametrize(
    ("finish", "stop_reason"),
    [
        ("length", "max_tokens"),
        ("content_filter", "content_filter"),
        ("tool_calls", "tool_calls"),
        ("model_length", "model_length"),
        ("eos", "stop"),
        ("something new", "unknown"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_finish_reasons(openai_server, one, finish, stop_reason, stream):
    openai_server.answer = lambda messages: Answer("4", finish=finish)
    assert one(stream=stream).stop_reason == stop_reason


def test_empty_and_truncated_replies_are_outputs_and_no_errors(openai_server, one):
    openai_server.answer = lambda messages: Answer("", finish="length")
    output = one()
    assert output.empty
    assert output.truncated


def test_logprobs_are_kept(openai_server, one):
    logprobs = {"content": [{"token": "4", "logprob": -0.1}]}
    choice = {"message": {"content": "4"}, "finish_reason": "stop", "logprobs": logprobs}
    openai_server.script(Fault(body={"choices": [choice]}))
    assert one(logprobs=True).logprobs == logprobs
    delta = {"index": 0, "delta": {"content": "4"}, "finish_reason": "stop", "logprobs": logprobs}
    openai_server.script(service.stream(event({"choices": [delta]}), event({"choices": [{**delta, "delta": {}}]})))
    assert one(logprobs=True, stream=True).logprobs == {"content": logprobs["content"] * 2}


def test_content_in_parts_and_a_refusal_are_read(openai_server, one):
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "42"}]
    openai_server.script(Fault(body={"choices": [{"message": {"content": parts}, "finish_reason": "stop"}]}))
    output = one()
    assert (output.reasoning, output.text) == ("hm", "42")
    openai_server.script(Fault(body={"choices": [{"message": {"content": None, "refusal": "No."}}]}))
    assert one().text == "No."


# --- streams


def chunk(**delta) -> dict:
    finish = delta.pop("finish", None)
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def test_events_cut_anywhere_crlf_comments_and_late_usage(openai_server, one):
    wire = b"".join(
        [
            b": keep-alive\r\n\r\n",
            event(chunk(role="assistant", content="")).replace(b"\n", b"\r\n"),
            b"event: message\n" + event(chunk(reasoning="hm")),
            event(chunk(content="Grü")),
            event(chunk(content="ße")).replace(b"data: ", b"data:"),
            event(chunk(finish="stop")),
            event({"choices": [{"delta": {}}], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}),
            event("[DONE]"),
        ]
    )
    for size in (1, 7, len(wire)):
        openai_server.script(service.stream(*[wire[at : at + size] for at in range(0, len(wire), size)]))
        output = one(stream=True)
        assert (output.text, output.reasoning, output.stop_reason) == ("Grüße", "hm", "stop")
        assert output.usage.total_tokens == 5


def test_time_to_first_token_ignores_the_empty_role_delta(openai_server, one):
    role, word = event(chunk(role="assistant", content="")), event(chunk(content="42"))
    openai_server.script(service.stream(role, word, event(chunk(finish="stop")), gap_s=0.1))
    output = one(stream=True)
    assert 0.1 <= output.ttft_s < output.latency_s


def test_a_stream_without_done_and_without_last_blank_line_is_complete(openai_server, one):
    openai_server.script(service.stream(event(chunk(content="42", finish="stop")).rstrip()))
    assert one(stream=True).text == "42"


def test_a_service_that_ignores_stream_or_streams_unasked_is_read(openai_server, one):
    openai_server.script(Fault(body={"choices": [{"message": {"content": "42"}, "finish_reason": "stop"}]}))
    assert one(stream=True).text == "42"
    openai_server.script(service.stream(event(chunk(content="43", finish="stop"))))
    assert one(stream=False).text == "43"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (service.stream(event(chunk(content="4"))), TransientError),
        (service.stream(event(chunk(content="4")), reset=True), TransientError),
        (service.stream(event(chunk(content="4")), b"data: {bad\n\n"), TransientError),
        (service.stream(event("[DONE]")), TransientError),
        (service.stream(event(chunk(content="4", finish="error"))), TransientError),
        (service.stream(event({"error": {"message": "overloaded", "code": 503}})), TransientError),
        (service.stream(event({"error": {"message": "slow down", "type": "rate_limit_error"}})), RateLimitedError),
        (service.stream(event({"error": {"message": "too long", "code": "context_length_exceeded"}})), RejectedError),
        (service.stream(event({"error": {"message": "pay", "code": "insufficient_quota"}})), FatalError),
    ],
)
def test_broken_streams_are_errors(openai_server, one, fault, error):
    assert type(failing(one, openai_server, fault, stream=True)) is error
