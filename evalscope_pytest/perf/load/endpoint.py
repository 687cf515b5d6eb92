"""The service under test: its address, the head of every request, and timeouts."""

from __future__ import annotations

import re
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from ...core.errors import ConfigError
from ...core.secret import Secret, remember_url

TOTAL_TIMEOUT_S = 6 * 3600.0
READ_TIMEOUT_S = 300.0
CONNECT_TIMEOUT_S = 30.0
_NO_KEY = Secret("")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_FRAMING = frozenset({"content-length", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait: for a connection, for the next bytes of a reply, for a whole reply."""

    connect_s: float = CONNECT_TIMEOUT_S
    read_s: float = READ_TIMEOUT_S
    total_s: float = TOTAL_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where requests go.

    Attributes:
        url: The whole address, path included; never shown, it may hold a key.
        api_key: Goes as a bearer token, or as it is in another ``key_header``.
        headers: Further headers; they override the default ones.
    """

    url: str
    api_key: Secret = _NO_KEY
    headers: Mapping[str, str] = field(default_factory=dict)
    patience: Patience = Patience()
    key_header: str = "authorization"


@dataclass(frozen=True, slots=True)
class Address:
    """An endpoint, taken apart for a client that writes its own bytes.

    Attributes:
        shown: The address without user, password and query.
        head: Request line and headers, up to the length of the body.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None
    shown: str
    head: bytes
    patience: Patience

    def message(self, body: bytes) -> bytes:
        """Return the bytes of one request."""
        return b"%b%d\r\n\r\n%b" % (self.head, len(body), body)


def address_of(endpoint: Endpoint) -> Address:
    """Take an endpoint apart.

    Raises:
        ConfigError: The URL is invalid, or a header has a line break.
    """
    remember_url(endpoint.url)
    try:
        parts = urlsplit(endpoint.url)
        port = parts.port
    except ValueError as error:
        raise ConfigError(f"--url: {error}. Give the whole address, as in {_EXAMPLE}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"--url {endpoint.url!r} is not an http:// or https:// address. Write it as in {_EXAMPLE}")
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    where = host if port is None else f"{host}:{port}"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = _headers(endpoint, where)
    if wrong := next((name for name in headers if not _HEADER_NAME.fullmatch(name)), None):
        raise ConfigError(f"--headers {wrong!r} is not a header name. Write NAME=VALUE, as in x-team=blue.")
    if framing := _FRAMING & {name.lower() for name in endpoint.headers}:
        raise ConfigError(f"--headers {min(framing)}: how long a body is, the client says itself. Drop it.")
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise ConfigError("--headers: a name or value holds a line break. Take it out.")
    try:
        head = "\r\n".join(lines).encode("ascii") + b"\r\ncontent-length: "
    except UnicodeEncodeError:
        raise ConfigError("--url, --headers and --api-key take ASCII only. Percent-encode the rest.") from None
    shown = f"{parts.scheme}://{where}{parts.path}"
    return Address(parts.hostname, port or (443 if tls else 80), tls, shown, head, endpoint.patience)


_EXAMPLE = "http://127.0.0.1:8000/v1/chat/completions."


def _headers(endpoint: Endpoint, where: str) -> dict[str, str]:
    headers = {
        "host": where,
        "content-type": "application/json",
        "accept": "*/*",
        "accept-encoding": "identity",  # unpacking is work that delays stamps
        "user-agent": "evalscope-pytest-perf",
    }
    userinfo = urlsplit(endpoint.url).netloc.rpartition("@")[0]
    if userinfo:
        headers["authorization"] = "Basic " + b64encode(unquote(userinfo).encode()).decode()
    if endpoint.api_key:
        prefix = "Bearer " if endpoint.key_header == "authorization" else ""
        headers[endpoint.key_header] = prefix + endpoint.api_key.reveal()
    for name, value in endpoint.headers.items():
        headers[name.lower()] = str(value)
    return headers
