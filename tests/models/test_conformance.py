"""One suite for all clients and dialects of OpenAI's interface: a service's failures give the same result."""

from __future__ import annotations

import asyncio
import json
import socket
import time
import traceback
from dataclasses import dataclass
from typing import Any

import pytest

from evalscope_pytest.core.errors import FatalError, ModelError, RateLimitedError, RejectedError, TransientError
from evalscope_pytest.core.secret import Secret
from evalscope_pytest.models.factory import ModelSpec, create
from tests.servers import service
from tests.servers.openai_server import OpenAIServer
from tests.servers.responses_server import ResponsesServer, named
from tests.servers.service import Fault, Service, event
from tests.waiting import wait_until

from .requests import KEY, answer, request, spec


@dataclass(frozen=True)
class Client:
    """A client of one dialect; called with an address, it returns the model's spec.

    Attributes:
        path: Of the dialect.
        messages: Where a request has its messages.
        word: An event of a stream that carries text.
    """

    eval_type: str
    client: str
    server: type[Service]
    path: str
    messages: str
    word: bytes

    def __call__(self, url: str, **more: Any) -> ModelSpec:
        return spec(self.eval_type, url, model_args={"client": self.client}, **more)


CHAT = (OpenAIServer, "/chat/completions", "messages", event({"choices": [{"index": 0, "delta": {"content": "4"}}]}))
RESPONSES = (ResponsesServer, "/responses", "input", named("response.output_text.delta", delta="4"))


@pytest.fixture(params=["openai_api", "openai_responses_api"])
def dialect(request):
    return request.param


@pytest.fixture(params=["aiohttp", "sdk"])
def at(request, dialect):
    return Client(dialect, request.param, *(CHAT if dialect == "openai_api" else RESPONSES))


@pytest.fixture
def server(at):
    with at.server() as running:
        yield running


@pytest.fixture
def one(server, at):
    """Send one request, with generation parameters as keywords."""
    return lambda **config: answer(at(server.url), request(**config))[0]


def failing(one, server, fault, **config) -> ModelError:
    server.script(fault)
    with pytest.raises(ModelError) as caught:
        one(**config)
    return caught.value


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
def test_failures_are_classified(server, one, fault, error):
    assert type(failing(one, server, fault)) is error


def test_a_failed_request_is_sent_once(server, one):
    failing(one, server, service.server_error())
    failing(one, server, service.rate_limited("0"))
    assert len(server.requests) == 2


@pytest.mark.parametrize("value", ["2", "1.5", None, "banana"])
def test_retry_after_is_handed_on(server, one, value):
    error = failing(one, server, service.rate_limited(value))
    assert error.retry_after_s == {"2": 2.0, "1.5": 1.5}.get(value)
    assert failing(one, server, service.status(503, headers={"Retry-After": "3"})).retry_after_s == 3.0


def test_a_message_carries_status_address_and_the_services_words_cut_short(server, one, at):
    error = failing(one, server, service.status(400, f"bad {KEY} sk-abcdefghijklmnop " + "x" * 5000))
    assert f"HTTP 400 from {server.url}{at.path}: bad *** *** xxx" in str(error)
    assert len(str(error)) < 500


def test_an_html_page_is_shown_by_its_title(server, one):
    assert "an HTML page titled '502 Bad Gateway'" in str(failing(one, server, service.html(502)))


def test_a_hung_request_ends_at_the_time_out_and_others_go_on(server, at):
    server.fault_for = lambda received: service.hang() if "hang" in str(received.body) else None

    async def run():
        model = create(at(server.url))
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


def test_a_slow_drip_ends_at_the_time_out_too(server, one, at):
    drip = service.stream(*[at.word] * 600, gap_s=0.1)
    started = time.monotonic()
    assert type(failing(one, server, drip, stream=True, timeout=0.5)) is TransientError
    assert time.monotonic() - started < 30  # all of it takes a minute


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_nothing_listening_names_the_address_and_what_to_check(at, host):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://{host}:{unused.getsockname()[1]}/v1"
        with pytest.raises(TransientError) as caught:
            answer(at(url), request())
    assert f"nothing listens at {url.removesuffix('/v1')}: connection refused" in str(caught.value)
    assert "api_url" in str(caught.value)


