"""Messages and file descriptors between the processes of a jail.

A message is a JSON header, then blobs, each preceded by its length.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

_SIZE = struct.Struct("!I")
_CHUNK = 1 << 20
_LONGEST_HEADER = 1 << 20


class Frame(NamedTuple):
    """One message.

    Attributes:
        left: Length of a last blob that is still in the stream, for another process to read.
    """

    header: dict[str, Any]
    blobs: list[bytes]
    left: int = 0


class BrokenFrameError(Exception):
    """The other side is gone, is late, or does not keep to the form."""


def send(fd: int, header: dict[str, Any], *blobs: bytes) -> None:
    """Write a message.

    Raises:
        BrokenFrameError: Nobody reads it.
    """
    head = json.dumps({**header, "blobs": [len(blob) for blob in blobs]}).encode()
    view = memoryview(b"".join([_SIZE.pack(len(head)), head, *blobs]))
    try:
        while view:
            view = view[os.write(fd, view) :]
    except OSError as error:
        raise BrokenFrameError(str(error)) from error


def receive(
    fd: int, *, timeout_s: float | None = None, most: int | None = None, may_leave: bool = False
) -> Frame | None:
    """Read a message; None at the end of the stream.

    Args:
        may_leave: Leave the last blob in the stream if the header says ``apart``.
        timeout_s: Seconds the whole message may take; None: any time.
        most: Bytes its blobs may have together; None: any number.

    Raises:
        BrokenFrameError: It is late, cut off, too long or no message at all.
    """
    until = None if timeout_s is None else time.monotonic() + timeout_s
    size = _read(fd, _SIZE.size, until)
    if not size:
        return None
    length = _SIZE.unpack(size)[0] if len(size) == _SIZE.size else _LONGEST_HEADER + 1
    if length > _LONGEST_HEADER:
        raise BrokenFrameError("no length")
    try:
        header = json.loads(_read(fd, length, until))
        lengths = [int(n) for n in header.pop("blobs")]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BrokenFrameError(f"no header: {error}") from error
    if any(n < 0 for n in lengths) or (most is not None and sum(lengths) > most):
        raise BrokenFrameError("too long")
    left = lengths.pop() if may_leave and header.get("apart") else 0
    blobs = [_read(fd, n, until) for n in lengths]
    if [len(blob) for blob in blobs] != lengths:
        raise BrokenFrameError("cut off")
    return Frame(header, blobs, left)


def _read(fd: int, length: int, until: float | None) -> bytes:
    """Return ``length`` bytes, or fewer at the end of the stream."""
    parts: list[bytes] = []
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    while length:
        if until is not None and not poll.poll(max(0.0, until - time.monotonic()) * 1000):
            raise BrokenFrameError("late")
        part = os.read(fd, min(length, _CHUNK))
        if not part:
            break
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def give(link: int, descriptors: Sequence[int]) -> None:
    """Send file descriptors through a socket.

    Raises:
        OSError: Nobody is at the other end.
    """
    with socket.socket(fileno=os.dup(link)) as line:
        socket.send_fds(line, [b"."], list(descriptors))


def take(link: int, count: int) -> list[int]:
    """Return the file descriptors that come through a socket; none at its end.

    Raises:
        OSError: The socket broke.
    """
    with socket.socket(fileno=os.dup(link)) as line:
        return list(socket.recv_fds(line, 1, count)[1])
