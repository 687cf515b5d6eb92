"""Finds the bytes of the media that samples name, and puts `Medium`s in place of paths, addresses and bytes.

A file is read again whenever a request is built, and let go after it. Bytes that come without a file (parquet, base64,
downloads) wait in one temporary file without a name: it takes no memory, and is gone when the process ends.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from ..core.content import Audio, Content, MediaPart, Medium, Packed, Part, Source, Text, Video, shown_source
from ..core.errors import DatasetError, MediaError
from ..core.media_type import EXTENSIONS
from ..core.values import Message, Sample
from .base import Tree
from .files import format_of
from .media import fetch
from .media_archives import InArchive, TooLargeError, find_member, read_member, unpacked_paths
from .media_check import MOST_BYTES, check, tokens_of, too_large

MOST_FOLDERS = 20  # with records, in which paths are looked up
_DOWNLOADS = 8
_ADDRESSES = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class _InFile:
    """Reads a file whose content is known."""

    path: Path
    sha256: str
    name: str

    def __call__(self) -> bytes:
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise MediaError(f"{self.name} cannot be read any more: {error.strerror}.") from None
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise MediaError(f"{self.name} was changed while the run was under way. Start it again.")
        return data


class _Spool:
    """One temporary file without a name, to which bytes are added."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="evalscope-media-")  # noqa: SIM115 - open until the process ends
        self._lock = threading.Lock()
        self._known: dict[str, _InSpool] = {}

    def add(self, sha256: str, data: bytes) -> _InSpool:
        with self._lock:
            if sha256 not in self._known:
                begin = self._file.seek(0, os.SEEK_END)
                self._file.write(data)
                self._known[sha256] = _InSpool(self, begin, len(data))
            return self._known[sha256]

    def read(self, begin: int, size: int) -> bytes:
        with self._lock:
            self._file.seek(begin)
            return self._file.read(size)


@dataclass(frozen=True, slots=True)
class _InSpool:
    spool: _Spool
    begin: int
    size: int

    def __call__(self) -> bytes:
        return self.spool.read(self.begin, self.size)


@cache
def _spool() -> _Spool:
    return _Spool()


class StoredBytes(Mapping[str, Any]):
    """A medium as parquet files have it, ``{"bytes": ..., "path": ...}``, whose bytes wait on disk."""

    def __init__(self, data: bytes, path: str | None) -> None:
        self._path = path
        self._read = _spool().add(hashlib.sha256(data).hexdigest(), data)

    def __getitem__(self, key: str) -> Any:
        if key not in ("bytes", "path"):
            raise KeyError(key)
        return self._read() if key == "bytes" else self._path

    def __iter__(self) -> Iterator[str]:
        return iter(("bytes", "path"))

    def __len__(self) -> int:
        return 2


