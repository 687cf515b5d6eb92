"""A server that writes bytes as they are, over TLS where it is given a certificate."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from .service import stream_of

CLOSE = b"(close the connection)"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
HEALTHY = CHUNKED + b"".join(b"%x\r\n%b\r\n" % (len(write), write) for write in stream_of(3)) + b"0\r\n\r\n"


class RawServer:
    """Answers requests with bytes as they are; each script is for one request, further ones get a healthy reply."""

    def __init__(self, scripts: list[Iterator[bytes]], tls: ssl.SSLContext | None = None) -> None:
        self.scripts = scripts
        self.tls = tls
        self.sent = 0
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}/v1/chat/completions"
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
        with suppress(OSError), self.tls.wrap_socket(peer, server_side=True) if self.tls else peer as peer:
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
def server(*scripts: Iterable[bytes], tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    found = RawServer([iter(script) for script in scripts], tls)
    try:
        yield found
    finally:
        found.close()
