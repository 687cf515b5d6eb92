"""Files that are there whole or not at all: temporary file, fsync, rename (reference: docs/design/records.md)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..core.errors import StoreError

BUFFER_BYTES = 1 << 20


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
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb", buffering=BUFFER_BYTES) as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):  # what it stands in is no folder
            temporary.unlink()
        raise cannot_write(path, error) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
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
    """Make a rename or removal in ``folder`` survive a power loss, where the system can."""
    if os.name != "posix":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def cannot_write(path: Path, error: OSError) -> StoreError:
    """Return the error that names the file, the reason, the room that is left and the way on."""
    return StoreError(
        f"cannot write {path}: {error.strerror or error}{_room(path)}. What was recorded before is intact. "
        "Make room or choose another --eval-work-dir, then run the same command with --eval-use-cache "
        "and this run's directory."
    )


def _room(path: Path) -> str:
    for folder in path.parents:
        try:
            return f" ({shutil.disk_usage(folder).free} bytes free in {folder})"
        except OSError:
            continue  # not there, or not to be asked
    return ""
