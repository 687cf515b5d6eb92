"""The types that finding and loading data share: where to look, trees of files, and repositories on a hub."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from ..core.errors import DatasetError
from .source import Record

Hub = Literal["modelscope", "huggingface", "local"]
_DEEPEST = 6
_MOST_FILES = 100_000


@dataclass(frozen=True, slots=True)
class DataLocation:
    """The location of one benchmark's records.

    Attributes:
        benchmark: Its name: also that of its folder in ``dataset_dir``.
        file_dir: The folder of the benchmark's test file.
        hub: The hub that dataset ids refer to; ``local`` never goes online.
        dataset_dir: A folder with one folder for each benchmark; also the target of downloads.
        dataset_id: The user's own choice: a path or a hub's dataset id. Empty for the benchmark's.
        revision: Branch, tag or commit; empty for the hub's default.
        force_redownload: Fetch the files even when the hub library has them.
        trust_remote_code: Let the hub library run the dataset's own loading script.
        cache_dir: Folder for downloads; it overrides ``dataset_dir`` and the environment.
        offline: Take what a hub's cache holds, and never go online.
    """

    benchmark: str
    file_dir: Path
    hub: Hub = "modelscope"
    dataset_dir: Path | None = None
    dataset_id: str = ""
    revision: str = ""
    force_redownload: bool = False
    trust_remote_code: bool = False
    cache_dir: Path | None = None
    offline: bool = False


class Tree(Protocol):
    """The files of one dataset."""

    @property
    def title(self) -> str:
        """The name in messages."""
        ...

    @property
    def folder(self) -> str:
        """The name of its folder; empty for a hub repository."""
        ...

    @property
    def single(self) -> bool:
        """True if the user named one file, not a folder."""
        ...

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of its files, relative and with ``/``."""
        ...

    def fetch(self, paths: Iterable[str]) -> dict[str, Path]:
        """Return where these files are on this machine, after downloading the missing ones.

        Raises:
            DatasetError: They could not be downloaded.
        """
        ...


@dataclass(frozen=True, slots=True)
class LocalTree:
    """A folder, or a single file, on this machine."""

    root: Path
    title: str
    paths: tuple[str, ...]
    single: bool = False

    @property
    def folder(self) -> str:
        """The folder's name."""
        return self.root.name

    def fetch(self, paths: Iterable[str]) -> dict[str, Path]:
        """Return the files' full paths."""
        return {path: self.root / path for path in paths}


@dataclass(frozen=True, slots=True)
class ScriptedTree:
    """A dataset whose files only the hub's library can read: `run` yields the records of a subset and a split."""

    title: str
    run: Callable[[str, str], Iterable[Record]]
    paths: tuple[str, ...] = ()
    folder: str = ""
    single: bool = False

    def fetch(self, paths: Iterable[str]) -> dict[str, Path]:
        """Return an empty mapping: a scripted dataset has no files."""
        return {}


def local_tree(path: Path, title: str = "") -> LocalTree:
    """Return the files under ``path``, or the one file it is.

    Raises:
        DatasetError: The folder cannot be read, or holds too many files.
    """
    path = path.absolute()
    if path.is_file():
        return LocalTree(path.parent, title or str(path), (path.name,), single=True)
    found: list[str] = []
    seen: set[str] = set()
    for folder, names, files in os.walk(path, followlinks=True, onerror=_refuse):
        depth = len(Path(folder).relative_to(path).parts)
        real = os.path.realpath(folder)
        names[:] = [] if real in seen or depth >= _DEEPEST else sorted(n for n in names if not n.startswith("."))
        seen.add(real)
        inside = os.path.relpath(folder, path).replace(os.sep, "/")
        found += [name if inside == "." else f"{inside}/{name}" for name in files if not name.startswith(".")]
        if len(found) > _MOST_FILES:
            raise DatasetError(f"{path} holds more than {_MOST_FILES:,} files. Give the dataset's own folder.")
    return LocalTree(path, title or str(path), tuple(sorted(found)))


def how_to_go_local(benchmark: str) -> str:
    """Return the options that evaluate a local copy."""
    return (
        f'To evaluate a local copy: --eval-dataset-args \'{{"{benchmark}": {{"dataset_id": "/path/to/copy"}}}}\', '
        f"or --eval-dataset-dir DIR with the records in DIR/{benchmark}/."
    )


def _refuse(error: OSError) -> None:
    raise DatasetError(f"Cannot read {error.filename}: {error.strerror}.") from error


# Hubs ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Repository:
    """A dataset on a hub, and where its files go.

    Attributes:
        revision: Branch, tag or commit; empty for the hub's default.
        endpoint: The hub's address as the environment gives it; empty for the library's own.
        cache_dir: Folder for downloads; None for the library's own cache.
    """

    id: str
    revision: str
    endpoint: str
    cache_dir: Path | None


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the hub lists it."""

    path: str
    size: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a repository, which may be another revision than the requested one: the hub's own parquet copy."""

    repository: Repository
    files: tuple[RemoteFile, ...]


class HubLibrary(Protocol):
    """The interface to a hub's library. Its exceptions pass through, except for those that the docstrings name."""

    @property
    def title(self) -> str:
        """The hub's name."""
        ...

    @property
    def variables(self) -> tuple[str, ...]:
        """Environment variables that hold the hub's address, the first set one counts; last, the one of the token."""
        ...

    def prepare(self) -> None:
        """Import the library, so that this does not count against the hub's time to answer."""
        ...

    def list_files(self, repository: Repository) -> Listing:
        """Return the repository's files.

        Raises:
            NotThereError: The dataset or revision does not exist.
            NotOpenError: It is not open to this user.
        """
        ...

    def download(self, repository: Repository, files: list[RemoteFile], force: bool) -> dict[str, Path]:
        """Return where the files are, after downloading the missing and outdated ones (all with ``force``)."""
        ...

    def cached(self, repository: Repository) -> Path | None:
        """Return the folder of the files downloaded earlier, without going online."""
        ...

    def run_script(self, repository: Repository, subset: str, split: str) -> Iterable[Record]:
        """Let the library load a dataset in its own way, which may run the dataset's code."""
        ...


class NotThereError(Exception):
    """The hub has no such dataset or revision."""


class NotOpenError(Exception):
    """The hub does not show the dataset to this user."""
