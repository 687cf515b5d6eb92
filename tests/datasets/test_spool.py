"""Media that records hold themselves wait on disk; the records are what they were."""

from __future__ import annotations

import json
import tracemalloc
from base64 import b64encode
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import image
from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.datasets.load import load_subsets
from evalscope_pytest.datasets.source import local
from evalscope_pytest.datasets.spool import LightRecord, StoredBytes, light, with_pictures_of_others
from tests.media import png

LARGE = png() + b"\0" * 6000
TEXT = b64encode(LARGE).decode()
URI = f"data:image/png;base64,{TEXT}"


def test_records_of_tables_hold_no_bytes() -> None:
    picture = {"bytes": png(), "path": "a.png"}
    record = light({"q": "What?", "image": picture, "images": [picture, picture], "none": None, "n": [1]})
    assert isinstance(record["image"], StoredBytes)
    assert dict(record["image"]) == picture
    assert image(record["image"]).source == png()
    assert [dict(one) for one in record["images"]] == [picture, picture]
    plain = {"q": "What?", "image": {"bytes": None, "path": "a.png"}}
    assert light(plain) is plain


@pytest.mark.parametrize(
    "value",
    [
        TEXT,
        URI,
        LARGE,
        [TEXT, "other", TEXT],
        {"url": URI, "detail": "low"},
        [{"content": [{"image_url": {"url": URI}}]}],
        json.dumps({"images": [URI, TEXT]}),
        f"['{TEXT}', '{TEXT}']",
        f"before {TEXT} between {URI} after",
    ],
)
def test_base64_of_media_waits_on_disk(value: Any) -> None:
    record = light({"q": "What?", "image": value})
    assert isinstance(record, LightRecord)
    assert dict(record) == {"q": "What?", "image": value}
    assert TEXT not in repr(record._held)
    assert len(record) == 2
    assert record.get("none") is None


@pytest.mark.parametrize(
    "value",
    [
        "x" * 9000,
        "word " * 3000,
        b64encode(b"no medium" * 900).decode(),
        TEXT[:-1] + "\n",
        TEXT[:2000],
        "/9j/" * 3000,
        7,
        None,
    ],
)
def test_other_values_stay_as_they_are(value: Any) -> None:
    record = {"image": value}
    kept = light(record)
    assert dict(kept) == record
    assert kept is record or value in (TEXT[:-1] + "\n", "/9j/" * 3000)


@given(st.lists(st.sampled_from([TEXT, URI, TEXT[:2050], "=", " ", "\n", "A" * 3000, "text, ", '"'])).map("".join))
def test_a_text_is_what_it_was(value: str) -> None:
    assert light({"image": value})["image"] == value


def test_a_picture_of_another_row() -> None:
    rows: list[dict[str, Any]] = [
        {"index": 0, "image": TEXT},
        {"index": 1, "image": "0"},
        {"index": 2, "image": 3},
        {"index": 3, "image": "x" * 70},
        {"index": 4, "image": "pictures/0"},
        {"index": 5, "image": "5"},
        {"index": 6, "image": ""},
        {"index": 7, "image": "nobody"},
        {"index": 8},
        {"image": "0"},
    ]
    found = [dict(row) for row in with_pictures_of_others(map(light, rows))]
    assert [row.get("image") for row in found] == [
        TEXT, TEXT, "x" * 70, "x" * 70, "pictures/0", "5", "", "nobody", None, "0",
    ]  # fmt: skip
    assert [row.get("index") for row in found] == [row.get("index") for row in rows]


@pytest.mark.parametrize("form", ["jsonl", "tsv", "parquet"])
def test_memory_does_not_grow_with_the_pictures(tmp_path: Path, form: str) -> None:
    path, count, size = tmp_path / f"test.{form}", 60, 200_000
    pictures = [png() + bytes([number]) * size for number in range(count)]
    if form == "parquet":
        rows = [{"q": "What?", "image": {"bytes": data, "path": "a.png"}} for data in pictures]
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path, row_group_size=10)
    else:
        texts = [b64encode(data).decode() for data in pictures]
        lines = [f"What?\t{one}" if form == "tsv" else json.dumps({"q": "What?", "image": one}) for one in texts]
        path.write_text("\n".join(["q\timage"] * (form == "tsv") + lines) + "\n")
    del pictures
    tracemalloc.start()
    try:
        records = load_subsets(local(str(path)), DataLocation("b", tmp_path), ("default",), "test")["default"]
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(records) == count
    assert kept < size
    assert peak < count * size / 2
    assert image(records[59]["image"]).source == png() + bytes([59]) * size
