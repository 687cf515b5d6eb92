"""Reads tables of Arrow and parquet without being filled up by them: a few bytes on disk can stand for any number.

A text that is repeated, or is the same in every row, is stored once. So columns of texts are read as they are stored,
as numbers of texts; what a row would take is computed before it is made, and rows are made a few at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..core.errors import DatasetError

# What rows, and what is stored of them, may take in memory whatever the size of their file; how many times that size.
LEAST_BYTES = 1 << 28
LEAST_STORED = 1 << 26
MAX_RATIO = 200
# Rows that take more than this are not made at once.
SLICE_BYTES = 1 << 23
BATCH_ROWS = 4096
VALUE_BYTES = 64  # that a Python object takes, however small


class Unpacking:
    """Makes rows of batches, until they are more than any records would be.

    Args:
        name: What messages call the file.
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
            least: What they may take whatever the size of their file.

        Raises:
            DatasetError: It is more.
        """
        if size > max(least, self._size * MAX_RATIO):
            raise DatasetError(
                f"{self._name} holds more than {MAX_RATIO} times its size once it is unpacked, which no records do. "
                "Write it anew, as JSON lines, if it is meant to."
            )


def _plain(batch: Any, schema: Any) -> Any:
    """Return a batch with each text where it belongs, which makes rows four times as fast."""
    import pyarrow

    try:
        return batch.cast(schema)
    except pyarrow.ArrowNotImplementedError:  # views of texts
        return batch


def weight(array: Any, name: str) -> int:
    """Return the bytes that an array's values would take as Python objects, without making them.

    Args:
        name: The file, for messages.

    Raises:
        DatasetError: Its type is one of which that cannot be told.
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
    """Return what the values of a dictionary-encoded array take, each counted as often as it is there."""
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
        DatasetError: Already its numbers, of which a row may hold any number, take too much.
    """
    columns = [file.schema.column(number) for number in range(len(file.schema))]
    widths = [max(8, column.length) for column in columns]
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    for group in groups:
        nested = [n for n, column in enumerate(columns) if column.max_repetition_level]
        unpacking.check(sum(group.column(n).num_values * widths[n] for n in nested))
        unpacking.check(sum(group.column(n).total_uncompressed_size for n in range(group.num_columns)), LEAST_STORED)
    return int(max(1, min(BATCH_ROWS, SLICE_BYTES // max(1, sum(widths)))))
