"""The files of a dataset, as a benchmark that makes its records itself reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from ..core.errors import DatasetError, MediaError, NoDataError
from .base import DataLocation
from .files import format_of, read_records
from .load import load_subsets, locate, read_texts
from .media_archives import TooLargeError, members, read_member
from .source import Record, Source

MOST_BYTES = 64 << 20  # of a text in an archive


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the files of a dataset.

    Attributes:
        source: The benchmark's dataset.
        place: Where it is.
    """

    source: Source
    place: DataLocation

    def __call__(self, *patterns: str) -> list[str]:
        """Return the texts of the files that match the first pattern any file matches, by name.

        Raises:
            DatasetError: None matches, or one is not UTF-8.
        """
        return read_texts(self.source, self.place, *patterns)

    def rows(self, subset: str = "", split: str = "") -> list[Record]:
        """Return all records of a subset; of the whole split, whatever the records' subset, if none is named.

        Args:
            split: The evaluated split if empty.

        Raises:
            DatasetError: The subset or split is missing, or a file is malformed.
        """
        name, split = subset or "default", split or self.source.split
        return load_subsets(replace(self.source, subsets=(name,), subset_by=None), self.place, (name,), split)[name]

    def files(self, pattern: str) -> Mapping[str, Path]:
        """Return where the files of the dataset that match are on this machine, by their paths in it.

        Args:
            pattern: Of the paths, with ``*`` for any characters.

        Raises:
            DatasetError: The dataset is missing, or cannot be downloaded.
        """
        tree = locate(self.source, self.place)
        return tree.fetch([path for path in tree.paths if fnmatchcase(path, pattern)])

    def table(self, *patterns: str) -> list[Record]:
        """Return the records of the first file that matches the first pattern any file of records matches.

        Raises:
            DatasetError: None matches, or the file is malformed.
        """
        tree = locate(self.source, self.place)
        for pattern in patterns:
            found = sorted(path for path in tree.paths if fnmatchcase(path, pattern) and format_of(path))
            if found:
                return list(read_records(tree.fetch(found[:1])[found[0]]))
        folder = patterns[0].rpartition("/")[0]
        beside = [path for path in tree.paths if path.rpartition("/")[0] == folder]
        there = f" There is: {', '.join(beside[:10])}." if beside else ""
        raise NoDataError(
            f"{self.place.benchmark} has no file {' or '.join(patterns)} in {tree.title}.{there} Add one."
        )

    def packed(self, archive: str, pattern: str) -> Mapping[str, str]:
        """Return texts in a zip archive of the dataset by their paths; also of the folder it was unpacked into.

        Args:
            archive: Path of the archive inside the dataset, with ``/``.
            pattern: Of the paths in it, with ``*`` for any characters.

        Raises:
            DatasetError: The archive is missing or malformed, or a text is not UTF-8 or too large.
        """
        tree = locate(self.source, self.place)
        unpacked = f"{archive.removesuffix('.zip')}/{pattern}"
        if loose := [path for path in tree.paths if fnmatchcase(path, unpacked)]:
            local = tree.fetch(loose)
            return {path: local[path].read_text(encoding="utf-8", errors="replace") for path in loose}
        if archive not in tree.paths:
            raise NoDataError(f"{self.place.benchmark} has no file {archive!r} in {tree.title}. Add it.")
        path = tree.fetch([archive])[archive]
        try:
            found = [name for name in members(path) if fnmatchcase(name, pattern)]
            return {name: read_member(path, name, MOST_BYTES).decode("utf-8", "replace") for name in found}
        except TooLargeError as error:
            raise DatasetError(f"{path} holds a text of {error.size:,} bytes. Allowed: {MOST_BYTES:,}.") from None
        except MediaError as error:
            raise DatasetError(f"{path}: {error}") from error
