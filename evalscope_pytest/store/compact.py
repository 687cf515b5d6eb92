"""Turns a finished run's journals into predictions and reviews in sample order, and light rows to aggregate.

The order of the steps makes it safe to be killed anywhere: first everything of earlier runs that is about to be
overwritten goes to ``journal/kept.jsonl``; then each file is replaced as a whole; the journals go last. Whatever is
left of them is found again by `Previous`. The result does not depend on how samples were spread over processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from .atomic import replaced, storing, sync_folder
from .inflight_marks import unfinished_files
from .journal import Entry, Quarantine, encode_line, entries, journals_of, other_journals, split_line
from .layout import WorkDir
from .plan import RunPlan
from .previous import keyed_lines
from .rows import SampleSummary

READ_BYTES = 1 << 18  # completion order is close to sample order: most reads are in the buffer


@dataclass(frozen=True, slots=True)
class BenchmarkRows:
    """Outcomes of one benchmark's samples, in report order: subset by subset, each by index."""

    name: str
    rows: tuple[SampleSummary, ...]


_Names = dict[tuple[str, str], str]
_Samples = dict[int, tuple[Entry, int]]  # by index: the record, and the number of its journal
_Subsets = dict[tuple[str, str], _Samples]


def compact(workdir: WorkDir, plan: RunPlan) -> list[BenchmarkRows]:
    """Compact this run's journals. Without any, files stay as they are and the rows are empty.

    Raises:
        StoreError: Something could not be written; nothing is lost, and compacting may be tried again.
    """
    with storing(workdir.root):
        return _compact(workdir, plan)


def _compact(workdir: WorkDir, plan: RunPlan) -> list[BenchmarkRows]:
    journals = journals_of(workdir, plan.session)
    if not journals:
        return [BenchmarkRows(benchmark.name, ()) for benchmark in plan.benchmarks]
    quarantine = Quarantine(workdir)
    found = _read(journals, quarantine)
    names = plan.file_names()
    stale = other_journals(workdir, plan.session)
    unplanned = journals if found.keys() - names.keys() else []
    folders = (workdir.predictions(plan.model_id), workdir.reviews(plan.model_id))
    _keep(workdir, folders, found, names, [*stale, *unplanned], quarantine)
    with ExitStack() as stack:
        files = [stack.enter_context(open(path, "rb", buffering=READ_BYTES)) for path in journals]
        for pair, name in names.items():
            _write(folders, name, _in_order(found.get(pair, {})), files)
    for folder in folders:
        for leftover in folder.glob("*.tmp"):  # of a run that was killed while it compacted
            leftover.unlink(missing_ok=True)
        if folder.exists():
            sync_folder(folder)
    for path in (*journals, *stale, *unfinished_files(workdir)):
        if path.name != "kept.jsonl":
            path.unlink(missing_ok=True)
    quarantine.warn()
    return [_rows(benchmark.name, benchmark.subsets, found) for benchmark in plan.benchmarks]


def _rows(benchmark: str, subsets: Iterable[str], found: _Subsets) -> BenchmarkRows:
    samples = (sample for subset in subsets for sample in _in_order(found.get((benchmark, subset), {})))
    return BenchmarkRows(benchmark, tuple(entry.row for entry, _ in samples))


def _in_order(samples: _Samples) -> list[tuple[Entry, int]]:
    return [samples[index] for index in sorted(samples)]


def _read(journals: list[Path], quarantine: Quarantine) -> _Subsets:
    """Return the last record of each sample; one with a score is not displaced by an error."""
    found: _Subsets = {}
    for number, path in enumerate(journals):
        for entry in entries(path, quarantine.set_aside):
            row = entry.row
            samples = found.setdefault((row.benchmark, row.subset), {})
            known = samples.get(row.index)
            if known is None or row.status == "scored" or known[0].row.status == "error":
                samples[row.index] = entry, number
    return found


def _write(folders: tuple[Path, Path], name: str, samples: list[tuple[Entry, int]], files: Sequence[BinaryIO]) -> None:
    predictions, reviews = (folder / name for folder in folders)
    if not any(entry.row.reusable for entry, _ in samples):
        for path in (predictions, reviews):
            path.unlink(missing_ok=True)
        return
    with replaced(predictions) as answered, replaced(reviews) as reviewed:
        for entry, number in samples:
            file = files[number]
            file.seek(entry.offset)
            _, prediction, review = split_line(file.read(entry.length))
            if prediction:
                answered.write(prediction + b"\n")
            if review:
                reviewed.write(review + b"\n")


def _keep(
    workdir: WorkDir,
    folders: tuple[Path, Path],
    found: _Subsets,
    names: _Names,
    journals: Sequence[Path],
    quarantine: Quarantine,
) -> None:
    """Save the records that only earlier runs hold, before any of them is overwritten."""
    compacted = [tuple(folder / name for folder in folders) for name in names.values()]
    compacted = [pair for pair in compacted if pair[0].exists()]
    if not journals and not compacted:
        return
    held = (entry.row for pair, samples in found.items() if pair in names for entry, _ in samples.values())
    seen = {row.key for row in held if row.reusable}
    seen.discard("")
    kept = workdir.journal / "kept.jsonl"
    with replaced(kept) as file:
        for with_score in (True, False):  # of two records of a sample the one with a score is kept
            for predictions, reviews in compacted:
                file.writelines(_rows_kept(predictions, reviews, seen, with_score, quarantine))
            for path in reversed(journals):
                file.writelines(_lines_kept(path, seen, with_score, quarantine))
        empty = file.tell() == 0
    if empty:
        kept.unlink()
    sync_folder(kept.parent)


def _lines_kept(path: Path, seen: set[str], with_score: bool, quarantine: Quarantine) -> Iterator[bytes]:
    with open(path, "rb") as file:
        for entry in entries(path, quarantine.set_aside):
            row = entry.row
            if row.reusable and (row.status == "scored") == with_score and _is_new(row.key, seen):
                file.seek(entry.offset)
                yield file.read(entry.length)


def _is_new(key: str, seen: set[str]) -> bool:
    """Remember ``key``; rows of a foreign tool have none, and are all kept."""
    new = not key or key not in seen
    seen.add(key)
    return new


def _rows_kept(
    predictions: Path, reviews: Path, seen: set[str], with_score: bool, quarantine: Quarantine
) -> Iterator[bytes]:
    """Yield journal lines for the rows of a compacted file."""
    reviews_there = keyed_lines(reviews, quarantine.set_aside) if reviews.exists() else ()
    review_at = {key: (offset, length) for key, offset, length in reviews_there}
    with open(predictions, "rb") as answered, ExitStack() as stack:
        reviewed = stack.enter_context(open(reviews, "rb")) if review_at else None
        for key, offset, length in keyed_lines(predictions, quarantine.set_aside):
            if (key != "" and key in review_at) != with_score or not _is_new(key, seen):
                continue
            answered.seek(offset)
            prediction, review = answered.read(length).rstrip(b"\n"), b""
            if with_score and reviewed is not None:
                reviewed.seek(review_at[key][0])
                review = reviewed.read(review_at[key][1]).rstrip(b"\n")
            yield _kept_line(key, predictions.stem, prediction, review)


def _kept_line(key: str, name: str, prediction: bytes, review: bytes) -> bytes:
    header: dict[str, Any] = {"key": key, "review_key": "", "benchmark": name, "subset": "", "calls": 1}
    header |= {"index": 0, "group": 0, "repeat": 0, "status": "scored" if review else "error"}
    texts = [part.replace(b"\t", b" ").decode("ascii", "backslashreplace") for part in (prediction, review)]
    return encode_line(header, *texts)
