"""Datasets on a hub: list the repository's files, download the wanted ones, read them with our own readers.

No script of a dataset is run and nothing is unpickled. Files go to the hub library's own cache, shared with other
programs; a hub that does not answer within `PATIENCE_S` is given up (docs/design/datasets.md).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol, TypeVar

from ..core.errors import DatasetError
from ..core.secret import redact
from .files import format_of
from .location import Place, ScriptedTree, Tree, how_to_go_local, local_tree
from .source import Record

PATIENCE_S = 12.0
_ASK_AGAIN_AFTER_S = 60.0
_OFFLINE = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Repository:
    """A dataset on a hub, and where its files go.

    Attributes:
        revision: Branch, tag or commit; empty for the hub's default.
        endpoint: The hub's address as the environment gives it; empty for the library's own.
        cache_dir: Where downloads go; None for the library's own cache.
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
    """The files of a repository, which may be another revision than the asked one: the hub's own parquet copy."""

    repository: Repository
    files: tuple[RemoteFile, ...]


class HubLibrary(Protocol):
    """What is asked of a hub's own library. Its exceptions pass through, but for those the docstrings name."""

    @property
    def title(self) -> str:
        """The hub's name."""
        ...

    @property
    def variables(self) -> tuple[str, ...]:
        """Environment variables that hold the hub's address, the first set one counts; last, the one of the token."""
        ...

    def prepare(self) -> None:
        """Import what is needed, so that it does not count against the hub's time to answer."""
        ...

    def list_files(self, repository: Repository) -> Listing:
        """Return the repository's files.

        Raises:
            LookupError: There is no such dataset or revision.
            PermissionError: It is not open to this user.
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


@dataclass(frozen=True, slots=True)
class RemoteTree:
    """The files of a repository; `fetch` downloads them."""

    library: HubLibrary
    repository: Repository
    files: tuple[RemoteFile, ...]
    place: Place
    folder: str = ""
    single: bool = False

    @property
    def title(self) -> str:
        """The dataset and its hub."""
        return _title(self.library, self.repository)

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of the files in the repository."""
        return tuple(file.path for file in self.files)

    def fetch(self, paths: Iterable[str]) -> dict[str, Path]:
        """Download files and return where they are.

        Raises:
            DatasetError: The download failed.
        """
        wanted = set(paths)
        files = [file for file in self.files if file.path in wanted]
        try:
            return self.library.download(self.repository, files, self.place.force_redownload)
        except Exception as error:
            raise DatasetError(
                f"The download of {self.title} failed: {_reason(error)}. Run it again to go on from where it "
                f"stopped. {how_to_go_local(self.place.benchmark)}"
            ) from error


def open_repository(dataset_id: str, place: Place) -> Tree:
    """Return the files of a dataset on the place's hub, from the cache when there is no way online.

    Raises:
        DatasetError: It is not there, not open, or the hub does not answer and nothing is cached.
    """
    library = _library(place.hub)
    repository = Repository(dataset_id, place.revision, _endpoint(library), _cache_dir(place))
    if any(os.environ.get(name, "").upper() in ("1", "ON", "YES", "TRUE") for name in _OFFLINE):
        return _cached(library, repository, place, "going online is switched off by HF_HUB_OFFLINE")
    try:
        listing = _list_files(place.hub, repository)
    except LookupError as error:
        at = f" at revision {repository.revision!r}" if repository.revision else ""
        raise DatasetError(
            f"No dataset {dataset_id!r}{at} on {library.title}. Check the id, or set --eval-dataset-hub to the hub "
            f"that has it. {how_to_go_local(place.benchmark)}"
        ) from error
    except PermissionError as error:
        raise DatasetError(
            f"{_title(library, repository)} is not open to you: {_reason(error)}. Ask for access on its page and set "
            f"{library.variables[-1]}. {how_to_go_local(place.benchmark)}"
        ) from error
    except _NoAnswerError as error:
        return _cached(library, repository, place, str(error))
    if any(format_of(file.path) for file in listing.files):
        return RemoteTree(library, listing.repository, listing.files, place)
    return _scripted(library, listing, place)


class _NoAnswerError(Exception):
    """The hub could not be asked."""


