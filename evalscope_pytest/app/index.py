"""An index over the samples of a run: their figures and the places of their records, which stay in the files.

It is a database of SQLite without a name: it spills to the disk when it grows, and is gone with the process.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..report.model import Report
from ..store.journal import split_line
from ..store.layout import record_names
from .rows import journal_rows, rows_of

PAGE = 50
KEEP_SEARCHES = 8
MIN_PAUSE_S = 1.0  # between two looks at the files
REST = 5.0  # times the time of the last indexing, until a run that writes is indexed again
MAX_RECORD = 64_000_000  # bytes
STATES = ("right", "wrong", "partial", "scored", "error", "unscored", "damaged")
FLAGS = ("flaky", "truncated", "empty")
SORTS: Mapping[str, tuple[str, ...]] = {
    "order": ("subset_order", "sample"),
    "slowest": ("-ifnull(latency, -1)",),
    "fastest": ("ifnull(latency, 1e300)",),
    "longest": ("-ifnull(tokens, -1)",),
    "shortest": ("ifnull(tokens, 1e300)",),
    "lowest": ("ifnull(value, 1e300)",),
    "highest": ("-ifnull(value, -1e300)",),
}
_SCHEMA = """
CREATE TABLE files (file INTEGER PRIMARY KEY, path TEXT);
CREATE TABLE samples (id INTEGER PRIMARY KEY, benchmark TEXT, subset TEXT, subset_order INTEGER, sample INTEGER,
  grp INTEGER, repeat INTEGER, state TEXT, value REAL, answer TEXT, target TEXT, note TEXT, truncated INTEGER,
  empty INTEGER, latency REAL, tokens INTEGER, flaky INTEGER DEFAULT 0,
  prediction_file INTEGER, prediction_at INTEGER, prediction_length INTEGER,
  review_file INTEGER, review_at INTEGER, review_length INTEGER, UNIQUE (benchmark, subset, sample));
CREATE INDEX by_order ON samples (benchmark, subset_order, sample);
CREATE TABLE hits (search INTEGER, id INTEGER, PRIMARY KEY (search, id)) WITHOUT ROWID;
"""
_COLUMNS = (
    *("benchmark", "subset", "subset_order", "sample", "grp", "repeat", "state", "value", "answer", "target", "note"),
    *("truncated", "empty", "latency", "tokens", "prediction_file", "prediction_at", "prediction_length"),
    *("review_file", "review_at", "review_length"),
)
_INSERT = (
    f"INSERT INTO samples ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "  # noqa: S608 - constants
    f"ON CONFLICT DO UPDATE SET {', '.join(f'{name}=excluded.{name}' for name in _COLUMNS[3:])}"
)
_SHOWN = (
    "id, benchmark, subset, sample, grp, repeat, state, value, answer, target, note, truncated, empty, flaky, "
    "latency, tokens"
)
_PLACES = "prediction_file, prediction_at, prediction_length, review_file, review_at, review_length"


@dataclass(frozen=True, slots=True)
class Query:
    """The samples that a list shows.

    Attributes:
        show: One of `STATES` or `FLAGS`; empty for all.
        low: Least value of the main metric.
        text: To be found in the prompt, the reply or the answer.
        sort: One of `SORTS`.
    """

    benchmark: str
    subset: str = ""
    show: str = ""
    low: float | None = None
    high: float | None = None
    text: str = ""
    sort: str = "order"


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample in a list; its fields are those of a `Row`."""

    id: int
    benchmark: str
    subset: str
    index: int
    group: int
    repeat: int
    state: str
    value: float | None
    answer: str | None
    target: str | None
    note: str
    truncated: bool
    empty: bool
    flaky: bool
    latency: float | None
    tokens: int | None

    @property
    def name(self) -> str:
        """The sample as pytest names it, without its benchmark."""
        return f"{self.subset}-{self.group}" + (f"-r{self.repeat + 1}" if self.repeat else "")


_Stamp = tuple[int, int, int]  # inode, size, time of the last change


