"""A client with little work between network and stamp: one monotonic stamp per read, parsing later.

HTTP/1.1 written by hand and read by httptools, straight on an asyncio protocol. A general client spends three times
the CPU on each piece of a stream (docs/design/perf.md), which with hundreds of streams on one core becomes latency.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ...core.deadline import Deadline
from .endpoint import Address

if TYPE_CHECKING:
    from httptools import HttpResponseParser

IDLE_S = 4.0  # most servers close an idle connection after 5 s: do not use one that old
LARGEST_HEAD = 1 << 18  # bytes without any of a body
LARGEST_REPLY = 1 << 28  # bytes of memory
PIECE = 64  # bytes of memory that a piece takes beside its content


@dataclass(slots=True)
class Exchange:
    """A request and the raw reply, while it comes in.

    Attributes:
        sent: When its first byte was written.
        done: When the reply was complete, or failed.
        status: HTTP status, 0 while none came.
        pieces: Pieces of the body as they came.
        stamps: When the read of each piece returned.
        size: Bytes of memory it takes, about; framing included.
        event_stream: The reply says it is one.
        failure: Reason of a failed connection; empty otherwise.
    """

    sent: float = 0.0
    done: float = 0.0
    status: int = 0
    pieces: list[bytes] = field(default_factory=list)
    stamps: list[float] = field(default_factory=list)
    size: int = 0
    event_stream: bool = False
    failure: str = ""


class Connection(asyncio.Protocol):
    """One keep-alive connection, one exchange at a time. All methods run in the event loop."""

    def __init__(self, parser: type[HttpResponseParser], address: Address) -> None:
        self._new_parser = parser
        self._patience = address.patience
        self._transport: asyncio.Transport | None = None
        self._exchange: Exchange | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._now = 0.0
        self._last_read = 0.0
        self._bodiless = 0
        self._ends_with_connection = False
        self.open = False
        self.used = False
        self.idle_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport."""
        self._transport = transport  # type: ignore[assignment]
        self.open = True

    async def exchange(self, message: bytes, exchange: Exchange) -> None:
        """Send a request and wait until its reply is complete or has failed."""
        loop = asyncio.get_running_loop()
        assert self._transport is not None
        self._exchange = exchange
        self._waiter = loop.create_future()
        self._parser = self._new_parser(self)
        self._bodiless = 0
        self._ends_with_connection = True  # until a header announces the length
        self._last_read = exchange.sent = perf_counter()
        self._transport.write(message)
        self._timer = loop.call_later(min(self._patience.read_s, self._patience.total_s), self._look_at_clock)
        try:
            await self._waiter
        except asyncio.CancelledError:
            self._finish("cancelled")
            raise
        finally:
            self.used = True
            self.idle_since = perf_counter()

    def data_received(self, data: bytes) -> None:
        """Stamp the read, then split it into pieces of the body."""
        self._last_read = self._now = perf_counter()
        exchange = self._exchange
        if exchange is None:
            self.close()  # no request is open
            return
        exchange.size += len(data)
        known = len(exchange.pieces)
        try:
            self._parser.feed_data(data)
        except Exception as error:  # noqa: BLE001  any exception of httptools means that the reply failed
            self._finish(f"the reply is not HTTP/1.1: {type(error).__name__}")
            return
        self._bodiless = 0 if len(exchange.pieces) > known else self._bodiless + len(data)
        if self._bodiless > LARGEST_HEAD:
            self._finish(f"more than {LARGEST_HEAD >> 10} KiB came before any body: endless headers")
        elif exchange.size > LARGEST_REPLY:
            self._finish(f"the reply takes more than {LARGEST_REPLY >> 20} MiB of memory")

    def on_message_begin(self) -> None:
        """Called by the parser; a second reply to one request would pass for the reply to the next."""
        if self._exchange is None:
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser, also with trailers after a body, which are ignored."""
        exchange = self._exchange
        if exchange is None or exchange.status:
            return
        name = name.lower()
        if name == b"content-type":
            exchange.event_stream = b"event-stream" in value.lower()
        elif name in (b"content-length", b"transfer-encoding"):
            self._ends_with_connection = False

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        status = self._parser.get_status_code()
        if self._exchange is not None and status >= 200:
            self._exchange.status = status

    def on_body(self, piece: bytes) -> None:
        """Called by the parser with each piece of the body."""
        exchange = self._exchange
        if exchange is None:
            return
        exchange.pieces.append(piece)
        exchange.stamps.append(self._now)
        exchange.size += PIECE

    def on_message_complete(self) -> None:
        """Called by the parser."""
        exchange = self._exchange
        if exchange is None or not exchange.status:
            return  # 100 Continue and its like: the reply is still to come
        keep = self._parser.should_keep_alive() and not self._ends_with_connection
        self._finish("")
        if not keep:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the open exchange, unless the reply ends with the connection."""
        self.open = False
        exchange = self._exchange
        if exchange is None:
            return
        self._now = perf_counter()
        if exc is None and exchange.status and self._ends_with_connection:
            self._finish("")
        elif exchange.status:
            self._finish("the connection broke in the middle of the reply")
        else:
            self._finish(UNANSWERED)

    def close(self) -> None:
        """Close the connection at once."""
        self.open = False
        if self._transport is not None:
            self._transport.abort()

    def _look_at_clock(self) -> None:
        exchange = self._exchange
        if exchange is None:
            return
        now = perf_counter()
        silence_left = self._last_read + self._patience.read_s - now
        left = exchange.sent + self._patience.total_s - now
        if left <= 0:
            self._give_up(f"no complete reply within {self._patience.total_s:g} s (--total-timeout)")
        elif silence_left <= 0:
            self._give_up(f"the server was silent for {self._patience.read_s:g} s (--read-timeout)")
        else:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(min(silence_left, left), 0.001), self._look_at_clock)

    def _give_up(self, failure: str) -> None:
        self._now = perf_counter()
        self._finish(failure)

    def _finish(self, failure: str) -> None:
        exchange, self._exchange = self._exchange, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if exchange is None:
            return
        exchange.done = self._now if self._now >= exchange.sent else perf_counter()
        exchange.failure = failure
        if failure:
            exchange.pieces.clear()  # nobody reads them
            exchange.stamps.clear()
            self.close()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


