"""A server that means no good costs a request, counted with its reason, and never the run or the machine's memory."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import repeat

import pytest

from evalscope_pytest.perf.level import Level
from evalscope_pytest.perf.session import measure
from tests.servers.service import event

from .service import endpoint, stream_of, workload

MIB = 1 << 20
CLOSE = b"(close the connection)"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
HEALTHY = CHUNKED + b"".join(b"%x\r\n%b\r\n" % (len(write), write) for write in stream_of(3)) + b"0\r\n\r\n"


class RawServer:
    """Answers requests with bytes as they are; each script is for one request, further ones get a healthy reply."""

    def __init__(self, scripts: list[Iterator[bytes]]) -> None:
        self.scripts = scripts
        self.sent = 0
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1/chat/completions"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer, suppress(OSError):
            while b"\r\n\r\n" in peer.recv(65536):
                if not self.scripts:
                    peer.sendall(HEALTHY)
                    continue
                for data in self.scripts.pop(0):
                    if data is CLOSE:
                        return
                    peer.sendall(data)
                    self.sent += len(data)


@contextmanager
def server(*scripts: Iterator[bytes]) -> Iterator[RawServer]:
    found = RawServer([iter(script) for script in scripts])
    try:
        yield found
    finally:
        found.close()


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
        result = measure(endpoint(hostile.url), workload(), Level(concurrency=1, requests=2))
    assert [words in failure.reason for failure in result.failures] == [True], result.failures
    assert (result.sent, result.succeeded) == (2, 1)
    assert hostile.sent < most


@pytest.mark.parametrize("size", [b"-1", b"99999999999999999999999999", b"1x", b"1, 2"])
def test_a_length_that_is_none_is_no_http(size):
    with server([HEAD + b"Content-Length: " + size + b"\r\n\r\nx"]) as hostile:
        result = measure(endpoint(hostile.url), workload(), Level(concurrency=1, requests=2))
    assert "not HTTP/1.1" in result.failures[0].reason
    assert result.succeeded == 1


@pytest.mark.parametrize(
    ("rest", "words"), [([], "silent for 0.3 s"), ([CLOSE], "the connection broke in the middle of the reply")]
)
def test_less_than_was_promised_is_a_failure(rest, words):
    with server([HEAD + b"Content-Length: 99999999999\r\n\r\nx", *rest]) as hostile:
        result = measure(endpoint(hostile.url, read_s=0.3), workload(), Level(concurrency=1, requests=2))
    assert words in result.failures[0].reason
    assert result.succeeded == 1


def test_behind_a_second_reply_nobody_asked_for_a_connection_is_not_trusted():
    """Its rest would be taken for the reply to the next request."""
    with server([HEALTHY + HEALTHY]) as hostile:
        result = measure(endpoint(hostile.url), workload(), Level(concurrency=1, requests=2))
    assert result.succeeded == 2
    assert hostile.connections == 2


def test_what_comes_behind_a_body_changes_nothing():
    """A trailer may repeat a header; it does not make a stream a document."""
    trailed = HEALTHY.removesuffix(b"\r\n") + b"Content-Type: application/json\r\nX: y\r\n\r\n"
    with server([trailed]) as hostile:
        result = measure(endpoint(hostile.url), workload(), Level(concurrency=1, requests=2))
    assert (result.succeeded, result.output_tokens.mean) == (2, 3)


def test_early_hints_are_not_the_reply():
    with server([b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + HEALTHY]) as hostile:
        result = measure(endpoint(hostile.url), workload(), Level(concurrency=1, requests=1))
    assert (result.succeeded, result.output_tokens.mean) == (1, 3)
