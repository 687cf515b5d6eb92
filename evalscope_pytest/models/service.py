"""Models behind HTTP services: `ServiceModel` speaks a dialect of `wire`, a `Transport` sends its requests.

`HttpTransport` uses plain aiohttp. Measured at 64 in flight (docs/design): aiohttp costs 0.2 ms of CPU per request,
httpx 8 ms.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import Any, Protocol
from urllib.request import getproxies, proxy_bypass

import aiohttp  # at the top: the factory imports this module only when a model is made
import orjson
from yarl import URL

from ..config.generation import GenerationConfig
from ..core.canonical import dumps
from ..core.errors import ConfigError, ModelError, RejectedError, TransientError
from ..core.secret import Secret
from ..core.values import ModelOutput
from ..wire.errors import complaint, no_connection, refusal, retry_after_s, shown_url
from ..wire.interface import Draft
from ..wire.media import are_made
from ..wire.request import Request


class ServiceModel:
    """A model behind a service.

    Args:
        name: As the user gave it.
        transport: Sends requests.
        write: Returns the body of a request in the service's dialect, given the model's name.
        draft: Begins a reply, given the address for errors.
    """

    def __init__(
        self,
        name: str,
        transport: Transport,
        write: Callable[[Request, str], Mapping[str, Any]],
        draft: Callable[[str], Draft],
    ) -> None:
        self.name = name
        self._transport = transport
        self._write = write
        self._draft = draft

    @property
    def fingerprint(self) -> str:
        """The name: neither the client nor the address changes an answer."""
        return self.name

    async def generate(self, request: Request) -> ModelOutput:
        """Send the request once.

        Raises:
            ModelError: The service refuses it, or the reply cannot be used.
        """
        draft = self._draft(self._transport.url)
        if are_made(request.messages):
            body = await asyncio.get_running_loop().run_in_executor(_makers(), self._write, request, self.name)
        else:
            body = self._write(request, self.name)
        started = perf_counter()
        try:
            reply = await answered(
                self._transport, body, request.config, lambda piece: draft.feed(piece, perf_counter())
            )
            if not reply.streamed:  # whatever was requested: some services stream always, some never
                draft.take_body(reply.body)
            return draft.output(self.name, started, perf_counter())
        except ModelError as error:
            error.usage = draft.usage
            raise

    async def connect(self, count: int) -> None:
        """Open connections for requests to come."""
        await self._transport.connect(count)

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()


async def answered(transport: Transport, body: Mapping[str, Any], config: GenerationConfig, sink: Sink) -> Reply:
    """Send a body and return the reply.

    Raises:
        ModelError: The service refuses it.
    """
    reply = await transport.exchange(body, config, sink)
    if reply.status != 200:
        raise refusal(
            reply.status,
            complaint(reply.body),
            transport.url,
            retry_after_s(reply.headers),
            location=reply.headers.get("location"),
        )
    return reply


@cache
def _makers() -> ThreadPoolExecutor:
    """Threads that make smaller pictures and cut videos: few, since each holds one unpacked."""
    return ThreadPoolExecutor(2, "media")


# Connections ---------------------------------------------------------------------------------------------------------


Sink = Callable[[bytes], None]

DEFAULT_TIMEOUT_S = 600.0
CONNECT_TIMEOUT_S = 10.0
STREAM_TIMEOUT_S = 120.0
_IDLE_S = 4.0  # uvicorn, below most servers, drops an idle connection after 5 s: close it earlier
_LARGE_BODY = 1 << 20
MOST_BYTES = 64 << 20  # of a reply: a million tokens are 4 to 8 MB, with their log-probabilities more
MOST_ERROR_BYTES = 256 << 10  # of an error page or message: its beginning identifies it
EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as it came.

    Attributes:
        headers: A mapping that ignores case.
        body: All of it; empty if it was streamed to the sink.
        streamed: It was an event stream, and went to the sink.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    streamed: bool = False


@dataclass(frozen=True, slots=True)
class Credential:
    """A key, and the header that carries it."""

    header: str
    key: Secret
    prefix: str = ""


class Transport(Protocol):
    """Sends one request and hands back the reply, whatever its status."""

    @property
    def url(self) -> str:
        """Where requests go, as an error may show it."""
        ...

    async def exchange(self, body: Mapping[str, Any], config: GenerationConfig, sink: Sink) -> Reply:
        """Send ``body`` as JSON; an event stream is fed to ``sink`` as it arrives.

        Raises:
            TransientError: Connection, time-out, reset.
            FatalError: The host is unknown.
            RejectedError: The body cannot be sent, or the reply is longer than `MOST_BYTES`.
        """
        ...

    async def connect(self, count: int) -> None:
        """Open connections for requests to come. Failures are not reported here: the request that needs one fails."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class HttpTransport:
    """Keep-alive connections of one aiohttp session, as many as requests may be in flight.

    Raises:
        ConfigError: The URL cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        credential: Credential,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        concurrency: int = 64,
    ) -> None:
        self._target = check_url(url)
        check_key(credential.key, self._target)
        self.url = shown_url(url)
        self._credential = credential
        self._headers = dict(headers or {})
        self._query = dict(query or {})
        self._concurrency = concurrency
        self._proxy = _proxy(self._target)
        self._session: aiohttp.ClientSession | None = None
        self._reached = False
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}  # making one takes longer than finding it

    async def exchange(self, body: Mapping[str, Any], config: GenerationConfig, sink: Sink) -> Reply:
        """Send one request."""
        session = self._session or self._open()
        timeout_s = config.timeout or DEFAULT_TIMEOUT_S
        silence_s = config.stream_timeout or STREAM_TIMEOUT_S
        data = encoded(body)
        begun = False
        try:
            async with session.post(
                self._target,
                data=io.BytesIO(data) if len(data) > _LARGE_BODY else data,
                params=query_words({**self._query, **(config.extra_query or {})}) or None,
                headers=config.extra_headers,
                timeout=self._timeouts.get(timeout_s) or self._new_timeout(timeout_s),
                allow_redirects=False,
            ) as response:
                self._reached, begun = True, response.status == 200
                if response.status == 200 and response.content_type == EVENT_STREAM:
                    await _read_stream(response.content, capped(sink, self.url), silence_s)
                    return Reply(200, response.headers, streamed=True)
                if response.status != 200:
                    error_body = await beginning(response.content.iter_any(), MOST_ERROR_BYTES)
                    return Reply(response.status, response.headers, error_body)
                return Reply(200, response.headers, await whole_body(response.content.iter_any(), self.url))
        # `from None`: the client's own frames hold the headers, and with them the key.
        except aiohttp.ConnectionTimeoutError:
            raise no_connection_within(self.url) from None
        except SilentStreamError:
            raise fell_silent(self.url, silence_s) from None
        except asyncio.TimeoutError:
            raise timed_out(self.url, timeout_s) from None
        except (aiohttp.ClientError, OSError) as error:
            raise cut_off(no_connection(error, self.url, reached=self._reached), begun=begun) from None

    async def connect(self, count: int) -> None:
        """Open ``count`` more connections; none through a proxy, which has its own."""
        session = self._session or self._open()
        connector = session.connector
        if connector is None or self._proxy is not None:
            return
        request = aiohttp.ClientRequest("POST", self._target, loop=asyncio.get_running_loop(), session=session)
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_TIMEOUT_S)

        async def open_one() -> None:
            (await connector.connect(request, [], timeout)).release()

        await asyncio.gather(*[open_one() for _ in range(count)], return_exceptions=True)

    def _new_timeout(self, total_s: float) -> aiohttp.ClientTimeout:
        made = self._timeouts[total_s] = aiohttp.ClientTimeout(total=total_s, sock_connect=CONNECT_TIMEOUT_S)
        return made

    def _open(self) -> aiohttp.ClientSession:
        sent = self._credential
        signed = bool(sent.key) and self._target.user is None  # a user in the address signs the request
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._concurrency,
                keepalive_timeout=_IDLE_S,
                resolver=aiohttp.ThreadedResolver(),  # the system's answer, /etc/hosts included
            ),
            headers={
                "Content-Type": "application/json",
                **({sent.header: sent.prefix + sent.key.reveal().strip()} if signed else {}),
                **self._headers,
            },
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=_LARGE_BODY,
            proxy=self._proxy,
        )
        return self._session

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def encoded(body: Mapping[str, Any]) -> bytes:
    """Return a request's body as JSON. Base64 of pictures, megabytes of it, takes a hundredth of the time by orjson."""
    turns = body.get("messages") or body.get("input") or ()
    if any(isinstance(turn, Mapping) and isinstance(turn.get("content"), list) for turn in turns):
        with suppress(TypeError):  # half of a character, which orjson does not write
            return orjson.dumps(body)
    return dumps(body).encode("ascii")


