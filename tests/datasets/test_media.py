"""Media of datasets: nothing in a private network can be reached through an address, whatever stands behind it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from evalscope_pytest.core.errors import DatasetError
from evalscope_pytest.datasets import media
from evalscope_pytest.datasets.media import fetch

# The addresses of this machine that these tests call public, where a download is wanted: the second of its loopback.
PUBLIC = "127.0.0.2"


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, list[str]]]:
    """A server on all loopback addresses; yields its address under `PUBLIC` and the paths it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.headers['Host'].partition(':')[0]}{self.path}")
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{PUBLIC}:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def said(body: bytes, *, kind: str = "image/png", status: int = 200, **headers: str) -> Callable[..., None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


@pytest.fixture
def second_is_public(monkeypatch):
    """Call the second loopback address public; the first stays what it is."""
    is_public = media._is_public
    monkeypatch.setattr(media, "_is_public", lambda address: address == PUBLIC or is_public(address))


def test_a_file_is_fetched(second_is_public):
    with serving(said(b"\x89PNG")) as (url, asked):
        found = fetch(f"{url}/a.png?x=1")
    assert (found.data, found.content_type, asked) == (b"\x89PNG", "image/png", [f"{PUBLIC}/a.png?x=1"])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1",
        "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
        "2001:db8::1", "fd00:ec2::254", "::ffff:169.254.169.254",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(address):
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(DatasetError, match="which is not a public address"):
        fetch(f"http://{host}/")


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "localhost", "127.1"])
def test_other_spellings_of_this_machine_are_refused(host):
    with pytest.raises(DatasetError, match=r"not a public address|cannot be found"):
        fetch(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/x", "data:image/png;base64,AAAA", "http://", "//example.org/x", "/etc",
        "http://user:pw@example.org/", "http://example.org:99999/", "http://exa mple.org/", "http://a.org/\r\nX: y",
        "http://[::1/", "gopher://x/", "http://example.org/\x00", "http://exämple.org/", "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(url):
    with pytest.raises(DatasetError, match=r"is not fetched|is not an address"):
        fetch(url)


def test_a_redirect_to_a_private_address_is_refused(second_is_public):
    with serving(lambda request: said(b"", status=302, Location=target)(request)) as (url, asked):
        target = url.replace(PUBLIC, "127.0.0.1") + "/secret"
        with pytest.raises(DatasetError, match=r"resolves to 127\.0\.0\.1, which is not a public address"):
            fetch(f"{url}/a")
    assert asked == [f"{PUBLIC}/a"]


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://169.254.169.254/latest/meta-data/"])
def test_a_redirect_elsewhere_is_refused(second_is_public, location):
    with serving(said(b"", status=301, Location=location)) as (url, _), pytest.raises(DatasetError):
        fetch(url)


def test_redirects_are_followed_and_end(second_is_public):
    hops = {"/0": "/1", "/1": "/2", "/loop": "/loop"}

    def answer(request: BaseHTTPRequestHandler) -> None:
        on = hops.get(request.path)
        said(b"" if on else b"there", status=302 if on else 200, **({"Location": on} if on else {}))(request)

    with serving(answer) as (url, _):
        assert fetch(f"{url}/0").data == b"there"
        with pytest.raises(DatasetError, match="redirects more than 5 times"):
            fetch(f"{url}/loop")


def test_a_name_is_looked_up_once_and_the_checked_address_is_asked(second_is_public, monkeypatch):
    lookups = iter([PUBLIC, "127.0.0.1", "127.0.0.1"])

    def rebinding(host, port, *_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(lookups), port))]

    with serving(said(b"public")) as (url, asked):
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, *a, **k: (rebinding if host == "rebind.test" else real)(host, *a, **k)
        )
        assert fetch(url.replace(PUBLIC, "rebind.test")).data == b"public"
        assert asked == ["rebind.test/"]
        with pytest.raises(DatasetError, match="not a public address"):
            fetch(url.replace(PUBLIC, "rebind.test"))


def test_one_private_address_among_several_is_enough(monkeypatch):
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(DatasetError, match=r"resolves to 10\.0\.0\.1"):
        fetch("http://mixed.test/")


def test_too_much_is_refused_whatever_was_announced(second_is_public):
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            for _ in range(1000):
                request.wfile.write(b"x" * 65_536)
        except OSError:
            pass

    with serving(endless) as (url, _), pytest.raises(DatasetError, match="holds more than 1,000,000 bytes"):
        fetch(url, max_bytes=1_000_000)


def test_what_is_cut_short_is_refused(second_is_public):
    with (
        serving(said(b"half", Content_Length="8")) as (url, _),
        pytest.raises(DatasetError, match="breaks off 4 bytes"),
    ):
        fetch(url)


def test_headers_that_never_end_are_given_up(second_is_public):
    def drip(request: BaseHTTPRequestHandler) -> None:
        try:
            for _ in range(2000):
                request.wfile.write(b"H")
                request.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    started = time.monotonic()
    with serving(drip) as (url, _), pytest.raises(DatasetError, match=r"takes longer than 0\.3 s"):
        fetch(url, timeout_s=0.3)
    assert time.monotonic() - started < 60  # all of it takes 100 s


def test_an_error_of_the_server_is_told(second_is_public):
    with serving(said(b"", status=404)) as (url, _), pytest.raises(DatasetError, match="answers 404"):
        fetch(url)
