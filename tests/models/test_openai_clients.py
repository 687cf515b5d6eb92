"""One suite for both clients of ``openai_api``: whatever the transport, a service's behaviour gives the same result."""

from __future__ import annotations

import asyncio
import json
import socket
import time
import traceback

import pytest

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.errors import FatalError, ModelError, RateLimitedError, RejectedError, TransientError
from evalscope_pytest.core.secret import Secret
from evalscope_pytest.core.values import Message
from evalscope_pytest.models.factory import create
from evalscope_pytest.wire.request import Request
from tests.servers import service
from tests.servers.openai_server import OpenAIServer
from tests.servers.service import Answer, Fault, event
from tests.waiting import wait_until

from .asking import KEY, ask, request, spec


@pytest.fixture(params=["aiohttp", "sdk"])
def model_args(request):
    return {"client": request.param}


@pytest.fixture
def one(openai_server, model_args):
    """Ask one thing, with generation parameters as keywords."""
    return lambda **config: ask(spec("openai_api", openai_server.url, model_args=model_args), request(**config))[0]


def failing(one, server, fault, **config) -> ModelError:
    server.script(fault)
    with pytest.raises(ModelError) as caught:
        one(**config)
    return caught.value


# --- what is sent


def test_sends_model_messages_and_key(openai_server, model_args):
    messages = (Message("system", "Be brief."), Message("user", "Grüße, \u2028 😀"))
    ask(spec("openai_api", openai_server.url, model_args=model_args), Request(messages, GenerationConfig()))
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
    ask(spec("openai_api", openai_server.url, model_args=model_args), request(seed=5), request(seed=5, repeat=2))
    assert sorted(r.body["seed"] for r in openai_server.requests) == [5, 7]


def test_default_headers_go_with_every_request(openai_server, model_args):
    args = {**model_args, "default_headers": {"X-Route": "blue"}, "organization": "org-1"}
    ask(spec("openai_api", openai_server.url, model_args=args), request())
    headers = openai_server.requests[0].headers
    assert (headers["x-route"], headers["openai-organization"]) == ("blue", "org-1")


def test_a_prompt_of_three_megabytes_arrives(openai_server, model_args):
    prompt = "длинный " * 400_000
    ask(spec("openai_api", openai_server.url, model_args=model_args), request(prompt))
    assert openai_server.requests[0].body["messages"][0]["content"] == prompt


@pytest.mark.parametrize("ending", ["", "/", "/chat/completions"])
def test_the_address_may_include_the_path_of_the_call(openai_server, model_args, ending):
    ask(spec("openai_api", openai_server.url + ending, model_args=model_args), request())
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


# --- failures


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (service.rate_limited("2"), RateLimitedError),
        (service.status(529), RateLimitedError),
        (service.status(429, code="insufficient_quota"), FatalError),
        (service.status(429, type="insufficient_quota", code="429"), FatalError),
        (service.status(402), FatalError),
        (service.status(401, code="invalid_api_key"), FatalError),
        (service.status(403), FatalError),
        (service.status(404, "The model `M` does not exist.", code=404, type="NotFoundError"), FatalError),
        (service.status(404, code="model_not_found"), FatalError),
        (service.status(400, "Model Not Exist"), FatalError),
        (Fault(307, headers={"Location": "http://127.0.0.1:9/v1/chat/completions"}), FatalError),
        (Fault(404, {"detail": "Not Found"}), FatalError),
        (service.status(400), RejectedError),
        (service.status(413), RejectedError),
        (Fault(422, {"detail": [{"loc": ["body"], "msg": "bad", "input": "x" * 9000}]}), RejectedError),
        (service.status(400, code="context_length_exceeded"), RejectedError),
        (service.status(403, code="content_policy_violation"), RejectedError),
        (service.status(400, code="content_filter"), RejectedError),
        (service.status(408), TransientError),
        (service.status(409), TransientError),
        (service.status(425), TransientError),
        (service.server_error(), TransientError),
        (service.status(503), TransientError),
        (service.html(502), TransientError),
        (service.html(200), TransientError),
        (service.truncated_json(), TransientError),
        (service.empty_choices(), TransientError),
        (service.reset(), TransientError),
        (service.reset_mid_reply(), TransientError),
        (Fault(body=b""), TransientError),
        (Fault(body=b"[" * 100_000), TransientError),
        (Fault(body=b"[1]"), TransientError),
        (Fault(body={"error": {"message": "busy", "code": 429}}), RateLimitedError),
        (Fault(body={"object": "error", "message": "bad", "code": 400}), RejectedError),
    ],
)
def test_failures_are_classified(openai_server, one, fault, error):
    assert type(failing(one, openai_server, fault)) is error


