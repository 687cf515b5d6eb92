"""Files in the zip archives of a dataset: found by their name, read one at a time, never unpacked to disk."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..core.content import Packed
from ..core.errors import MediaError

_OPEN_ARCHIVES = 8
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


class TooLargeError(Exception):
    """A file in an archive is larger than allowed.

    Attributes:
        size: Number of bytes.
    """

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


@dataclass(frozen=True, slots=True)
class InArchive:
    """Reads a file in an archive whose content is known."""

    archive: Path
    member: str
    sha256: str
    name: str
    most: int

    def __call__(self) -> bytes:
        """Return the bytes.

        Raises:
            MediaError: They are gone, or are other ones.
        """
        data = read_member(self.archive, self.member, self.most)
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise MediaError(f"{self.name} was changed while the run was under way. Start it again.")
        return data


def unpacked_paths(source: Packed) -> Iterator[str]:
    """Yield the paths that a file has if its archive was unpacked: in a folder of the archive's name, or beside it."""
    if "*" not in source.archive:
        yield f"{source.archive.removesuffix('.zip')}/{source.name}"
    folder = source.archive.rpartition("/")[0]
    yield f"{folder}/{source.name}" if folder else source.name


def find_member(archives: Iterable[Path], source: Packed) -> tuple[Path, str]:
    """Return the archive that holds a file, and its path there.

    Raises:
        MediaError: None holds it, or one cannot be read.
    """
    looked = list(archives)
    for archive in looked:
        if (member := _named(archive, source)) is not None:
            return archive, member
    where = ", ".join(archive.name for archive in looked[:3])
    raise MediaError(f"{source.name!r} is not in {where}. Download the archive again, or correct the name.")


def members(archive: Path) -> list[str]:
    """Return the paths of the files in an archive.

    Raises:
        MediaError: It cannot be read.
    """
    return [path for same in _index(archive)[1].values() for path in same]


def read_member(archive: Path, member: str, most: int) -> bytes:
    """Return the bytes of a file in an archive.

    Args:
        most: Number of bytes that are read at most.

    Raises:
        MediaError: It cannot be read.
        TooLargeError: It is larger, whatever the archive's index says.
    """
    try:
        opened = _index(archive)[0]
        size = opened.getinfo(member).file_size
        if size > most:
            raise TooLargeError(size)
        with opened.open(member) as stream:
            data = stream.read(most + 1)
    except KeyError:
        raise MediaError(f"{member!r} is not in {archive.name} any more. Download the archive again.") from None
    except _BROKEN as error:
        raise _unreadable(archive, error) from None
    if len(data) > most:
        raise TooLargeError(len(data))
    return data


def _named(archive: Path, source: Packed) -> str | None:
    """Return the path in an archive that ends with a name, the first in order of those near the word."""
    by_base = _index(archive)[1]
    wanted = source.name.replace("\\", "/").lstrip("/")
    same = by_base.get(wanted.rpartition("/")[2], ())
    found = [path for path in same if path == wanted or path.endswith(f"/{wanted}")]
    near = source.near.replace("_", "").casefold()
    preferred = [path for path in found if near and near in path.replace("_", "").casefold()]
    return min(preferred or found, default=None)


def _index(archive: Path) -> tuple[zipfile.ZipFile, dict[str, list[str]]]:
    """Return an open archive and the paths in it, by the last part of their names."""
    try:
        found = archive.stat()
        return _opened(archive, (found.st_mtime_ns, found.st_size))
    except _BROKEN as error:
        raise _unreadable(archive, error) from None


@lru_cache(maxsize=_OPEN_ARCHIVES)
def _opened(archive: Path, stamp: tuple[int, int]) -> tuple[zipfile.ZipFile, dict[str, list[str]]]:
    """Return what `_index` returns; ``stamp`` is another one if the archive was replaced."""
    opened = zipfile.ZipFile(archive)
    by_base: dict[str, list[str]] = {}
    for path in opened.namelist():
        if not path.endswith("/"):
            by_base.setdefault(path.rpartition("/")[2], []).append(path)
    return opened, by_base


def _unreadable(archive: Path, error: Exception) -> MediaError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return MediaError(f"{archive.name} cannot be read as a zip archive: {reason}. Download it again.")
