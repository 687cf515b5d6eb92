"""Marks of the work in flight, which outlive any death of the process.

One small file for each process of a run, mapped into its memory: a slot for each sample that was started and is not
recorded yet. Marking one is a store into memory (0.3 us, while a ``write`` takes 14), which the kernel keeps when the
process is gone. The file shows afterwards what may have killed it.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Iterable
from contextlib import suppress
from enum import IntEnum
from pathlib import Path

from .atomic import cannot_write, own_file, own_folder
from .layout import WorkDir, safe_name

_SLOT = struct.Struct("<IB3x")


class Phase(IntEnum):
    """State of an item that was started."""

    WAITING = 1  # for a reply of the model: none of its code runs
    WORKING = 2
    TEST = 3  # an ordinary test, on the main thread


_PHASES = frozenset(Phase)


def mark_of(name: str) -> int:
    """Return the number of a sample's id in a slot."""
    return zlib.crc32(name.encode("utf-8", "surrogatepass")) & 0x7FFFFFFF


class Started:
    """The slots of this process. For one thread at a time.

    Args:
        path: The file, see `started_file`.
        slots: Maximum number of samples in flight; more are not marked.

    Attributes:
        trouble: Reason why nothing is marked; empty otherwise. A crash is then reported with less detail.

    Raises:
        StoreError: The file cannot be made.
    """

    def __init__(self, path: Path, slots: int) -> None:
        self.path = path
        self.trouble = ""
        try:
            own_folder(path.parent)
            with open(path, "w+b", opener=own_file) as file:
                file.write(bytes(slots * _SLOT.size))
                file.flush()
                try:
                    self._map = mmap.mmap(file.fileno(), 0)
                except (OSError, ValueError) as error:  # network and FUSE mounts often share no memory (ENODEV)
                    self.trouble, slots = f"a file cannot be mapped into memory ({error})", 0
            if self.trouble:
                path.unlink()
        except OSError as error:
            raise cannot_write(path, error) from error
        self._slots = slots
        self._used = 0  # slots from here on were never needed
        self._free: list[int] = []

    def begin(self, name: str, phase: Phase = Phase.WORKING) -> int:
        """Mark the item with this id as started, and return its slot; -1 if none is free."""
        if self._free:
            slot = self._free.pop()
        elif self._used < self._slots:
            slot = self._used
            self._used += 1
        else:
            return -1
        _SLOT.pack_into(self._map, slot * _SLOT.size, mark_of(name), phase)
        return slot

    def enter(self, slot: int, phase: Phase) -> None:
        """Set the state of a slot's sample."""
        if slot >= 0:
            self._map[slot * _SLOT.size + 4] = phase

    def end(self, slot: int) -> None:
        """Mark a slot's sample as finished."""
        if slot >= 0:
            _SLOT.pack_into(self._map, slot * _SLOT.size, 0, 0)
            self._free.append(slot)

    def close(self) -> None:
        """Remove the file: this process ends in good order. Idempotent."""
        with suppress(OSError):  # left behind it only makes the next run look for suspects
            self.path.unlink()
        self._free.clear()
        self._used = self._slots


def started_file(workdir: WorkDir, session: str, worker: str) -> Path:
    """Return the file in which a process of a run marks its started items."""
    return workdir.journal / f"{session}-{safe_name(worker)}.started"


def left_by_the_dead(path: Path) -> dict[int, Phase]:
    """Return the items that a process was working on when it died, by `mark_of` their ids, and remove its file.

    Empty if it ended in good order.
    """
    try:
        data = path.read_bytes()
        path.unlink()
    except OSError:
        return {}
    whole = data[: len(data) - len(data) % _SLOT.size]
    return {number: Phase(phase) for number, phase in _SLOT.iter_unpack(whole) if phase in _PHASES}


def unfinished_files(workdir: WorkDir) -> Iterable[Path]:
    """Return the files of earlier processes that did not end in order."""
    return sorted(workdir.journal.glob("*.started"))