def test_a_failed_request_is_sent_once(openai_server, one):
    failing(one, openai_server, service.server_error())
    failing(one, openai_server, service.rate_limited("0"))
    assert len(openai_server.requests) == 2


@pytest.mark.parametrize("value", ["2", "1.5", None, "banana"])
def test_retry_after_is_handed_on(openai_server, one, value):
    error = failing(one, openai_server, service.rate_limited(value))
    assert error.retry_after_s == {"2": 2.0, "1.5": 1.5}.get(value)
    assert failing(one, openai_server, service.status(503, headers={"Retry-After": "3"})).retry_after_s == 3.0


def test_a_message_carries_status_address_and_the_services_words_cut_short(openai_server, one):
    error = failing(one, openai_server, service.status(400, f"bad {KEY} sk-abcdefghijklmnop " + "x" * 5000))
    assert f"HTTP 400 from {openai_server.url}/chat/completions: bad *** *** xxx" in str(error)
    assert len(str(error)) < 500


def test_an_html_page_is_shown_by_its_title(openai_server, one):
    assert "an HTML page titled '502 Bad Gateway'" in str(failing(one, openai_server, service.html(502)))


def test_a_hung_request_ends_at_the_time_out_and_others_go_on(openai_server, model_args):
    openai_server.fault_for = lambda received: service.hang() if "hang" in str(received.body) else None

    async def run():
        model = create(spec("openai_api", openai_server.url, model_args=model_args))
        started = time.monotonic()
        patience = {"fine": 60.0, "hang": 0.4, "fine too": 60.0}
        asked = [model.generate(request(text, timeout=timeout)) for text, timeout in patience.items()]
        results = await asyncio.gather(*asked, return_exceptions=True)
        await model.close()
        return results, time.monotonic() - started

    (first, hung, last), took = asyncio.run(run())
    assert (first.text, last.text) == ("OK", "OK")
    assert type(hung) is TransientError
    assert "no complete reply" in str(hung)
    assert "within 0.4 s" in str(hung)
    assert took < 30


def test_a_slow_drip_ends_at_the_time_out_too(openai_server, one):
    drip = service.stream(*[event(chunk(content="4"))] * 600, gap_s=0.1)
    started = time.monotonic()
    assert type(failing(one, openai_server, drip, stream=True, timeout=0.5)) is TransientError
    assert time.monotonic() - started < 30  # all of it takes a minute


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_nothing_listening_names_the_address_and_what_to_check(model_args, host):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://{host}:{unused.getsockname()[1]}/v1"
        with pytest.raises(TransientError) as caught:
            ask(spec("openai_api", url, model_args=model_args), request())
    assert f"nothing listens at {url.removesuffix('/v1')}: connection refused" in str(caught.value)
    assert "--eval-api-url" in str(caught.value)


def test_an_unknown_host_stops_the_run(model_args):
    with pytest.raises(FatalError, match=r"unknown host 'no-such-host\.invalid'"):
        ask(spec("openai_api", "http://no-such-host.invalid/v1", model_args=model_args), request())


def test_https_spoken_to_a_plain_server_stops_the_run(openai_server, model_args):
    url = openai_server.url.replace("http:", "https:")
    with pytest.raises(FatalError, match="http://"):
        ask(spec("openai_api", url, model_args=model_args), request())


def test_the_server_dying_after_a_first_reply_is_transient(model_args):
    async def run(url, server):
        model = create(spec("openai_api", url, model_args=model_args))
        await model.generate(request())
        server.stop()
        with pytest.raises(TransientError):
            await model.generate(request())
        await model.close()

    with OpenAIServer() as server:
        asyncio.run(run(server.url, server))


