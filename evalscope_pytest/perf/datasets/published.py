"""Data sets with a home on a hub."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...core.errors import DatasetError
from ...datasets.hub import open_repository
from ...datasets.location import Place
from .options import DataOptions


@dataclass(frozen=True, slots=True)
class Published:
    """A file of a data set on each hub."""

    modelscope: str
    huggingface: str
    file: str


def file_of(published: Published, options: DataOptions) -> Path:
    """Return the user's file, or the hub's.

    Raises:
        DatasetError: The hub does not have it, or does not answer.
    """
    if options.path:
        path = Path(options.path)
        return path / published.file if path.is_dir() else path
    name = published.modelscope if options.hub == "modelscope" else published.huggingface
    try:
        tree = open_repository(name, Place("perf", Path.cwd(), options.hub))
        found = next((path for path in tree.paths if path.rpartition("/")[2] == published.file), None)
        if found is None:
            raise DatasetError(f"{tree.title} has no file {published.file}.")
        return tree.fetch([found])[found]
    except DatasetError as error:
        first = str(error).split(". ")[0]
        raise DatasetError(f"{first}. Give the file: --dataset-path {published.file}") from error
