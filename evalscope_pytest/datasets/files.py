"""Reads files of records: JSON lines, JSON, csv, tsv, parquet and arrow, any of them gzipped.

Read natively and always from the file itself: no cache can be stale, and JSON lines cost no import
of a data library (docs/design/datasets.md has the figures).

A few bytes of a table can represent any number on disk: a text that is repeated, or is the same in every row, is stored
once. Columns of texts are therefore read in their stored form, as numbers of texts. The size of a row is computed
before it is made, and rows are made a few at a time.
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
from .source import Record

_LFS_POINTER = b"version https://git-lfs"
# The csv module's own limit of 131,072 characters is too small for long-context questions.
_LONGEST_FIELD = 1 << 30
# Of an unpacked file: bytes that are allowed whatever its packed size, and the maximum ratio to its packed size.
LEAST_LIMIT = 1 << 26
# A third less CPU than json.loads on bytes, which guesses the encoding of every line.
_decode = json.JSONDecoder().decode


def format_of(name: str) -> str:
    """Return the format that a file's name indicates (``jsonl``, ``csv`` ...), empty for files that hold no records."""
    stem = name[:-3] if name.endswith(".gz") else name
    suffix = stem.rpartition(".")[2].lower() if "." in stem else ""
    return suffix if suffix in _READERS else ""


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of a file, in its order.

    Raises:
        DatasetError: It is missing, not readable, or malformed; the message names the file and, if there is
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
    """A gzip file with a bounded ratio: real records shrink to a tenth, ten megabytes of blanks to a thousandth."""

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
        line = 1  # of the row's beginning: an unclosed quote takes all lines after it
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
                if row:  # Missing fields at a row's end stay missing: empty ones would count as answers.
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
        # A group at a time: the texts in a structure, as they are stored, cannot be joined across groups.
        for group in range(file.num_row_groups):
            for batch in file.iter_batches(batch_size=size, row_groups=[group]):
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


# In the order of preference if one split exists in several formats.
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


# Tables: Arrow and parquet -------------------------------------------------------------------------------------------


# Bytes in memory that are allowed whatever the size of the file, for rows and for their stored form; and the maximum
# ratio to the file's size.
LEAST_BYTES = 1 << 28
LEAST_STORED = 1 << 26
MAX_RATIO = 200
# Rows that take more than this are not made at once.
SLICE_BYTES = 1 << 23
BATCH_ROWS = 4096
VALUE_BYTES = 64  # that a Python object takes, however small


class Unpacking:
    """Makes rows of batches, up to a size that real records never reach.

    Args:
        name: The file's name in messages.
        size: Its bytes on disk.
    """

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._given = 0

    def rows(self, batch: Any, schema: Any) -> Iterator[dict[str, Any]]:
        """Yield the rows of a record batch.

        Args:
            schema: Its columns as they are without repeated texts being stored once.

        Raises:
            DatasetError: They take too much.
        """
        waiting = [batch]
        while waiting:
            part = waiting.pop()
            took = sum(weight(column, self._name) for column in part.columns)
            if took > SLICE_BYTES and part.num_rows > 1:
                half = part.num_rows // 2
                waiting += [part.slice(half), part.slice(0, half)]
                continue
            self._given += took
            self.check(self._given)
            yield from _plain(part, schema).to_pylist()

    def check(self, size: int, least: int = LEAST_BYTES) -> None:
        """Refuse more bytes than records take.

        Args:
            least: Bytes that are allowed whatever the size of the file.

        Raises:
            DatasetError: It is more.
        """
        if size > max(least, self._size * MAX_RATIO):
            raise DatasetError(
                f"{self._name} holds more than {MAX_RATIO} times its size once it is unpacked, which no records do. "
                "Write it anew, as JSON lines, if it is meant to."
            )


def _plain(batch: Any, schema: Any) -> Any:
    """Return a batch with repeated texts expanded, which makes rows four times as fast."""
    import pyarrow

    if batch.schema.equals(schema):
        return batch
    try:
        return batch.cast(schema)
    except (pyarrow.ArrowNotImplementedError, pyarrow.ArrowInvalid):  # views of texts; columns of nulls in lists
        return batch


