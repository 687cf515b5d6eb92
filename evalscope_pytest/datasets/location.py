"""Where the records of a benchmark are: local paths first, which never go online, then a hub."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from ..core.errors import DatasetError, NoDataError, closest_path
from .files import format_of
from .source import Record, Source

Hub = Literal["modelscope", "huggingface", "local"]
_DEEPEST = 6
_MOST_FILES = 100_000


@dataclass(frozen=True, slots=True)
class Place:
    """What decides where one benchmark's records come from.

    Attributes:
        benchmark: Its name: also that of its folder in ``dataset_dir``.
        file_dir: The folder of the benchmark's test file.
        hub: Where dataset ids are looked up; ``local`` never goes online.
        dataset_dir: A folder with one folder for each benchmark; also where downloads go.
        dataset_id: The user's own choice: a path or a hub's dataset id. Empty for the benchmark's.
        revision: Branch, tag or commit; empty for the hub's default.
        force_redownload: Fetch the files even when the hub library has them.
        trust_remote_code: Let the hub library run the dataset's own loading script.
        cache_dir: Where downloads go, before ``dataset_dir`` and the environment.
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
        """What messages call it."""
        ...

    @property
    def folder(self) -> str:
        """The name of its folder; empty for a hub repository."""
        ...

    @property
    def single(self) -> bool:
        """Whether the user named one file, not a folder."""
        ...

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of its files, relative and with ``/``."""
        ...

    def fetch(self, paths: Iterable[str]) -> dict[str, Path]:
        """Return where these files are on this machine, after downloading the missing ones.

        Raises:
            DatasetError: They could not be had.
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
        """Return nothing: there are no files."""
        return {}


def local_tree(path: Path, title: str = "") -> LocalTree:
    """Return the files under ``path``, or the one file it is.

    Raises:
        DatasetError: The folder cannot be read, or holds so much that it cannot be meant.
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


def locate(source: Source, place: Place) -> Tree:
    """Find a benchmark's files: the user's path, ``dataset_dir``, beside the test file, and last the hub.

    Raises:
        NoDataError: Nothing is there; the message lists what was tried.
    """
    tried: list[Path] = []
    for path in _candidates(source, place):
        if path.exists():
            return local_tree(path)
        tried.append(path)
    repository = place.dataset_id or (source.location if source.kind == "hub" else "")
    if place.hub == "local" or not repository or _is_path(repository, place.hub):
        raise NoDataError(_own_file_missing(source, place) or _nothing_there(place, tried))
    from .hub import open_repository

    return open_repository(repository, place)


def is_local(source: Source, place: Place) -> bool:
    """Return whether a benchmark's records are on this machine, so that no hub is asked."""
    return any(path.exists() for path in _candidates(source, place))


def how_to_go_local(benchmark: str) -> str:
    """Say what to type to evaluate a local copy."""
    return (
        f'To evaluate a local copy: --eval-dataset-args \'{{"{benchmark}": {{"dataset_id": "/path/to/copy"}}}}\', '
        f"or --eval-dataset-dir DIR with the records in DIR/{benchmark}/."
    )


def _candidates(source: Source, place: Place) -> Iterable[Path]:
    if place.dataset_id:
        yield Path(place.dataset_id).expanduser()
        if _is_path(place.dataset_id, place.hub):
            return  # a path that was asked for by name and is not there: nothing else may stand in for it
    if place.dataset_dir is not None:
        yield place.dataset_dir.expanduser() / place.benchmark
    if source.kind == "local" and not place.dataset_id:
        yield place.file_dir / Path(source.location).expanduser()


def _is_path(text: str, hub: Hub) -> bool:
    """Tell whether a dataset id can only be a path: a hub's id is ``owner/name``, on Hugging Face also ``name``."""
    parts = (0, 1) if hub == "huggingface" else (1,)
    return text.startswith((".", "~", "/", "\\")) or text.count("/") not in parts or bool(format_of(text))


def _own_file_missing(source: Source, place: Place) -> str:
    """Return what to say of a local file that a benchmark names and that is not beside its test file; or nothing."""
    if source.kind != "local" or place.dataset_id or not source.location:
        return ""
    path = place.file_dir / Path(source.location).expanduser()
    return (
        f"{place.benchmark!r} reads {source.location!r}, which does not exist in {path.parent}. {closest_path(path)}"
        f"Correct local(...) in its test file, or add the file."
    )


def _nothing_there(place: Place, tried: list[Path]) -> str:
    listed = ", ".join(str(path.absolute()) for path in tried) or "no path"
    return f"No records of {place.benchmark!r} there: tried {listed}. {how_to_go_local(place.benchmark)}"


def _refuse(error: OSError) -> None:
    raise DatasetError(f"Cannot read {error.filename}: {error.strerror}.") from error
