"""Reading files of records."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalscope_pytest.core.errors import DatasetError
from evalscope_pytest.datasets.files import format_of, read_records
from tests.cost import calls

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(st.dictionaries(st.text(max_size=8), JSON, max_size=4), max_size=6)
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@settings(max_examples=150, deadline=None)
@given(rows=ROWS, ascii_only=st.booleans(), bom=st.booleans(), zipped=st.booleans())
def test_json_lines_round_trip(folder: Path, rows: list[dict], ascii_only: bool, bom: bool, zipped: bool) -> None:
    text = "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows)
    content = (b"\xef\xbb\xbf" if bom else b"") + text.encode("utf-8", "replace")
    expected = [json.loads(line) for line in text.encode("utf-8", "replace").decode().split("\n") if line]
    path = write(folder, "r.jsonl.gz" if zipped else "r.jsonl", gzip.compress(content, 1) if zipped else content)
    assert list(read_records(path)) == expected


@settings(max_examples=150, deadline=None)
@given(
    header=st.lists(CELL, min_size=2, max_size=4, unique=True),
    cells=st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=5),
    tab=st.booleans(),
)
def test_csv_round_trips(folder: Path, header: list[str], cells: list[list[str]], tab: bool) -> None:
    rows = [dict(zip(header, row, strict=False)) for row in cells]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t" if tab else ",", quoting=csv.QUOTE_ALL)
    writer.writerows([header, *(row.values() for row in rows)])
    path = write(folder, "r.tsv" if tab else "r.csv", text.getvalue())
    assert list(read_records(path)) == rows


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=60), ext=st.sampled_from(["jsonl", "json", "csv", "tsv", "jsonl.gz", "csv.gz"]))
def test_any_bytes_give_records_or_a_dataset_error(folder: Path, content: bytes, ext: str) -> None:
    path = write(folder, f"any.{ext}", content)
    said = "any."
    try:
        records = list(read_records(path))
    except DatasetError as error:
        records, said = [], str(error)
    assert all(isinstance(record, dict) for record in records)
    assert "any." in said


def test_line_separators_inside_text_do_not_end_a_record(tmp_path: Path) -> None:
    path = write(tmp_path, "r.jsonl", '{"q": "a\u2028b\x85c"}\r\n\n  \n{"q": "d"}')
    assert [r["q"] for r in read_records(path)] == ["a\u2028b\x85c", "d"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"a": 1}\n{"a": 2\n', "r.jsonl:2 is not JSON"),
        (b'{"a": 1}\n[1, 2]\n', "r.jsonl:2 holds [1, 2], not a JSON object"),
        (b'{"a": "\xff"}\n', "r.jsonl:1 is not UTF-8"),
        (b"version https://git-lfs.example/spec/v1\noid sha256:1\n", "Git LFS pointer"),
        (b"[" * 200_000, "r.jsonl:1 is not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "r.jsonl:1 is not JSON"),
    ],
    ids=["cut off", "no object", "latin-1", "lfs", "deep", "endless number"],
)
def test_a_bad_line_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(DatasetError) as caught:
        list(read_records(write(tmp_path, "r.jsonl", content)))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([{"q": 1}, {"q": 2}], [{"q": 1}, {"q": 2}]),
        ({"canary": "x", "examples": [{"q": 1}]}, [{"q": 1}]),
        ({"q": [1, 2], "a": ["x", "y"]}, [{"q": 1, "a": "x"}, {"q": 2, "a": "y"}]),
        ({"7": {"q": 1}, "9": {"q": 2, "id": "own"}}, [{"id": "7", "q": 1}, {"q": 2, "id": "own"}]),
        ({"q": 1, "options": [1, 2]}, [{"q": 1, "options": [1, 2]}]),
        ([], []),
    ],
    ids=["list", "list in an object", "columns", "keyed by id", "one record", "empty"],
)
def test_json_documents_of_each_shape(tmp_path: Path, content: object, expected: list[dict]) -> None:
    assert list(read_records(write(tmp_path, "r.json", json.dumps(content)))) == expected


def test_json_lines_in_a_json_file(tmp_path: Path) -> None:
    assert len(list(read_records(write(tmp_path, "r.json", '{"q": 1}\n{"q": 2}\n')))) == 2


def test_csv_with_bom_quotes_and_an_unnamed_first_column(tmp_path: Path) -> None:
    text = '\ufeff,Question,A\r\n0,"two\nlines, ""quoted""",x\r\n\r\n1,short\r\n'
    rows = list(read_records(write(tmp_path, "r.csv", text)))
    assert rows == [{"": "0", "Question": 'two\nlines, "quoted"', "A": "x"}, {"": "1", "Question": "short"}]


