"""Own questions on pictures in every shape people have them, in every format: the same parts, bytes and answers."""

from __future__ import annotations

import csv
import json
import logging
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import LoadedBenchmark, load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.content import Text, media_in, medium_of
from evalscope_pytest.core.errors import DatasetError
from evalscope_pytest.core.values import Message
from evalscope_pytest.datasets.base import DataLocation
from tests.media import HOSTILE, mp4, png, wav

ONE, TWO, LARGE = png(5, 5, 10), png(6, 6, 20), png(64, 64, 30) + b"\0" * 3000


def encoded(data: bytes) -> str:
    return b64encode(data).decode()


def loaded(path: Path, name: str = "general_vmcq", limit: int | None = None, **args: Any) -> LoadedBenchmark:
    benchmark = load_bundled(name)
    place = DataLocation(name, benchmark.file.parent, hub="local", dataset_id=str(path))
    return load(resolve(benchmark, DatasetArgs(**args)), place, limit=limit)


def shown(message: Message) -> list[Any]:
    """Return the texts and bytes of a message."""
    parts = [Text(message.content)] if isinstance(message.content, str) else message.content
    return [part.text if isinstance(part, Text) else medium_of(part).read() for part in parts]


def sent(found: LoadedBenchmark) -> list[list[Any]]:
    return [shown(found.messages(sample)[-1]) for samples in found.subsets.values() for sample in samples]


def as_file(folder: Path, form: str, rows: Sequence[dict[str, Any]]) -> Path:
    """Write records; a table's cells that are lists or mappings are JSON in tsv and csv."""
    path = folder / f"Mine.{form}"
    names = list(dict.fromkeys(name for row in rows for name in row))
    if form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif form in ("tsv", "csv"):
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, names, delimiter="\t" if form == "tsv" else ",")
            writer.writeheader()
            writer.writerows({k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()} for row in rows)
    else:
        table = pyarrow.Table.from_pylist([{name: row.get(name) for name in names} for row in rows])
        if form == "parquet":
            pyarrow.parquet.write_table(table, path)
        else:
            with pyarrow.ipc.new_file(path, table.schema) as writer:
                writer.write_table(table)
    return path


