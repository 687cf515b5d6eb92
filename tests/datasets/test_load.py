"""Loading subsets from the layouts local folders have."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evalscope_pytest.core.errors import DatasetError
from evalscope_pytest.datasets import load
from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.datasets.load import list_subsets, load_subsets, read_release_text
from evalscope_pytest.datasets.source import Source, hub, local

Write = Callable[..., Path]
ONE = hub("owner/one", subsets=["main"])
TWO = hub("owner/two", subsets=["a", "b"])
GROUPED = hub("owner/grouped", subsets=["a", "b"], subset_by="kind", config="all")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files of records: ``write({"a/test.jsonl": ["q1", "q2"]})``; returns the folder."""

    def write_all(files: dict[str, list[str] | str]) -> Path:
        folder = tmp_path / "data" / "bench"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = [{"q": q, "kind": q[0]} for q in content] if isinstance(content, list) else []
            if name.endswith(".parquet"):
                import pyarrow as pa
                import pyarrow.parquet

                pyarrow.parquet.write_table(pa.Table.from_pylist(rows), path)
            elif name.endswith(".csv"):
                path.write_text("".join(f"{row['q']},{row['kind']}\n" for row in [{"q": "q", "kind": "kind"}, *rows]))
            elif isinstance(content, str):
                path.write_text(content)
            else:
                path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return folder

    return write_all


def at(folder: Path) -> DataLocation:
    return DataLocation("bench", Path("/nowhere"), hub="local", dataset_id=str(folder))


def questions(source: Source, folder: Path, split: str = "test", subsets: tuple[str, ...] = ()) -> dict[str, list]:
    loaded = load_subsets(source, at(folder), subsets or source.subsets, split)
    return {subset: [record["q"] for record in records] for subset, records in loaded.items()}


@pytest.mark.parametrize(
    ("files", "source"),
    [
        ({"a/test.jsonl": ["a1"], "b/test.jsonl": ["b1"]}, TWO),
        ({"test/a.jsonl": ["a1"], "test/b.jsonl": ["b1"], "train/a.jsonl": ["x"]}, TWO),
        ({"a_test.jsonl": ["a1"], "b_test.csv": ["b1"], "a_train.jsonl": ["x"]}, TWO),
        ({"test/a_test.csv": ["a1"], "test/b_test.csv": ["b1"]}, TWO),
        ({"a.jsonl": ["a1"], "b.jsonl": ["b1"]}, TWO),
        ({"a/test-00000-of-00001.parquet": ["a1"], "b/test-00000-of-00001-0a1b2c3d4e5f6071.parquet": ["b1"]}, TWO),
        ({"a/test/0000.parquet": ["a1"], "b/test/0000.parquet": ["b1"]}, TWO),
        ({"data/a/test.jsonl": ["a1"], "data/b/test.jsonl": ["b1"]}, TWO),
        ({"test.jsonl": ["b1", "a1"]}, GROUPED),
        ({"data/test-00000-of-00002.parquet": ["b1"], "data/test-00001-of-00002.parquet": ["a1"]}, GROUPED),
        ({"all/test.jsonl": ["a1", "b1"]}, GROUPED),
        ({"all/Name_test.jsonl": ["a1", "b1"], "all/Name_train.jsonl": ["x"], "test.csv": ["x"]}, GROUPED),
        ({"all/test.jsonl": ["wrong"], "a/test.jsonl": ["a1"], "b/test.jsonl": ["b1"]}, GROUPED),
        ({"a/test.jsonl": ["a1"], "test.jsonl": ["b1"]}, GROUPED),
    ],
    ids=[
        "subset folders",
        "split folders",
        "subset_split",
        "split/subset_split",
        "subset only",
        "shards",
        "parquet conversion",
        "below data/",
        "one file",
        "one file in shards",
        "config folder",
        "name_split in the config folder",
        "own files before the file of all",
        "own and shared files mixed",
    ],
)
def test_two_subsets_are_found_in_every_layout(write: Write, files: dict, source: Source) -> None:
    assert questions(source, write(files)) == {"a": ["a1"], "b": ["b1"]}


@pytest.mark.parametrize(
    "files",
    [
        {"test.jsonl": ["q1"], "train.jsonl": ["t1"]},
        {"main/test.jsonl": ["q1"], "main/train.jsonl": ["t1"]},
        {"main_test.jsonl": ["q1"], "main_train.jsonl": ["t1"]},
        {"bench_test.jsonl": ["q1"], "bench_train.jsonl": ["t1"]},
        {"test.jsonl": ["q1"], "test.csv": ["x"], "train.csv": ["t1"]},
        {"testing.jsonl": ["q1"], "training.jsonl": ["t1"]},
        {"test/data-00000-of-00001.jsonl": ["q1"], "train/data-00000-of-00001.jsonl": ["t1"]},
    ],
)
def test_the_one_subset_of_a_benchmark_is_the_whole_split(write: Write, files: dict) -> None:
    folder = write(files)
    assert questions(ONE, folder) == {"main": ["q1"]}
    assert questions(ONE, folder, "train") == {"main": ["t1"]}