class SampleIndex:
    """The samples of one model in a work_dir. Several threads may use it.

    Args:
        folder: Name of the model's folders.
    """

    def __init__(self, root: Path, folder: str) -> None:
        self._root, self._folder = root, folder
        self._lock = threading.RLock()
        self._stamps: dict[Path, _Stamp] = {}
        self._journals: dict[Path, int] = {}  # bytes that are indexed
        self._searches: dict[tuple[str, str], int] = {}
        self._looked, self._pause = float("-inf"), MIN_PAUSE_S
        self.version = 0
        self._db = self._opened()

    def _opened(self) -> sqlite3.Connection:
        db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        db.executescript("PRAGMA cache_size=-8000; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        return db

    # Indexing --------------------------------------------------------------------------------------------------------

    def refresh(self, reports: Mapping[str, Report]) -> None:
        """Index what has changed in the files since the last time; while a run writes, now and then."""
        with self._lock:
            if time.monotonic() - self._looked < self._pause:
                return
            began = time.monotonic()
            stamps = {path: _stamp(path) for path in self._files()}
            journals = {path for path in stamps if path.parent.name == "journal"}
            settled = {path: stamp for path, stamp in stamps.items() if path not in journals}
            if settled != self._stamps or not journals >= set(self._journals):
                self._db.close()
                self._db = self._opened()
                self._journals, self._searches, self._stamps = {}, {}, settled
                self._index(reports)
                self.version += 1
            if self._add_journals(journals, reports):
                self.version += 1
            self._looked = time.monotonic()
            self._pause = max(MIN_PAUSE_S, REST * (self._looked - began))

    def _files(self) -> Iterator[Path]:
        for folder in (self._root / "predictions" / self._folder, self._root / "reviews" / self._folder):
            yield from _jsonl(folder)
        for path in _jsonl(self._root / "journal"):
            if path.name not in ("quarantine.jsonl", "kept.jsonl"):
                yield path

    def _index(self, reports: Mapping[str, Report]) -> None:
        names, metrics = _subsets(reports), _metrics(reports)
        order = {name: number for number, name in enumerate(names)}
        for name in sorted({path.name for path in self._stamps}, key=lambda name: (order.get(name, len(order)), name)):
            benchmark, subset = names.get(name) or (name.removesuffix(".jsonl"), "")
            predictions, reviews = (
                path if (path := self._root / kind / self._folder / name) in self._stamps else None
                for kind in ("predictions", "reviews")
            )
            files = [self._file(path) if path else None for path in (predictions, reviews)]
            place = (benchmark, order.get(name, len(order)))
            with suppress(OSError):  # removed since
                rows = rows_of(subset, predictions, reviews, metrics.get(benchmark, ""))
                self._insert((*place, row, *files) for row in rows)
        self._mark_flaky()

    def _add_journals(self, journals: Iterable[Path], reports: Mapping[str, Report]) -> bool:
        """Index what journals have got since the last time, and return whether it is anything."""
        metrics, added = _metrics(reports), False
        for path in journals:
            with suppress(OSError):
                end = self._journals.get(path, 0)
                if path.stat().st_size <= end:
                    continue
                file, rows = self._file(path), list(journal_rows(path, metrics, end))
                self._insert((benchmark, 0, row, file, None) for benchmark, row in rows)
                if rows:
                    last = rows[-1][1].prediction
                    self._journals[path], added = last.offset + last.length, True
        if added:
            self._searches = {}
            self._db.execute("DELETE FROM hits")
            self._mark_flaky()
        return added

    def _file(self, path: Path) -> int:
        made = self._db.execute("INSERT INTO files (path) VALUES (?)", (os.fspath(path),)).lastrowid
        assert made is not None, "SQLite numbers every row"
        return made

    def _insert(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add rows: benchmark, place of the subset in it, row, file of predictions, file of reviews."""
        self._db.execute("BEGIN")
        self._db.executemany(
            _INSERT,
            (
                (
                    benchmark, row.subset, order, row.index, row.group, row.repeat, row.state, row.value, row.answer,
                    row.target, row.note, row.truncated, row.empty, row.latency, row.tokens,
                    predictions if row.prediction.length else None, row.prediction.offset, row.prediction.length,
                    reviews if row.review.length else None, row.review.offset, row.review.length,
                )
                for benchmark, order, row, predictions, reviews in rows
            ),
        )  # fmt: skip
        self._db.execute("COMMIT")

    def _mark_flaky(self) -> None:
        if not self._all("SELECT 1 FROM samples WHERE repeat > 0 LIMIT 1", ()):
            return
        self._db.execute(
            "UPDATE samples SET flaky = 1 WHERE (benchmark, subset, grp) IN (SELECT benchmark, subset, grp FROM "
            "samples WHERE value IS NOT NULL GROUP BY 1, 2, 3 HAVING min(value) < max(value))"
        )

    # Reading ---------------------------------------------------------------------------------------------------------

    def counts(self, benchmark: str, subset: str = "") -> dict[str, int]:
        """Return the number of samples by state, and under ``flaky`` and so on those with a flag."""
        flags = ", ".join(f"sum({flag})" for flag in FLAGS)
        condition, values = _condition(Query(benchmark, subset))
        sql = f"SELECT state, count(*), {flags} FROM samples WHERE {condition} GROUP BY state"  # noqa: S608
        found: dict[str, int] = {}
        for state, number, *flagged in self._all(sql, values):
            found[state] = number
            for flag, count in zip(FLAGS, flagged, strict=True):
                found[flag] = found.get(flag, 0) + count
        return found

    def benchmarks(self) -> dict[str, int]:
        """Return the number of samples of each benchmark."""
        return dict(self._all("SELECT benchmark, count(*) FROM samples GROUP BY 1 ORDER BY 1", ()))

    def subsets(self, benchmark: str) -> list[str]:
        """Return the subsets of a benchmark, in order."""
        sql = "SELECT subset FROM samples WHERE benchmark = ? GROUP BY subset ORDER BY min(subset_order), subset"
        return [subset for (subset,) in self._all(sql, (benchmark,))]

    def page(self, query: Query, after: int | None = None, limit: int = PAGE, *, back: bool = False) -> list[Sample]:
        """Return the samples of a list that follow one of it, or with ``back`` those before it, the nearest first."""
        condition, values = _condition(replace(query, text=""))
        if query.text:
            condition += " AND id IN (SELECT id FROM hits WHERE search = ?)"
            values.append(self._searched(query))
        keys = ", ".join((*SORTS[query.sort], "id"))
        if after is not None:
            condition += f" AND ({keys}) {'<' if back else '>'} (SELECT {keys} FROM samples WHERE id = ?)"  # noqa: S608
            values.append(after)
        order = ", ".join(f"{key} {'DESC' if back else 'ASC'}" for key in (*SORTS[query.sort], "id"))
        sql = f"SELECT {_SHOWN} FROM samples WHERE {condition} ORDER BY {order} LIMIT ?"  # noqa: S608 - constants
        return [_sample(row) for row in self._all(sql, [*values, limit])]

    def _searched(self, query: Query) -> int:
        """Return the number of a search whose hits are in the table."""
        from .search import hits

        with self._lock:
            number = self._searches.get((query.benchmark, query.text))
            if number is None:
                number = max(self._searches.values(), default=0) + 1
                self._searches[query.benchmark, query.text] = number
                found = hits(self._texts(query.benchmark), query.text)
                self._db.execute("BEGIN")
                self._db.executemany("INSERT INTO hits VALUES (?, ?)", ((number, id) for id in found))
                self._db.execute("COMMIT")
                while len(self._searches) > KEEP_SEARCHES:
                    oldest = next(iter(self._searches))
                    self._db.execute("DELETE FROM hits WHERE search = ?", (self._searches.pop(oldest),))
            return number

    def _texts(self, benchmark: str) -> Iterator[tuple[str, list[tuple[int, int, int]]]]:
        """Yield each file of a benchmark with the id, offset and length of the records that hold its texts."""
        sql = (
            "SELECT ifnull(review_file, prediction_file) AS file, iif(review_file IS NULL, prediction_at, review_at), "
            "iif(review_file IS NULL, prediction_length, review_length), id FROM samples "
            "WHERE benchmark = ? AND file IS NOT NULL ORDER BY 1, 2"
        )
        places: dict[int, list[tuple[int, int, int]]] = {}
        for file, offset, length, id in self._all(sql, (benchmark,)):
            places.setdefault(file, []).append((id, offset, length))
        paths = dict(self._all("SELECT file, path FROM files", ()))
        for file, own in places.items():
            yield paths[file], own

    def sample(self, id: int) -> Sample | None:
        """Return a sample by its number in this index."""
        found = self._all(f"SELECT {_SHOWN} FROM samples WHERE id = ?", (id,))  # noqa: S608 - constants
        return _sample(found[0]) if found else None

    def find(self, benchmark: str, subset: str, index: int) -> Sample | None:
        """Return a sample by its place in the run."""
        sql = f"SELECT {_SHOWN} FROM samples WHERE benchmark = ? AND subset = ? AND sample = ?"  # noqa: S608
        found = self._all(sql, (benchmark, subset, index))
        return _sample(found[0]) if found else None

    def repeats(self, sample: Sample) -> list[Sample]:
        """Return all attempts at the question of a sample."""
        sql = f"SELECT {_SHOWN} FROM samples WHERE benchmark = ? AND subset = ? AND grp = ? ORDER BY sample"  # noqa: S608
        return [_sample(row) for row in self._all(sql, (sample.benchmark, sample.subset, sample.group))]

    def record(self, id: int) -> tuple[bytes, bytes]:
        """Return the prediction and the review of a sample as they are in the files; empty if there is none."""
        found = self._all(f"SELECT {_PLACES} FROM samples WHERE id = ?", (id,))  # noqa: S608 - constants
        if not found:
            return b"", b""
        paths = dict(self._all("SELECT file, path FROM files", ()))
        first, second = found[0][:3], found[0][3:]
        prediction = _read(paths.get(first[0]), first[1], first[2])
        if first[0] is not None and Path(paths[first[0]]).parent.name == "journal":
            parts = prediction.count(b"\t") == 2 and split_line(prediction)
            return (parts[1], parts[2]) if parts else (b"", b"")
        return prediction, _read(paths.get(second[0]), second[1], second[2])

    def _all(self, sql: str, values: Iterable[Any]) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, tuple(values)).fetchall()


def _sample(row: tuple[Any, ...]) -> Sample:
    """Return a row of the database, in which truth is a number."""
    return Sample(*row[:11], *map(bool, row[11:14]), *row[14:])


def _condition(query: Query) -> tuple[str, list[Any]]:
    parts = ["benchmark = ?"]
    found: list[Any] = [query.benchmark]
    if query.subset:
        parts.append("subset = ?")
        found.append(query.subset)
    if query.show in FLAGS:
        parts.append(query.show)
    elif query.show:
        parts.append("state = ?")
        found.append(query.show)
    for bound, sign in ((query.low, ">="), (query.high, "<=")):
        if bound is not None:
            parts.append(f"value {sign} ?")
            found.append(bound)
    return " AND ".join(parts), found


def _subsets(reports: Mapping[str, Report]) -> dict[str, tuple[str, str]]:
    """Return the benchmark and subset of each file of records."""
    pairs = []
    for report in reports.values():
        own = list(report.execution.subsets) if report.execution else []
        own += [subset.name for metric in report.metrics for subset in metric.subsets if not subset.is_aggregate]
        pairs += [(report.dataset_name, subset) for subset in dict.fromkeys(own)]
    return {name: pair for pair, name in record_names(pairs).items()}


def _metrics(reports: Mapping[str, Report]) -> dict[str, str]:
    primary = {name: report.primary_metric for name, report in reports.items()}
    return {name: metric.identity.raw_name for name, metric in primary.items() if metric is not None}


def _jsonl(folder: Path) -> list[Path]:
    """Return the files of records in a folder. Links are passed over: they lead out of it."""
    with suppress(OSError), os.scandir(folder) as entries:
        return sorted(
            folder / entry.name
            for entry in entries
            if entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False)
        )
    return []


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def _read(path: str | None, offset: int, length: int) -> bytes:
    """Return a part of a file; nothing if the file is gone."""
    if path is None or length > MAX_RECORD:
        return b""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.pread(descriptor, length, offset)
    finally:
        os.close(descriptor)
