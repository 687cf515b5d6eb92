"""Data sets with a home on a hub."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...core.errors import DatasetError
from ...datasets.base import DataLocation, Tree, local_tree
from ...datasets.hub import open_repository
from .options import DataOptions


@dataclass(frozen=True, slots=True)
class Published:
    """A data set on each hub, and the name of its file; empty for all files."""

    modelscope: str
    huggingface: str
    file: str


def file_of(published: Published, options: DataOptions) -> Path:
    """Return the user's file, or the hub's.

    Raises:
        DatasetError: The hub lacks the file, or does not answer.
    """
    if options.path:
        path = Path(options.path)
        return path / published.file if path.is_dir() else path
    try:
        tree = tree_of(published, options)
        found = next((path for path in tree.paths if path.rpartition("/")[2] == published.file), None)
        if found is None:
            raise DatasetError(f"{tree.title} has no file {published.file}.")
        return tree.fetch([found])[found]
    except DatasetError as error:
        first = str(error).split(". ")[0]
        raise DatasetError(f"{first}. Give the file: --dataset-path {published.file}") from error


def tree_of(published: Published, options: DataOptions) -> Tree:
    """Return the user's folder, or the hub's repository.

    Raises:
        DatasetError: The folder does not exist, or the hub does not answer.
    """
    if options.path:
        path = Path(options.path)
        if not path.exists():
            raise DatasetError(f"--dataset-path {path}: no such file or folder.")
        return local_tree(path)
    name = published.modelscope if options.hub == "modelscope" else published.huggingface
    return open_repository(name, DataLocation(name.rpartition("/")[2], Path.cwd(), options.hub))
