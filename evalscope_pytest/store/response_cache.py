"""Replies kept across runs: one SQLite file that several processes and runs share (docs/design/store.md).

It holds replies of the model under the content addresses of their requests, and neither prompts nor keys. Nothing that
happens to the file while a run is under way ends the run: a reply that cannot be read is requested again.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from ..core.canonical import encode
from ..core.errors import UsageError
from ..core.secret import mask_keys
from ..core.text import MAX_TEXT
from ..core.values import ModelOutput, ToolCall, Usage, token_count

log = logging.getLogger(__name__)

FILE = "replies.sqlite"
SCHEMA = 1
# Application id in SQLite's file header: "evpy".
APPLICATION = 0x65767079
COMMIT_EVERY_S = 0.1
# Readers are on the event loop. In WAL mode they wait for nobody but who repairs the file after a crash.
READ_PATIENCE_S = 1.0
WRITE_PATIENCE_S = 10.0
_RETRY_S = 0.02
_ENDINGS = frozenset(("stop", "max_tokens", "model_length", "tool_calls"))


class ResponseCache:
    """The replies in a directory. `find` and `keep` are for one thread, the event loop's.

    A separate thread writes, every 100 ms at most: killing the process loses the replies of that time.

    Args:
        folder: Where the file is; made if need be. A local disk: network file systems lack the locks.
        every_s: Seconds that replies wait to be written together.

    Raises:
        UsageError: The directory cannot be written to, or what is in the file is not a cache of replies.
    """

    def __init__(self, folder: Path, every_s: float = COMMIT_EVERY_S) -> None:
        self.path = folder / FILE
        self._every_s = every_s
        self._reader = _opened(self.path, READ_PATIENCE_S)
        self._writing = _opened(self.path, WRITE_PATIENCE_S)
        self._readable = self._writable = True
        self._waiting: dict[str, ModelOutput] = {}
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._closing = threading.Event()
        self._writer = threading.Thread(target=self._keep_written, name="evalscope-replies", daemon=True)
        self._writer.start()

    def find(self, key: str) -> ModelOutput | None:
        """Return the reply kept under a content address, marked as cached and without times; None if none is."""
        waiting = self._waiting.get(key)
        if waiting is not None:
            return waiting
        if not self._readable:
            return None
        try:  # all rows are fetched, so that no read stays open: the log could not be shortened meanwhile
            rows = self._reader.execute("SELECT reply FROM replies WHERE key = ?", (bytes.fromhex(key),)).fetchall()
        except sqlite3.Error as error:
            self._readable = False
            self._tell("read", error)
            return None
        return _reply(rows[0][0]) if rows else None

    def keep(self, key: str, output: ModelOutput) -> None:
        """Store a reply, unless the model would not repeat it: see `worth_keeping`."""
        if not self._writable or not worth_keeping(output):
            return
        with self._lock:
            self._waiting[key] = replace(output, cached=True, latency_s=None, ttft_s=None, retries=0)
        if not self._news.is_set():  # setting it wakes a thread, which costs more than all the rest
            self._news.set()

    @property
    def is_written(self) -> bool:
        """True if no reply waits to be written, or none can be written any more."""
        return not self._waiting or not self._writable

    def close(self) -> None:
        """Write the waiting replies, and close. Idempotent."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._news.set()
        self._writer.join()
        for connection in (self._reader, self._writing):
            connection.close()

    def _keep_written(self) -> None:
        while not self._closing.is_set():
            self._news.wait()
            self._closing.wait(self._every_s)
            self._news.clear()
            self._write()
        self._write()  # what came while the last of it was written

    def _write(self) -> None:
        with self._lock:
            batch = list(self._waiting.items())
        if not batch or not self._writable:
            return
        now = int(time.time())
        try:
            rows = [(bytes.fromhex(key), _document(output), now) for key, output in batch]
            with _transaction(self._writing):
                self._writing.executemany(
                    "INSERT OR REPLACE INTO replies (key, reply, created_at) VALUES (?, ?, ?)", rows
                )
        except sqlite3.Error as error:
            self._writable = False
            self._tell("written", error)
        with self._lock:
            for key, output in batch:
                if self._waiting.get(key) is output:
                    del self._waiting[key]

    def _tell(self, what: str, error: sqlite3.Error) -> None:
        log.warning(
            "the response cache %s cannot be %s any more (%s). The run goes on without; nothing is lost of its records",
            self.path, what, error,
        )  # fmt: skip


