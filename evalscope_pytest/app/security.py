"""Protection of the app: allowed hosts, the token, and the headers that keep text from running."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

COOKIE = "evalscope_token"
LOOPBACK = frozenset(["127.0.0.1", "localhost", "::1"])
# A nonce lets the app's own style sheet and script in, and nothing that a page's text could become.
_POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; "
    "img-src 'self' data:; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)

Scope = MutableMapping[str, Any]


class Guard:
    """An ASGI application in front of another.

    Args:
        hosts: Names in the Host header that are answered: another one is a page that rebinds its name to this machine.
            None answers every name, which only a token makes safe.
        token: To be given once as ``?token=``, or with each request as ``Authorization: Bearer``; empty for none.
    """

    def __init__(self, app: Callable[..., Any], hosts: frozenset[str] | None, token: str = "") -> None:
        self._app, self._hosts, self._token = app, hosts, token

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["nonce"] = nonce = secrets.token_urlsafe(16)

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                policy = (b"content-security-policy", _POLICY.format(nonce=nonce).encode())
                message["headers"] = [*message.get("headers", ()), *_HEADERS, policy]
            await send(message)

        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if self._hosts is not None and _host(headers.get(b"host", "")) not in self._hosts:
            await _refuse(guarded, 421, "This name is not the app's. Open the address that the app printed.")
        elif self._token and not self._is_known(scope, headers):
            await self._admit(scope, guarded)
        else:
            await self._app(scope, receive, guarded)

    def _is_known(self, scope: Scope, headers: dict[bytes, str]) -> bool:
        bearer = headers.get(b"authorization", "").removeprefix("Bearer ").strip()
        try:
            kept = SimpleCookie(headers.get(b"cookie", "")).get(COOKIE)
        except CookieError:
            kept = None
        return self._is_right(bearer) or (kept is not None and self._is_right(kept.value))

    def _is_right(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())

    async def _admit(self, scope: Scope, send: Any) -> None:
        """Take the token from the address into a cookie that scripts cannot read, or refuse."""
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if not self._is_right(given):
            await _refuse(send, 401, "The token is missing or wrong. Open the address that the app printed.")
            return
        cookie = f"{COOKIE}={self._token}; HttpOnly; SameSite=Strict; Path=/"
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode())]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _host(header: str) -> str:
    """Return the name in a Host header, without its port."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower()


async def _refuse(send: Any, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{text}\n".encode()})
