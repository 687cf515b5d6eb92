"""Tables that stand for more than they are: read a few rows at a time, and refused before they fill the memory."""

from __future__ import annotations

import itertools
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalscope_pytest.core.errors import DatasetError
from evalscope_pytest.datasets.files import LEAST_BYTES, read_records, weight

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

LONG = "x" * (1 << 20)
MANY = 1500


def repeated(count: int, text: str = LONG) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array([text]))


def in_lists(values: Any, rows: int = 2) -> Any:
    size = len(values) // rows
    return pa.ListArray.from_arrays(pa.array(range(0, len(values) + 1, size), pa.int32()), values)


BOMBS = {
    "rows": lambda: repeated(MANY),
    "struct": lambda: pa.StructArray.from_arrays([repeated(MANY)], ["text"]),
    "list": lambda: in_lists(repeated(MANY)),
    "list_of_structs": lambda: in_lists(pa.StructArray.from_arrays([repeated(MANY)], ["text"])),
    "map": lambda: pa.MapArray.from_arrays(
        pa.array([0, MANY // 2, MANY], pa.int32()), pa.array([str(n) for n in range(MANY)]), repeated(MANY)
    ),
    "numbers": lambda: in_lists(pa.nulls(1 << 26, pa.int8()).fill_null(0)),
    "two_texts": lambda: pa.array(["y" * (160 << 20)] * 2),
}
LOADS_TWO = {"rows", "struct", "bytes"}  # the first rows are no larger than those of an honest file


@pytest.fixture(scope="module", params=[*BOMBS, "bytes"])
def bomb(request, tmp_path_factory) -> tuple[str, Path]:
    name = request.param
    values = repeated(MANY).cast(pa.binary()).dictionary_encode() if name == "bytes" else BOMBS[name]()
    path = tmp_path_factory.mktemp("bombs") / "bomb.parquet"
    pq.write_table(pa.table({"question": values}), path, compression="zstd")
    assert path.stat().st_size < 1 << 17
    return name, path


def test_a_bomb_is_refused_before_it_goes_off(bomb):
    _, path = bomb
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        allocated = []
        with pytest.raises(DatasetError, match="holds more than 200 times its size"):
            allocated.extend(pa.total_allocated_bytes() - before for _ in read_records(path))
        assert max(allocated, default=0) < LEAST_BYTES
        assert tracemalloc.get_traced_memory()[1] < LEAST_BYTES // 4
    finally:
        tracemalloc.stop()


def test_of_a_bomb_of_many_rows_the_first_can_be_read(bomb):
    name, path = bomb
    if name in LOADS_TWO:
        assert len(list(itertools.islice(read_records(path), 2))) == 2
    else:
        with pytest.raises(DatasetError):
            list(itertools.islice(read_records(path), 2))


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_an_arrow_bomb_is_refused(kind, tmp_path):
    path = tmp_path / "bomb.arrow"
    batch = pa.record_batch({"question": repeated(MANY)})
    with pa.OSFile(str(path), "wb") as sink, getattr(pa.ipc, f"new_{kind}")(sink, batch.schema) as writer:
        writer.write_batch(batch)
    assert len(list(itertools.islice(read_records(path), 2))) == 2
    with pytest.raises(DatasetError, match="holds more than 200 times its size"):
        for _ in read_records(path):
            pass


def test_a_column_whose_size_cannot_be_told_is_refused(tmp_path):
    path = tmp_path / "runs.arrow"
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([10**6], pa.int32()), pa.array([LONG]))
    batch = pa.record_batch({"question": runs})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    with pytest.raises(DatasetError, match=r"is not read\. Write the file anew, as JSON lines"):
        list(read_records(path))


def test_large_files_that_mean_it_are_read(tmp_path):
    path = tmp_path / "honest.parquet"
    book = "All happy families are alike. " * 4000
    rows = [{"question": f"What is said on page {n}?", "book": book, "choices": [f"{n}", "none"]} for n in range(2000)]
    pq.write_table(pa.Table.from_pylist(rows), path)
    assert path.stat().st_size * 1000 < 2000 * len(book), "the book is stored once"
    for read, row in zip(read_records(path), rows, strict=True):
        assert read == row


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "text": st.none() | st.text(max_size=9),
                "number": st.none() | st.integers(-5, 5),
                "texts": st.none() | st.lists(st.none() | st.text(max_size=5), max_size=3),
                "inner": st.none() | st.fixed_dictionaries({"a": st.none() | st.text(max_size=5), "b": st.booleans()}),
                "bytes": st.binary(max_size=4),
            }
        ),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=60)
def test_what_is_written_is_read(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    schema = pa.schema(
        {
            "text": pa.string(),
            "number": pa.int64(),
            "texts": pa.list_(pa.string()),
            "inner": pa.struct({"a": pa.string(), "b": pa.bool_()}),
            "bytes": pa.binary(),
        }
    )
    pq.write_table(pa.Table.from_pylist(rows, schema), path)
    assert list(read_records(path)) == rows


@pytest.mark.parametrize(
    ("values", "kind", "size"),
    [
        (["a", "bcd", None], None, 4),
        (["a", "bcd", None], "string_view", 4),
        (["a" * 50, "b"], "binary_view", 51),
        ([["a"], ["bc", "d"]], None, 4),
        ([b"abc"], None, 3),
    ],
)
def test_what_an_array_takes_is_computed(values, kind, size):
    array = pa.array(values, getattr(pa, kind)() if kind else None)
    count = len(values) + sum(len(v) for v in values if isinstance(v, list))
    assert weight(array, "here") == size + 64 * count
    assert weight(array.slice(1), "here") < weight(array, "here")
