"""The journal keeps every record whole, whatever is in it and whenever its process dies."""

from __future__ import annotations

import errno
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalscope_pytest.core.errors import StoreError
from evalscope_pytest.store import journal as journal_module
from evalscope_pytest.store.journal import (
    SYNC_RECORDS,
    Journal,
    Quarantine,
    entries,
    journals_of,
    other_journals,
    split_line,
)
from evalscope_pytest.store.layout import WorkDir
from evalscope_pytest.store.rows import calls_of, score_of
from tests.waiting import wait_until

from .results import MODEL, failed, record, scored

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=[]))  # lone surrogates, NUL, U+2028 and all


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


@settings(max_examples=60, deadline=None)
@given(text=ANY_TEXT, question=ANY_TEXT, answer=ANY_TEXT, subset=ANY_TEXT)
def test_any_text_comes_back_as_it_was(text: str, question: str, answer: str, subset: str) -> None:
    with TemporaryDirectory() as folder:
        result = scored(0, text=text, question=question, subset=subset, explanation=answer)
        path = record(WorkDir(Path(folder)), [result])
        (entry,) = entries(path)
        assert entry.row.subset == subset
        header, prediction, review = split_line(_lines(path)[0])
        for document in (header, prediction, review):
            json.loads(document.decode("ascii"), parse_constant=pytest.fail)
        assert calls_of(json.loads(prediction)) == result.calls
        assert score_of(json.loads(review)) == result.score


def test_row_has_what_aggregation_needs(tmp_path: Path) -> None:
    output = {"stop_reason": "max_tokens", "retries": 2, "ttft_s": 0.1}
    result = scored(5, repeats=2, text=" ", output=output, value=0.5, metadata={"weights": {"accuracy": 3}})
    (entry,) = entries(record(WorkDir(tmp_path), [result]))
    row = entry.row
    assert (row.benchmark, row.subset, row.index, row.group, row.repeat) == ("quiz", "main", 5, 2, 1)
    assert (row.key, row.review_key) == (result.key, result.review_key)
    assert (row.status, row.values, row.weights) == ("scored", {"accuracy": 0.5}, {"accuracy": 3})
    assert (row.empty, row.truncated, row.retries, row.calls) == (True, True, 2, 1)
    assert (row.latency_s, row.ttft_s, row.input_tokens, row.output_tokens) == (0.25, 0.1, 11, 7)


def test_error_has_no_review_and_keeps_no_key_of_the_user(tmp_path: Path) -> None:
    path = record(WorkDir(tmp_path), [failed(0, message="refused: Bearer abcdefghijklmnop")])
    (entry,) = entries(path)
    assert entry.row.status == "error"
    assert entry.row.error is not None
    assert "abcdefghijklmnop" not in path.read_text()
    assert split_line(_lines(path)[0])[1:] == (b"", b"")


@settings(max_examples=50, deadline=None)
@given(cut=st.integers(min_value=0))
def test_killed_at_any_byte_all_complete_lines_are_there(cut: int) -> None:
    with TemporaryDirectory() as folder:
        workdir = WorkDir(Path(folder))
        path = record(workdir, [scored(i) for i in range(3)])
        whole = path.read_bytes()
        cut %= len(whole) + 1
        path.write_bytes(whole[:cut])
        complete = whole[:cut].count(b"\n")
        torn: list[bytes] = []
        assert [entry.row.index for entry in entries(path, torn.append)] == list(range(complete))
        assert torn == []


def test_damaged_line_is_set_aside_and_the_others_are_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = record(WorkDir(tmp_path), [scored(i) for i in range(4)])
    lines = _lines(path)
    lines[1] = lines[1].replace(b"answer", b"ANSWER", 1)
    lines[2] = b"\0" * 40 + b"\n"
    path.write_bytes(b"".join(lines))
    for _ in range(2):  # a journal is read again each time a run is carried on
        quarantine = Quarantine(WorkDir(tmp_path))
        assert [e.row.index for e in entries(path, quarantine.set_aside)] == [0, 3]
        quarantine.warn()
    assert quarantine.path.read_bytes() == b"".join(lines[1:3])
    (warning,) = caplog.records
    assert "2 damaged records were set aside in" in warning.message
    assert "the samples are requested or scored again" in warning.message