_gave_up: dict[tuple[str, str], tuple[float, str]] = {}


@lru_cache(maxsize=256)
def _list_files(hub: str, repository: Repository) -> Listing:
    """List once in a process, so that all parts of one evaluation see the same state of the dataset."""
    library = _library(hub)
    key = (hub, repository.endpoint)
    since, why = _gave_up.get(key, (-_ASK_AGAIN_AFTER_S, ""))
    if time.monotonic() - since < _ASK_AGAIN_AFTER_S:
        raise _NoAnswerError(why)
    library.prepare()
    try:
        return _within(PATIENCE_S, lambda: library.list_files(repository))
    except (LookupError, PermissionError):
        raise
    except Exception as error:
        where = f" at {redact(repository.endpoint)}" if repository.endpoint else ""
        late = f"no answer within {PATIENCE_S:.0f} s" if isinstance(error, FutureTimeoutError) else _reason(error)
        _gave_up[key] = (time.monotonic(), f"{library.title} could not be asked{where}: {late}")
        raise _NoAnswerError(_gave_up[key][1]) from error


def _within(seconds: float, work: Callable[[], _T]) -> _T:
    """Return what ``work`` returns; give it up after some seconds, whatever it is waiting for."""
    future: Future[_T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - handed over to the thread that waits
            future.set_exception(error)

    # A daemon thread: the hub libraries' retries must not keep the process from ending.
    threading.Thread(target=run, name="evalscope-hub", daemon=True).start()
    return future.result(timeout=seconds)


def _cached(library: HubLibrary, repository: Repository, place: Place, why: str) -> Tree:
    folder = library.cached(repository)
    if folder is None:
        raise DatasetError(
            f"No records of {place.benchmark!r}: {why}, and {repository.id} is not in the cache. Check the network, "
            f"the proxy and {library.variables[0]}. {how_to_go_local(place.benchmark)}"
        )
    _log.warning("%s: %s; using the files downloaded earlier to %s", place.benchmark, why, folder)
    return local_tree(folder, f"{_title(library, repository)} (downloaded earlier to {folder})")


def _scripted(library: HubLibrary, listing: Listing, place: Place) -> Tree:
    """Leave a dataset without readable files to the library, if the user trusts its code."""
    repository = listing.repository
    title = _title(library, repository)
    scripts = ", ".join(file.path for file in listing.files if file.path.endswith(".py"))
    what = f"is read by a script of its own ({scripts})" if scripts else "has no file of a format that is read here"
    if not place.trust_remote_code:
        raise DatasetError(
            f"{title} {what}, and scripts of datasets are not run unless trust_remote_code is set. Better, look for a "
            f"copy in parquet or JSON lines, or convert it once. {how_to_go_local(place.benchmark)}"
        )

    def run(subset: str, split: str) -> Iterator[Record]:
        try:
            yield from library.run_script(repository, subset, split)
        except Exception as error:
            raise DatasetError(
                f"{title} {what}, and {library.title}'s library could not load it: {_reason(error)}. "
                f"{how_to_go_local(place.benchmark)}"
            ) from error

    return ScriptedTree(title, run)


def _library(hub: str) -> HubLibrary:
    if hub == "huggingface":
        from .hub_huggingface import HuggingFace

        return HuggingFace()
    from .hub_modelscope import ModelScope

    return ModelScope()


def _endpoint(library: HubLibrary) -> str:
    set_ones = (value for name in library.variables[:-1] if (value := os.environ.get(name, "").strip()))
    return next((v if "://" in v else f"https://{v}" for v in set_ones), "").rstrip("/")


def _cache_dir(place: Place) -> Path | None:
    if place.cache_dir or place.dataset_dir:
        return (place.cache_dir or place.dataset_dir or Path()).expanduser().absolute()
    root = os.environ.get("EVALSCOPE_CACHE")
    return Path(root).expanduser().absolute() / "datasets" if root else None


def _title(library: HubLibrary, repository: Repository) -> str:
    return f"{repository.id} on {library.title}" + (f" @ {repository.revision}" if repository.revision else "")


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return redact(text if len(text) <= 300 else text[:297] + "...")
