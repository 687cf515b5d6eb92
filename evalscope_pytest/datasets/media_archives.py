"""Media in zip archives beside a dataset's records, named ``images.zip/figures/a.png``.

Nothing is unpacked to disk: a member is read when it is needed, and only up to the size that its kind may have. Its
name is looked up in the archive's own list and never becomes a path.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from ..core.errors import MediaError

_IN_ARCHIVE = re.compile(r"(?P<archive>[^\0]{1,400}?\.zip)/(?P<member>[^\0]{1,1000})", re.IGNORECASE)
_OPEN = 8  # archives that stay open: their lists of members may have 100,000 lines
_DAMAGED = (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError, zlib.error)
_ENCRYPTED = 0x1


class TooLarge(Protocol):
    """Makes the error for a member of some size."""

    def __call__(self, name: str, size: int, kind: str) -> MediaError:
        """Return the error."""
        ...


def in_archive(path: str) -> tuple[str, str] | None:
    """Return the archive and the member that a path names; None if it names a file."""
    found = _IN_ARCHIVE.fullmatch(path)
    return (found["archive"], found["member"]) if found else None


@dataclass(frozen=True, slots=True)
class Member:
    """Reads a member of an archive whose content is known."""

    archive: Path
    name: str
    sha256: str
    most: int

    def __call__(self) -> bytes:
        """Return the bytes.

        Raises:
            MediaError: They are gone, or others.
        """
        data = _opened(self.archive).read(self.name, self.most)
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise MediaError(
                f"{self.name} in {self.archive.name} was changed while the run was under way. Start it again."
            )
        return data


class _Archive:
    """An archive that is open, and the names of its members."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except _DAMAGED as error:
            raise MediaError(f"{path.name} is not an archive that can be read: {error}. Download it again.") from None
        self._names = {info.filename: info for info in self._zip.infolist()}

    def find(self, member: str) -> zipfile.ZipInfo:
        """Return a member by its name, or by the end of it if the archive leaves out the first folders."""
        name = member
        while name:
            if name in self._names:
                return self._names[name]
            name = name.partition("/")[2]
        raise MediaError(f"{member} is not in {self._path.name}. Correct the name, or download the archive again.")

    def read(self, member: str, most: int) -> bytes:
        """Return the bytes of a member, of a longer one as many as show that it is too long."""
        try:
            with self._zip.open(self.find(member)) as file:
                return file.read(most + 1)
        except _DAMAGED as error:
            raise MediaError(f"{member} in {self._path.name} cannot be read: {error}.") from None


def read_member(archive: Path, member: str, kind: str, most: int, too_large: TooLarge) -> bytes:
    """Return the bytes of a member.

    Args:
        most: Number of bytes that its kind may have.

    Raises:
        MediaError: The archive or the member is missing, damaged, encrypted or too large.
    """
    found = _opened(archive)
    info = found.find(member)
    if info.flag_bits & _ENCRYPTED:
        raise MediaError(f"{member} in {archive.name} is encrypted. Unpack the archive beside it.")
    data = b"" if info.file_size > most else found.read(member, most)
    if (size := max(info.file_size, len(data))) > most:
        raise too_large(f"{member} in {archive.name}", size, kind)
    return data


def _opened(path: Path) -> _Archive:
    try:
        state = path.stat()
    except OSError as error:
        raise MediaError(f"{path.name} cannot be read any more: {error.strerror}.") from None
    return _kept(path, state.st_mtime_ns, state.st_size)


@lru_cache(_OPEN)
def _kept(path: Path, changed: int, size: int) -> _Archive:
    return _Archive(path)
