"""Damaged rows of a finished run are set aside, their samples are requested or scored again, and the run goes on."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.plugin.project import Project, Run
from tests.plugin.test_resume import asked

SAMPLES = 6
DEEP = b"[" * 100_000 + b"]" * 100_000


def cut(lines: list[bytes]) -> None:
    lines[-1] = lines[-1][:-40]


def garbage(lines: list[bytes]) -> None:
    lines.insert(2, b"\xff\xfe no record {\n")


def nuls(lines: list[bytes]) -> None:
    lines[2] = lines[2][:40] + b"\0" * 60 + lines[2][100:]


def flipped_quote(lines: list[bytes]) -> None:
    lines[2] = lines[2].replace(b'"index":', b'"index\xa2:', 1)


def a_brace_in_the_middle(lines: list[bytes]) -> None:
    lines[2] = lines[2].replace(b'"index":', b'"index"}', 1)


def two_rows_in_one_line(lines: list[bytes]) -> None:
    lines[2] = lines[2][:-1] + b"X"


def deep(lines: list[bytes]) -> None:
    lines[2] = DEEP + b"\n"


def deep_inside(lines: list[bytes]) -> None:
    lines[2] = lines[2].replace(b'"index":2', b'"index":' + DEEP, 1)


def not_a_number(lines: list[bytes]) -> None:
    lines[2] = lines[2].replace(b'"index":2', b'"index":NaN', 1)


def another_type(lines: list[bytes]) -> None:
    lines[2] = re.sub(rb'"(model_output|sample_score)":\{', rb'"\1":7,"was":{', lines[2], count=1)


def text_is_a_number(lines: list[bytes]) -> None:
    lines[2] = re.sub(rb'"(content|value)":("[^"]*"|\{[^}]*\}),"(source":"generate|status)', rb'"\1":7,"\3', lines[2])


DAMAGES = [
    cut, garbage, nuls, flipped_quote, a_brace_in_the_middle, two_rows_in_one_line, deep, deep_inside, not_a_number,
    another_type, text_is_a_number,
]  # fmt: skip
# How many samples are damaged in each; one in the others.
LOST = {"garbage": 0, "two_rows_in_one_line": 2}


@pytest.fixture
def finished(served: Project) -> Run:
    served.benchmark(count=SAMPLES)
    run = served.run("--eval-no-timestamp", "--eval-work-dir=out")
    assert run.code == 0, run.out
    assert not (served.path / "out" / "journal").exists(), "a run that came to its end leaves no journal"
    served.server.forget()
    return run


def rows(work_dir: Path, kind: str) -> list[bytes]:
    return (work_dir / kind / "served" / "adding_default.jsonl").read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("kind", ["predictions", "reviews"])
def test_a_damaged_row_is_set_aside_and_its_sample_asked_or_scored_again(kind, damage, finished, served):
    work_dir = served.path / "out"
    before = {name: rows(work_dir, name) for name in ("predictions", "reviews")}
    lines = list(before[kind])
    damage(lines)
    assert lines != before[kind]
    (work_dir / kind / "served" / "adding_default.jsonl").write_bytes(b"".join(lines))

    run = served.run(f"--eval-use-cache={work_dir}")
    assert (run.code, run.counts) == (0, {"correct": SAMPLES}), run.out
    lost = LOST.get(damage.__name__, 1)
    assert len(served.server.requests) == (lost if kind == "predictions" else 0), run.out
    aside = (work_dir / "journal" / "quarantine.jsonl").read_bytes()
    assert aside.rstrip(b"\n") in b"".join(lines)
    assert run.out.count("1 damaged record was set aside in") == 1, run.out
    for name, written in before.items():
        again = [json.loads(line) for line in rows(work_dir, name)]
        assert [row["key"] for row in again] == [json.loads(row)["key"] for row in written]


def test_a_finished_run_is_carried_on_as_often_as_one_likes(finished, served):
    file = served.path / "out" / "predictions" / "served" / "adding_default.jsonl"
    for _ in range(2):
        file.write_bytes(file.read_bytes()[:-40])
        run = served.run("--eval-no-timestamp", "--eval-work-dir=out")
        assert (run.code, run.counts) == (0, {"correct": SAMPLES}), run.out
    assert asked(served.server) == [SAMPLES - 1] * 2
    assert not list((served.path / "out" / "journal").glob("*-*.jsonl"))


@pytest.mark.parametrize("kind", ["predictions", "reviews"])
def test_workers_set_a_damaged_row_aside_as_well(kind, finished, served):
    work_dir = served.path / "out"
    lines = rows(work_dir, kind)
    a_brace_in_the_middle(lines)
    (work_dir / kind / "served" / "adding_default.jsonl").write_bytes(b"".join(lines))
    run = served.run(f"--eval-use-cache={work_dir}", "-n2")
    assert (run.code, run.counts) == (0, {"correct": SAMPLES}), run.out
    assert len(served.server.requests) == (kind == "predictions")
    assert (work_dir / "journal" / "quarantine.jsonl").read_bytes() == lines[2]