@given(st.binary(max_size=300), st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_without_an_exception(before: bytes, after: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = record(WorkDir(Path(folder)), [scored(0)])
        path.write_bytes(before + b"\n" + path.read_bytes() + after)
        assert [e.row.index for e in entries(path)] == [0]


def test_record_of_a_later_schema_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr(journal_module, "SCHEMA", 99)
        path = record(WorkDir(tmp_path), [scored(0)])
    assert list(entries(path)) == []


def test_appending_after_a_torn_line_starts_a_new_one(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    path = record(workdir, [scored(0)])
    path.write_bytes(path.read_bytes()[:-50])
    record(workdir, [scored(1)])
    assert [e.row.index for e in entries(path)] == [1]


def test_appending_after_a_whole_line_adds_nothing_between(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    path = record(workdir, [scored(0)])
    first = path.read_bytes()
    record(workdir, [scored(1)])
    assert path.read_bytes().startswith(first)
    assert len(_lines(path)) == 2


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    journal = Journal(WorkDir(tmp_path), session="s1", worker="main", model=MODEL)
    start = threading.Barrier(4)

    def append_many(first: int) -> None:
        start.wait()
        for index in range(first, first + 50):
            journal.append(scored(index, text="x" * 20_000))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append_many, range(0, 200, 50)))
    journal.close()
    assert sorted(e.row.index for e in entries(journal.path)) == list(range(200))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_full_disk_stops_the_run_and_nothing_is_tried_again(tmp_path: Path) -> None:
    journal = Journal(WorkDir(tmp_path), session="s1", worker="main", model=MODEL)
    journal.append(scored(0))
    journal.sync()
    full = os.open("/dev/full", os.O_WRONLY)
    kept = os.dup(journal._fd)
    os.dup2(full, journal._fd)
    journal.append(scored(1))
    with pytest.raises(StoreError, match="No space left") as first:
        journal.sync()
    os.dup2(kept, journal._fd)
    with pytest.raises(StoreError) as second:
        journal.append(scored(2))
    assert second.value is first.value
    assert [e.row.index for e in entries(journal.path)] == [0]


def test_syncs_in_the_background_once_64_records_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    begun, appended = threading.Event(), threading.Event()

    def sync(fd: int) -> None:
        begun.set()
        assert appended.wait(60), "appending waits for the disk"
        synced.append(fd)

    monkeypatch.setattr(os, "fdatasync", sync)
    monkeypatch.setattr("evalscope_pytest.store.journal.SYNC_INTERVAL_S", 3600.0)
    journal = Journal(WorkDir(tmp_path), session="s1", worker="main", model=MODEL)
    for index in range(SYNC_RECORDS):
        journal.append(scored(index))
    assert begun.wait(60)
    for index in range(SYNC_RECORDS, 200):
        journal.append(scored(index))
    appended.set()
    wait_until(lambda: synced)
    journal.close()
    assert 1 <= len(synced) <= 3
    journal.close()


def test_what_was_appended_is_synced_within_about_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fdatasync", synced.append)
    monkeypatch.setattr("evalscope_pytest.store.journal.SYNC_INTERVAL_S", 0.3)
    journal = Journal(WorkDir(tmp_path), session="s1", worker="main", model=MODEL)
    journal.append(scored(0))
    wait_until(lambda: synced)
    journal.close()
    assert len(synced) == 1


def test_whoever_waits_for_a_line_finds_it_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evalscope_pytest.store.journal.WRITE_PAUSE_S", 60.0)
    journal = Journal(WorkDir(tmp_path), session="s1", worker="main", model=MODEL)
    numbers = [journal.append(scored(index)) for index in range(5)]
    assert journal.path.read_bytes() == b""
    journal.wait_for(numbers[2])
    assert len(_lines(journal.path)) == 5
    os.close(journal._fd)
    journal.wait_for(numbers[4])
    lost = journal.append(scored(5))
    for _ in range(2):
        with pytest.raises(StoreError, match="Bad file descriptor"):
            journal.wait_for(lost)
    journal._fd = -1  # nothing is left to close
    journal._closing.set()


def test_a_failed_sync_is_raised_by_the_next_append(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fail)
    journal = Journal(WorkDir(tmp_path), session="s1", worker="main", model=MODEL)
    for index in range(SYNC_RECORDS):
        journal.append(scored(index))
    wait_until(lambda: journal._broken)
    with pytest.raises(StoreError, match="Input/output error"):
        journal.append(scored(99))


def test_a_very_long_reply_is_cut_and_marked(tmp_path: Path) -> None:
    path = record(WorkDir(tmp_path), [scored(0, text="a" * 3_000_000 + "z"), scored(1)])
    first, second = (json.loads(split_line(line)[1]) for line in _lines(path))
    content = first["model_output"]["choices"][0]["message"]["content"]
    assert first["truncated"] is True
    assert "truncated" not in second
    assert 1_000_000 < len(content) < 1_100_000
    assert content.startswith("aaa")
    assert content.endswith("aaz")
    assert "sha256" in content


def test_journals_of_a_run_are_told_from_others(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    mine = record(workdir, [scored(0)], session="s1")
    other = record(workdir, [scored(0)], session="s1-2")
    assert journals_of(workdir, "s1") == [mine]
    assert other_journals(workdir, "s1") == [other]
