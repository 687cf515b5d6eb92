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
from pathlib import Path
from typing import TypeVar

from ..core.errors import DatasetError, NoDataError
from ..core.secret import redact
from .base import (
    DataLocation,
    HubLibrary,
    Listing,
    NotOpenError,
    NotThereError,
    RemoteFile,
    Repository,
    ScriptedTree,
    Tree,
    how_to_go_local,
    local_tree,
)
from .files import format_of
from .source import Record

PATIENCE_S = 10.0
ASK_AGAIN_AFTER_S = 60.0
_OFFLINE = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class RemoteTree:
    """The files of a repository; `fetch` downloads them."""

    library: HubLibrary
    repository: Repository
    files: tuple[RemoteFile, ...]
    place: DataLocation
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
            NoDataError: The download failed.
        """
        wanted = set(paths)
        files = [file for file in self.files if file.path in wanted]
        try:
            return self.library.download(self.repository, files, self.place.force_redownload)
        except Exception as error:
            raise NoDataError(
                f"The download of {self.title} failed: {_reason(error)}. Run it again to continue from where it "
                f"stopped. {how_to_go_local(self.place.benchmark)}"
            ) from error


def open_repository(dataset_id: str, place: DataLocation) -> Tree:
    """Return the files of a dataset on the place's hub, from the cache if the hub cannot be reached.

    Raises:
        NoDataError: It does not exist, is not open, or the hub does not answer and nothing is cached.
    """
    library = _library(place.hub)
    repository = Repository(dataset_id, place.revision, _endpoint(library), _cache_dir(place))
    if place.offline:
        return _cached(library, repository, place, "nothing is downloaded for a list", "Run it to download them")
    if any(os.environ.get(name, "").upper() in ("1", "ON", "YES", "TRUE") for name in _OFFLINE):
        return _cached(library, repository, place, f"{_OFFLINE[0]} forbids to go online", f"Unset {_OFFLINE[0]}")
    try:
        listing = _list_files(library, repository, place.hub)
    except NotThereError as error:
        at = f" at revision {repository.revision!r}" if repository.revision else ""
        raise NoDataError(
            f"No dataset {dataset_id!r}{at} on {library.title}. Check the id, or set --eval-dataset-hub to the hub "
            f"that has it. {how_to_go_local(place.benchmark)}"
        ) from error
    except NotOpenError as error:
        raise NoDataError(
            f"{_title(library, repository)} is not open to you: {_reason(error)}. Ask for access on its page and set "
            f"{library.variables[-1]}. {how_to_go_local(place.benchmark)}"
        ) from error
    except _NoAnswerError as error:
        check = f"Check the network, the proxy and {library.variables[0]}"
        return _cached(library, repository, place, str(error), check)
    if any(format_of(file.path) for file in listing.files):
        return RemoteTree(library, listing.repository, listing.files, place)
    return _scripted(library, listing, place)


class _NoAnswerError(Exception):
    """The hub could not be reached."""


# What was learnt a moment ago: all parts of one evaluation see the same state of a dataset, and a hub that does not
# answer is waited for once, not once for each benchmark.
_listed: dict[tuple[str, Repository], tuple[float, Listing]] = {}
_silent: dict[tuple[str, str], tuple[float, str]] = {}


def _list_files(library: HubLibrary, repository: Repository, hub: str) -> Listing:
    oldest = time.monotonic() - ASK_AGAIN_AFTER_S
    if (known := _listed.get((hub, repository))) and known[0] > oldest:
        return known[1]
    if (failed := _silent.get((hub, repository.endpoint))) and failed[0] > oldest:
        raise _NoAnswerError(failed[1])
    library.prepare()
    try:
        listing = _within(PATIENCE_S, lambda: library.list_files(repository))
    except (NotThereError, NotOpenError):
        raise
    except Exception as error:
        where = f" at {redact(repository.endpoint)}" if repository.endpoint else ""
        late = f"no answer within {PATIENCE_S:.0f} s" if isinstance(error, FutureTimeoutError) else _reason(error)
        why = f"{library.title} could not be reached{where}: {late}"
        _silent[hub, repository.endpoint] = (time.monotonic(), why)
        raise _NoAnswerError(why) from error
    _listed[hub, repository] = (time.monotonic(), listing)
    return listing


def _within(seconds: float, work: Callable[[], _T]) -> _T:
    """Return the result of ``work``; give up after some seconds, whatever it is waiting for."""
    future: Future[_T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - handed over to the thread that waits
            future.set_exception(error)

    # A daemon thread: the hub libraries' retries must not keep the process from ending.
    threading.Thread(target=run, name="evalscope-hub", daemon=True).start()
    return future.result(timeout=seconds)


def _cached(library: HubLibrary, repository: Repository, place: DataLocation, why: str, advice: str) -> Tree:
    folder = library.cached(repository)
    if folder is None:
        raise NoDataError(
            f"No records of {place.benchmark!r}: {why}, and {repository.id} is not in the cache. {advice}. "
            f"{how_to_go_local(place.benchmark)}"
        )
    _log.warning("%s: %s; using the files downloaded earlier to %s", place.benchmark, why, folder)
    return local_tree(folder, f"{_title(library, repository)} (downloaded earlier to {folder})")


def _scripted(library: HubLibrary, listing: Listing, place: DataLocation) -> Tree:
    """Leave a dataset without readable files to the library, if the user trusts its code."""
    repository = listing.repository
    title = _title(library, repository)
    scripts = ", ".join(file.path for file in listing.files if file.path.endswith(".py"))
    what = f"is read by its own script ({scripts})" if scripts else "has no file of a format that is read here"
    if not place.trust_remote_code:
        raise NoDataError(
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
        from .hub_libraries import HuggingFace

        return HuggingFace()
    from .hub_libraries import ModelScope

    return ModelScope()


def _endpoint(library: HubLibrary) -> str:
    set_ones = (value for name in library.variables[:-1] if (value := os.environ.get(name, "").strip()))
    return next((v if "://" in v else f"https://{v}" for v in set_ones), "").rstrip("/")


def _cache_dir(place: DataLocation) -> Path | None:
    if place.cache_dir or place.dataset_dir:
        return (place.cache_dir or place.dataset_dir or Path()).expanduser().absolute()
    root = os.environ.get("EVALSCOPE_CACHE")
    return Path(root).expanduser().absolute() / "datasets" if root else None


def _title(library: HubLibrary, repository: Repository) -> str:
    return f"{repository.id} on {library.title}" + (f" @ {repository.revision}" if repository.revision else "")


def _reason(error: BaseException) -> str:
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return redact(first if len(first) <= 300 else first[:297] + "...").rstrip(".")
