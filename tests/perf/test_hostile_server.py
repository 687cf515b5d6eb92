"""A server that means no good costs a request, counted with its reason, and never the run or the machine's memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import repeat

import pytest

from evalscope_pytest.perf.load.load_point import LoadPoint
from evalscope_pytest.perf.load.session import measure
from tests.servers.service import event

from .raw_server import CHUNKED, CLOSE, HEAD, HEALTHY, server
from .service import endpoint, workload

MIB = 1 << 20


def endless(head: bytes, more: bytes) -> Callable[[], Iterator[bytes]]:
    def script() -> Iterator[bytes]:
        yield head
        yield from repeat(more * max(1, 262144 // len(more)))

    return script


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@pytest.mark.parametrize(
    ("script", "words", "most"),
    [
        pytest.param(endless(CHUNKED + chunk(b"data: "), chunk(b"x" * 8192)), "256 MiB", 280 * MIB, id="line"),
        pytest.param(endless(CHUNKED, chunk(event({"choices": []}))), "256 MiB", 280 * MIB, id="events"),
        pytest.param(endless(CHUNKED, chunk(b"x")), "256 MiB", 40 * MIB, id="tiny pieces"),
        pytest.param(endless(HEAD + b"Content-Length: 99999999999999\r\n\r\n", b"x"), "256 MiB", 280 * MIB, id="body"),
        pytest.param(endless(HEAD + b"\r\n", b"x"), "256 MiB", 280 * MIB, id="until the end of the connection"),
        pytest.param(endless(HEAD + b"A: ", b"x"), "256 KiB", 8 * MIB, id="header"),
        pytest.param(endless(HEAD, b"A: b\r\n"), "256 KiB", 8 * MIB, id="headers"),
        pytest.param(endless(b"HTTP/1.1 200 ", b"x"), "256 KiB", 8 * MIB, id="status line"),
        pytest.param(endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "256 KiB", 8 * MIB, id="100 Continue"),
        pytest.param(endless(CHUNKED + chunk(b"data: x\n\n") + b"5;", b"x"), "256 KiB", 8 * MIB, id="chunk extension"),
        pytest.param(endless(CHUNKED + chunk(b"data: x\n\n") + b"0\r\nA: ", b"x"), "256 KiB", 8 * MIB, id="trailer"),
        pytest.param(
            endless(CHUNKED + chunk(b"data: x\n\n") + b"0\r\n", b"A: b\r\n"), "256 KiB", 8 * MIB, id="trailers"
        ),
        pytest.param(endless(CHUNKED, b"0"), "256 KiB", 8 * MIB, id="chunk size"),
        pytest.param(endless(CHUNKED, b"f"), "not HTTP/1.1", 8 * MIB, id="chunk size too large"),
        pytest.param(endless(b"", b"\0"), "not HTTP/1.1", 8 * MIB, id="no HTTP"),
    ],
)
def test_a_reply_without_an_end_is_given_up(script, words, most):
    """How much the server could send is how much the client took; the next request is a new chance."""
    with server(script()) as hostile:
        result = measure(endpoint(hostile.url), workload(), LoadPoint(concurrency=1, requests=2))
    assert [words in failure.reason for failure in result.failures] == [True], result.failures
    assert (result.sent, result.succeeded) == (2, 1)
    assert hostile.sent < most


@pytest.mark.parametrize("size", [b"-1", b"99999999999999999999999999", b"1x", b"1, 2"])
def test_a_length_that_is_none_is_no_http(size):
    with server([HEAD + b"Content-Length: " + size + b"\r\n\r\nx"]) as hostile:
        result = measure(endpoint(hostile.url), workload(), LoadPoint(concurrency=1, requests=2))
    assert "not HTTP/1.1" in result.failures[0].reason
    assert result.succeeded == 1


@pytest.mark.parametrize(
    ("rest", "words"), [([], "silent for 1.5 s"), ([CLOSE], "the connection broke in the middle of the reply")]
)
def test_less_than_was_promised_is_a_failure(rest, words):
    with server([HEAD + b"Content-Length: 99999999999\r\n\r\nx", *rest]) as hostile:
        result = measure(endpoint(hostile.url, read_s=1.5), workload(), LoadPoint(concurrency=1, requests=2))
    assert words in result.failures[0].reason
    assert result.succeeded == 1


def test_behind_a_second_reply_nobody_asked_for_a_connection_is_not_trusted():
    """Its rest would be taken for the reply to the next request."""
    with server([HEALTHY + HEALTHY]) as hostile:
        result = measure(endpoint(hostile.url), workload(), LoadPoint(concurrency=1, requests=2))
    assert result.succeeded == 2
    assert hostile.connections == 2


def test_what_comes_behind_a_body_changes_nothing():
    """A trailer may repeat a header; it does not make a stream a document."""
    trailed = HEALTHY.removesuffix(b"\r\n") + b"Content-Type: application/json\r\nX: y\r\n\r\n"
    with server([trailed]) as hostile:
        result = measure(endpoint(hostile.url), workload(), LoadPoint(concurrency=1, requests=2))
    assert (result.succeeded, result.output_tokens.mean) == (2, 3)


def test_early_hints_are_not_the_reply():
    with server([b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + HEALTHY]) as hostile:
        result = measure(endpoint(hostile.url), workload(), LoadPoint(concurrency=1, requests=1))
    assert (result.succeeded, result.output_tokens.mean) == (1, 3)
