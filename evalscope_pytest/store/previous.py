"""Results of earlier runs in a work_dir, so that no finished sample is ever sent again.

Records are found by content address, in journals and in compacted predictions and reviews alike, whatever batch size,
port, limit or order of samples is this time. Only offsets are kept in memory; a record is parsed when it is requested.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from ..core.errors import EvalError
from ..core.values import Call, JudgeCall, Score
from .atomic import storing
from .journal import entries, other_journals, split_line
from .layout import WorkDir
from .rows import calls_of, judge_calls_of, score_of

_KEY = b'{"key":"'
_OFFSET_BITS = 48
_TABS = 2  # in a line of a journal

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One sample of an earlier run.

    Attributes:
        review_key: Replies that the score rests on; empty if there is none.
        score: None if the reply could not be scored.
        judge_calls: Requests to judges about a reply without a score; those of others are in the score.
    """

    review_key: str
    calls: tuple[Call, ...]
    score: Score | None
    judge_calls: tuple[JudgeCall, ...] = ()


@dataclass(slots=True)
class Previous:
    """An index of recorded samples. Those that ended in an error without any reply are not in it."""

    _files: list[BinaryIO] = field(default_factory=list)
    _journalled: dict[str, int] = field(default_factory=dict)
    _predictions: dict[str, int] = field(default_factory=dict)
    _reviews: dict[str, int] = field(default_factory=dict)
    _unreadable: Callable[[bytes], object] = lambda line: None

    @classmethod
    def load(
        cls,
        workdir: WorkDir,
        model_id: str,
        bad: Callable[[bytes], object] | None = None,
        unreadable: Callable[[bytes], object] = lambda line: None,
    ) -> Previous:
        """Index everything recorded in ``workdir``. Damaged lines are left out, and given to ``bad``.

        Args:
            unreadable: Given the lines that turn out to be damaged only when `find` reads them.

        Raises:
            StoreError: A file cannot be read.
        """
        with storing(workdir.root):
            return cls._load(workdir, model_id, bad, unreadable)

    @classmethod
    def _load(
        cls,
        workdir: WorkDir,
        model_id: str,
        bad: Callable[[bytes], object] | None,
        unreadable: Callable[[bytes], object],
    ) -> Previous:
        index = cls(_unreadable=unreadable)
        for path in sorted(workdir.predictions(model_id).glob("*.jsonl")):
            index._add_rows(path, index._predictions, bad)
        for path in sorted(workdir.reviews(model_id).glob("*.jsonl")):
            index._add_rows(path, index._reviews, bad)
        for path in other_journals(workdir, ""):
            index._add_journal(path, bad)
        return index

    def __len__(self) -> int:
        return len(self._journalled.keys() | self._predictions.keys())

    def __contains__(self, key: str) -> bool:
        return key in self._journalled or key in self._predictions

    def find(self, key: str) -> Recorded | None:
        """Return the record of a content address; None without a usable one."""
        return self._from_journal(key) or self._from_rows(key)

    def close(self) -> None:
        """Close the files. Records already found stay usable."""
        for file in self._files:
            file.close()

    def _add_rows(self, path: Path, found: dict[str, int], bad: Callable[[bytes], object] | None) -> None:
        base = self._open(path)
        for key, offset, _ in keyed_lines(path, bad):
            if key:
                found[key] = base | offset

    def _add_journal(self, path: Path, bad: Callable[[bytes], object] | None) -> None:
        base = self._open(path)
        for entry in entries(path, bad):
            row = entry.row
            if row.reusable and (row.status == "scored" or row.key not in self._journalled):
                self._journalled[row.key] = base | entry.offset

    def _open(self, path: Path) -> int:
        self._files.append(open(path, "rb"))  # noqa: SIM115 - closed by close()
        return (len(self._files) - 1) << _OFFSET_BITS

    def _line(self, position: int) -> bytes:
        file = self._files[position >> _OFFSET_BITS]
        try:
            file.seek(position & ((1 << _OFFSET_BITS) - 1))
            return file.readline()
        except OSError as error:  # what cannot be read is requested again
            log.warning("a record cannot be read: %s", error)
            return b""

    def _from_journal(self, key: str) -> Recorded | None:
        if (position := self._journalled.get(key)) is None:
            return None
        line = self._line(position)
        _, prediction, review = split_line(line) if line.count(b"\t") == _TABS else (b"", b"", b"")
        if not review and key in self._reviews:
            return None  # it could not be scored last time, but could before
        return self._recorded(key, prediction, review)

    def _from_rows(self, key: str) -> Recorded | None:
        if (position := self._predictions.get(key)) is None:
            return None
        review = self._reviews.get(key)
        return self._recorded(key, self._line(position), b"" if review is None else self._line(review))

    def _recorded(self, key: str, prediction: bytes, review: bytes) -> Recorded | None:
        """Read a sample's rows. A reply whose review is damaged is scored again, without a new request."""
        row = self._parsed(key, prediction, _answered) if prediction else ((), ())
        if row is None or not (prediction or review):
            return None
        judged = self._parsed(key, review, _reviewed) if review else None
        if judged is not None:
            return Recorded(judged[0], row[0], judged[1])
        return Recorded("", row[0], None, row[1]) if prediction else None

    def _parsed(self, key: str, line: bytes, read: Callable[[dict[str, Any]], T]) -> T | None:
        """Return the content of a row; set it aside and return None if it is damaged."""
        try:
            return read(json.loads(line, parse_constant=_no_constant))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, EvalError) as error:
            log.warning(
                "an unreadable record is left out, its sample is requested or scored again: %s (%r)", key, error
            )
            self._unreadable(line)
            return None


def _answered(row: dict[str, Any]) -> tuple[tuple[Call, ...], tuple[JudgeCall, ...]]:
    return calls_of(row), judge_calls_of(row)


def _reviewed(row: dict[str, Any]) -> tuple[str, Score]:
    return row["review_key"], score_of(row)


def keyed_lines(path: Path, bad: Callable[[bytes], object] | None = None) -> Iterator[tuple[str, int, int]]:
    """Yield key, offset and length in bytes of each row of a predictions or reviews file; no key: an empty one.

    A line that is not a JSON object goes to ``bad`` instead.
    """
    offset = 0
    with open(path, "rb") as file:
        for line in file:
            if _is_row(line):
                keyed = line.startswith(_KEY)
                key = line[len(_KEY) : line.find(b'"', len(_KEY))].decode("ascii", "replace") if keyed else ""
                yield key, offset, len(line)
            elif bad is not None and not line.isspace():
                bad(line)
            offset += len(line)


def _is_row(line: bytes) -> bool:
    """Return whether a row is whole. Rows with the usual beginning and end are not parsed, to save seconds."""
    if line.startswith(_KEY) and line.endswith(b"}\n") and line.isascii() and b"\0" not in line:
        return True
    try:
        return isinstance(json.loads(line, parse_constant=_no_constant), dict)
    except (ValueError, RecursionError):
        return False


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