def worth_keeping(output: ModelOutput) -> bool:
    """Return whether a reply is the model's answer, and not a service's failure.

    A reply that a token limit cut is: it would be cut again. One without any text is not, nor one that a filter
    stopped or whose end is not known.
    """
    if output.stop_reason not in _ENDINGS or (output.empty and not output.reasoning.strip()):
        return False
    texts = (output.text, output.reasoning, *(call.arguments for call in output.tool_calls))
    return max(map(len, texts)) <= MAX_TEXT


# The file -------------------------------------------------------------------------------------------------------------


def _opened(path: Path, patience_s: float) -> sqlite3.Connection:
    """Open the file, and bring it into its form."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    deadline = time.monotonic() + WRITE_PATIENCE_S
    while True:
        try:
            return _connected(path, patience_s)
        except sqlite3.OperationalError as error:
            # Two processes that make the file at once: SQLite does not wait while it changes the way of writing.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise _unusable(path, str(error)) from error
            time.sleep(_RETRY_S)
        except sqlite3.DatabaseError as error:
            raise _foreign(path, str(error)) from error


def _connected(path: Path, patience_s: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WRITE_PATIENCE_S, isolation_level=None, check_same_thread=False)
    try:
        with _transaction(connection):
            _prepare(connection, path)
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute("PRAGMA synchronous = NORMAL")  # a power loss may cost the last replies, not the file
        connection.execute(f"PRAGMA busy_timeout = {int(patience_s * 1000)}").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Be the file's one writer: all that is done is written, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the table in an empty file; see that another one is of this package and version."""
    application, schema = (_number(connection, name) for name in ("application_id", "user_version"))
    if application == APPLICATION:
        if schema != SCHEMA:
            raise _foreign(path, f"its schema is {schema}, not {SCHEMA}: another version of this package made it")
        connection.execute("SELECT key, reply, created_at FROM replies LIMIT 1").fetchall()
        return
    if application or schema or _number(connection, "schema_version"):
        raise _foreign(path, "it is a database of another program")
    connection.execute("CREATE TABLE replies (key BLOB PRIMARY KEY, reply TEXT NOT NULL, created_at INTEGER NOT NULL)")
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    value: int = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
    return value


def _unusable(path: Path, reason: str) -> UsageError:
    return UsageError(
        f"response_cache cannot be written to: {path} ({reason}). Choose another directory, on a local disk, with "
        "--eval-response-cache, or leave it out."
    )


def _foreign(path: Path, reason: str) -> UsageError:
    return UsageError(
        f"response_cache holds a file that cannot be used: {path} ({reason}). Remove the file if you do not need it, "
        "or choose another directory with --eval-response-cache."
    )


# A reply --------------------------------------------------------------------------------------------------------------


def _document(output: ModelOutput) -> str:
    """Return a reply as JSON, without keys."""
    usage = output.usage
    counted = {name: getattr(usage, name) for name in _COUNTS} if usage is not None else None
    values = {name: getattr(output, name) for name in (*_TEXTS, "stop_reason", "logprobs")}
    calls = [[call.name, call.arguments, call.id] for call in output.tool_calls]
    return mask_keys(encode({**values, "usage": counted, **({"tool_calls": calls} if calls else {})}))


def _reply(document: object) -> ModelOutput | None:
    """Return the reply that `_document` wrote; None for anything else."""
    try:
        values = json.loads(document)  # type: ignore[arg-type]
        if not all(isinstance(values[name], str) for name in _TEXTS) or values["stop_reason"] not in _ENDINGS:
            return None
        usage = None if values["usage"] is None else _usage(values["usage"])
        calls = tuple(ToolCall(*call) for call in values.pop("tool_calls", ()))
        if not all(isinstance(word, str) for call in calls for word in (call.name, call.arguments, call.id)):
            return None
        return ModelOutput(**{**values, "usage": usage}, tool_calls=calls, cached=True)
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _usage(counts: Mapping[str, Any]) -> Usage:
    usage = Usage(**counts)
    if any(value is not None and token_count(value) is None for value in counts.values()):
        raise ValueError(f"no numbers of tokens: {usage}")
    return usage


_TEXTS = ("text", "reasoning", "model")
_COUNTS = tuple(field.name for field in fields(Usage))
