"""Server-sent events (WHATWG HTML, section 9.2), as far as model services use them: the ``data`` of each event."""

from __future__ import annotations


class EventParser:
    """Cuts a byte stream into events, wherever the network cut it.

    Accepts LF, CRLF and CR line ends, comments, several ``data`` lines for one event, and a last event without its
    blank line. Other fields are skipped: services repeat the event's name inside its data.
    """

    __slots__ = ("_data", "_parts")

    def __init__(self) -> None:
        self._parts: list[bytes] = []  # the unfinished last line
        self._data: list[bytes] = []  # the data lines of the unfinished event

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the data of the events that ``chunk`` completes."""
        self._parts.append(chunk)
        if b"\n" not in chunk and b"\r" not in chunk and self._parts[0][-1:] != b"\r":
            return []  # joined only once per line, so that a long line in small pieces stays linear
        block = b"".join(self._parts)
        held = b""
        if b"\r" in block:
            if block.endswith(b"\r"):  # perhaps the first half of CRLF
                block, held = block[:-1], b"\r"
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = block.split(b"\n")
        self._parts = [rest + held]
        return self._events(lines)

    def close(self) -> list[bytes]:
        """Return the data of an event that the end of the stream completes."""
        rest = b"".join(self._parts).rstrip(b"\r")
        self._parts = []
        return self._events([rest, b""])

    def _events(self, lines: list[bytes]) -> list[bytes]:
        complete = []
        for line in lines:
            if not line:
                if self._data:
                    complete.append(b"\n".join(self._data))
                    self._data = []
            elif line.startswith(b"data:"):
                self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
        return complete
