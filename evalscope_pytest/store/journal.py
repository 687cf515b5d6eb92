"""The journal: every finished sample is on disk before it is reported.

One file for each process, never rewritten. A record is one line, written by one ``write`` to an append-only
descriptor: three documents of strict JSON with tabs between them (JSON in ASCII holds neither tab nor newline) ::

    header \\t prediction row \\t review row \\n

The header is small and starts with the checksum of all that follows it, so that reading a journal takes a parse of the
headers and copying bytes. A killed process leaves at most a torn last line, which is ignored; a line damaged
otherwise is set aside. Measurements: docs/design/store.md.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..core.canonical import encode
from ..core.errors import StoreError
from ..core.values import SampleResult
from .atomic import BUFFER_BYTES, cannot_write, own_file, own_folder, sync_data
from .layout import WorkDir, safe_name
from .rows import SampleSummary, documents, header_of, row_of

SCHEMA = 1
SYNC_INTERVAL_S = 1.0
SYNC_RECORDS = 64
SYNC_PAUSE_S = 0.25
WRITE_PAUSE_S = 0.005
_OPEN_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_CRC_START, _CRC_END = len('{"crc32":"'), len('{"crc32":"01234567')


class Journal:
    """This process's journal. Threads may append at the same time.

    A separate thread writes and syncs: waiting for the disk takes from 0.1 ms to several, in which the event loop
    would start no request.

    Args:
        workdir: Where the run's files are.
        session: The run's name, the same in all its processes.
        worker: Index of this process in the run.
        model: The model's full name; without it the one its replies name.
        on_failure: Called at once, on any thread, when nothing can be recorded any more.

    Raises:
        StoreError: The file cannot be made.
    """

    def __init__(
        self,
        workdir: WorkDir,
        *,
        session: str,
        worker: str,
        model: str = "",
        on_failure: Callable[[StoreError], object] | None = None,
    ) -> None:
        self.path = workdir.journal / f"{_session(session)}-{safe_name(worker)}-{os.getpid()}.jsonl"
        self._model = model
        self._on_failure = on_failure
        self._fd = _open_append(self.path)
        self._lines: deque[bytes] = deque()
        self._writing = threading.Lock()
        self._appending = threading.Lock()
        self._appended = 0
        self._written = 0
        self._unsynced = 0
        self._broken: StoreError | None = None
        self._waiting = threading.Event()
        self._closing = threading.Event()
        self._writer = threading.Thread(target=self._keep_written, name="evalscope-journal", daemon=True)
        self._writer.start()

    def append(self, result: SampleResult) -> int:
        """Record a finished sample, and return its line's number for `wait_for`. Written within milliseconds.

        Raises:
            StoreError: One before it could not be written. Nothing can be recorded from then on: the run has to stop.
        """
        if self._broken:
            raise self._broken
        line = encode_line(header_of(result), *documents(result, self._model))
        with self._appending:
            self._lines.append(line)
            self._appended += 1
            number = self._appended
        if not self._waiting.is_set():  # setting it wakes a thread, which costs more than all the rest
            self._waiting.set()
        return number

    def wait_for(self, number: int) -> None:
        """Return once a line is in the file: killing the process loses nothing of it any more.

        Mostly it is by then; if not, all that waits is written now, so that this costs one write for many lines.

        Raises:
            StoreError: It could not be written.
        """
        if number > self._written:
            self._write()

    def sync(self) -> None:
        """Wait until everything appended is on the disk.

        Raises:
            StoreError: The disk failed.
        """
        self._write()
        if self._unsynced:
            self._unsynced = 0
            self._attempt(sync_data, self._fd)

    def close(self) -> None:
        """Sync and close. Idempotent."""
        if self._fd < 0:
            return
        self._closing.set()
        self._waiting.set()
        self._writer.join()
        try:
            if self._broken is None:
                self.sync()
        finally:
            fd, self._fd = self._fd, -1
            with suppress(OSError):  # what is in it was synced, or is known to be lost
                os.close(fd)

    def _keep_written(self) -> None:
        """Write what is appended at once; sync every second, or once 64 records wait, but not all the time."""
        synced_at = time.monotonic()
        while not self._closing.is_set():
            self._waiting.wait(SYNC_PAUSE_S if self._unsynced else None)
            self._closing.wait(WRITE_PAUSE_S)
            self._waiting.clear()
            try:
                self._write()
                waited = time.monotonic() - synced_at
                if waited >= SYNC_INTERVAL_S or (self._unsynced >= SYNC_RECORDS and waited >= SYNC_PAUSE_S):
                    self.sync()
                    synced_at = time.monotonic()
            except StoreError:
                return  # kept: the next append raises it

    def _write(self) -> None:
        """Write the waiting lines, whole ones only."""
        with self._writing:
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            if lines:
                self._attempt(self._write_all, b"".join(lines))
                self._written += len(lines)
                self._unsynced += len(lines)
            elif self._broken:  # what a failed write took is gone
                raise self._broken

    def _write_all(self, data: bytes) -> None:
        written = os.write(self._fd, data)
        while written < len(data):  # a signal or a nearly full disk; the next write shows which
            written += os.write(self._fd, data[written:])

    def _attempt(self, action: Callable[..., object], *arguments: Any) -> None:
        if self._broken:
            raise self._broken
        try:
            action(*arguments)
        except OSError as error:  # never tried again: after a failed fsync the kernel may have dropped the pages
            self._broken = cannot_write(self.path, error)
            if self._on_failure is not None:
                self._on_failure(self._broken)
            raise self._broken from error


def _session(session: str) -> str:
    return safe_name(session.replace("-", "_"))


def journals_of(workdir: WorkDir, session: str) -> list[Path]:
    """Return the journals of one run, in an order that does not depend on the file system."""
    return sorted(workdir.journal.glob(f"{_glob(_session(session))}-*.jsonl"))


def other_journals(workdir: WorkDir, session: str) -> list[Path]:
    """Return the journals that earlier runs left, oldest first; the records kept of compacted ones come first."""
    mine = set(journals_of(workdir, session)) if session else set()
    found = [p for p in sorted(workdir.journal.glob("*-*.jsonl")) if p not in mine]
    kept = workdir.journal / "kept.jsonl"
    return [kept, *found] if kept.exists() else found


def _glob(text: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)


def _open_append(path: Path) -> int:
    try:
        own_folder(path.parent)
        fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | _OPEN_FLAGS, 0o644)
        size = os.fstat(fd).st_size
        if size and os.lseek(fd, size - 1, os.SEEK_SET) and os.read(fd, 1) != b"\n":
            os.write(fd, b"\n")  # another process of this number died in the middle of a line
    except OSError as error:
        raise cannot_write(path, error) from error
    return fd


def encode_line(header: Mapping[str, Any], prediction: str, review: str) -> bytes:
    """Return the journal's line of a sample; ``prediction`` and ``review`` are JSON or empty."""
    rest = f',"schema":{SCHEMA},{encode(header)[1:]}\t{prediction}\t{review}'.encode("ascii")
    return b'{"crc32":"%08x"%s\n' % (zlib.crc32(rest), rest)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record in a journal: its light row, and where its line is, in bytes."""

    row: SampleSummary
    offset: int
    length: int


def entries(path: Path, bad: Callable[[bytes], object] | None = None) -> Iterator[Entry]:
    """Read a journal. Never raises on its content: a torn last line is ignored, a damaged one goes to ``bad``."""
    offset = 0
    with open(path, "rb", buffering=BUFFER_BYTES) as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            entry = _entry(line, offset)
            offset += len(line)
            if entry is not None:
                yield entry
            elif bad is not None and line != b"\n":
                bad(line)


_DECODER = json.JSONDecoder()


def _entry(line: bytes, offset: int) -> Entry | None:
    checksum = b"%08x" % zlib.crc32(memoryview(line)[_CRC_END + 1 : -1])
    if line[_CRC_START:_CRC_END] != checksum:
        return None
    try:
        header = _DECODER.raw_decode(line[: line.index(b"\t")].decode("ascii"))[0]
        if header.pop("schema") != SCHEMA:
            return None
        del header["crc32"]
        return Entry(row_of(header), offset, len(line))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def split_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the header, the prediction row and the review row of a journal's line; the rows may be empty."""
    header, prediction, review = line[:-1].split(b"\t")
    return header, prediction, review


