"""The reviews of a finished run, read back as light rows to compare another run with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import isfinite
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
        places: Offset and length in bytes of each row in its subset's file.
        files: The file of each subset.
        damaged: Number of lines that are not a sample.
    """

    rows: tuple[SampleSummary, ...]
    targets: Mapping[tuple[str, int], bytes]
    places: tuple[tuple[int, int], ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)
    damaged: int = 0

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
        own = {subset: folder / names[benchmark, subset] for subset in subsets.get(benchmark, ())}
        rows: list[SampleSummary] = []
        targets: dict[tuple[str, int], bytes] = {}
        places: list[tuple[int, int]] = []
        damaged = 0
        for subset, path in own.items():
            for place, sample in _read(path, benchmark, subset) if path.is_file() else ():
                if sample is None:
                    damaged += 1
                    continue
                row, target = sample
                rows.append(row)
                targets[subset, row.group] = target
                places.append(place)
        if rows:
            found[benchmark] = Reviews(tuple(rows), targets, tuple(places), own, damaged)
    return found


def _read(
    path: Path, benchmark: str, subset: str
) -> Iterator[tuple[tuple[int, int], tuple[SampleSummary, bytes] | None]]:
    """Yield the place of each line of a file, with its sample and the hash of its target; None for a damaged line."""
    from msgspec import DecodeError
    from msgspec.json import decode

    offset = 0
    with storing(path), open(path, "rb") as file:
        for line in file:
            place = (offset, len(line))
            offset += len(line)
            if line.isspace():
                continue
            try:
                yield place, _row(decode(line), benchmark, subset)
            except (LookupError, TypeError, AttributeError, OverflowError, RecursionError):
                yield place, None
            except (DecodeError, ValueError):  # damaged, or a lone surrogate, which only the standard library takes
                yield place, _sample(line, benchmark, subset)


def _sample(line: bytes, benchmark: str, subset: str) -> tuple[SampleSummary, bytes] | None:
    try:
        return _row(json.loads(line), benchmark, subset)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        return None


def texts(reviews: Reviews, positions: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """Return the whole review of some rows, by their positions in ``rows``.

    Those that cannot be read, or whose file has been removed or written again since, are left out.

    Raises:
        StoreError: A file cannot be read.
    """
    found: dict[int, Mapping[str, Any]] = {}
    by_subset: dict[str, list[int]] = {}
    for position in positions:
        by_subset.setdefault(reviews.rows[position].subset, []).append(position)
    for subset, own in by_subset.items():
        path = reviews.files[subset]
        if not path.is_file():
            continue
        with storing(path), open(path, "rb") as file:
            for position in sorted(own):
                offset, length = reviews.places[position]
                file.seek(offset)
                with suppress(ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
                    review = json.loads(file.read(length))
                    row, _ = _row(review, reviews.rows[position].benchmark, subset)
                    if row == reviews.rows[position]:
                        found[position] = review
    return found


def _row(data: Mapping[str, Any], benchmark: str, subset: str) -> tuple[SampleSummary, bytes]:
    place = data["sample_score"]
    score = place["score"]
    values = {name: float(value) for name, value in score["value"].items() if isinstance(value, (int, float))}
    if not all(map(isfinite, values.values())):
        raise ValueError("a score that is not a number")
    if not all(isinstance(data.get(name) or "", str) for name in ("key", "review_key", "question", "cluster")):
        raise TypeError("a key that is not a text")
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
        weights=weights if isinstance(weights, dict) and _are_weights(weights) else None,
        answer=answer if isinstance(answer, str) else None,
        question=data.get("question") or "",
        cluster=data.get("cluster") or "",
    )
    return row, hashlib.sha256(json.dumps(data.get("target")).encode()).digest()


def _are_weights(weights: Mapping[str, Any]) -> bool:
    """Return whether each metric has a weight, or one for each part."""
    flat = [w for own in weights.values() for w in (own.values() if isinstance(own, dict) else (own,))]
    return all(isinstance(weight, (int, float)) and isfinite(weight) and weight >= 0 for weight in flat)
