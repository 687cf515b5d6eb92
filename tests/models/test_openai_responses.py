"""OpenAI's Responses with both clients; failures of the connection and HTTP errors: test_conformance.py."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.errors import (
    ConfigError,
    FatalError,
    ModelError,
    RateLimitedError,
    RejectedError,
    TransientError,
)
from evalscope_pytest.core.values import Message, Tool, ToolCall
from evalscope_pytest.models.factory import create, with_defaults
from evalscope_pytest.wire.request import Request
from tests.servers.responses_server import named
from tests.servers.service import Answer, Fault, event, stream

from .requests import KEY, answer, request, spec

TYPE = "openai_responses_api"


@pytest.fixture(params=["aiohttp", "sdk"])
def model_args(request):
    return {"client": request.param}


@pytest.fixture
def send(responses_server, model_args):
    """Send a request and return the output and the received request."""

    def one(sent: Request, *faults: Fault):
        responses_server.script(*faults)
        (output,) = answer(spec(TYPE, responses_server.url, model_args=model_args), sent)
        return output, responses_server.requests[-1]

    return one


def whole(*items, status: str = "completed", **more) -> Fault:
    return Fault(body={"status": status, "error": None, "model": "m", "output": list(items), **more})


def message(*parts) -> dict:
    return {"type": "message", "role": "assistant", "content": list(parts)}


def text(words: str, **more) -> dict:
    return {"type": "output_text", "text": words, **more}


# --- what is sent


@pytest.mark.parametrize("ending", ["", "/", "/responses"])
def test_sends_model_input_and_key(responses_server, model_args, ending):
    messages = (Message("system", "Be brief."), Message("user", "Grüße, \u2028 😀"))
    sent = spec(TYPE, responses_server.url + ending, model_args=model_args)
    answer(sent, Request(messages, GenerationConfig()))
    (received,) = responses_server.requests
    assert received.path == "/v1/responses"
    assert received.headers["authorization"] == f"Bearer {KEY}"
    items = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Grüße, \u2028 😀"}]
    assert received.body == {"model": "org/M", "input": items}


def test_sends_every_usable_parameter(send):
    _, received = send(
        request(
            max_tokens=7,
            temperature=0.5,
            top_p=0.9,
            top_logprobs=3,
            parallel_tool_calls=False,
            reasoning_effort="low",
            response_schema={"type": "object"},
            extra_body={"store": False},
            extra_query={"api-version": 7},
            extra_headers={"X-Team": "evals"},
        )
    )
    assert {k: v for k, v in received.body.items() if k not in ("model", "input")} == {
        "max_output_tokens": 7,
        "temperature": 0.5,
        "top_p": 0.9,
        "top_logprobs": 3,
        "include": ["message.output_text.logprobs"],
        "parallel_tool_calls": False,
        "reasoning": {"effort": "low"},
        "text": {"format": {"type": "json_schema", "name": "answer", "schema": {"type": "object"}}},
        "store": False,
    }
    assert received.query == {"api-version": "7"}
    assert received.headers["x-team"] == "evals"


def test_a_schema_with_a_name_keeps_it(send):
    schema = {"name": "n", "strict": True, "description": "d", "json_schema": {"type": "object"}}
    _, received = send(request(response_schema=schema))
    expected = {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "description": "d", "strict": True}
    assert received.body["text"] == {"format": expected}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("top_k", 5),
        ("stop_seqs", ("END",)),
        ("frequency_penalty", 1.0),
        ("presence_penalty", 1.0),
        ("repetition_penalty", 1.1),
        ("logit_bias", {"1": 1.0}),
        ("seed", 5),
        ("chat_template_kwargs", {"a": 1}),
        ("reasoning_tokens", 5),
        ("height", 5),
        ("extra_body", {"input": []}),
        ("extra_body", {"stream": True}),
        ("extra_body", {"background": True}),
    ],
)
def test_parameters_the_interface_does_not_have_are_refused(name, value):
    words = next(iter(value)) if name == "extra_body" else f"{name}.*{TYPE}"
    with pytest.raises(ConfigError, match=words):
        create(spec(TYPE, "http://127.0.0.1:9/v1", generation=GenerationConfig(**{name: value})))


def test_an_address_and_known_arguments_are_needed():
    with pytest.raises(ConfigError, match=f"api_url: missing.*{TYPE}"):
        create(spec(TYPE))
    with pytest.raises(ConfigError, match=f"unknown 'default_header' for eval_type {TYPE}"):
        create(spec(TYPE, "http://127.0.0.1:9/v1", model_args={"default_header": {}}))
    with pytest.raises(ConfigError, match=r"model_args.client: unknown 'skd'.*'sdk'"):
        create(spec(TYPE, "http://127.0.0.1:9/v1", model_args={"client": "skd"}))


def test_temperature_is_0_by_default_except_for_reasoning_models():
    assert with_defaults(GenerationConfig(), TYPE, "m").temperature == 0
    assert with_defaults(GenerationConfig(), TYPE, "o3-mini").temperature is None


def test_azure_has_no_deployment_in_the_path(responses_server):
    args = {"client": "sdk", "api_version": "2025-03-01-preview"}
    (output,) = answer(spec(TYPE, responses_server.origin, model_args=args), request())
    (received,) = responses_server.requests
    assert (received.path, received.query) == ("/openai/responses", {"api-version": "2025-03-01-preview"})
    assert (output.text, received.headers["api-key"]) == ("OK", KEY)


# --- what comes back


@pytest.mark.parametrize("streamed", [False, True])
def test_reads_text_reasoning_usage_and_times(responses_server, send, streamed):
    usage = {
        "input_tokens": 11,
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 3},
        "input_tokens_details": {"cached_tokens": 8},
    }
    responses_server.answer = lambda messages: Answer("It is 42. 好", reasoning="six times seven", usage=usage)
    responses_server.latency_s = 0.05
    output, received = send(request(stream=streamed))
    assert received.body.get("stream", False) == streamed
    assert (output.text, output.reasoning, output.stop_reason) == ("It is 42. 好", "six times seven", "stop")
    assert (output.usage.input_tokens, output.usage.output_tokens) == (11, 5)
    assert (output.usage.reasoning_tokens, output.usage.input_tokens_cache_read) == (3, 8)
    assert output.model == "org/M"
    assert output.latency_s >= 0.05
    assert (output.ttft_s is not None) == streamed
    if streamed:
        assert 0.05 <= output.ttft_s <= output.latency_s


@pytest.mark.parametrize("streamed", [False, True])
def test_thinking_in_the_text_is_split_off(responses_server, send, streamed):
    responses_server.answer = "<think>\n6*7\n</think>\n\n42"
    output, _ = send(request(stream=streamed))
    assert (output.reasoning, output.text) == ("6*7", "42")


@pytest.mark.parametrize(
    ("finish", "stop_reason"),
    [("max_output_tokens", "max_tokens"), ("content_filter", "content_filter"), ("something new", "unknown")],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_finish_reasons(responses_server, send, finish, stop_reason, streamed):
    responses_server.answer = lambda messages: Answer("4", finish=finish)
    output, _ = send(request(stream=streamed))
    assert (output.text, output.stop_reason) == ("4", stop_reason)


def test_reasoning_prefers_its_words_to_their_summary(send):
    item = {"summary": [{"text": "short"}, {"text": "shorter"}], "type": "reasoning"}
    output, _ = send(request(), whole(item, message(text("42"))))
    assert output.reasoning == "short\n\nshorter"
    output, _ = send(request(), whole({**item, "content": [{"text": "long"}]}, message(text("42"))))
    assert (output.reasoning, output.text) == ("long", "42")


def test_parts_refusals_and_items_of_other_kinds(send):
    items = ({"type": "web_search_call"}, message(text("4"), text("2")), message({"type": "refusal", "refusal": "!"}))
    output, _ = send(request(), whole(*items))
    assert output.text == "42!"


@pytest.mark.parametrize("content", [7, {}, [7], [{"type": "output_audio"}], [{"type": "output_text", "text": 7}]])
def test_content_that_is_not_text_is_an_error_of_the_service(send, content):
    with pytest.raises(TransientError, match="instead of text"):
        send(request(), whole({"type": "message", "content": content}))


def test_logprobs_have_the_form_of_chat_completions(send):
    tokens = [{"token": "4", "logprob": -0.1}]
    output, _ = send(request(logprobs=True), whole(message(text("4", logprobs=tokens))))
    assert output.logprobs == {"content": tokens}
    output, _ = send(request(), whole(message(text("4"))))
    assert output.logprobs is None


# --- tools

WEATHER = Tool("get_weather", "Weather of a town.", {"type": "object", "properties": {"town": {"type": "string"}}})
CALLS = (ToolCall("get_weather", '{"town": "Ur"}', "c1"), ToolCall("stop", "{}", "c2"))


def call_item(call: ToolCall) -> dict:
    return {
        "type": "function_call",
        "id": "fc_1",
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments,
    }


def test_definitions_calls_and_results_are_sent(send):
    history = (
        Message("user", "Weather?"),
        Message("assistant", "Let me see.", CALLS[:1]),
        Message("tool", "sunny", tool_call_id="c1"),
        Message("assistant", "", CALLS[1:]),
        Message("tool", "stopped", tool_call_id="c2"),
    )
    _, received = send(Request(history, GenerationConfig(), tools=(WEATHER,)))
    definition = {"type": "function", "name": "get_weather", "description": "Weather of a town.", "strict": False}
    assert received.body["tools"] == [{**definition, "parameters": WEATHER.parameters}]
    sent = [{k: v for k, v in call_item(call).items() if k != "id"} for call in CALLS]
    assert received.body["input"] == [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": "Let me see."},
        sent[0],
        {"type": "function_call_output", "call_id": "c1", "output": "sunny"},
        sent[1],
        {"type": "function_call_output", "call_id": "c2", "output": "stopped"},
    ]


def test_calls_are_read(send):
    items = [call_item(call) for call in CALLS]
    output, _ = send(request(), whole(*items))
    assert (output.text, output.tool_calls, output.stop_reason) == ("", CALLS, "tool_calls")
    end = named("response.completed", response={"status": "completed", "output": []})
    pieces = [
        named("response.output_item.added", item={**items[0], "arguments": ""}),
        named("response.function_call_arguments.delta", delta='{"town"'),
        *(named("response.output_item.done", item=item) for item in items),
    ]
    output, _ = send(request(stream=True), stream(*pieces, end))
    assert (output.tool_calls, output.stop_reason) == (CALLS, "tool_calls")
    assert output.ttft_s is not None


def test_calls_of_a_hostile_reply_are_bounded(send):
    output, _ = send(request(), whole(*[call_item(CALLS[0])] * 3000, {"type": "function_call", "arguments": 7}, 7))
    assert len(output.tool_calls) == 1000


# --- streams

WORDS = [named("response.output_text.delta", delta=piece) for piece in ("Grü", "ße")]
THOUGHT = named("response.reasoning_text.delta", delta="hm")


def completed(**more) -> bytes:
    return named("response.completed", response={"status": "completed", "usage": None, **more})


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_events_cut_anywhere_with_crlf_and_comments(send, size):
    end = completed(usage={"input_tokens": 3, "output_tokens": 2})
    wire = b": keep-alive\r\n\r\n" + THOUGHT.replace(b"\n", b"\r\n") + b"".join(WORDS) + end + event("[DONE]")
    output, _ = send(request(stream=True), stream(*[wire[at : at + size] for at in range(0, len(wire), size)]))
    assert (output.text, output.reasoning, output.usage.total_tokens) == ("Grüße", "hm", 5)


def test_the_last_events_output_counts_then_finished_items_then_the_deltas(send):
    done = named("response.output_item.done", item=message(text("of the item")))
    fault = stream(*WORDS, done, completed(output=[message(text("of the last event"))]))
    assert send(request(stream=True), fault)[0].text == "of the last event"
    assert send(request(stream=True), stream(*WORDS, done, completed(output=[])))[0].text == "of the item"
    assert send(request(stream=True), stream(*WORDS, completed()))[0].text == "Grüße"


def test_a_service_that_ignores_stream_or_streams_unrequested_is_read(send):
    assert send(request(stream=True), whole(message(text("42"))))[0].text == "42"
    assert send(request(), stream(*WORDS, completed()))[0].text == "Grüße"


def test_time_to_first_token_ignores_events_without_output(send):
    begun = named("response.created", response={"status": "in_progress"})
    output, _ = send(request(stream=True), stream(begun, *WORDS, completed(), gap_s=0.1))
    assert 0.1 <= output.ttft_s < output.latency_s


def failed(**error) -> bytes:
    return named("response.failed", response={"status": "failed", "error": error, "output": []})


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (stream(*WORDS), TransientError),
        (stream(*WORDS, reset=True), TransientError),
        (stream(WORDS[0], b"data: {bad\n\n"), TransientError),
        (stream(event("[DONE]")), TransientError),
        (stream(*WORDS, failed(code="server_error", message="oops")), TransientError),
        (stream(failed(code="rate_limit_exceeded", message="slow down")), RateLimitedError),
        (stream(failed(code="invalid_prompt", message="no")), RejectedError),
        (stream(named("response.failed", response={"status": "failed", "error": None})), TransientError),
        (stream(named("response.cancelled", response={"status": "cancelled", "output": []})), TransientError),
        (stream(named("error", code="rate_limit_exceeded", message="slow down")), RateLimitedError),
        (stream(named("error", error={"code": "insufficient_quota", "message": "pay"})), FatalError),
        (stream(event({"error": {"message": "too long", "code": "context_length_exceeded"}})), RejectedError),
        (whole(status="failed", error={"code": "rate_limit_exceeded", "message": "slow down"}), RateLimitedError),
        (whole(message(text("4")), status="in_progress"), TransientError),
        (whole(message(text("4")), status=["completed"]), TransientError),
        (Fault(body={"status": "completed", "output": None}), TransientError),
        (Fault(body={"choices": [{"message": {"content": "4"}}]}), TransientError),
    ],
)
def test_broken_replies_are_errors(send, fault, error):
    with pytest.raises(ModelError) as caught:
        send(request(stream=fault.chunks is not None), fault)
    assert type(caught.value) is error


def test_the_services_words_are_shown_without_keys(send):
    with pytest.raises(ModelError, match="out of luck") as caught:
        send(request(stream=True), stream(failed(code="server_error", message=f"out of luck, {KEY}")))
    assert KEY not in str(caught.value)


def test_half_a_surrogate_pair_in_the_prompt_fails_that_sample_only(responses_server, model_args):
    try:
        answer(spec(TYPE, responses_server.url, model_args=model_args), request("half \ud800"))
    except RejectedError:
        return
    assert json.loads(responses_server.requests[0].raw)["input"][0]["content"] == "half \ud800"
