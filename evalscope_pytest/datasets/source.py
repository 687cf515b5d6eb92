"""Where a benchmark's records are, as its author writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """Records of one benchmark, on a hub or in files.

    Attributes:
        kind: ``hub`` or ``local``.
        location: The hub's dataset id, or a path (relative to the benchmark's file).
        subsets: The subsets evaluated when the user names none, in report order.
        split: The split that is evaluated.
        config: The hub configuration that holds all subsets together; empty if each subset has its own configuration.
        subset_by: Gives a record's subset, if they are not stored apart: a field's name or a function.
        from_tree: Makes the records of a subset out of files that are not records: a function of the dataset's files
            (`base.Tree`) and the subset. A subset it finds nothing for is read from files of records.
        size: Number of records in all subsets, for readers; 0 if it was not counted.
    """

    kind: Literal["hub", "local"]
    location: str
    subsets: tuple[str, ...]
    split: str
    config: str = ""
    subset_by: str | Callable[[Record], str] | None = None
    from_tree: Callable[[Any, str], Iterable[Record]] | None = None
    size: int = 0

    def counted(self, size: int) -> Source:
        """Return the source with the number of its records, for the catalogue."""
        return replace(self, size=size)


def hub(
    dataset_id: str,
    *,
    subsets: Sequence[str] = ("default",),
    split: str = "test",
    config: str = "",
    subset_by: str | Callable[[Record], str] | None = None,
    from_tree: Callable[[Any, str], Iterable[Record]] | None = None,
) -> Source:
    """Name a dataset on ModelScope or Hugging Face. Nothing is loaded yet."""
    return Source("hub", dataset_id, tuple(subsets), split, config, subset_by, from_tree)


def local(
    path: str,
    *,
    subsets: Sequence[str] = ("default",),
    split: str = "test",
    subset_by: str | Callable[[Record], str] | None = None,
) -> Source:
    """Name a file or folder of records beside the benchmark's file. Nothing is read yet."""
    return Source("local", path, tuple(subsets), split, "", subset_by)
