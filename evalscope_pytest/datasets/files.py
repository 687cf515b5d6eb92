"""Files of records: JSON lines, JSON, csv, tsv, parquet and arrow, any of them gzipped.

Read natively and always from the file itself: there is no cache that could be stale, and JSON lines cost no import
of a data library (docs/design/datasets.md has the figures).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from ..core.errors import DatasetError
from .columns import BATCH_ROWS, MAX_RATIO, Unpacking, rows_at_once, texts_of
from .source import Record

_LFS_POINTER = b"version https://git-lfs"
# The csv module's own limit of 131,072 characters is too small for long-context questions.
_LONGEST_FIELD = 1 << 30
# Of an unpacked file: what is allowed whatever its packed size, and how often its packed size.
LEAST_LIMIT = 1 << 26
# A third less CPU than json.loads on bytes, which guesses the encoding of every line.
_decode = json.JSONDecoder().decode


def format_of(name: str) -> str:
    """Return the format a file's name stands for (``jsonl``, ``csv`` ...), empty for files that hold no records."""
    stem = name[:-3] if name.endswith(".gz") else name
    suffix = stem.rpartition(".")[2].lower() if "." in stem else ""
    return suffix if suffix in _READERS else ""


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of a file, in its order.

    Raises:
        DatasetError: It is not there, not readable, or malformed; the message names the file and, where there is
            one, the line.
    """
    reader = _READERS.get(format_of(path.name))
    if reader is None:
        known = ", ".join(FORMATS)
        raise DatasetError(f"Unknown file type: {path}. Allowed: {known}, or one of these with .gz after it.")
    try:
        with _open(path) as stream:
            yield from reader(stream, path)
    except (OSError, EOFError) as error:  # EOFError: a gzip file cut short
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DatasetError(f"Cannot read {path}: {reason}.") from error


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as raw:
        if raw.read(len(_LFS_POINTER)) == _LFS_POINTER:
            raise DatasetError(f"{path} is a Git LFS pointer, not the data. Run `git lfs pull` in its folder.")
    return io.BufferedReader(_Unpacked(path), 1 << 16) if path.name.endswith(".gz") else path.open("rb")


class _Unpacked(io.RawIOBase):
    """A gzip file that is no bomb: real records shrink to a tenth, ten megabytes of blanks to a thousandth."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = gzip.open(path, "rb")  # noqa: SIM115 - closed with this
        self._most = max(LEAST_LIMIT, path.stat().st_size * MAX_RATIO)
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = self._file.readinto(buffer)
        self._given += size
        if self._given > self._most:
            raise DatasetError(
                f"{self._path} holds more than {MAX_RATIO} times its size once it is unpacked, which no records do. "
                f"Unpack it yourself if it is meant to."
            )
        return size

    def close(self) -> None:
        self._file.close()
        super().close()


def _read_json_lines(stream: IO[bytes], path: Path) -> Iterator[Record]:
    # Bytes are split at \n only: U+2028 and its kin are text, not the end of a record.
    for number, line in enumerate(stream, 1):
        text = line[3:] if number == 1 and line.startswith(b"\xef\xbb\xbf") else line
        if not text or text.isspace():
            continue
        try:
            record = _decode(text.decode())
        except (ValueError, RecursionError) as error:
            raise DatasetError(_bad_json(f"{path}:{number}", error)) from error
        if not isinstance(record, dict):
            raise DatasetError(f"{path}:{number} holds {_shown(record)}, not a JSON object. Each line is one record.")
        yield record


def _read_json(stream: IO[bytes], path: Path) -> Iterator[Record]:
    content = stream.read().removeprefix(b"\xef\xbb\xbf")
    try:
        value = json.loads(content)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise DatasetError(_bad_json(f"{path}:{error.lineno}", error)) from error
        yield from _read_json_lines(io.BytesIO(content), path)  # JSON lines in a file named .json
        return
    except (ValueError, RecursionError) as error:
        raise DatasetError(_bad_json(str(path), error)) from error
    yield from _records_of(value, path)


def _records_of(value: Any, path: Path) -> Iterator[Record]:
    """Find the records in a JSON document: a list, columns, a list inside an object, or an object keyed by id."""
    if isinstance(value, dict):
        lists = [part for part in value.values() if isinstance(part, list)]
        tables = [part for part in lists if part and isinstance(part[0], dict)]
        if len(tables) == 1 and len(lists) == 1:
            value = tables[0]
        elif lists and len(lists) == len(value) and len({len(part) for part in lists}) == 1:
            value = [dict(zip(value, row, strict=True)) for row in zip(*lists, strict=True)]
        elif value and all(isinstance(part, dict) for part in value.values()):
            value = [part if "id" in part else {"id": key, **part} for key, part in value.items()]
        else:
            value = [value]
    if not isinstance(value, list):
        raise DatasetError(f"{path} holds {_shown(value)}. Allowed: a list of objects, or an object that holds one.")
    for number, record in enumerate(value, 1):
        if not isinstance(record, dict):
            raise DatasetError(f"{path}: record {number} is {_shown(record)}, not a JSON object.")
        yield record