KIT = [
    {"index": "0", "image": encoded(LARGE), "question": "What?", "hint": "Look.", "A": "a", "B": "b", "answer": "B"},
    {"index": "1", "image": "0", "question": "Which?", "hint": "", "A": "c", "B": "d", "C": "e", "answer": "C"},
    {"index": "2", "image": "3", "question": "Where?", "A": "f", "B": "g", "category": "place", "answer": "A"},
    {"index": "3", "image": encoded(ONE), "question": "Who?", "A": "h", "B": "i", "answer": "a"},
    {"index": "4", "image_path": "pictures/one.png", "question": "When?", "A": "j", "B": "k", "answer": "k"},
    {"index": "5", "question": "None?", "A": "l", "B": "m", "answer": "A"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "one.png").write_bytes(ONE)
    (tmp_path / "pictures" / "two.png").write_bytes(TWO)
    (tmp_path / "film.mp4").write_bytes(mp4())
    (tmp_path / "sound.wav").write_bytes(wav())
    return tmp_path


@pytest.mark.parametrize("form", ["tsv", "csv", "jsonl", "parquet", "arrow"])
def test_the_columns_of_vlmevalkit(folder: Path, form: str) -> None:
    path = as_file(folder, form, KIT)
    expected = [LARGE, LARGE, ONE, ONE, ONE]
    for place in (path, folder):
        found = loaded(place, prompt_template="{question}|{choices}")
        assert [parts[:-1] for parts in sent(found)] == [*([data] for data in expected), []]
    assert sent(found)[0][-1] == "Hint: Look.\nQuestion: What?|A) a\nB) b"
    assert sent(found)[1][-1] == "Which?|A) c\nB) d\nC) e"
    (samples,) = found.subsets.values()
    assert [sample.target for sample in samples] == ["B", "C", "A", "A", "B", "A"]
    assert samples[2].metadata == {"index": "2", "category": "place"}
    assert [parts[:-1] for parts in sent(loaded(path, limit=3))] == [[LARGE], [LARGE], [ONE]]
    open_ended = loaded(path, "general_vqa", prompt_template="{question} Briefly.")
    assert [parts[:-1] for parts in sent(open_ended)] == [*([data] for data in expected), []]
    assert sent(open_ended)[1][-1] == "Which? Briefly."


def test_a_picture_in_another_file_of_the_same_subset(folder: Path) -> None:
    for number, rows in enumerate((KIT[:2], KIT[2:3], KIT[3:4])):
        rows = [{name: row.get(name) for name in ("index", "image", "question", "answer")} for row in rows]
        as_file(folder, "parquet", rows).rename(folder / f"mine-{number:05}-of-00003.parquet")
    found = loaded(folder, "general_vqa", subset_list=("mine",))
    assert [parts[:-1] for parts in sent(found)] == [[LARGE], [LARGE], [ONE], [ONE]]


PICTURES: list[tuple[dict[str, Any], list[bytes]]] = [
    ({"image": "pictures/one.png"}, [ONE]),
    ({"image": encoded(ONE)}, [ONE]),
    ({"image": f"data:image/png;base64,{encoded(LARGE)}"}, [LARGE]),
    ({"image": ["pictures/one.png", encoded(LARGE)]}, [ONE, LARGE]),
    ({"images": ["pictures/two.png", "pictures/one.png"]}, [TWO, ONE]),
    ({"image_path": ["pictures/one.png", "pictures/two.png"]}, [ONE, TWO]),
    ({"image_path": "['pictures/one.png', 'pictures/two.png']"}, [ONE, TWO]),
    ({"image": "none.png", "image_path": "pictures/two.png"}, [TWO]),
    ({"image": encoded(LARGE), "image_path": "none.png"}, [LARGE]),
    ({"video": "film.mp4"}, [mp4()]),
    ({"audio": "sound.wav", "image": "pictures/one.png"}, [ONE, wav()]),
    ({"image": ""}, []),
]
BYTES: list[tuple[dict[str, Any], list[bytes]]] = [
    ({"image": {"bytes": LARGE, "path": "a.png"}}, [LARGE]),
    ({"image": {"bytes": None, "path": "pictures/one.png"}}, [ONE]),
    ({"image": LARGE}, [LARGE]),
    ({"images": [{"bytes": ONE, "path": None}, {"bytes": LARGE, "path": None}]}, [ONE, LARGE]),
    ({"image": None}, []),
]
FORMS = {"tsv": PICTURES, "csv": PICTURES, "jsonl": PICTURES, "parquet": PICTURES + BYTES, "arrow": PICTURES + BYTES}


@pytest.mark.parametrize("form", FORMS)
def test_pictures_without_a_mark_come_first(folder: Path, form: str) -> None:
    for fields, expected in FORMS[form]:
        path = as_file(folder, form, [{"question": "What?", "answer": "x", **fields}])
        assert sent(loaded(path, "general_vqa")) == [[*expected, "What?"]], fields


@pytest.mark.parametrize("form", FORMS)
def test_marks_in_texts_and_options(folder: Path, form: str) -> None:
    row = {"question": "Is <image 2> like <video_1>?", "options": ["<image 1>", "<audio1>", "no"], "answer": "C"}
    media = {"video": "film.mp4", "audio_1": "sound.wav"}
    shapes = [
        {"images": ["pictures/one.png", encoded(LARGE)]},
        {"image_1": "pictures/one.png", "image_2": encoded(LARGE)},
    ]
    if form in ("parquet", "arrow"):
        shapes.append({"image_1": {"bytes": ONE, "path": None}, "image_2": {"bytes": LARGE, "path": None}})
    for shape in shapes:
        found = loaded(as_file(folder, form, [{**row, **media, **shape}]), prompt_template="{question}|{choices}")
        expected = ["Is ", LARGE, " like ", mp4(), "?|A) ", ONE, "\nB) ", wav(), "\nC) no"]
        assert sent(found) == [expected]


@pytest.mark.parametrize("form", ["jsonl", "tsv", "csv", "parquet", "arrow"])
def test_hostile_pictures_are_faults_of_their_samples_in_every_format(folder: Path, form: str) -> None:
    table = form in ("parquet", "arrow")
    rows = []
    for number, (name, (data, _)) in enumerate([*HOSTILE.items(), ("good.png", (ONE, ""))]):
        (folder / name).write_bytes(data)
        own = {"bytes": data, "path": name} if table else encoded(data) or "data:image/png;base64,"
        rows += [
            {"question": f"{number}?", "answer": "x", "image": value} for value in ([own] if table else [own, name])
        ]
    samples = loaded(as_file(folder, form, rows), "general_vqa").subsets["default"]
    faults = [medium_of(part).fault for sample in samples for part in media_in(sample.parts)]
    assert len(faults) == len(rows)
    expected = [said for _, said in HOSTILE.values()]
    assert all(said in fault for said, fault in zip(expected, faults if table else faults[1::2], strict=False))
    assert all(faults[: -1 if table else -2])
    assert not any(faults[-1 if table else -2 :])


def test_marks_in_the_parts_of_messages(folder: Path) -> None:
    text = {"type": "text", "text": "Compare <image 1> with <image 2>"}
    row = {"messages": [{"role": "user", "content": [text]}], "image_1": "pictures/one.png", "answer": ["x", "y"]}
    found = loaded(as_file(folder, "jsonl", [row]), "general_vqa")
    assert sent(found) == [["Compare ", ONE, " with <image 2>"]]
    assert found.subsets["default"][0].targets == ("x", "y")


def test_a_numbered_picture_that_no_mark_names_is_logged(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    row = {
        "question": "What is <image 1>?",
        "image_1": "pictures/one.png",
        "image_2": "pictures/two.png",
        "answer": "x",
    }
    with caplog.at_level(logging.WARNING):
        assert sent(loaded(as_file(folder, "jsonl", [row]), "general_vqa")) == [["What is ", ONE, "?"]]
    assert "image_2 is not sent" in caplog.text


@pytest.mark.parametrize(
    ("row", "target"),
    [
        ({"options": ["x", "y"], "answer": "B"}, "B"),
        ({"options": "['x', 'y']", "answer": "b"}, "B"),
        ({"options": {"A": "x", "B": "y"}, "answer": "y"}, "B"),
        ({"choices": ["x", "y"], "answer": 1}, "B"),
        ({"options": ["A", "B"], "answer": "B"}, "B"),
        ({**dict(zip("ABCDEFGHIJK", "abcdefghijk", strict=True)), "answer": "K"}, "K"),
        ({"A": "x", "B": "nan", "answer": "B"}, "B"),
        ({"A": "x", "B": "y", "C": "nan", "D": None, "answer": "B"}, "B"),
    ],
)
def test_options_and_answers_as_people_write_them(folder: Path, row: dict[str, Any], target: str) -> None:
    (sample,) = loaded(as_file(folder, "jsonl", [{"question": "Q?", **row}])).subsets["default"]
    assert sample.targets == (target,)
    assert "nan" not in sample.choices[2:]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"answer": "A", "A": "x", "B": "y"}, "it has no question"),
        ({"question": "Q?", "answer": "A"}, "it has no options"),
        ({"question": "Q?", "A": "x", "C": "y", "answer": "A"}, "option B is missing or empty"),
        ({"question": "Q?", "A": "x", "B": "y"}, "it has no answer"),
        ({"question": "Q?", "A": "x", "B": "y", "answer": "D"}, "It must be the letter of an option, A, B."),
        ({"question": "Q?", "A": "x", "B": "y", "answer": "AB"}, "none of its options"),
        ({"question": "Q?", "options": "x, y", "answer": "A"}, "not a list"),
    ],
)
def test_what_a_record_lacks_is_named(folder: Path, row: dict[str, Any], said: str) -> None:
    with pytest.raises(DatasetError, match=said):
        loaded(as_file(folder, "jsonl", [row]))


def test_a_reference_is_for_rules_only(folder: Path) -> None:
    found = loaded(as_file(folder, "jsonl", [{"question": "What?"}]), "general_vqa")
    assert found.subsets["default"][0].targets == ("",)


@pytest.mark.parametrize(
    ("name", "record", "instead"),
    [
        ("general_mcq", {"question": "<image 1> Which?", "A": "a", "B": "b", "image_1": "a.png"}, "general_vmcq"),
        ("general_mcq", {"question": "Which?", "A": "a", "B": "b", "audios": ["a.wav"]}, "general_vmcq"),
        ("general_qa", {"query": "What?", "image_path": "a.png"}, "general_vqa"),
    ],
)
def test_a_benchmark_of_text_logs_the_media_that_it_does_not_send(
    name: str, record: dict[str, Any], instead: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [{**record, "answer": "A", "video": ""}]
    with caplog.at_level(logging.WARNING, "evalscope_pytest"):
        loaded(as_file(tmp_path, "jsonl", rows), name)
    medium = next(field for field in record if field.startswith(("image", "audio")))
    assert [line.getMessage() for line in caplog.records] == [
        f"{medium}: text alone is sent; for the rest use {instead}"
    ]