@pytest.mark.parametrize("fault", [service.status(401), service.reset(), service.hang(), service.html(500)])
def test_no_key_shows_in_an_error_even_with_the_locals_of_all_frames(openai_server, model_args, fault):
    openai_server.script(fault)
    with pytest.raises(ModelError) as caught:
        ask(spec("openai_api", openai_server.url, model_args=model_args), request(timeout=0.3))
    assert KEY not in "".join(traceback.format_exception(caught.value))
    caught.traceback = caught.traceback[1:]  # this test's own frame
    assert KEY not in str(caught.getrepr(showlocals=True, style="long", chain=True))


def test_no_user_password_or_query_of_the_address_shows_in_an_error(openai_server, model_args):
    openai_server.script(service.server_error())
    url = openai_server.url.replace("://", "://user:hunter22@") + "?token=tok123"
    with pytest.raises(TransientError) as caught:
        ask(spec("openai_api", url, model_args=model_args, api_key=Secret("EMPTY")), request())
    assert openai_server.requests[0].path == "/v1/chat/completions"
    assert openai_server.requests[0].query == {"token": "tok123"}
    assert openai_server.requests[0].headers["authorization"].startswith("Basic ")
    text = "".join(traceback.format_exception(caught.value))
    assert "hunter22" not in text
    assert "tok123" not in text


def test_keeps_one_connection_per_request_in_flight(openai_server, model_args):
    openai_server.gather(40)
    requests = [request(f"question {n}") for n in range(40)]
    outputs = ask(spec("openai_api", openai_server.url, model_args=model_args, concurrency=64), *requests)
    assert len(outputs) == 40
    assert openai_server.max_in_flight == 40
    assert openai_server.duplicates == 0


def test_cancelling_ends_the_request(openai_server, model_args):
    openai_server.fault_for = lambda received: service.hang()

    async def run():
        model = create(spec("openai_api", openai_server.url, model_args=model_args))
        task = asyncio.create_task(model.generate(request()))
        while not openai_server.in_flight:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await model.close()

    asyncio.run(run())
    wait_until(lambda: not openai_server.in_flight)


def test_a_lone_surrogate_in_the_prompt_fails_that_sample_only(openai_server, model_args):
    asked = spec("openai_api", openai_server.url, model_args=model_args)
    try:
        ask(asked, request("half \ud800"))
    except RejectedError:
        return
    assert json.loads(openai_server.requests[0].raw)["messages"][0]["content"] == "half \ud800"


# --- replies without end

LONG = (b" " * (1 << 20),) * 80


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
def test_a_reply_without_end_fails_that_sample_only_and_is_not_read_to_its_end(openai_server, one, kind):
    error = failing(one, openai_server, Fault(headers={"Content-Type": kind}, chunks=LONG))
    assert isinstance(error, RejectedError)
    assert "longer than 64 MiB" in str(error)
    assert one().text == "OK"


def test_an_error_page_without_end_is_read_in_part(openai_server, one):
    page = (b"<html><title>Broken</title>", *LONG)
    openai_server.script(Fault(500, headers={"Content-Type": "text/html"}, chunks=page, gap_s=1.0))
    started = time.monotonic()
    with pytest.raises(TransientError, match=r"HTTP 500 .*an HTML page titled 'Broken'"):
        one()
    assert time.monotonic() - started < 60  # all of it takes 80 s


def test_an_error_in_a_reply_with_status_200_is_not_called_a_500(openai_server, one):
    error = failing(one, openai_server, Fault(200, {"error": {"message": "out of luck"}}))
    assert isinstance(error, TransientError)
    assert "an error with HTTP 200" in str(error)
    assert "500" not in str(error).replace(openai_server.url, "")


@pytest.mark.parametrize("target", ["https://other.example/v1/chat/completions?token=SECRET", "/v2?token=SECRET"])
def test_a_redirect_names_its_target_without_its_query(openai_server, one, target):
    error = failing(one, openai_server, Fault(302, headers={"Location": target}))
    assert isinstance(error, FatalError)
    assert "redirects to http" in str(error)
    assert target.partition("?")[0] in str(error)
    assert "SECRET" not in str(error)