class SilentStreamError(Exception):
    """A stream that had begun went silent."""


async def beginning(chunks: AsyncIterator[bytes], most: int) -> bytes:
    """Return the beginning of ``chunks``, at most ``most`` bytes; the rest is not read."""
    parts: list[bytes] = []
    left = most
    async for chunk in chunks:
        parts.append(chunk[:left])
        left -= len(parts[-1])
        if left == 0:
            break
    return b"".join(parts)


async def whole_body(chunks: AsyncIterator[bytes], url: str) -> bytes:
    """Return all that ``chunks`` hold.

    Raises:
        RejectedError: It is more than `MOST_BYTES`.
    """
    parts: list[bytes] = []
    take = capped(parts.append, url)
    async for chunk in chunks:
        take(chunk)
    return b"".join(parts)


def capped(sink: Sink, url: str) -> Sink:
    """Return ``sink`` with a limit of `MOST_BYTES`."""
    left = MOST_BYTES

    def take(chunk: bytes) -> None:
        nonlocal left
        left -= len(chunk)
        if left < 0:
            raise RejectedError(
                f"the reply from {url} is longer than {MOST_BYTES >> 20} MiB; the rest was not read. "
                "Is a model service at this address? If it is, set generation_config.max_tokens."
            )
        sink(chunk)

    return take


