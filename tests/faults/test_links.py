"""Symbolic links in a work_dir: a run writes through none of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.plugin.project import Project

VICTIM = "what was there before\n"
FILES = [
    ".lock", "progress.json", "logs/eval_log.log", "configs/task_config.yaml", "journal/plan.json",
    "journal/kept.jsonl", "journal/quarantine.jsonl", "predictions/served/adding_default.jsonl",
    "reviews/served/adding_default.jsonl", "reports/served/adding.json", "reports/report.html", "perf/.lock",
]  # fmt: skip
FOLDERS = [
    "configs", "journal", "logs", "perf", "predictions", "predictions/served", "reports", "reports/served", "reviews",
    "reviews/served",
]  # fmt: skip


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "file").write_text(VICTIM)
    return folder


@pytest.fixture
def finished(served: Project) -> Path:
    served.benchmark(count=2)
    run = served.run("--eval-no-timestamp", "--eval-work-dir=out", "--eval-enable-progress-tracker")
    assert run.code == 0, run.out
    served.server.forget()
    return served.path / "out"


def moved_away(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.rename(path.with_name(f"{path.name}-before"))


@pytest.mark.parametrize(
    ("name", "processes"), [*((name, 0) for name in (*FILES, *FOLDERS)), (".lock", 2), ("predictions/served", 2)]
)
def test_a_link_is_refused_before_anything_is_sent(name, processes, finished, victim, served):
    moved_away(finished / name)
    (finished / name).symlink_to(victim / "file" if name in FILES else victim)
    run = served.run(f"--eval-use-cache={finished}", "-n", processes)
    assert run.code == 4, run.out
    assert f"{finished / name} is a symbolic link to {victim}" in run.out
    assert run.out.count("symbolic link") == 1, run.out
    assert "INTERNALERROR" not in run.out
    assert not served.server.requests
    assert [p.name for p in victim.iterdir()] == ["file"]
    assert (victim / "file").read_text() == VICTIM
    (finished / name).unlink()
    again = served.run(f"--eval-use-cache={finished}", "-n", processes)
    assert (again.code, again.counts) == (0, {"correct": 2}), again.out


def test_a_link_that_points_nowhere_is_refused_as_well(finished, served):
    (finished / "reports" / "served" / "more.json").symlink_to(finished / "nowhere")
    run = served.run(f"--eval-use-cache={finished}")
    assert (run.code, (finished / "nowhere").exists()) == (4, False), run.out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_place_of_a_file_is_refused(finished, served):
    log = finished / "logs" / "eval_log.log"
    log.unlink()
    os.mkfifo(log)
    run = served.run(f"--eval-use-cache={finished}")
    assert run.code == 4, run.out
    assert "eval_log.log is neither a file nor a folder" in run.out


def test_the_work_dir_itself_may_be_a_link(victim, served):
    served.benchmark(count=2)
    (served.path / "out").symlink_to(victim)
    for _ in range(2):
        run = served.run("--eval-no-timestamp", "--eval-work-dir=out")
        assert (run.code, run.counts) == (0, {"correct": 2}), run.out
    assert len(served.server.requests) == 2
    assert (victim / "reports" / "served" / "adding.json").is_file()


def test_what_is_beside_a_run_is_none_of_its_business(finished, victim, served):
    (finished / "notes").symlink_to(victim)
    assert served.run(f"--eval-use-cache={finished}").code == 0


LATER = """
import os
def pytest_sessionfinish():
    os.rename("out/{name}", "out/{name}-before") if os.path.exists("out/{name}") else None
    os.symlink({target!r}, "out/{name}")
"""


@pytest.mark.parametrize("name", ["reports", "predictions", "reviews"])
def test_a_link_that_is_put_there_later_is_not_followed_either(name, victim, served):
    served.benchmark(count=2)
    served.write("conftest.py", LATER.format(name=name, target=str(victim)))
    run = served.spawn("--eval-model=served", "test_adding.py", "--eval-no-timestamp", "--eval-work-dir=out")
    assert run.code == 3, run.out
    assert "a symbolic link is in its place" in run.out
    assert "INTERNALERROR" not in run.out
    assert [p.name for p in victim.iterdir()] == ["file"]
