"""Keeps the media that records hold themselves on disk: bytes, and the base64 in their texts.

They wait in one temporary file without a name: it takes no memory, and is gone when the process ends.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from base64 import b64encode
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..core.content import decoded
from ..core.errors import DatasetError
from ..core.media_type import media_type
from .source import Record

SHORTEST = 2048  # characters of base64 that leave memory
_WINDOW = SHORTEST // 2
# The character before a run ends the search for its beginning, so that each is read once.
_ENCODED = re.compile(rf"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{{{SHORTEST - 2},}}={{0,2}}")
_HEAD = 64  # characters of base64 that show what it is
_LONGEST_INDEX = 64  # characters of a cell that can be another row's index (VLMEvalKit's bound)


class _Spool:
    """One temporary file without a name, to which bytes are added."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="evalscope-media-")  # noqa: SIM115 - open until the process ends
        self._lock = threading.Lock()
        self._known: dict[bytes, Spooled] = {}

    def add(self, data: bytes) -> Spooled:
        """Write bytes, unless they are there."""
        key = hashlib.sha256(data).digest()
        with self._lock:
            if key not in self._known:
                try:
                    begin = self._file.seek(0, os.SEEK_END)
                    self._file.write(data)
                    self._file.flush()
                except OSError as error:
                    raise DatasetError(
                        f"Media of the records cannot be written to {tempfile.gettempdir()}: {error.strerror}. Set "
                        "TMPDIR to a folder with more space."
                    ) from error
                self._known[key] = Spooled(self, begin, len(data))
            return self._known[key]

    def read(self, begin: int, size: int) -> bytes:
        with self._lock:
            self._file.seek(begin)
            return self._file.read(size)


@dataclass(frozen=True, slots=True)
class Spooled:
    """Reads bytes that wait on disk."""

    spool: _Spool
    begin: int
    size: int

    def __call__(self) -> bytes:
        """Return the bytes."""
        return self.spool.read(self.begin, self.size)


@cache
def _spool() -> _Spool:
    return _Spool()


def spooled(data: bytes) -> Spooled:
    """Put bytes on disk, once however often they come.

    Raises:
        DatasetError: The disk is full.
    """
    return _spool().add(data)


class StoredBytes(Mapping[str, Any]):
    """A medium as parquet files have it, ``{"bytes": ..., "path": ...}``, whose bytes wait on disk."""

    def __init__(self, data: bytes, path: str | None) -> None:
        self._path = path
        self._read = spooled(data)

    def __getitem__(self, key: str) -> Any:
        if key not in ("bytes", "path"):
            raise KeyError(key)
        return self._read() if key == "bytes" else self._path

    def __iter__(self) -> Iterator[str]:
        return iter(("bytes", "path"))

    def __len__(self) -> int:
        return 2


class _StoredText:
    """A text whose base64 waits on disk, as the bytes it stands for."""

    __slots__ = ("_pieces",)

    def __init__(self, pieces: tuple[str | Spooled, ...]) -> None:
        self._pieces = pieces

    def __call__(self) -> str:
        return "".join(p if isinstance(p, str) else b64encode(p()).decode("ascii") for p in self._pieces)


