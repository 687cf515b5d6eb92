"""Claims on shares of work that several processes of a run divide among themselves.

A claim is a lock on one byte of a file: the kernel frees it when its process dies.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .atomic import own_file

_PLACES = 1 << 30


class Claims:
    """Claims in one file, of this process. Without locks (Windows, some network disks) each process has them all."""

    def __init__(self, path: Path) -> None:
        self._file: int | None = None
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = own_file(str(path), os.O_RDWR | os.O_CREAT)

    @contextmanager
    def claim(self, name: str) -> Iterator[bool]:
        """Hold the claim on a share, given its content address; False if another process holds it."""
        place = int(name, 16) % _PLACES
        if self._file is None or not _lock(self._file, place):
            yield self._file is None
            return
        try:
            yield True
        finally:
            _unlock(self._file, place)

    def close(self) -> None:
        """Give up all claims. Idempotent."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _lock(file: int, place: int) -> bool:
    try:
        import fcntl  # not on Windows
    except ImportError:
        return True
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a disk without locks: embedding twice is better than not at all
        return True
    return True


def _unlock(file: int, place: int) -> None:
    with suppress(ImportError, OSError):
        import fcntl

        fcntl.lockf(file, fcntl.LOCK_UN, 1, place)