def weight(array: Any, name: str) -> int:
    """Return the bytes that an array's values would take as Python objects, without making them.

    Args:
        name: The file, for messages.

    Raises:
        DatasetError: The size of its type is not known.
    """
    import pyarrow
    from pyarrow import types

    kind, own = array.type, VALUE_BYTES * len(array)
    if isinstance(array, pyarrow.ExtensionArray):
        return weight(array.storage, name)
    if types.is_dictionary(kind):
        return own + _repeated(array, name)
    if types.is_struct(kind):
        return own + sum(weight(part, name) for part in array.flatten())
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return own + weight(array.flatten(), name)
    if types.is_map(kind):
        first, last = array.offsets[0].as_py(), array.offsets[-1].as_py()
        whole = array.offsets[0].as_py() == 0 and len(array.keys) == last
        parts = (array.keys, array.items) if whole else (array.keys[first:last], array.items[first:last])
        return own + sum(weight(part, name) for part in parts)
    if types.is_primitive(kind) or types.is_null(kind) or types.is_fixed_size_binary(kind) or types.is_decimal(kind):
        return own + (len(array) * kind.bit_width // 8 if not types.is_null(kind) else 0)
    if any(
        is_text(kind) for is_text in (types.is_unicode, types.is_large_unicode, types.is_binary, types.is_large_binary)
    ):
        return own + _sum(_lengths(array))
    if any(is_view(kind) for is_view in (types.is_string_view, types.is_binary_view)):
        return own + _sum_of_views(array)
    raise DatasetError(f"{name} has a column of type {kind}, which is not read. Write the file anew, as JSON lines.")


def _repeated(array: Any, name: str) -> int:
    """Return the bytes of a dictionary-encoded array's values, each counted as often as it occurs."""
    import pyarrow.compute as compute
    from pyarrow import types

    values = array.dictionary
    if any(t(values.type) for t in (types.is_unicode, types.is_large_unicode, types.is_binary, types.is_large_binary)):
        return _sum(compute.take(_lengths(values), array.indices))
    return len(array) * weight(values, name)  # of anything else, any value may be the largest


def _sum_of_views(array: Any) -> int:
    # A view is four numbers of 32 bits, of which the first is its length.
    numbers = memoryview(array.buffers()[1]).cast("b").cast("i")
    return sum(numbers[4 * array.offset : 4 * (array.offset + len(array)) : 4])


def _lengths(array: Any) -> Any:
    import pyarrow.compute as compute

    return compute.cast(compute.binary_length(array), "int64")


def _sum(lengths: Any) -> int:
    import pyarrow.compute as compute

    return int(compute.sum(lengths).as_py() or 0)


def texts_of(file: Any) -> list[str]:
    """Return the paths of a parquet file's columns of texts and bytes: those that can be read as they are stored."""
    columns = [file.schema.column(number) for number in range(len(file.schema))]
    plain = ("STRING", "NONE", "JSON", "ENUM", "BSON")
    return [c.path for c in columns if c.physical_type == "BYTE_ARRAY" and c.logical_type.type in plain]


def rows_at_once(file: Any, unpacking: Unpacking) -> int:
    """Return how many rows of a parquet file are read at a time, so that they take little memory as they are stored.

    Raises:
        DatasetError: Its numbers alone, of which a row may hold any number, take too much.
    """
    columns = [file.schema.column(number) for number in range(len(file.schema))]
    widths = [max(8, column.length) for column in columns]
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    for group in groups:
        nested = [n for n, column in enumerate(columns) if column.max_repetition_level]
        unpacking.check(sum(group.column(n).num_values * widths[n] for n in nested))
        unpacking.check(sum(group.column(n).total_uncompressed_size for n in range(group.num_columns)), LEAST_STORED)
    stored = max((group.total_byte_size // max(1, group.num_rows) for group in groups), default=0)
    return int(max(1, min(BATCH_ROWS, SLICE_BYTES // max(1, sum(widths), stored))))
