"""Folding gives the same files however a run was spread, interrupted or repeated, and loses nothing anyone paid for."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalscope_pytest.core.errors import StoreError
from evalscope_pytest.core.values import SampleResult
from evalscope_pytest.store.compact import compact
from evalscope_pytest.store.layout import WorkDir
from evalscope_pytest.store.previous import Previous

from .results import contents, failed, plan, record, scored

ID = "tiny-model"


def _indices(workdir: WorkDir, kind: str, name: str = "quiz_main.jsonl") -> list[int]:
    path = getattr(workdir, kind)(ID) / name
    return [json.loads(line)["index"] for line in path.read_bytes().splitlines()]


def test_files_are_in_sample_order_and_journals_are_gone(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    record(workdir, [scored(2), scored(0), failed(1), scored(3)])
    (rows,) = compact(workdir, plan(main=4))
    assert [row.index for row in rows.rows] == [0, 1, 2, 3]
    assert [row.status for row in rows.rows] == ["scored", "error", "scored", "scored"]
    assert _indices(workdir, "predictions") == _indices(workdir, "reviews") == [0, 2, 3]
    assert list(workdir.journal.iterdir()) == []


RESULTS = (
    [scored(i, value=float(i % 2)) for i in range(8)] + [scored(i, subset="测试 B") for i in range(4)] + [failed(8)]
)


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(RESULTS), workers=st.lists(st.integers(0, 3), min_size=13, max_size=13))
def test_result_does_not_depend_on_processes_or_order(order: Sequence[SampleResult], workers: list[int]) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as many:
        expected = _compacted(WorkDir(Path(one)), [("main", RESULTS)])
        parts: dict[int, list[SampleResult]] = {}
        for result, worker in zip(order, workers, strict=True):
            parts.setdefault(worker, []).append(result)
        assert _compacted(WorkDir(Path(many)), [(f"gw{n}", part) for n, part in parts.items()]) == expected


def _compacted(workdir: WorkDir, parts: Sequence[tuple[str, Sequence[SampleResult]]]) -> tuple[object, object]:
    for worker, results in parts:
        record(workdir, results, worker=worker)
    rows = compact(workdir, plan(main=9, **{"测试 B": 4}))
    return rows, contents(workdir.root)


def test_compacting_without_journals_changes_nothing(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    record(workdir, [scored(0), scored(1)])
    compact(workdir, plan(main=2))
    before = contents(tmp_path)
    assert compact(workdir, plan(main=2))[0].rows == ()
    assert contents(tmp_path) == before


def test_the_last_record_of_a_sample_wins_but_an_error_never_displaces_a_score(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    record(workdir, [scored(0, text="first"), scored(0, text="second"), failed(0), failed(1), scored(1)])
    (rows,) = compact(workdir, plan(main=2))
    assert [row.status for row in rows.rows] == ["scored", "scored"]
    assert "second" in (workdir.predictions(ID) / "quiz_main.jsonl").read_text()


def test_a_resumed_run_is_the_uninterrupted_one_byte_for_byte(tmp_path: Path) -> None:
    whole, resumed = WorkDir(tmp_path / "whole"), WorkDir(tmp_path / "resumed")
    record(whole, RESULTS[:8])
    compact(whole, plan(main=8))
    torn = record(resumed, RESULTS[:5])
    torn.write_bytes(torn.read_bytes()[:-100])
    previous = Previous.load(resumed, ID)
    assert [previous.find(r.key) is not None for r in RESULTS[:8]] == [True] * 4 + [False] * 4
    record(resumed, RESULTS[:8], session="s2")
    compact(resumed, plan("s2", main=8))
    assert contents(resumed.root) == contents(whole.root)


def test_what_a_smaller_or_other_run_does_not_repeat_is_kept(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    first = [scored(i) for i in range(4)]
    record(workdir, first)
    compact(workdir, plan(main=4))
    other = [scored(i, salt="temperature 1") for i in range(2)]
    record(workdir, other, session="s2")
    compact(workdir, plan("s2", main=2))
    assert _indices(workdir, "predictions") == [0, 1]
    _all_found(workdir, [*first, *other])
    record(workdir, first, session="s3")
    compact(workdir, plan("s3", main=4))
    assert _indices(workdir, "predictions") == [0, 1, 2, 3]
    _all_found(workdir, [*first, *other])
    assert (workdir.journal / "kept.jsonl").read_bytes().count(b"\n") == len(other)


def test_an_error_does_not_overwrite_the_answer_it_was_to_replace(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    record(workdir, [scored(0)])
    compact(workdir, plan(main=1))
    record(workdir, [failed(0)], session="s2")
    compact(workdir, plan("s2", main=1))
    _all_found(workdir, [scored(0)])


def test_journals_of_crashed_runs_are_kept_too(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    record(workdir, [scored(0), scored(5, benchmark="other")], session="s0")
    record(workdir, [scored(0)], session="s1")
    compact(workdir, plan(main=1))
    _all_found(workdir, [scored(0), scored(5, benchmark="other")])
    assert [p.name for p in workdir.journal.iterdir()] == ["kept.jsonl"]


def test_samples_the_plan_does_not_name_are_kept(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    record(workdir, [scored(0), scored(0, subset="extra")])
    compact(workdir, plan(main=1))
    _all_found(workdir, [scored(0), scored(0, subset="extra")])


def test_rows_of_another_tool_are_kept_word_for_word(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    folder = workdir.predictions(ID)
    folder.mkdir(parents=True)
    foreign = [json.dumps({"index": n, "model": "m", "note": "答案"}, ensure_ascii=False) for n in range(2)]
    (folder / "quiz_main.jsonl").write_text("\n".join(foreign) + "\n", encoding="utf-8")
    record(workdir, [scored(0)])
    compact(workdir, plan(main=1))
    assert (workdir.journal / "kept.jsonl").read_bytes().count(b"\n") == 2
    assert _indices(workdir, "predictions") == [0]


def test_damaged_records_are_put_aside(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    path = record(workdir, [scored(0), scored(1)])
    damaged = path.read_bytes().replace(b"What", b"Whet", 1)
    path.write_bytes(damaged)
    (rows,) = compact(workdir, plan(main=2))
    assert [row.index for row in rows.rows] == [1]
    assert (workdir.journal / "quarantine.jsonl").read_bytes() == damaged.splitlines(keepends=True)[0]


def test_two_subsets_that_would_share_a_file_have_two(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    record(workdir, [scored(0, subset="Main"), scored(0, subset="main")])
    run = plan(Main=1, main=1)
    compact(workdir, run)
    assert all((workdir.reviews(ID) / name).read_bytes().count(b"\n") == 1 for name in run.file_names().values())


def _all_found(workdir: WorkDir, results: Sequence[SampleResult]) -> None:
    previous = Previous.load(workdir, ID)
    for result in results:
        found = previous.find(result.key)
        assert found is not None
        assert (found.calls, found.score) == (result.calls, result.score)


# Killed between any two steps ---------------------------------------------------------------------------------------

STEPS = ("open", "os.rename", "os.remove", "os.mkdir")


def _until_step(number: int, action: Callable[[], object]) -> int | None:
    """Run ``action`` in a child that is killed before its n-th change to the disk. None: it ran to its end."""
    child = os.fork()
    if child == 0:
        seen = 0

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal seen
            if event in STEPS and not (event == "open" and arguments[1] in ("rb", None)):
                seen += 1
                if seen == number:
                    os._exit(7)

        sys.addaudithook(count)
        try:
            action()
        except BaseException:
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, 7), "the action failed by itself"
    return None if status == 0 else number


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_between_any_two_steps_nothing_is_lost_and_compacting_again_completes(tmp_path: Path) -> None:
    before = tmp_path / "before"
    workdir = WorkDir(before)
    earlier = [scored(i) for i in range(4)] + [scored(i, subset="second") for i in range(2)]
    record(workdir, earlier)
    compact(workdir, plan(main=4, second=2))
    record(workdir, [scored(0, salt="crashed")], session="s1a")
    now = [scored(i, salt="now" if i < 2 else "") for i in range(3)]
    record(workdir, now[:2], session="s2", worker="gw0")
    record(workdir, [now[2], scored(1, subset="second", salt="now")], session="s2", worker="gw1")
    everything = [*earlier, scored(0, salt="crashed"), *now, scored(1, subset="second", salt="now")]
    run = plan("s2", main=3, second=2)
    whole = WorkDir(tmp_path / "whole")
    shutil.copytree(before, whole.root)
    compact(whole, run)

    for step in range(1, 100):
        workdir = WorkDir(tmp_path / f"step{step}")
        shutil.copytree(before, workdir.root)
        killed = _until_step(step, lambda: compact(workdir, run))  # noqa: B023 - called at once
        _all_found(workdir, everything)
        if killed is None:
            break
        record(workdir, [*now, scored(1, subset="second", salt="now")], session="s3")
        compact(workdir, plan("s3", main=3, second=2))
        _all_found(workdir, everything)
        assert {p: b for p, b in contents(workdir.root).items() if "/" in p and ID in p} == {
            p: b for p, b in contents(whole.root).items() if "/" in p and ID in p
        }
    assert step > 12, "the audit hook saw no steps"


def test_a_full_disk_leaves_the_journals_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workdir = WorkDir(tmp_path)
    path = record(workdir, [scored(0)])

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left"):
            compact(workdir, plan(main=1))
    assert path.exists()
    assert not list(tmp_path.rglob("*.tmp"))
    compact(workdir, plan(main=1))
    _all_found(workdir, [scored(0)])