def test_a_single_file_is_what_is_evaluated_whatever_its_name(write: Write) -> None:
    folder = write({"mine_val.jsonl": ["q1"], "other.jsonl": ["x"]})
    assert questions(ONE, folder / "mine_val.jsonl") == {"main": ["q1"]}
    with pytest.raises(DatasetError, match=r"no split 'train' in .*few_shot_num to 0"):
        questions(ONE, folder / "mine_val.jsonl", "train")


def test_a_lone_file_without_a_split_in_its_name_is_evaluated_and_never_gives_exemplars(write: Write) -> None:
    folder = write({"input_data.jsonl": ["q1"], "dataset_infos.json": "{}"})
    assert questions(ONE, folder) == {"main": ["q1"]}
    with pytest.raises(DatasetError, match="no split 'train'"):
        questions(ONE, folder, "train")


def test_a_subset_file_never_gives_exemplars(write: Write) -> None:
    folder = write({"a.jsonl": ["a1"], "b.jsonl": ["b1"]})
    with pytest.raises(DatasetError, match="no split 'train'"):
        questions(TWO, folder, "train")


def test_dev_is_not_taken_for_validation(write: Write) -> None:
    folder = write({"dev.jsonl": ["d1"]})
    with pytest.raises(DatasetError, match="There is: dev"):
        questions(replace(ONE, split="validation"), folder, "validation")


def test_the_folder_of_one_subset_may_be_given_instead_of_its_parent(write: Write) -> None:
    folder = write({"a/test.jsonl": ["a1"], "b/test.jsonl": ["b1"]})
    assert questions(TWO, folder / "a", subsets=("a",)) == {"a": ["a1"]}
    with pytest.raises(DatasetError):
        questions(TWO, folder / "a", subsets=("b",))


README = """---
configs:
- config_name: a
  data_files:
  - split: test
    path: parts/one*.jsonl
- config_name: b
  data_files:
  - split: test
    path: [parts/two.csv]
  - split: train
    path: parts/three.jsonl
---
"""


def test_a_readme_says_which_files_are_meant(write: Write) -> None:
    files = {"README.md": README, "parts/one1.jsonl": ["a1"], "parts/one2.jsonl": ["a2"], "parts/two.csv": ["b1"]}
    folder = write({**files, "parts/three.jsonl": ["b9"], "a/test.jsonl": ["wrong"]})
    assert questions(TWO, folder) == {"a": ["a1", "a2"], "b": ["b1"]}
    assert questions(TWO, folder, "train", ("b",)) == {"b": ["b9"]}
    assert list_subsets(TWO, at(folder), "test") == ["a", "b"]


@pytest.mark.parametrize("name", ["default", "whatever", "all"])
def test_the_only_configuration_of_a_readme_holds_all_subsets(write: Write, name: str) -> None:
    block = f"---\nconfigs:\n- config_name: {name}\n  data_files:\n  - split: test\n    path: x/y.jsonl\n---\n"
    folder = write({"README.md": block, "x/y.jsonl": ["b1", "a1"]})
    assert questions(GROUPED, folder) == {"a": ["a1"], "b": ["b1"]}
    assert questions(ONE, folder) == {"main": ["b1", "a1"]}


ROUNDS_README = """\
---
configs:
- config_name: Full
  data_files:
  - {split: test_a, path: Full/1.jsonl}
  - {split: test_b, path: Full/2.jsonl}
  - {split: dev_a, path: Full/3.jsonl}
---
"""
SPLITS_README = """\
---
configs:
- config_name: Full
  data_files:
  - {split: a, path: Full/first-*}
  - {split: b, path: Full/second-*}
---
"""


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": SPLITS_README, "Full/first-0.jsonl": ["a1"], "Full/second-0.jsonl": ["b1"]},
        {"Full/a-00000-of-00001.parquet": ["a1"], "Full/b-00000-of-00001.parquet": ["b1"]},
        {"README.md": ROUNDS_README, "Full/1.jsonl": ["a1"], "Full/2.jsonl": ["b1"], "Full/3.jsonl": ["no"]},
        {"Full/test_a.jsonl": ["a1"], "Full/test_b.jsonl": ["b1"], "Full/dev_a.jsonl": ["no"]},
    ],
    ids=["as a readme says", "in the configuration's folder", "of each split, as a readme says", "of each split"],
)
def test_the_splits_of_a_configuration_may_be_the_subsets(write: Write, files: dict) -> None:
    source = replace(TWO, config="Full")
    assert questions(source, write(files)) == {"a": ["a1"], "b": ["b1"]}
    with pytest.raises(DatasetError, match="'train'"):
        questions(source, write({}), split="train")