def without_bytes(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a record whose media, as parquet files have them, wait on disk."""
    if not any(_holds_bytes(value) for value in record.values()):
        return record
    return {name: _on_disk(value) for name, value in record.items()}


def _holds_bytes(value: object) -> bool:
    if isinstance(value, dict):
        return value.keys() == {"bytes", "path"} and isinstance(value["bytes"], bytes)
    return isinstance(value, list) and any(isinstance(item, dict) and _holds_bytes(item) for item in value)


def _on_disk(value: Any) -> Any:
    if not _holds_bytes(value):
        return value
    return [_on_disk(item) for item in value] if isinstance(value, list) else StoredBytes(value["bytes"], value["path"])


# Where a path leads ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Places:
    """Where the media of a dataset are.

    Attributes:
        folders: Folders in which a path is looked up, in order. What it names has to be inside that folder.
        listed: Paths of the files of a hub's repository.
        download: Brings files of that repository to this machine.
    """

    folders: tuple[Path, ...]
    listed: frozenset[str] = frozenset()
    download: Callable[[Iterable[str]], Mapping[str, Path]] | None = None


def places_of(tree: Tree | None, media_dir: str = "") -> Places:
    """Return where a dataset's media are: beside its records, in its folder, then in the working directory.

    Args:
        tree: The dataset's files; None for media that a benchmark's body names.
        media_dir: The user's own folder of media, which comes first; empty for none.
    """
    own = [Path(media_dir).absolute()] if media_dir else []
    root = getattr(tree, "root", None)
    if isinstance(root, Path) and tree is not None:
        with_records = {path.rpartition("/")[0] for path in tree.paths if format_of(path)}
        own += [root / folder for folder in sorted(with_records)[:MOST_FOLDERS]] + [root]
    elif tree is not None:
        return Places((*own, Path.cwd()), frozenset(tree.paths), tree.fetch)
    return Places(tuple(dict.fromkeys([*own, Path.cwd()])))


class MediaFinder:
    """Makes `Medium`s, each file and address once.

    Args:
        places: Where paths lead.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._known: dict[tuple[str, Source], Medium] = {}
        self._fetched: dict[str, Path] = {}

    def samples(self, samples: Sequence[Sample]) -> list[Sample]:
        """Return samples whose media were found; one that cannot be sent holds its fault, and is its sample's error."""
        parts = [part for sample in samples if sample.has_media for part in _media_of(sample)]
        self._bring(part.source for part in parts)
        self._download(parts)
        return [self._sample(sample) if sample.has_media else sample for sample in samples]

    def content(self, content: Content) -> Content:
        """Return a content whose media were found."""
        return content if isinstance(content, str) else tuple(self.part(part) for part in content)

    def part(self, part: Part) -> Part:
        """Return a part whose medium was found."""
        if isinstance(part, Text) or isinstance(part.source, Medium):
            return part
        medium = self._medium(part.kind, part.source)
        if isinstance(part, (Audio, Video)):
            return replace(part, source=medium, format=EXTENSIONS.get(medium.type, part.format))
        return replace(part, source=medium)

    def _sample(self, sample: Sample) -> Sample:
        media = tuple((mark, self.part(part)) for mark, part in sample.media)
        if isinstance(sample.input, str):
            return replace(sample, media=media)
        if sample.parts:
            return replace(sample, input=self.content(sample.parts), media=media)
        turns = tuple(replace(m, content=self.content(m.content)) for m in sample.messages)
        return replace(sample, input=turns, media=media)

    def _medium(self, kind: str, source: Source) -> Medium:
        key = (kind, source if not isinstance(source, bytes) else hashlib.sha256(source).hexdigest())
        if (found := self._known.get(key)) is None:
            found = self._known[key] = self._made(kind, source)
        return found

    def _made(self, kind: str, source: Source) -> Medium:
        name = shown_source(source)
        try:
            if isinstance(source, bytes):
                return _spooled(source, kind, f"{_a_name(kind)} in a record")
            if isinstance(source, Packed):
                return self._packed(kind, source)
            if isinstance(source, str) and source.startswith(_ADDRESSES):
                return _spooled(fetch(source, max_bytes=MOST_BYTES[kind]).data, kind, source)
            path = self._path(str(source))
            data = _read(path, kind, name)
            found = _checked(data, kind, name, lambda sha256: _InFile(path, sha256, name))
            return replace(found, name=str(source))
        except (MediaError, DatasetError) as error:
            return Medium("", name=name, fault=str(error))

    def _packed(self, kind: str, source: Packed) -> Medium:
        """Return a file of an archive, or the copy unpacked beside it.

        Raises:
            MediaError: There is neither.
        """
        if (path := next(filter(self._is_there, unpacked_paths(source)), None)) is not None:
            return self._made(kind, path)
        most, name = MOST_BYTES[kind], shown_source(source)
        archive, member = find_member(self._archives(source), source)
        try:
            data = read_member(archive, member, most)
        except TooLargeError as error:
            raise too_large(name, error.size, kind) from None
        found = _checked(data, kind, name, lambda sha256: InArchive(archive, member, sha256, name, most))
        return replace(found, name=source.name)

    def _archives(self, source: Packed) -> list[Path]:
        """Return the archives that may hold a file.

        Raises:
            MediaError: There is none.
        """
        if "*" not in source.archive:
            return [self._path(source.archive)]
        fetched = [path for given, path in sorted(self._fetched.items()) if fnmatchcase(given, source.archive)]
        local = (sorted(folder.glob(source.archive)) for folder in self._places.folders)
        if not (found := fetched or next(filter(None, local), [])):
            raise MediaError(f"{source.archive!r} is not in the dataset. Add the archive, or the file {source.name!r}.")
        return [self._path(str(path)) if path not in fetched else path for path in found]

    def _is_there(self, path: str) -> bool:
        if "\0" in path:
            return False
        return path in self._fetched or any(os.path.isfile(folder / path) for folder in self._places.folders)

    def _path(self, given: str) -> Path:
        """Return the file that a path names inside one of the folders.

        Raises:
            MediaError: There is none, or it leads out of the folder.
        """
        if "\0" in given:
            raise MediaError(f"{shown_source(given)} is not a path: it holds a zero byte.")
        if given in self._fetched:
            return self._fetched[given]
        outside = False
        for folder in self._places.folders:
            real, root = os.path.realpath(folder / given), os.path.realpath(folder)
            if not os.path.isfile(real):
                continue
            if os.path.commonpath([real, root]) == root:
                return Path(real)
            outside = True
        looked = " or ".join(str(folder) for folder in dict.fromkeys(self._places.folders))
        if outside:
            raise MediaError(
                f"{shown_source(given)} is outside the dataset's folder, or a link out of it. Looked in: {looked}. "
                "Copy the file into that folder."
            )
        raise MediaError(
            f"{shown_source(given)} does not exist. Looked in: {looked}. Add the file, or correct the path."
        )

    def _bring(self, sources: Iterable[Source]) -> None:
        """Download the files of a hub's repository that are named, all at once."""
        places = self._places
        if places.download is None:
            return
        with_records = sorted({path.rpartition("/")[0] for path in places.listed if format_of(path)})[:MOST_FOLDERS]
        there: dict[str, str] = {}
        named = {source for source in sources if not isinstance(source, (bytes, Medium))}
        for given in {str(source) for source in named if not isinstance(source, Packed)}:
            paths = [os.path.normpath(os.path.join(folder, given)) for folder in (*with_records, "")]
            found = next((path for path in (p.replace(os.sep, "/") for p in paths) if path in places.listed), None)
            if found is not None:
                there[given] = found
        for source in named:
            if isinstance(source, Packed):
                own = next((path for path in unpacked_paths(source) if path in places.listed), None)
                there |= {path: path for path in ([own] if own else _matching(source.archive, places.listed))}
        if there:
            local = places.download(dict.fromkeys(there.values()))
            self._fetched.update({given: local[path] for given, path in there.items()})

    def _download(self, parts: Iterable[MediaPart]) -> None:
        wanted = {(p.kind, p.source) for p in parts if isinstance(p.source, str) and p.source.startswith(_ADDRESSES)}
        if not wanted:
            return
        with ThreadPoolExecutor(_DOWNLOADS) as pool:
            keys = sorted(wanted)
            self._known.update(zip(keys, pool.map(lambda key: self._made(*key), keys), strict=True))


def _matching(pattern: str, listed: Iterable[str]) -> list[str]:
    return [path for path in listed if fnmatchcase(path, pattern)]


def _media_of(sample: Sample) -> Iterator[MediaPart]:
    contents: list[Content] = [sample.parts, *(m.content for m in sample.messages), tuple(p for _, p in sample.media)]
    for content in contents:
        for part in content:
            if not isinstance(part, (str, Text)):
                yield part


def _a_name(kind: str) -> str:
    return {"image": "the picture", "audio": "the recording", "video": "the video"}.get(kind, "the document")


def _spooled(data: bytes, kind: str, name: str) -> Medium:
    found = _checked(data, kind, name, lambda sha256: _spool().add(sha256, data))
    return replace(found, name=f"{found.sha256[:16]}.{EXTENSIONS[found.type]}")


def _checked(data: bytes, kind: str, name: str, read: Callable[[str], Callable[[], bytes]]) -> Medium:
    checked = check(data, kind, name)
    sha256 = hashlib.sha256(data).hexdigest()
    tokens = tokens_of(kind, checked, data)
    return Medium(sha256, checked.type, len(data), tokens, name, open=read(sha256))


def _read(path: Path, kind: str, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > MOST_BYTES[kind]:
                raise too_large(name, size, kind)
            return file.read(MOST_BYTES[kind] + 1)
    except OSError as error:
        raise MediaError(f"{name} cannot be read: {error.strerror}.") from None


def found_in(messages: tuple[Message, ...], finder: MediaFinder | None = None) -> tuple[Message, ...]:
    """Return messages whose media can be sent. Those that a benchmark's body names are in the working directory.

    Raises:
        MediaError: One cannot be sent.
    """
    if all(isinstance(message.content, str) for message in messages):
        return messages
    finder = finder or MediaFinder(places_of(None))
    found = tuple(replace(message, content=finder.content(message.content)) for message in messages)
    for message in found:
        for part in message.media:
            if isinstance(part.source, Medium) and part.source.fault:
                raise MediaError(part.source.fault)
    return found