def _read_csv(stream: IO[bytes], path: Path, delimiter: str = ",") -> Iterator[Record]:
    csv.field_size_limit(_LONGEST_FIELD)
    with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
        rows = csv.reader(text, delimiter=delimiter, strict=True)
        line = 1  # where the row begins: an unclosed quote takes all lines after it
        try:
            header = next(rows, [])
            if len(set(header)) < len(header):
                twice = next(name for name in header if header.count(name) > 1)
                raise DatasetError(f"{path}:1 names the column {twice!r} twice. Rename one of them.")
            line = rows.line_num + 1
            for row in rows:
                if len(row) > len(header):
                    raise DatasetError(
                        f"{path}:{line} has {len(row)} fields, the header names {len(header)}. "
                        "Quote fields that contain the separator."
                    )
                if row:  # Fields a row leaves out at its end are not there: empty ones would be taken for answers.
                    yield dict(zip(header, row, strict=False))
                line = rows.line_num + 1
        except UnicodeDecodeError as error:
            raise DatasetError(_bad_text(f"{path}:{rows.line_num + 1}", error)) from error
        except csv.Error as error:
            raise DatasetError(f"{path}:{line} is not csv: {_csv_reason(error)}") from error


def _csv_reason(error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return "a quote that opens in this row is never closed. Close it, or write it twice if it is text."
    if "expected after" in str(error):
        return (
            "text follows a closing quote. Perhaps a quote that opens in this row is not closed where it should be; "
            "write it twice if it is text."
        )
    return f"{error}."


def _read_tsv(stream: IO[bytes], path: Path) -> Iterator[Record]:
    return _read_csv(stream, path, "\t")


def _read_parquet(stream: IO[bytes], path: Path) -> Iterator[Record]:
    import pyarrow
    import pyarrow.parquet

    try:
        source = _seekable(stream)
        plain = pyarrow.parquet.ParquetFile(source)
        unpacking = Unpacking(str(path), path.stat().st_size)
        size = rows_at_once(plain, unpacking)
        file = pyarrow.parquet.ParquetFile(source, read_dictionary=texts_of(plain))
        for batch in file.iter_batches(batch_size=size):
            yield from unpacking.rows(batch, plain.schema_arrow)
    except (pyarrow.ArrowException, MemoryError) as error:
        raise DatasetError(f"{path} is not readable as parquet: {_first_line(error)}.") from error


def _read_arrow(stream: IO[bytes], path: Path) -> Iterator[Record]:
    import pyarrow
    import pyarrow.ipc

    source = _seekable(stream)
    magic = source.read(6)
    source.seek(0)
    try:
        unpacking = Unpacking(str(path), path.stat().st_size)
        for batch in _arrow_batches(source, is_file=magic == b"ARROW1"):
            for start in range(0, batch.num_rows, BATCH_ROWS):
                part = batch.slice(start, BATCH_ROWS)
                yield from unpacking.rows(part, part.schema)
    except (pyarrow.ArrowException, MemoryError) as error:
        raise DatasetError(f"{path} is not readable as arrow: {_first_line(error)}.") from error


def _arrow_batches(source: IO[bytes], *, is_file: bool) -> Iterator[Any]:
    import pyarrow.ipc

    if not is_file:
        yield from pyarrow.ipc.open_stream(source)
        return
    opened: Any = pyarrow.ipc.open_file(source)
    for number in range(opened.num_record_batches):
        yield opened.get_batch(number)


def _seekable(stream: IO[bytes]) -> IO[bytes]:
    return stream if stream.seekable() else io.BytesIO(stream.read())


def _bad_json(where: str, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return _bad_text(where, error)
    reason = f"{error.msg} at column {error.colno}" if isinstance(error, json.JSONDecodeError) else _first_line(error)
    return f"{where} is not JSON: {reason}. Correct the line, or remove it."


def _bad_text(where: str, error: UnicodeDecodeError) -> str:
    return f"{where} is not UTF-8 text: {error.reason}. Convert the file, for example with `iconv -t utf-8`."


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


# In the order of preference where one split is there in several formats.
_READERS: dict[str, Callable[[IO[bytes], Path], Iterator[Record]]] = {
    "jsonl": _read_json_lines,
    "ndjson": _read_json_lines,
    "json": _read_json,
    "parquet": _read_parquet,
    "arrow": _read_arrow,
    "csv": _read_csv,
    "tsv": _read_tsv,
}
FORMATS: tuple[str, ...] = tuple(_READERS)