class LightRecord(Mapping[str, Any]):
    """A record that is what it was, except that its large media are read from disk at each access."""

    __slots__ = ("_held",)

    def __init__(self, held: Mapping[str, Any]) -> None:
        self._held = held

    def __getitem__(self, key: str) -> Any:
        return _restored(self._held[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, key: object) -> bool:
        return key in self._held

    def __repr__(self) -> str:
        return f"LightRecord({', '.join(map(str, self._held))})"

    def held(self, key: str) -> Any:
        """Return a value as it is kept, without reading its media."""
        return self._held.get(key)

    def replaced(self, key: str, value: Any) -> LightRecord:
        """Return the record with another value, which may be one that `held` returned."""
        return LightRecord({**self._held, key: value})


def light(record: Record) -> Record:
    """Return a record whose media wait on disk; the record itself if it has none."""
    held: dict[str, Any] | None = None
    for name, value in record.items():
        if (type(value) is not str or len(value) >= SHORTEST) and (kept := _kept(value)) is not value:
            held = {**(held or {}), name: kept}
    if held is None:
        return record
    whole = {**record, **held}
    return LightRecord(whole) if any(_is_restored(value) for value in held.values()) else whole


def _kept(value: Any) -> Any:
    """Return what takes the value's place in memory; the value itself if it holds no medium."""
    kind = type(value)
    if kind is str:
        return value if len(value) < SHORTEST else _kept_text(value)
    if kind is bytes:
        return value if len(value) < SHORTEST else spooled(value)
    if kind is dict:
        if value.keys() == {"bytes", "path"} and isinstance(value["bytes"], bytes):
            return StoredBytes(value["bytes"], value["path"])
        held = {name: kept for name, inner in value.items() if (kept := _kept(inner)) is not inner}
        return {**value, **held} if held else value
    if kind is list:
        inner = [_kept(one) for one in value]
        return value if all(map(_same, inner, value)) else inner
    return value


def _same(one: object, other: object) -> bool:
    return one is other


def _kept_text(text: str) -> Any:
    if not _may_hold_base64(text):
        return text
    pieces: list[str | Spooled] = []
    at = 0
    for found in _ENCODED.finditer(text):
        data = decoded(found[0]) if media_type(decoded(found[0][:_HEAD])) else b""
        if data and b64encode(data) == found[0].encode("ascii"):  # so that the text can be made again
            pieces += [text[at : found.start()], spooled(data)]
            at = found.end()
    return _StoredText((*pieces, text[at:])) if pieces else text


def _may_hold_base64(text: str) -> bool:
    """Return whether a part of a text has no blanks: a few samples of it are looked at, since prose has many."""
    windows = (text[at : at + _WINDOW] for at in range(0, len(text) - _WINDOW + 1, _WINDOW))
    return any(" " not in window and "\n" not in window for window in windows)


def _is_restored(value: Any) -> bool:
    """Return whether a kept value, or what is inside it, has to be read from disk at an access."""
    if isinstance(value, dict):
        return any(map(_is_restored, value.values()))
    if isinstance(value, list):
        return any(map(_is_restored, value))
    return isinstance(value, (_StoredText, Spooled))


def _restored(value: Any) -> Any:
    if isinstance(value, (_StoredText, Spooled)):
        return value()
    if isinstance(value, dict) and _is_restored(value):
        return {name: _restored(inner) for name, inner in value.items()}
    if isinstance(value, list) and _is_restored(value):
        return [_restored(inner) for inner in value]
    return value


# One picture for several rows ----------------------------------------------------------------------------------------


def with_pictures_of_others(records: Iterable[Record]) -> Iterator[Record]:
    """Yield records in their order; an ``image`` that is another row's ``index`` becomes that row's (VLMEvalKit).

    A row whose picture comes later waits for it, and those behind it with it; at the end it stays as it is.
    """
    known: dict[str, Any] = {}
    waiting: deque[Record] = deque()
    for record in records:
        if not waiting and ("index" not in record or "image" not in record):
            yield record
            continue
        _learn(record, known)
        waiting.append(record)
        while waiting and (ready := _ready(waiting[0], known)) is not None:
            waiting.popleft()
            yield ready
    yield from (_ready(record, known) or record for record in waiting)


def _learn(record: Record, known: dict[str, Any]) -> None:
    if "index" not in record or "image" not in record:
        return
    value = record.held("image") if isinstance(record, LightRecord) else record["image"]
    if not isinstance(value, str) or len(value) > _LONGEST_INDEX:
        known[str(record["index"])] = value


def _ready(record: Record, known: Mapping[str, Any]) -> Record | None:
    """Return a record with its picture; None if a row to come may have it."""
    if "index" not in record or "image" not in record:
        return record
    named = record.held("image") if isinstance(record, LightRecord) else record["image"]
    named = str(named) if isinstance(named, int) else named
    if not isinstance(named, str) or not _names_a_row(named, record):
        return record
    if named not in known:
        return None
    if isinstance(record, LightRecord):
        return record.replaced("image", known[named])
    changed = {**record, "image": known[named]}
    return LightRecord(changed) if _is_restored(known[named]) else changed


def _names_a_row(cell: str, record: Record) -> bool:
    """Return whether a cell can be the index of another row, and not a path, a picture or nothing."""
    return 0 < len(cell) <= _LONGEST_INDEX and not set(cell) & set("./\\:") and cell != str(record["index"])
