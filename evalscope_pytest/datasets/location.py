"""Where the records of a benchmark are: local paths first, which never go online, then a hub."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..core.errors import NoDataError, closest_path
from .base import DataLocation, Hub, Tree, how_to_go_local, local_tree
from .files import format_of
from .hub import open_repository
from .source import Source


def locate(source: Source, place: DataLocation) -> Tree:
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
    return open_repository(repository, place)


def is_local(source: Source, place: DataLocation) -> bool:
    """Return whether a benchmark's records are on this machine, so that no hub is contacted."""
    return any(path.exists() for path in _candidates(source, place))


def _candidates(source: Source, place: DataLocation) -> Iterable[Path]:
    if place.dataset_id:
        yield Path(place.dataset_id).expanduser()
        if _is_path(place.dataset_id, place.hub):
            return  # a path that was asked for by name and is not there: nothing else may stand in for it
    if place.dataset_dir is not None:
        yield place.dataset_dir.expanduser() / place.benchmark
    if source.kind == "local" and not place.dataset_id:
        yield place.file_dir / Path(source.location).expanduser()


def _is_path(text: str, hub: Hub) -> bool:
    """Return whether a dataset id can only be a path: a hub's id is ``owner/name``, on Hugging Face also ``name``."""
    parts = (0, 1) if hub == "huggingface" else (1,)
    return text.startswith((".", "~", "/", "\\")) or text.count("/") not in parts or bool(format_of(text))


def _own_file_missing(source: Source, place: DataLocation) -> str:
    """Return what to say of a local file that a benchmark names and that is not beside its test file; or nothing."""
    if source.kind != "local" or place.dataset_id or not source.location:
        return ""
    path = place.file_dir / Path(source.location).expanduser()
    return (
        f"{place.benchmark!r} reads {source.location!r}, which does not exist in {path.parent}. {closest_path(path)}"
        f"Correct local(...) in its test file, or add the file."
    )


def _nothing_there(place: DataLocation, tried: list[Path]) -> str:
    listed = ", ".join(str(path.absolute()) for path in tried) or "no path"
    return f"No records of {place.benchmark!r} there: tried {listed}. {how_to_go_local(place.benchmark)}"
