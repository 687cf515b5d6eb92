"""Drawing a collection's samples: by weight, alike from each benchmark, or by the benchmarks' sizes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from ..benchmarks.load import LoadedBenchmark
from ..core.errors import ConfigError
from ..datasets.base import Hub
from .part import Location, loaded
from .schema import CollectionSchema, DatasetEntry, DatasetInfo, prompt_of


class Sampler(ABC):
    """Draws samples of a collection. The same seed draws the same.

    Args:
        schema: The collection.
        seed: Of the draw.
        dataset_dir: A folder with one folder for each benchmark; the rest is downloaded from hubs.
        hub: Where dataset ids are looked up; ``local`` never goes online.
    """

    def __init__(
        self,
        schema: CollectionSchema,
        *,
        seed: int = 42,
        dataset_dir: str | Path | None = None,
        hub: Hub = "modelscope",
    ) -> None:
        self.schema = schema
        self._seed = seed
        self._location = Location(hub, Path(dataset_dir) if dataset_dir else None)

    def sample(self, count: int) -> list[dict[str, Any]]:
        """Return ``count`` samples as the rows of a file; all, if there are fewer.

        A benchmark that has fewer samples than its share gives what it lacks to the others.

        Raises:
            ConfigError: The count is too small for every benchmark to have a sample, or a benchmark cannot take part.
            DatasetError: Records cannot be had.
        """
        infos = self.schema.flatten()
        if count < len(infos):
            raise ConfigError(
                f"count: {count} samples of {len(infos)} benchmarks. Draw at least one sample for each benchmark."
            )
        found = [loaded(info.name, info.args, self._location, self._seed) for info in infos]
        sizes = [sum(map(len, benchmark.subsets.values())) for benchmark in found]
        counts = allotted(count, self._shares(infos, sizes), sizes)
        entries = [
            entry
            for number, (info, benchmark, share) in enumerate(zip(infos, found, counts, strict=True))
            for entry in self._drawn(info, benchmark, share, number)
        ]
        return [{**entry.to_dict(), "index": index} for index, entry in enumerate(entries)]

    @abstractmethod
    def _shares(self, infos: Sequence[DatasetInfo], sizes: Sequence[int]) -> list[float]:
        """Return how much each benchmark is to have, in any unit."""

    def _drawn(self, info: DatasetInfo, benchmark: LoadedBenchmark, count: int, number: int) -> list[DatasetEntry]:
        """Return ``count`` samples of a benchmark, in its order."""
        samples = [sample for found in benchmark.subsets.values() for sample in found]
        positions = sorted(Random(f"{self._seed}, {number}, {info.name}").sample(range(len(samples)), count))
        return [
            DatasetEntry(
                prompt=prompt_of(sample, benchmark.messages(sample)),
                tags=info.tags,
                categories=info.hierarchy,
                task_type=info.task_type,
                weight=info.weight / count,
                dataset_name=info.name,
                subset_name=sample.subset,
                args=info.args,
            )
            for sample in map(samples.__getitem__, positions)
        ]


class WeightedSampler(Sampler):
    """Each benchmark has its weight's share of the samples."""

    def _shares(self, infos: Sequence[DatasetInfo], sizes: Sequence[int]) -> list[float]:
        return [info.weight for info in infos]


class UniformSampler(Sampler):
    """All benchmarks have the same number of samples."""

    def _shares(self, infos: Sequence[DatasetInfo], sizes: Sequence[int]) -> list[float]:
        return [1.0] * len(infos)


class StratifiedSampler(Sampler):
    """Each benchmark has as large a part of the samples as it has of all there are."""

    def _shares(self, infos: Sequence[DatasetInfo], sizes: Sequence[int]) -> list[float]:
        return [float(size) for size in sizes]


def allotted(count: int, shares: Sequence[float], sizes: Sequence[int]) -> list[int]:
    """Divide ``count`` in proportion to the shares, with at least one for each and no more than there is.

    One after the other goes to the one that is furthest behind its share (Webster's method), the first of equals.
    """
    given = [1] * len(sizes)
    for _ in range(min(count, sum(sizes)) - len(sizes)):
        behind = [
            share / (2 * have + 1) if have < size else -1.0
            for share, have, size in zip(shares, given, sizes, strict=True)
        ]
        given[behind.index(max(behind))] += 1
    return given
