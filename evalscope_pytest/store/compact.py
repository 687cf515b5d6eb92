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
from .journal import Quarantine, encode_line, entries, journals_of, other_journals, split_line
from .layout import WorkDir
from .plan import RunPlan
from .previous import keyed_lines
from .rows import Row

READ_BYTES = 1 << 18  # completion order is close to sample order: most reads are in the buffer


@dataclass(frozen=True, slots=True)
class BenchmarkRows:
    """Outcomes of one benchmark's samples, in report order: subset by subset, each by index."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A sample's record: its row, and where its line is."""

    row: Row
    journal: int
    offset: int
    length: int


_Names = dict[tuple[str, str], str]
_Subsets = dict[tuple[str, str], dict[int, _Found]]


def fold(workdir: WorkDir, plan: RunPlan) -> list[BenchmarkRows]:
    """Fold this run's journals. Without any, files stay as they are and the rows are empty.

    Raises:
        StoreError: Something could not be written; nothing is lost, and folding may be tried again.
    """
    with storing(workdir.root):
        return _fold(workdir, plan)


def _fold(workdir: WorkDir, plan: RunPlan) -> list[BenchmarkRows]:
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
        for leftover in folder.glob("*.tmp"):  # of a run that was killed while it folded
            leftover.unlink(missing_ok=True)
        if folder.exists():
            sync_folder(folder)
    for path in (*journals, *stale, *unfinished_files(workdir)):
        if path.name != "kept.jsonl":
            path.unlink(missing_ok=True)
    quarantine.warn()
    return [_rows(benchmark.name, benchmark.subsets, found) for benchmark in plan.benchmarks]


def _rows(benchmark: str, subsets: Iterable[str], found: _Subsets) -> BenchmarkRows:
    return BenchmarkRows(benchmark, tuple(f.row for s in subsets for f in _in_order(found.get((benchmark, s), {}))))


def _in_order(samples: dict[int, _Found]) -> list[_Found]:
    return [samples[index] for index in sorted(samples)]


def _read(journals: list[Path], quarantine: Quarantine) -> _Subsets:
    """Return the last record of each sample; one with a score is not displaced by an error."""
    found: _Subsets = {}
    for number, path in enumerate(journals):
        for entry in entries(path, quarantine.set_aside):
            row = entry.row
            samples = found.setdefault((row.benchmark, row.subset), {})
            known = samples.get(row.index)
            if known is None or row.status == "scored" or known.row.status == "error":
                samples[row.index] = _Found(row, number, entry.offset, entry.length)
    return found


def _write(folders: tuple[Path, Path], name: str, samples: list[_Found], files: Sequence[BinaryIO]) -> None:
    predictions, reviews = (folder / name for folder in folders)
    if not any(sample.row.reusable for sample in samples):
        for path in (predictions, reviews):
            path.unlink(missing_ok=True)
        return
    with replaced(predictions) as answered, replaced(reviews) as reviewed:
        for sample in samples:
            file = files[sample.journal]
            file.seek(sample.offset)
            _, prediction, review = split_line(file.read(sample.length))
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
    """Save what earlier runs paid for and this one does not hold, before any of it is overwritten."""
    folded = [tuple(folder / name for folder in folders) for name in names.values()]
    folded = [pair for pair in folded if pair[0].exists()]
    if not journals and not folded:
        return
    seen = {f.row.key for pair, samples in found.items() if pair in names for f in samples.values() if f.row.reusable}
    seen.discard("")
    kept = workdir.journal / "kept.jsonl"
    with replaced(kept) as file:
        for with_score in (True, False):  # of two records of a sample the one with a score is kept
            for predictions, reviews in folded:
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
    """Yield journal lines for the rows of a folded file."""
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
