"""Runs that version 99fb9da recorded, one finished and one killed, are carried on by this one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

RECORDED = Path(__file__).parent.parent / "store" / "recorded_99fb9da"


@pytest.fixture
def carry_on(pytester):
    def run(name: str) -> tuple[pytest.RunResult, Path]:
        shutil.copy(RECORDED / "capitals.py", pytester.path / "test_capitals.py")
        shutil.copy(RECORDED / "capitals.jsonl", pytester.path)
        work_dir = pytester.path / name
        shutil.copytree(RECORDED / name, work_dir)
        options = ("--eval-model=mock", "--eval-model-args=accuracy=0.75", f"--eval-use-cache={work_dir}")
        return pytester.runpytest_subprocess("test_capitals.py", "-p", "no:cacheprovider", *options), work_dir

    return run


def rows(work_dir: Path, kind: str) -> list[str]:
    return (work_dir / kind / "mock" / "capitals_default.jsonl").read_text().splitlines()


def test_a_finished_run_is_read_and_its_report_is_the_same(carry_on):
    result, work_dir = carry_on("finished")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*6 correct, 2 wrong*"])
    assert rows(work_dir, "predictions") == rows(RECORDED / "finished", "predictions")
    now = [json.loads(row) for row in rows(work_dir, "reviews")]
    keys = [row.pop("question") for row in now]  # that version wrote no keys of questions
    assert len(set(keys)) == 8
    assert {row.pop("cluster") for row in now} == {None}
    assert now == [json.loads(row) for row in rows(RECORDED / "finished", "reviews")]
    assert figures(work_dir) == figures(RECORDED / "finished")


def figures(work_dir: Path) -> dict[str, object]:
    report = json.loads((work_dir / "reports" / "mock" / "capitals.json").read_text())
    return {key: report[key] for key in ("schema_version", "name", "dataset_name", "model_name", "metrics")}


def test_a_killed_run_goes_on_where_it_was(carry_on):
    result, work_dir = carry_on("killed")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*6 correct, 2 wrong*"])
    latencies = [json.loads(row)["model_output"]["time"] for row in rows(work_dir, "predictions")]
    assert latencies.count(2.0) == 4  # recorded before the kill; the others were answered at once
    assert figures(work_dir) == figures(RECORDED / "finished")
