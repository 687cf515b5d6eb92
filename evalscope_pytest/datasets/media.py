"""Images and audio that a dataset names by address: fetched so that the address cannot reach into a private network.

An address in a dataset is its publisher's text. ``http://169.254.169.254/`` requests the credentials of a cloud
machine, a public host may redirect to ``127.0.0.1``, and its name may resolve to another address the next time.
Therefore every name is looked up once, each of its addresses must be public, the connection goes to the address that
was checked, and redirects are checked in the same way.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from ..core.errors import DatasetError

MAX_BYTES = 20 << 20
TIMEOUT_S = 30.0
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_PIECE = 1 << 16
_PORTS = {"http": 80, "https": 443}
# Not public, whatever the Python's own table says: what some clouds keep for themselves, and addresses that carry an
# IPv4 one for a translator (RFC 6052, RFC 8215) or a tunnel.
_NOT_PUBLIC = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10"))
)


@dataclass(frozen=True, slots=True)
class Media:
    """The content at an address.

    Attributes:
        data: The bytes.
        content_type: Type that the server gives, such as ``image/png``; empty without one.
    """

    data: bytes
    content_type: str


def fetch(url: str, *, max_bytes: int = MAX_BYTES, timeout_s: float = TIMEOUT_S) -> Media:
    """Download the file at a dataset's address. Blocks; only benchmarks call it.

    Args:
        url: ``http`` or ``https``, without user and password.
        max_bytes: Maximum size, in bytes.
        timeout_s: Maximum duration, in seconds, redirects included.

    Raises:
        DatasetError: The address is malformed or not public, it redirects to one that is not, or it holds too much,
            takes too long or cannot be had.
    """
    result: Future[Media] = Future()

    def work() -> None:
        try:
            result.set_result(_followed(url, max_bytes, time.monotonic() + timeout_s))
        except BaseException as error:  # noqa: BLE001 - raised to the caller that waits for the result
            result.set_exception(error)

    # A thread that can be left behind: a resolver, a handshake or headers that come byte by byte ignore time-outs.
    threading.Thread(target=work, name="media", daemon=True).start()
    try:
        return result.result(timeout_s)
    except FutureTimeoutError:
        raise DatasetError(f"{_shown(url)} takes longer than {timeout_s:g} s.") from None


def _followed(url: str, max_bytes: int, deadline: float) -> Media:
    target = url
    for _ in range(_MOST_REDIRECTS + 1):
        found = _get(target, max_bytes, deadline)
        if isinstance(found, Media):
            return found
        target = urljoin(target, found)
    raise DatasetError(f"{_shown(url)} redirects more than {_MOST_REDIRECTS} times.")


def public_addresses(host: str, port: int) -> list[str]:
    """Look a host up and return its addresses.

    Raises:
        DatasetError: It is unknown, or one of its addresses is not public.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DatasetError(f"The host {host!r} of a dataset's media cannot be found: {error}.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    private = next((address for address in addresses if not _is_public(address)), None)
    if private is not None:
        raise DatasetError(
            f"The host {host!r} of a dataset's media resolves to {private}, which is not a public address. Datasets "
            f"may not reach into your network: download the files yourself, and name them by path."
        )
    return addresses


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _get(url: str, max_bytes: int, deadline: float) -> Media | str:
    """Return the content, or the address it redirects to."""
    parts = _checked(url)
    assert parts.hostname is not None
    port = parts.port or _PORTS[parts.scheme]
    address = public_addresses(parts.hostname, port)[0]
    connection = _connection(parts, address, port, deadline)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"User-Agent": "evalscope-pytest", "Accept-Encoding": "identity"})
        response = connection.getresponse()
        if response.status in _REDIRECTS and (location := response.getheader("Location")):
            return location
        if response.status != 200:
            raise DatasetError(f"{_shown(url)} answers {response.status} {response.reason}.")
        return Media(_body(response, connection, url, max_bytes, deadline), response.getheader("Content-Type") or "")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DatasetError(f"{_shown(url)} cannot be had: {error or type(error).__name__}.") from None
    finally:
        connection.close()


def _checked(url: str) -> SplitResult:
    if not url.isascii() or not url.isprintable() or " " in url:
        raise DatasetError(f"{_shown(url)} is not an address: it holds characters that have to be escaped.")
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError as error:
        raise DatasetError(f"{_shown(url)} is not an address: {error}.") from None
    if parts.scheme not in _PORTS or not parts.hostname or not has_port or parts.username is not None:
        raise DatasetError(f"{_shown(url)} is not fetched. Allowed: http:// and https://, without user and password.")
    return parts


def _connection(parts: SplitResult, address: str, port: int, deadline: float) -> http.client.HTTPConnection:
    """Return a connection to an address that was checked, under the host's name."""
    assert parts.hostname is not None
    host = parts.hostname

    def connect(_: tuple[str, int], timeout: float, *rest: Any) -> socket.socket:
        return socket.create_connection((address, port), timeout)

    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(
            host, port, timeout=_left(deadline), context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(host, port, timeout=_left(deadline))
    connection._create_connection = connect  # type: ignore[attr-defined]  # the name is looked up once only
    return connection


def _body(
    response: http.client.HTTPResponse,
    connection: http.client.HTTPConnection,
    url: str,
    max_bytes: int,
    deadline: float,
) -> bytes:
    pieces: list[bytes] = []
    size, announced = 0, response.length
    while True:
        if connection.sock is not None:
            connection.sock.settimeout(_left(deadline))
        piece = response.read1(_PIECE)
        if not piece and announced is not None and size < announced:
            raise DatasetError(f"{_shown(url)} breaks off {announced - size:,} bytes before its end.")
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
        if size > max_bytes:
            raise DatasetError(f"{_shown(url)} holds more than {max_bytes:,} bytes.")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("it takes too long")
    return left


def _shown(url: str) -> str:
    text = repr(url)
    return text if len(text) <= 200 else f"{text[:200]}..."
