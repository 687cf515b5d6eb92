"""Where a run's files go, and that no name leads anywhere else."""

from __future__ import annotations

import errno
import os
import unicodedata
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import StoreError, UsageError
from evalscope_pytest.store import layout
from evalscope_pytest.store.layout import WorkDir, open_work_dir, record_names, safe_name

NOW = datetime(2026, 3, 9, 10, 5, 42, tzinfo=timezone.utc)
HOSTILE = st.text() | st.sampled_from(
    ["..", "../../etc/passwd", "CON", "nul.txt", "a/b", "a\\b", "C:", "x" * 400, "\ud800", "a\0b", " a", "a.", "", "~"]
)


@pytest.mark.parametrize(
    "name", ["mmlu_anatomy", "math_500_Level 1", "general_qa_测试集", "gpt-4-20241022", "a(b), c&d", "com10", "console"]
)
def test_ordinary_names_are_kept(name: str) -> None:
    assert safe_name(name) == name


@given(HOSTILE)
def test_any_name_is_one_harmless_path_component(text: str) -> None:
    name = safe_name(text)
    assert name
    assert not set(name) & set('/\\:*?"<>|\0')
    assert name not in (".", "..")
    assert len(name.encode()) <= 120
    assert unicodedata.is_normalized("NFC", name)
    assert name.partition(".")[0].lower() not in ("con", "nul", "aux", "prn")
    assert Path("/root/x").joinpath(name).parent == Path("/root/x")


@given(st.lists(HOSTILE, unique=True, max_size=30))
def test_names_are_injective(texts: list[str]) -> None:
    assert len({safe_name(t) for t in texts}) == len(texts)


PAIRS = st.lists(
    st.tuples(st.text("ab_C", min_size=1, max_size=4), HOSTILE | st.text("ab_C/", max_size=4)), max_size=30
)


@given(PAIRS)
def test_record_files_are_injective_even_where_case_does_not_count(pairs: list[tuple[str, str]]) -> None:
    names = record_names(pairs)
    assert len({name.casefold() for name in names.values()}) == len(set(pairs))
    assert names == record_names(reversed(pairs))


def test_record_files_have_evalscopes_names_unless_two_would_be_one() -> None:
    pairs = [("mmlu", "high_school"), ("math_500", "Level 1"), ("a", "b_c"), ("a_b", "c"), ("q", "../x")]
    names = record_names(pairs)
    assert names["mmlu", "high_school"] == "mmlu_high_school.jsonl"
    assert names["math_500", "Level 1"] == "math_500_Level 1.jsonl"
    assert names["a", "b_c"] != names["a_b", "c"]
    assert names["a", "b_c"].startswith("a_b_c~")
    assert "/" not in names["q", "../x"]


def test_folders_stay_below_the_root(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    for path in (workdir.predictions("../../x"), workdir.report_file("/etc", ".."), workdir.reviews("..")):
        assert path.resolve().is_relative_to(tmp_path)


def test_each_run_gets_a_directory_of_its_own(tmp_path: Path) -> None:
    first = open_work_dir(tmp_path / "out", no_timestamp=False, use_cache=None, now=NOW)
    second = open_work_dir(tmp_path / "out", no_timestamp=False, use_cache=None, now=NOW)
    assert first.root.name == "20260309_100542"
    assert second.root.name == "20260309_100542_1"


def test_no_timestamp_and_use_cache_take_the_directory_itself(tmp_path: Path) -> None:
    assert open_work_dir(tmp_path, no_timestamp=True, use_cache=None, now=NOW).root == tmp_path
    assert open_work_dir(tmp_path / "x", no_timestamp=False, use_cache=tmp_path, now=NOW).root == tmp_path
    assert not (tmp_path / "x").exists()
    assert list(tmp_path.iterdir()) == []


def test_missing_use_cache_names_the_nearest_runs(tmp_path: Path) -> None:
    (tmp_path / "20260309_100542").mkdir()
    (tmp_path / "20251111_000000").mkdir()
    with pytest.raises(UsageError, match=r"20260309_100524.*Near it: \S*20260309_100542"):
        open_work_dir(tmp_path, use_cache=tmp_path / "20260309_100524")


def test_use_cache_of_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match=r"holds no run: .*journal/ or predictions/"):
        open_work_dir(tmp_path, use_cache=tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]
    (tmp_path / "predictions").mkdir()
    assert open_work_dir(tmp_path, use_cache=tmp_path).root == tmp_path


def test_use_cache_of_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(UsageError, match="is a file"):
        open_work_dir(tmp_path, use_cache=file)


def test_work_dir_below_a_file_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"file/out.*--eval-work-dir"):
        open_work_dir(tmp_path / "file" / "out")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_full_disk_is_found_before_anything_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "own_file", lambda path, flags: os.open("/dev/full", os.O_WRONLY))
    with pytest.raises(StoreError, match=os.strerror(errno.ENOSPC)):
        open_work_dir(tmp_path, no_timestamp=True)
