"""Nothing that was answered is asked again, and nothing else is taken for an answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalscope_pytest.store.compact import compact
from evalscope_pytest.store.journal import Quarantine
from evalscope_pytest.store.layout import WorkDir
from evalscope_pytest.store.previous import Previous

from .results import failed, plan, record, scored

ID = "tiny-model"


@pytest.fixture(params=["journal", "compacted"])
def workdir(request: pytest.FixtureRequest, tmp_path: Path) -> WorkDir:
    """A work_dir with two scored samples, one that could not be scored and one that could not be asked."""
    workdir = WorkDir(tmp_path)
    answered = scored(2).calls
    record(workdir, [scored(0), scored(1, value=0.0), failed(2, kind="scoring", calls=answered), failed(3)])
    if request.param == "compacted":
        compact(workdir, plan(main=4))
        assert list(workdir.journal.glob("*.jsonl")) == []
    return workdir


def test_scored_sample_is_found_with_calls_and_score(workdir: WorkDir) -> None:
    previous = Previous.load(workdir, ID)
    for expected in (scored(0), scored(1, value=0.0)):
        found = previous.find(expected.key)
        assert found is not None
        assert found.review_key == expected.review_key
        assert found.calls == expected.calls
        assert found.score == expected.score


def test_reply_that_could_not_be_scored_is_found_without_a_score(workdir: WorkDir) -> None:
    found = Previous.load(workdir, ID).find(scored(2).key)
    assert found is not None
    assert found.calls == scored(2).calls
    assert found.score is None


def test_error_without_a_reply_is_asked_again(workdir: WorkDir) -> None:
    previous = Previous.load(workdir, ID)
    assert previous.find(failed(3).key) is None
    assert previous.find("unknown") is None
    assert len(previous) == 3


def test_empty_work_dir_has_nothing(tmp_path: Path) -> None:
    assert len(Previous.load(WorkDir(tmp_path), ID)) == 0


def test_a_later_error_does_not_hide_an_earlier_score(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    record(workdir, [scored(0)])
    compact(workdir, plan(main=1))
    record(workdir, [failed(0, kind="author", calls=scored(0).calls)], session="s2")
    found = Previous.load(workdir, ID).find(scored(0).key)
    assert found is not None
    assert found.score == scored(0).score


def test_damaged_rows_are_asked_again_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    workdir = WorkDir(tmp_path)
    record(workdir, [scored(i) for i in range(3)])
    compact(workdir, plan(main=3))
    path = workdir.predictions(ID) / "quiz_main.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0][:-30] + b"\n" + lines[1] + b"[1, 2]\n" + lines[2][:200])
    quarantine = Quarantine(workdir)
    previous = Previous.load(workdir, ID, quarantine.set_aside)
    assert previous.find(scored(0).key) is None
    assert previous.find(scored(1).key) is not None
    assert previous.find(scored(2).key) is None
    assert len(previous) == 1
    assert "3 damaged records were set aside" in quarantine.warn()
    assert len(caplog.records) == 1
    assert quarantine.path.read_bytes().count(b"\n") == 3


def test_rows_of_evalscope_itself_without_keys_are_passed_over(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    folder = workdir.predictions(ID)
    folder.mkdir(parents=True)
    (folder / "quiz_main.jsonl").write_text(json.dumps({"index": 0, "model": "m"}) + "\n")
    assert len(Previous.load(workdir, ID)) == 0


def test_records_are_found_under_whatever_session_and_worker_wrote_them(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    for number in range(4):
        record(workdir, [scored(number)], session=f"s{number}", worker=f"gw{number}")
    previous = Previous.load(workdir, ID)
    assert all(previous.find(scored(number).key) for number in range(4))
    previous.close()


def test_damaged_rows_are_not_counted_and_are_given_away(tmp_path: Path) -> None:
    workdir = WorkDir(tmp_path)
    record(workdir, [scored(index) for index in range(8)])
    compact(workdir, plan(main=8))
    (predictions,) = workdir.predictions(ID).glob("*.jsonl")
    rows = predictions.read_bytes().splitlines(keepends=True)
    damaged = [rows[0][:200] + b"\n", b"garbage\n", b'{"key": NaN}\n', b"[]\n", b"\0" * 90 + b"\n", rows[7][:-300]]
    whole = [
        rows[1],
        rows[2].replace(b'"', "“".encode(), 1),
        rows[3].rstrip() + b" \n",
        b'{"index": 1, "model": "x"}\n',
    ]
    predictions.write_bytes(b"".join([*damaged[:5], *whole, *rows[4:7], damaged[5]]))
    bad: list[bytes] = []
    previous = Previous.load(workdir, ID, bad.append)
    assert bad == [*damaged[:5], whole[1], damaged[5]]
    assert len(previous) == 5
    assert all(previous.find(scored(index).key) for index in (1, 3, 4))
    assert previous.find(scored(0).key) is None