async def _read_stream(content: aiohttp.StreamReader, sink: Sink, silence_s: float) -> None:
    """Feed a stream to ``sink``.

    What comes before the first byte is not silence: a model may think for long.

    Raises:
        SilentStreamError: Nothing came for ``silence_s`` seconds.
    """
    loop = asyncio.get_running_loop()
    last_at = 0.0
    timer: asyncio.TimerHandle | None = None

    def look() -> None:  # one timer that starts itself again, instead of one for each chunk
        nonlocal timer
        left_s = last_at + silence_s - loop.time()
        if left_s > 0:
            timer = loop.call_later(left_s, look)
        else:
            content.set_exception(SilentStreamError())

    try:
        async for chunk in content.iter_any():
            last_at = loop.time()
            timer = timer or loop.call_later(silence_s, look)
            sink(chunk)
    finally:
        if timer is not None:
            timer.cancel()


def timed_out(url: str, after_s: float) -> TransientError:
    """Return the error for a request that took too long."""
    late = TransientError(f"no complete reply from {url} within {after_s:g} s (generation_config.timeout).")
    late.gave_up = True
    return late.advising("Raise {timeout}, or lower {eval_batch_size}, if the service is only slow.")


def no_connection_within(url: str) -> TransientError:
    """Return the error for a host that does not answer at all."""
    unreached = TransientError(f"no connection to {url} within {CONNECT_TIMEOUT_S:g} s.")
    return unreached.advising("Check the host and port in {api_url}, and what lies in between.")


def cut_off(broken: ModelError, *, begun: bool) -> ModelError:
    """Return the error for a broken connection; the service charges for a reply that had begun."""
    broken.gave_up = begun
    return broken


def fell_silent(url: str, after_s: float) -> TransientError:
    """Return the error for a stream that stopped in its middle."""
    silent = TransientError(
        f"no further byte of a stream from {url} within {after_s:g} s (generation_config.stream_timeout). "
        "Raise it if the model thinks longer in silence."
    )
    silent.gave_up = True
    return silent


def query_words(query: Mapping[str, Any]) -> dict[str, str]:
    """Return query parameters as the words that go into a URL."""
    return {k: ("true" if v else "false") if isinstance(v, bool) else str(v) for k, v in query.items()}


def check_url(url: str) -> URL:
    """Return ``url`` parsed.

    Raises:
        ConfigError: It is not an http or https address with a host.
    """
    try:
        target = URL(url.strip())
    except ValueError:
        target = URL()
    if target.scheme not in ("http", "https") or not target.host:
        raise ConfigError(
            f"api_url: {shown_url(url)!r} is not an address. It has the form http://HOST:PORT/v1 or https://HOST/v1."
        )
    return target


def check_key(key: Secret, target: URL) -> None:
    """Refuse a key that cannot be sent, or that the address contradicts.

    Raises:
        ConfigError: Without showing any of it.
    """
    value = key.reveal().strip()
    if not (value.isascii() and value.isprintable()):
        raise ConfigError("api_key holds characters that no key has (control or non-ASCII). Copy it again.")
    if target.user is not None and value not in ("", "EMPTY"):
        raise ConfigError("api_url holds a user name, and there is an api_key as well. Give one of them.")


def _proxy(target: URL) -> str | None:
    """Return the proxy the environment names for this host, looked up once; loopback needs none."""
    host = target.host or ""
    if host == "localhost" or host.startswith("127.") or host == "::1" or proxy_bypass(host):
        return None
    return getproxies().get(target.scheme)
