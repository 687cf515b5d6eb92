"""Writes files atomically: temporary file, fsync, rename (reference: docs/design/store.md)."""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..core.errors import StoreError

BUFFER_BYTES = 1 << 20
# What a file system answers when it cannot sync this kind of file at all: network and FUSE mounts, of folders.
_CANNOT_SYNC = frozenset((errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES, errno.EPERM))

log = logging.getLogger(__name__)


def own_file(path: str, flags: int) -> int:
    """Open a file of a run for `open`'s ``opener``, never through a symbolic link in its place.

    Raises:
        OSError: ``ELOOP`` if there is a link and the system can detect it.
    """
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def own_folder(folder: Path) -> None:
    """Make a folder of a run, never through a symbolic link.

    Args:
        folder: Its path, of which the part that is the user's own is resolved.

    Raises:
        OSError: ``ELOOP`` if there is a link on the way.
    """
    if folder.is_symlink() or (os.name == "posix" and os.path.realpath(folder) != os.path.abspath(folder)):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(folder))
    folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def replaced(path: Path, *, durable: bool = True) -> Iterator[BinaryIO]:
    """Open a temporary file that takes ``path``'s place when the block ends well, and vanishes when it does not.

    Args:
        durable: Wait until the bytes are on the disk before the old file is given up. The new name itself is safe
            after `sync_folder`.

    Raises:
        StoreError: The disk is full, read-only or broken.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        own_folder(path.parent)
        with open(temporary, "wb", buffering=BUFFER_BYTES, opener=own_file) as file:
            yield file
            file.flush()
            if durable:
                sync_file(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):  # its parent is not a folder
            temporary.unlink()
        raise cannot_write(path, error) from error
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def write_atomic(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a whole file; a reader sees the old or the new one, never a part.

    Raises:
        StoreError: It could not be written.
    """
    with replaced(path, durable=durable) as file:
        file.write(data)
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename or removal in ``folder`` survive a power loss, if the system can.

    Raises:
        StoreError: The disk failed.
    """
    if os.name != "posix":
        return
    try:
        fd = os.open(folder, os.O_RDONLY)
        try:
            sync_file(fd)
        finally:
            os.close(fd)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:  # a folder that may be written to and not read is not synced either
            raise cannot_write(folder, error) from error


def sync_file(fd: int) -> None:
    """Wait until a file or folder is on the disk, if its file system can do that.

    Raises:
        OSError: The disk failed.
    """
    _sync(os.fsync, fd)


def sync_data(fd: int) -> None:
    """Wait until a file's bytes are on the disk, without its times.

    Raises:
        OSError: The disk failed.
    """
    _sync(getattr(os, "fdatasync", os.fsync), fd)


def _sync(call: Callable[[int], object], fd: int) -> None:
    try:
        call(fd)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
        log.info("a file cannot be synced (%s): a power failure may cost the last records", error.strerror)


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Turn system errors within the block into an error that names the file.

    Args:
        path: Named when the system names no file.

    Raises:
        StoreError: A file could not be read or written.
    """
    try:
        yield
    except OSError as error:
        place = Path(error.filename) if isinstance(error.filename, str) else path
        raise cannot_write(place, error, "read or write") from error


def cannot_write(path: Path, error: OSError, do: str = "write") -> StoreError:
    """Return the error that names the file, the reason, the room that is left and the way on.

    Args:
        do: The operation that failed.
    """
    return StoreError(
        f"cannot {do} {path}: {reason_of(error)}{_room(path)}. What was recorded before is intact. "
        "Make room or choose another --eval-work-dir, then run the same command with --eval-use-cache "
        "and this run's directory."
    )


def reason_of(error: OSError) -> str:
    """Return why the system refused something, in words."""
    if error.errno == errno.ELOOP:
        return "a symbolic link is in its place, and a run writes through none: remove the link"
    return error.strerror or str(error)


def _room(path: Path) -> str:
    for folder in path.parents:
        try:
            return f" ({shutil.disk_usage(folder).free} bytes free in {folder})"
        except OSError:
            continue  # missing, or not readable
    return ""