def test_an_unknown_host_stops_the_run(at):
    with pytest.raises(FatalError, match=r"unknown host 'no-such-host\.invalid'"):
        answer(at("http://no-such-host.invalid/v1"), request())


def test_https_spoken_to_a_plain_server_stops_the_run(server, at):
    url = server.url.replace("http:", "https:")
    with pytest.raises(FatalError, match="http://"):
        answer(at(url), request())


def test_the_server_dying_after_a_first_reply_is_transient(at):
    async def run(url, server):
        model = create(at(url))
        await model.generate(request())
        server.stop()
        with pytest.raises(TransientError):
            await model.generate(request())
        await model.close()

    with at.server() as server:
        asyncio.run(run(server.url, server))


@pytest.mark.parametrize("fault", [service.status(401), service.reset(), service.hang(), service.html(500)])
def test_no_key_shows_in_an_error_even_with_the_locals_of_all_frames(server, at, fault):
    server.script(fault)
    with pytest.raises(ModelError) as caught:
        answer(at(server.url), request(timeout=0.3))
    assert KEY not in "".join(traceback.format_exception(caught.value))
    caught.traceback = caught.traceback[1:]  # this test's own frame
    assert KEY not in str(caught.getrepr(showlocals=True, style="long", chain=True))


def test_no_user_password_or_query_of_the_address_shows_in_an_error(server, at):
    server.script(service.server_error())
    url = server.url.replace("://", "://user:hunter22@") + "?token=tok123"
    with pytest.raises(TransientError) as caught:
        answer(at(url, api_key=Secret("EMPTY")), request())
    assert server.requests[0].path == f"/v1{at.path}"
    assert server.requests[0].query == {"token": "tok123"}
    assert server.requests[0].headers["authorization"].startswith("Basic ")
    text = "".join(traceback.format_exception(caught.value))
    assert "hunter22" not in text
    assert "tok123" not in text


def test_keeps_one_connection_per_request_in_flight(server, at):
    server.gather(40)
    requests = [request(f"question {n}") for n in range(40)]
    outputs = answer(at(server.url, concurrency=64), *requests)
    assert len(outputs) == 40
    assert server.max_in_flight == 40
    assert server.duplicates == 0


def test_cancelling_ends_the_request(server, at):
    server.fault_for = lambda received: service.hang()

    async def run():
        model = create(at(server.url))
        task = asyncio.create_task(model.generate(request()))
        while not server.in_flight:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await model.close()

    asyncio.run(run())
    wait_until(lambda: not server.in_flight)


def test_a_lone_surrogate_in_the_prompt_fails_that_sample_only(server, at):
    asked = at(server.url)
    try:
        answer(asked, request("half \ud800"))
    except RejectedError:
        return
    assert json.loads(server.requests[0].raw)[at.messages][0]["content"] == "half \ud800"


# --- replies without end

LONG = (b" " * (1 << 20),) * 80


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
def test_a_reply_without_end_fails_that_sample_only_and_is_not_read_to_its_end(server, one, kind):
    error = failing(one, server, Fault(headers={"Content-Type": kind}, chunks=LONG))
    assert isinstance(error, RejectedError)
    assert "longer than 64 MiB" in str(error)
    assert one().text == "OK"


def test_an_error_page_without_end_is_read_in_part(server, one):
    page = (b"<html><title>Broken</title>", *LONG)
    server.script(Fault(500, headers={"Content-Type": "text/html"}, chunks=page, gap_s=1.0))
    started = time.monotonic()
    with pytest.raises(TransientError, match=r"HTTP 500 .*an HTML page titled 'Broken'"):
        one()
    assert time.monotonic() - started < 60  # all of it takes 80 s


def test_an_error_in_a_reply_with_status_200_is_not_called_a_500(server, one):
    error = failing(one, server, Fault(200, {"error": {"message": "out of luck"}}))
    assert isinstance(error, TransientError)
    assert "an error with HTTP 200" in str(error)
    assert "500" not in str(error).replace(server.url, "")


@pytest.mark.parametrize("target", ["https://other.example/v1/chat/completions?token=SECRET", "/v2?token=SECRET"])
def test_a_redirect_names_its_target_without_its_query(server, one, target):
    error = failing(one, server, Fault(302, headers={"Location": target}))
    assert isinstance(error, FatalError)
    assert "redirects to http" in str(error)
    assert target.partition("?")[0] in str(error)
    assert "SECRET" not in str(error)
