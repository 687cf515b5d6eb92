"""The reviews of a finished run, read back as light rows to compare another run with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .atomic import storing
from .layout import record_names
from .rows import SampleSummary


@dataclass(frozen=True, slots=True)
class Reviews:
    """The scored samples of one benchmark.

    Attributes:
        targets: Hash of the target of each question, by subset and group.
    """

    rows: tuple[SampleSummary, ...]
    targets: Mapping[tuple[str, int], bytes]

    @property
    def keyed(self) -> bool:
        """True if each sample has the key of its question."""
        return all(row.question for row in self.rows)


def read_reviews(
    folder: Path, subsets: Mapping[str, Sequence[str]], benchmarks: Iterable[str] = ()
) -> dict[str, Reviews]:
    """Read the reviews of benchmarks; those without any are left out.

    Args:
        folder: The reviews of one model.
        subsets: Of every benchmark of that run.
        benchmarks: The ones to read.

    Raises:
        StoreError: A file cannot be read.
    """
    names = record_names((benchmark, subset) for benchmark, own in subsets.items() for subset in own)
    found = {}
    for benchmark in benchmarks:
        rows: list[SampleSummary] = []
        targets: dict[tuple[str, int], bytes] = {}
        for subset in subsets.get(benchmark, ()):
            path = folder / names[benchmark, subset]
            for row, target in _read(path, benchmark, subset) if path.is_file() else ():
                rows.append(row)
                targets[subset, row.group] = target
        if rows:
            found[benchmark] = Reviews(tuple(rows), targets)
    return found


def _read(path: Path, benchmark: str, subset: str) -> Iterator[tuple[SampleSummary, bytes]]:
    """Yield the samples of a file with the hashes of their targets; a damaged line is no sample."""
    from msgspec import DecodeError
    from msgspec.json import decode

    with storing(path), open(path, "rb") as file:
        for line in file:
            try:
                data = decode(line)
            except DecodeError:  # or a lone surrogate, which only the standard library takes
                try:
                    data = json.loads(line)
                except ValueError:
                    continue
            with suppress(LookupError, TypeError, ValueError):
                yield _row(data, benchmark, subset)


def _row(data: Mapping[str, Any], benchmark: str, subset: str) -> tuple[SampleSummary, bytes]:
    place = data["sample_score"]
    score = place["score"]
    values = {name: float(value) for name, value in score["value"].items() if isinstance(value, (int, float))}
    weights = (score.get("metadata") or {}).get("weights")
    answer = score.get("extracted_prediction")
    row = SampleSummary(
        data.get("key") or "",
        data.get("review_key") or "",
        benchmark,
        subset,
        index=int(data.get("index") or 0),
        group=int(place["group_id"]),
        repeat=int(place.get("generation_index") or 0),
        values=values,
        weights=weights if isinstance(weights, Mapping) else None,
        answer=answer if isinstance(answer, str) else None,
        question=data.get("question") or "",
        cluster=data.get("cluster") or "",
    )
    return row, hashlib.sha256(json.dumps(data.get("target")).encode()).digest()