def test_an_edited_file_is_read_anew(write: Write) -> None:
    files = {"README.md": README, "parts/one1.jsonl": ["a1"], "parts/two.csv": ["b1"]}
    folder = write(files)
    assert questions(TWO, folder) == {"a": ["a1"], "b": ["b1"]}
    write({**files, "parts/one1.jsonl": ["a2"]})
    assert questions(TWO, folder) == {"a": ["a2"], "b": ["b1"]}


def test_folders_of_the_same_name_are_not_mixed_up(tmp_path: Path) -> None:
    for parent in ("x", "y"):
        folder = tmp_path / parent / "mydata"
        folder.mkdir(parents=True)
        (folder / "README.md").write_text(
            "---\nconfigs:\n- config_name: main\n  data_files:\n  - split: test\n    path: r.jsonl\n---\n"
        )
        (folder / "r.jsonl").write_text(json.dumps({"q": f"from {parent}"}) + "\n")
    assert questions(ONE, tmp_path / "x" / "mydata") == {"main": ["from x"]}
    assert questions(ONE, tmp_path / "y" / "mydata") == {"main": ["from y"]}


def test_subsets_come_in_the_asked_order(write: Write) -> None:
    folder = write({"test.jsonl": ["a1", "b1"]})
    assert list(questions(GROUPED, folder, subsets=("b", "a"))) == ["b", "a"]


def test_a_function_tells_the_subset(write: Write) -> None:
    source = hub("o/n", subsets=["Level a", "Level b"], subset_by=lambda record: f"Level {record['kind']}")
    assert questions(source, write({"test.jsonl": ["b1", "a1"]})) == {"Level a": ["a1"], "Level b": ["b1"]}


@pytest.mark.parametrize("subset_by", ["level", lambda record: record["level"]], ids=["name", "function"])
def test_a_missing_field_is_named_with_those_there_are(write: Write, subset_by: object) -> None:
    source = hub("o/n", subsets=["a"], subset_by=subset_by)  # type: ignore[arg-type]
    with pytest.raises(DatasetError, match=r"test\.jsonl has no field 'level'.*fields are: q, kind"):
        questions(source, write({"test.jsonl": ["a1"]}))


