"""Levels against a real service: times, loops, faults, interruption."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from statistics import median

import pytest

from evalscope_pytest.perf.data.prompts import Conversation, RequestTemplate, Turn, single
from evalscope_pytest.perf.load.load_generator import BREATH_S, Workload
from evalscope_pytest.perf.load.load_point import LoadPoint
from evalscope_pytest.perf.load.session import measure
from tests.servers import service as fault
from tests.servers.service import event

from .service import Pace, after, delta, endpoint, stream_of, undisturbed, workload


def test_a_stream_is_measured_as_it_came(service):
    service.writes, service.pace = stream_of(6), Pace(0.05, 0.02)
    result = undisturbed(
        lambda: measure(endpoint(service.chat), workload(), LoadPoint(concurrency=2, requests=8)),
        lambda found: found.ttft.p50 < 0.09 and 0.018 < found.icl.p50 < 0.04 and 0.018 < found.tpot.p50 < 0.04,
    )
    assert (result.sent, result.succeeded, result.failures) == (8, 8, ())
    assert 0.045 < result.ttft.p50 < 0.09
    assert 0.018 < result.icl.p50 < 0.04
    assert 0.018 < result.tpot.p50 < 0.04
    assert result.output_tokens.mean == 6
    assert result.token_sources == (("usage", 8),)
    assert service.max_in_flight == 2
    assert len(service.requests) % 8 == 0


def test_a_closed_loop_keeps_the_asked_concurrency(service):
    service.gather(8)
    service.latency_s = 0.05
    result = undisturbed(
        lambda: measure(endpoint(service.chat), workload(stream=False), LoadPoint(concurrency=8, requests=64)),
        lambda found: found.window is not None and found.window.in_flight > 7,
    )
    assert service.max_in_flight == 8
    assert result.window is not None
    assert result.window.in_flight > 7
    assert result.ttft.count == 0
    assert result.latency.p50 > 0.045


def test_an_open_loop_starts_by_schedule_and_counts_queueing(service):
    """Capacity 20 a second, 60 asked: from sending all is well, from the schedule it is not (coordinated omission)."""
    service.latency_s = 0.1
    one = LoadPoint(concurrency=2, rate=60.0, requests=40, arrivals="constant")
    result = undisturbed(
        lambda: measure(endpoint(service.chat), workload(stream=False), one),
        lambda found: found.latency_sent.max < 0.3 and found.effort.dispatch_lag_p99_s < 0.05,
    )
    assert result.latency_sent.max < 0.3
    assert result.latency.max > 1.0
    assert result.latency.mean > 3 * result.latency_sent.mean
    assert result.queueing.max > 0.9
    assert result.effort.dispatch_lag_p99_s < 0.05


def test_without_a_bound_an_open_loop_does_not_wait_for_replies(service):
    service.gather(20)
    one = LoadPoint(concurrency=None, rate=100.0, requests=20, arrivals="constant")
    result = measure(endpoint(service.chat), workload(stream=False), one)
    assert service.max_in_flight == 20
    assert result.succeeded == 20


def test_the_warm_up_is_sent_and_not_counted(service):
    result = measure(endpoint(service.chat), workload(stream=False), LoadPoint(concurrency=2, requests=4, warm_up=3))
    assert len(service.requests) == 7
    assert [request.index for request in result.requests] == [0, 1, 2, 3]
    assert result.requests[0].prompt == 3  # a warm prompt is not sent again


def test_a_duration_ends_the_run_and_waits_for_what_is_in_flight(service):
    service.latency_s = 0.05
    result = measure(endpoint(service.chat), workload(stream=False), LoadPoint(concurrency=2, duration_s=0.4))
    assert result.succeeded == result.sent == len(service.requests)
    assert 2 <= result.sent <= 18
    assert not result.interrupted


def test_each_turn_is_sent_with_the_replies_before_it(service):
    service.answer = lambda messages: f"reply to {messages[-1]['content']}"
    talk = Conversation((Turn("one"), Turn("two"), Turn("three")))
    sent = Workload(RequestTemplate("chat", {"model": "m", "stream": True}), [talk])
    result = measure(endpoint(service.chat), sent, LoadPoint(concurrency=1, requests=1))
    assert [request.turn for request in result.requests] == [0, 1, 2]
    last = service.requests[-1].body["messages"]
    assert [m["content"] for m in last] == ["one", "reply to one", "two", "reply to two", "three"]


def test_a_tool_between_turns_takes_its_time_and_no_concurrency_for_it(service):
    service.latency_s = 0.02
    talk = Conversation((Turn("one", wait_s=5.0), Turn("two", wait_s=0.1), Turn("three", wait_s=0.05)))
    sent = Workload(RequestTemplate("chat", {"model": "m"}), [talk])
    result = measure(endpoint(service.chat), sent, LoadPoint(concurrency=2, requests=6, ramp_up_s=0.0))
    waits = [(r.turn, r.waited) for r in result.requests if r.prompt == 0]
    assert sorted(set(waits)) == [(0, 0.0), (1, 0.1), (2, 0.05)]
    assert result.latency.max < 0.1
    assert max(request.sent for request in result.requests) > 0.45  # three conversations in each of two places
    assert result.window is not None
    assert result.window.in_flight < 1
    assert not [reason for reason in result.invalid if "concurrency not reached" in reason]


def test_a_conversation_ends_where_a_turn_fails(service):
    service.script(None, fault.server_error())
    sent = Workload(RequestTemplate("chat", {"model": "m"}), [Conversation((Turn("a"), Turn("b"), Turn("c")))])
    result = measure(endpoint(service.chat), sent, LoadPoint(concurrency=1, requests=1))
    assert [request.ok for request in result.requests] == [True, False]


def test_failures_are_grouped_by_reason_and_never_end_the_run(service):
    service.script(
        fault.server_error(),
        fault.server_error(),
        fault.rate_limited(),
        fault.reset(),
        fault.reset_mid_reply(),
        fault.truncated_json(),
        fault.empty_choices(),
        fault.html(),
        fault.stream(delta(content="a"), event({"error": {"message": "no memory"}})),
        fault.stream(delta(content="a"), reset=True),
        fault.stream(delta(content="a")),
    )
    result = measure(endpoint(service.chat), workload(stream=False), LoadPoint(concurrency=1, requests=14))
    reasons = {failure.reason: failure.count for failure in result.failures}
    assert result.sent == 14
    assert result.succeeded == 14 - sum(reasons.values())
    assert reasons["HTTP 500: it broke"] == 2
    assert reasons["HTTP 429: slow down"] == 1
    assert reasons["error inside the stream: no memory"] == 1
    assert reasons["the connection broke in the middle of the reply"] == 2
    assert any("502 Bad Gateway" in reason for reason in reasons)
    assert any("of 14 requests failed" in note for note in result.notes)


def test_a_server_that_hangs_is_given_up(service):
    service.script(fault.hang(), None)
    result = measure(endpoint(service.chat, read_s=1.5), workload(stream=False), LoadPoint(concurrency=1, requests=2))
    assert [failure.reason for failure in result.failures] == ["the server was silent for 1.5 s (--read-timeout)"]
    assert result.succeeded == 1


def test_a_reply_that_drips_for_ever_is_given_up(service):
    service.writes, service.pace = stream_of(100), Pace(0.0, 0.02)
    result = measure(endpoint(service.chat, total_s=0.3), workload(), LoadPoint(concurrency=1, requests=1))
    assert "--total-timeout" in result.failures[0].reason


def test_nobody_listens():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    result = measure(endpoint(f"http://127.0.0.1:{port}/v1"), workload(), LoadPoint(concurrency=2, requests=4))
    assert result.failures[0].reason == f"nothing listens at 127.0.0.1:{port}: connection refused"
    assert result.failures[0].count == 4
    assert not result.valid
    assert "no request succeeded" in result.invalid[0]


def test_a_server_that_dies_in_the_middle_is_counted(service):
    service.hold_from(8)
    after(service, 12, service.stop)
    began = time.monotonic()
    result = measure(endpoint(service.chat), workload(stream=False), LoadPoint(concurrency=4, requests=44))
    assert (result.sent, result.succeeded) == (44, 8)
    assert sum(failure.count for failure in result.failures) == 36
    assert time.monotonic() - began > 7 * BREATH_S  # which a place that reaches nobody takes before it asks again


def test_a_kept_connection_that_the_server_closes_costs_no_failure():
    """The server answers one request a connection, says it keeps it, and closes it."""
    result = _with_raw_server(_reply(b'{"choices":[{"message":{"content":"a"}}]}'), requests=5)
    assert (result.succeeded, result.failures) == (5, ())


def test_a_reply_that_ends_with_the_connection_is_whole():
    body = b'{"choices":[{"message":{"content":"a"}}]}'
    result = _with_raw_server(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + body, requests=2)
    assert (result.succeeded, result.failures) == (2, ())


def test_what_is_not_http_is_a_failure():
    result = _with_raw_server(b"220 smtp.example.org ESMTP\r\n", requests=2)
    assert "not HTTP" in result.failures[0].reason


def _reply(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


def _with_raw_server(reply: bytes, *, requests: int):
    """Measure against a server that writes these bytes to the first request of each connection and closes it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        writer.write(reply)
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.close()

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(answer, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        port = server.sockets[0].getsockname()[1]
        level = LoadPoint(concurrency=1, requests=requests)
        return measure(endpoint(f"http://127.0.0.1:{port}/v1/chat/completions"), workload(), level)
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


async def _end(server: asyncio.Server) -> None:
    """Close a server, and end the answers that wait for more of a request."""
    server.close()
    answers = asyncio.all_tasks() - {asyncio.current_task()}
    for answer in answers:
        answer.cancel()
    await asyncio.gather(*answers, return_exceptions=True)
    await asyncio.sleep(0.01)  # transports close in the loop's next turns


def test_an_interruption_gives_a_partial_result(service):
    service.latency_s = 0.05
    after(service, 10, lambda: os.kill(os.getpid(), signal.SIGINT))
    began = time.monotonic()
    result = measure(endpoint(service.chat), workload(stream=False), LoadPoint(concurrency=3, requests=100_000))
    assert time.monotonic() - began < 60
    assert result.interrupted
    assert result.succeeded > 5
    assert result.unfinished <= 3
    assert any("stopped before its end" in note for note in result.notes)


@pytest.mark.parametrize("size", [1, 200_000])
def test_prompts_of_any_size_arrive_whole(service, size):
    sent = Workload(RequestTemplate("chat", {"model": "m"}), [single("x" * size)])
    assert measure(endpoint(service.chat), sent, LoadPoint(requests=1)).succeeded == 1
    assert len(service.requests[0].body["messages"][0]["content"]) == size


@pytest.mark.parametrize(("ramp_s", "spread_s"), [(None, 0.039), (0.4, 0.39), (0.0, 0.0)])
def test_the_first_wave_is_spread(service, ramp_s, spread_s):
    """Unless told otherwise over a millisecond for each request in flight."""
    service.latency_s = 0.5
    level = LoadPoint(concurrency=40, requests=40, ramp_up_s=ramp_s)

    def late() -> list[float]:
        """Return how far behind its turn each request was sent."""
        found = measure(endpoint(service.chat), workload(40, stream=False), level)
        return [sent - spread_s * n / 39 for n, sent in enumerate(sorted(request.sent for request in found.requests))]

    found = undisturbed(late, lambda found: median(found) < 0.01)
    assert min(found) > -0.001
    assert median(found) < 0.01
