"""Records of whole runs, damaged or locked: what was paid for is not lost, and nothing is believed blindly."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest.core.errors import EvalError, StoreError, UsageError
from evalscope_pytest.run import Session
from tests.servers.openai_server import OpenAIServer
from tests.sessions import Ran, nothing_from_around, run, sums  # noqa: F401  autouse

OUT = {"work_dir": "out", "no_timestamp": True}


@pytest.fixture
def server() -> Any:
    def solve(messages: list[dict[str, Any]]) -> str:
        return str(sum(map(int, re.findall(r"\d+", messages[-1]["content"]))))

    with OpenAIServer(solve) as server:
        yield server


def served(server: OpenAIServer, *own: Any, **settings: Any) -> Ran:
    return run(*(own or [sums(count=4)]), **{"model": "m", "api_url": server.url, **OUT, **settings})


def sent(server: OpenAIServer) -> list[str]:
    return sorted(received.body["messages"][-1]["content"] for received in server.requests)


def rows_of(kind: str) -> Path:
    (file,) = Path("out").glob(f"{kind}/m/*.jsonl")
    return file


def damage_line(file: Path, number: int, change: Callable[[bytes], bytes]) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    lines[number] = change(lines[number])
    file.write_bytes(b"".join(lines))


# Damage -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line[: len(line) // 2] + b"\n",
        lambda line: b"\xff\xfe" + line,
        lambda line: b"{}\n",
        lambda line: b"null\n",
        lambda line: b"[" * 5000 + b"\n",
        lambda line: line.replace(b'"choices"', b'"chances"'),
        lambda line: b"\0" * len(line) + b"\n",
    ],
)
def test_only_the_sample_of_a_damaged_prediction_is_sent_again(
    change: Callable[[bytes], bytes], server: OpenAIServer
) -> None:
    served(server)
    damage_line(rows_of("predictions"), 2, change)
    server.forget()
    ran = served(server, use_cache="out")
    assert sent(server) == ["2 + 2"]
    assert (ran.report.score, ran.report.num) == (1.0, 4)
    assert len(rows_of("predictions").read_text().splitlines()) == 4


def test_a_damaged_review_is_scored_again_without_a_request(server: OpenAIServer) -> None:
    served(server)
    damage_line(rows_of("reviews"), 1, lambda line: line[:40] + b"\n")
    server.forget()
    ran = served(server, use_cache="out")
    assert (ran.report.score, ran.report.num, server.requests) == (1.0, 4, [])


def test_an_edited_score_does_not_survive_its_row_being_made_again(server: OpenAIServer) -> None:
    served(server)
    damage_line(rows_of("reviews"), 0, lambda line: line.replace(b'"accuracy":1', b'"accuracy":0'))
    server.forget()
    ran = served(server, use_cache="out", rerun_review=True)
    assert (ran.report.score, server.requests) == (1.0, [])


def test_damaged_lines_are_kept_aside_and_reported(server: OpenAIServer) -> None:
    served(server)
    damage_line(rows_of("predictions"), 0, lambda line: b"not a record at all\n")
    ran = served(server, use_cache="out")
    assert any("damaged" in note for note in ran.notes), ran.notes
    kept = [file for file in Path("out").rglob("*") if file.is_file() and b"not a record at all" in file.read_bytes()]
    assert len(kept) == 1
    assert "predictions" not in kept[0].parts


@pytest.mark.parametrize("lost", ["predictions", "reviews", "reports", "configs"])
def test_a_run_carries_on_from_whatever_folders_are_left(lost: str, server: OpenAIServer) -> None:
    served(server)
    for file in (Path("out") / lost).rglob("*"):
        if file.is_file():
            file.unlink()
    server.forget()
    ran = served(server, use_cache="out")
    assert (ran.report.score, ran.report.num) == (1.0, 4)
    assert len(server.requests) == (4 if lost == "predictions" else 0)


def test_a_damaged_response_cache_is_refused_before_anything_is_sent(server: OpenAIServer) -> None:
    cache = {"response_cache": "cache", "generation_config": {"temperature": 0.0}}
    served(server, **cache)
    for file in Path("cache").rglob("*"):
        if file.is_file():
            file.write_bytes(b"not a data base" * 300)
    server.forget()
    with pytest.raises(UsageError, match="cache"):
        served(server, work_dir="other", **cache)
    assert not server.requests


# Names and places ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["数学", "sums.v2", "x" * 100, "con"])
def test_a_benchmark_of_any_allowed_name_is_recorded_and_carried_on(name: str, server: OpenAIServer) -> None:
    named = sums(name=name, count=2)
    served(server, named)
    server.forget()
    ran = served(server, named, use_cache="out")
    assert (list(ran.reports), ran.report.score, server.requests) == ([name], 1.0, [])


@pytest.mark.parametrize("model", ["org/model", "a:b", "模型", "../../up", "-x"])
def test_a_model_of_any_name_stays_within_the_folder_of_its_run(model: str, server: OpenAIServer) -> None:
    before = set(Path.cwd().parent.iterdir())
    served(server, model=model)
    files = [file for file in Path("out").rglob("*.json*") if file.is_file()]
    assert files
    assert all(file.resolve().is_relative_to(Path("out").resolve()) for file in files)
    assert set(Path.cwd().parent.iterdir()) == before


def test_two_runs_never_record_into_the_same_folder() -> None:
    with Session({"model": "mock", **OUT}, benchmarks=[sums()]) as first:
        first.run()
        with (
            Session({"model": "mock", **OUT, "use_cache": "out"}, benchmarks=[sums()]) as second,
            pytest.raises(EvalError, match=r"out"),
        ):
            second.run()
    assert run(sums(), **OUT, use_cache="out").report.score == 1.0


def test_every_run_gets_a_folder_of_its_own_unless_one_is_named() -> None:
    folders = {run(sums()).work_dir for _ in range(3)}
    assert len(folders) == 3
    assert all(folder.parent.name == "outputs" for folder in folders)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_found_before_anything_is_sent(server: OpenAIServer) -> None:
    Path("closed").mkdir(mode=0o500)
    with pytest.raises((StoreError, UsageError), match="closed"):
        served(server, work_dir="closed/out")
    assert not server.requests


def test_a_file_in_the_place_of_the_folder_is_found_before_anything_is_sent(server: OpenAIServer) -> None:
    Path("out").write_text("a file")
    with pytest.raises((StoreError, UsageError), match="out"):
        served(server)
    assert not server.requests


@pytest.mark.parametrize("folder", ["nowhere", "other"])
def test_an_earlier_run_that_is_not_there_is_refused_before_anything_is_sent(folder: str, server: OpenAIServer) -> None:
    Path("other").mkdir()
    Path("other/holiday.txt").write_text("nothing of ours")
    with pytest.raises(UsageError, match=folder):
        served(server, use_cache=folder)
    assert not server.requests


# What is written ----------------------------------------------------------------------------------------------------


def test_each_prediction_and_review_can_be_read_by_any_json_reader(server: OpenAIServer) -> None:
    server.answer = "\ud800 \u2028 \x00 </script> 中文 \U0001f600"
    served(server)
    for kind in ("predictions", "reviews"):
        content = rows_of(kind).read_bytes()
        assert content.isascii()
        rows = [json.loads(line) for line in content.splitlines()]
        assert [row["index"] for row in rows] == [0, 1, 2, 3]


def test_rows_are_in_the_order_of_the_samples_whenever_their_replies_came(server: OpenAIServer) -> None:
    own = sums(count=12)
    server.fault_for = lambda received: None
    server.gather(4)
    served(server, own, eval_batch_size=4)
    assert [json.loads(line)["index"] for line in rows_of("predictions").read_text().splitlines()] == list(range(12))


def test_a_finished_run_leaves_no_journal_and_no_lock_behind(server: OpenAIServer) -> None:
    ran = served(server)
    left = [file for file in (ran.work_dir / "journal").glob("*") if file.stat().st_size]
    assert left == []
    assert run(sums(count=4), **OUT, use_cache="out").error is None