@pytest.mark.parametrize(
    ("files", "source", "subsets", "said"),
    [
        ({"ab/test.jsonl": ["a"], "cd/test.jsonl": ["b"]}, TWO, ("abc",), r"no subset 'abc'.*Did you mean 'ab'"),
        ({"test.jsonl": ["a1", "b1"]}, GROUPED, ("c",), r"no subset 'c' in .*Allowed: a, b"),
        ({"train.jsonl": ["a1"]}, ONE, ("main",), r"no split 'test' in .*There is: train"),
        ({"test.jsonl": ["a1"]}, TWO, ("a", "b"), r"nothing indicates which record belongs to it.*a/test\.jsonl"),
        ({"a.jsonl": ["a1"]}, TWO, ("a", "b"), r"no subset 'b' in .*a\.jsonl\. Allowed: a\. Name the wanted ones"),
        ({"test.jsonl": ["a1"]}, ONE, ("socratic",), r'no subset \'socratic\'.*subset_list \["main"\]'),
        ({"test.jsonl": []}, ONE, ("main",), r"Subset 'main' of bench holds no records"),
        ({"a/test.jsonl": ["a1"], "b/test.jsonl": []}, TWO, ("a", "b"), r"Subset 'b' of bench holds no records"),
        ({"notes.txt": "x"}, ONE, ("main",), r"holds no records of bench: it has no jsonl"),
        ({"a_val.jsonl": ["x"], "b_val.jsonl": ["y"]}, replace(ONE, split="val"), ("main",), r"no subset 'main'.*a, b"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(
    write: Write, files: dict, source: Source, subsets: tuple[str, ...], said: str
) -> None:
    with pytest.raises(DatasetError, match=said):
        questions(source, write(files), source.split, subsets)


def test_only_the_files_of_the_asked_subsets_are_read(write: Write) -> None:
    folder = write({"a/test.jsonl": ["a1"], "b/test.jsonl": "not json\n"})
    assert questions(TWO, folder, subsets=("a",)) == {"a": ["a1"]}


@pytest.mark.parametrize("source", [ONE, GROUPED], ids=["whole file", "grouped"])
def test_reading_stops_when_there_are_enough(write: Write, source: Source) -> None:
    folder = write({"test.jsonl": "".join(f'{{"q": {n}, "kind": "{"ab"[n % 2]}"}}\n' for n in range(4)) + "broken"})
    loaded = load_subsets(source, at(folder), source.subsets, "test", first=2)
    expected = {"main": [0, 1]} if source is ONE else {"a": [0, 2], "b": [1, 3]}
    assert {subset: [r["q"] for r in records] for subset, records in loaded.items()} == expected
    with pytest.raises(DatasetError, match=r"test\.jsonl:5"):
        load_subsets(source, at(folder), source.subsets, "test", first=5)


@pytest.mark.parametrize(
    ("files", "there"),
    [
        ({"b/test.jsonl": [], "a/test.jsonl": [], "few_shot.csv": []}, ["a", "b"]),
        ({"x_test.jsonl": [], "y_z_test.jsonl": [], "x_dev.jsonl": []}, ["x", "y_z"]),
        ({"example.jsonl": [], "arena.jsonl": [], "test.jsonl": []}, ["arena", "example"]),
        ({"test.jsonl": ["b1", "a1", "b2"]}, ["a", "b"]),
    ],
)
def test_subsets_that_are_there_are_listed(write: Write, files: dict, there: list[str]) -> None:
    assert list_subsets(GROUPED, at(write(files)), "test") == there


def test_reading_on_for_a_rare_subset_does_not_fill_the_others(write: Write) -> None:
    folder = write({"test.jsonl": ["a1", "a2", "a3", "a4", "b1"]})
    loaded = load_subsets(GROUPED, at(folder), ("a", "b"), "test", first=2)
    assert [len(records) for records in loaded.values()] == [2, 1]


@pytest.mark.parametrize(
    "files", [{"a_test.csv": ["a1"], "a_test.jsonl": ["j1"]}, {"a/test.tsv": "q\tkind\nx\ty\n", "a/test.jsonl": ["j1"]}]
)
def test_a_split_in_several_formats_is_read_once(write: Write, files: dict) -> None:
    assert questions(TWO, write(files), subsets=("a",)) == {"a": ["j1"]}


def test_a_text_of_the_release(write: Write) -> None:
    folder = write({"cot/a.txt": "\ufefftwo\nlines\n", "test.jsonl": ["q"]})
    assert read_release_text(ONE, at(folder), "cot/a.txt") == "two\nlines\n"
    with pytest.raises(DatasetError, match=r"no file 'cot/b.txt'.*Did you mean 'cot/a.txt'"):
        read_release_text(ONE, at(folder), "cot/b.txt")
    with pytest.raises(DatasetError, match="no file"):
        read_release_text(ONE, at(folder), "../bench/cot/a.txt")


def test_places_are_tried_in_order(tmp_path: Path) -> None:
    def put(folder: Path, name: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "test.jsonl").write_text(json.dumps({"q": name}) + "\n")
        return folder

    def first(source: Source, place: DataLocation) -> str:
        return load_subsets(source, place, source.subsets, "test")[source.subsets[0]][0]["q"]

    beside = local("records", subsets=["main"])
    place = DataLocation("bench", tmp_path / "suite", hub="local")
    put(tmp_path / "suite" / "records", "beside the test")
    assert first(beside, place) == "beside the test"
    put(tmp_path / "dir" / "bench", "dataset_dir")
    place = replace(place, dataset_dir=tmp_path / "dir")
    assert first(beside, place) == first(ONE, place) == "dataset_dir"
    own = put(tmp_path / "own", "dataset_id")
    assert first(ONE, replace(place, dataset_id=str(own))) == "dataset_id"


@pytest.mark.parametrize("dataset_id", ["./gone", "/gone/bench", "~/gone-for-sure", "gone.jsonl", "a/b/c"])
def test_a_path_that_is_not_there_is_never_replaced(tmp_path: Path, dataset_id: str) -> None:
    (tmp_path / "bench").mkdir()
    place = DataLocation("bench", tmp_path, hub="modelscope", dataset_id=dataset_id, dataset_dir=tmp_path)
    with pytest.raises(DatasetError, match=r"tried .*gone|tried .*a/b/c"):
        load_subsets(ONE, place, ("main",), "test")


def test_without_a_hub_all_tried_paths_are_named(tmp_path: Path) -> None:
    place = DataLocation("bench", tmp_path, hub="local", dataset_id="owner/name", dataset_dir=tmp_path / "dir")
    with pytest.raises(DatasetError) as caught:
        load_subsets(ONE, place, ("main",), "test")
    assert str(Path("owner/name").absolute()) in str(caught.value)
    assert str(tmp_path / "dir" / "bench") in str(caught.value)
    assert "--eval-dataset-dir" in str(caught.value)


def test_linked_folders_are_followed_and_circles_end(write: Write, tmp_path: Path) -> None:
    folder = write({"real/test.jsonl": ["a1"]})
    (folder / "a").symlink_to(folder / "real", target_is_directory=True)
    (folder / "b").symlink_to(tmp_path, target_is_directory=True)
    assert load.load_subsets(TWO, at(folder), ("a",), "test")["a"][0]["q"] == "a1"
