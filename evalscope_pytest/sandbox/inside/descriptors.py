"""File descriptors on their way from one process to another."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence


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