def test_csv_fields_may_be_longer_than_the_csv_module_allows(tmp_path: Path) -> None:
    path = write(tmp_path, "r.csv", "q\n" + "x" * 200_000 + "\n")
    assert len(next(iter(read_records(path)))["q"]) == 200_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("q,a\n1,2\n3,4,5\n", "r.csv:3 has 3 fields, the header names 2"),
        ("q,q\n1,2\n", "names the column 'q' twice"),
        ('q,a\n1,2\n"unclosed,A\n3,4\n5,6\n', "r.csv:3 is not csv: a quote that opens in this row is never closed"),
        ('q,a\n1,2\n"unclosed,A\n3,"4"\n5,6\n', "r.csv:3 is not csv: text follows a closing quote"),
        ('"q,a\n1,2\n', "r.csv:1 is not csv: a quote"),
    ],
)
def test_a_bad_csv_row_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DatasetError, match=said):
        list(read_records(write(tmp_path, "r.csv", text)))


def test_csv_in_another_encoding_is_refused_with_advice(tmp_path: Path) -> None:
    path = write(tmp_path, "r.csv", "问题,答案\n一,二\n".encode("gb18030"))
    with pytest.raises(DatasetError, match=r"not UTF-8 text.*iconv"):
        list(read_records(path))


@pytest.mark.parametrize("name", ["r.parquet", "r.arrow"])
def test_columnar_files(tmp_path: Path, name: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet

    rows = [{"q": f"问{n}", "choices": ["a", None], "answer": n} for n in range(5000)]
    table = pa.Table.from_pylist(rows)
    if name.endswith("arrow"):
        with pa.ipc.new_stream(tmp_path / name, table.schema) as writer:
            writer.write_table(table)
    else:
        pyarrow.parquet.write_table(table, tmp_path / name)
    assert list(read_records(tmp_path / name)) == rows


@pytest.mark.parametrize("name", ["r.parquet", "r.arrow", "r.jsonl.gz"])
def test_a_damaged_container_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatasetError, match=name):
        list(read_records(write(tmp_path, name, b"not that at all")))


def test_a_missing_file_and_an_unknown_type(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="No such file"):
        list(read_records(tmp_path / "none.jsonl"))
    with pytest.raises(DatasetError, match=r"Unknown file type.*jsonl"):
        list(read_records(write(tmp_path, "r.xlsx", b"")))


def test_formats_are_told_from_names() -> None:
    names = ["a.jsonl", "a.JSON", "a.csv.gz", "a.txt", "jsonl", "a.tar.gz", ".jsonl"]
    assert [format_of(name) for name in names] == ["jsonl", "json", "csv", "", "", "", "jsonl"]


def test_reading_json_lines_is_cheap_and_imports_no_data_library(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    row = json.dumps({"question": "q " * 150, "answer": "a " * 100})
    path.write_text("".join(f"{row}\n" for _ in range(1000)))
    code = (
        "import sys\nfrom pathlib import Path\nfrom evalscope_pytest.datasets.files import read_records\n"
        f"n = sum(1 for _ in read_records(Path({str(path)!r})))\n"
        "heavy = {'datasets', 'pyarrow', 'pandas', 'modelscope', 'huggingface_hub'} & set(sys.modules)\n"
        "print(n, heavy or '')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1000"]
    assert calls(lambda: list(read_records(path))) / 1000 < 30  # 13 when it was written, which took 4 µs