UNANSWERED = "the server closed the connection without a reply"


class Client:
    """Connections to one address, made as needed and kept."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._idle: list[Connection] = []
        self._all: set[Connection] = set()
        self._parser = _parser()

    async def open(self, count: int) -> None:
        """Make connections ahead, so that the first requests do not pay for them; failures show in the requests."""
        waiting = max(0, count - len(self._idle))
        made = await asyncio.gather(*(self._connect() for _ in range(waiting)), return_exceptions=True)
        self._idle += [one for one in made if isinstance(one, Connection)]

    async def send(self, body: bytes) -> Exchange:
        """Send a request; the exchange records the outcome."""
        exchange = Exchange(sent=perf_counter())
        message = self._address.message(body)
        connection = self._take()
        if connection is not None:
            await connection.exchange(message, exchange)
            if exchange.failure != UNANSWERED:
                return self._back(connection, exchange)
            # A kept connection that the server was just closing says nothing about the server: send on a new one.
            exchange = Exchange(sent=exchange.sent)
        try:
            connection = await self._connect()
        except (OSError, asyncio.TimeoutError) as error:
            exchange.done = perf_counter()
            exchange.failure = _cannot_connect(error, self._address)
            return exchange
        await connection.exchange(message, exchange)
        return self._back(connection, exchange)

    async def close(self) -> None:
        """Close all connections."""
        for connection in self._all:
            connection.close()
        self._all.clear()
        self._idle.clear()
        await asyncio.sleep(0)

    def _take(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            fresh = not connection.used or perf_counter() - connection.idle_since < IDLE_S
            if connection.open and fresh:
                return connection
            self._all.discard(connection)
            connection.close()
        return None

    def _back(self, connection: Connection, exchange: Exchange) -> Exchange:
        if connection.open:
            self._idle.append(connection)
        else:
            self._all.discard(connection)
        return exchange

    async def _connect(self) -> Connection:
        address = self._address
        loop = asyncio.get_running_loop()
        coming = loop.create_connection(
            lambda: Connection(self._parser, address),
            address.host,
            address.port,
            ssl=address.tls,
            server_hostname=address.host if address.tls else None,
        )
        with Deadline(address.patience.connect_s):
            _, connection = await coming
        self._all.add(connection)
        return connection


def _parser() -> Any:
    from httptools import HttpResponseParser

    return HttpResponseParser


def _cannot_connect(error: BaseException, address: Address) -> str:
    where = f"{address.host}:{address.port}"
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return f"no connection to {where} within {address.patience.connect_s:g} s (--connect-timeout)"
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens at {where}: connection refused"
    if isinstance(error, ssl.SSLCertVerificationError):
        said = error.verify_message.rstrip(".")
        advice = "" if "mismatch" in said else " (SSL_CERT_FILE=ca.pem trusts an authority of your own)"
        return f"the certificate of {where} is not accepted: {said}{advice}"
    if isinstance(error, ssl.SSLError):
        return f"no TLS with {where}: {error.reason or type(error).__name__}; is it an http:// address?"
    reason = getattr(error, "strerror", None) or type(error).__name__
    return f"no connection to {where}: {reason}"