# Damaged lines -------------------------------------------------------------------------------------------------------


log = logging.getLogger(__name__)


class Quarantine:
    """The set-aside lines of a work_dir.

    Attributes:
        added: New lines that `warn` has not reported yet.
        warned: The last sentence that `warn` logged; empty before.
    """

    def __init__(self, workdir: WorkDir) -> None:
        self.path = workdir.journal / "quarantine.jsonl"
        self.added = 0
        self.warned = ""

    @cached_property
    def _known(self) -> set[bytes]:
        try:
            return set(self.path.read_bytes().splitlines(keepends=True))
        except FileNotFoundError:
            return set()

    def set_aside(self, line: bytes) -> None:
        """Keep a damaged line, unless it is kept already: records are read again each time a run is carried on.

        Raises:
            StoreError: It cannot be written.
        """
        line = line.removesuffix(b"\n") + b"\n"  # the last one of a file may have been cut
        try:
            if line in self._known:
                return
            own_folder(self.path.parent)  # a run that ended has removed it
            with open(self.path, "ab", opener=own_file) as file:
                file.write(line)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        self._known.add(line)
        self.added += 1

    def warn(self) -> str:
        """Log the number of lines set aside, and return the sentence; empty if there are none."""
        if not self.added:
            return ""
        many = "record was" if self.added == 1 else "records were"
        message = f"{self.added} damaged {many} set aside in {self.path}; the samples are requested or scored again"
        log.warning("%s", message)
        self.added, self.warned = 0, message
        return message
