"""EIO at every n-th call to the system: n grows until nothing fails any more."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugin.project import Project, Run
from tests.plugin.recorded import recorded_in
from tests.plugin.test_resume import asked

from .failing_calls import Faults

SAMPLES, RECORDED = 6, 4
MOST_CALLS = 400
# A file that is not removed or not mapped is no reason to give a run up; what is not written is.
ALWAYS_FATAL = ("sync", "open", "os.rename", "os.scandir")
KINDS = (*ALWAYS_FATAL, "mmap.__new__", "os.mkdir", "os.remove")


@pytest.fixture
def faults(served: Project) -> Faults:
    served.benchmark(count=SAMPLES)
    return Faults(served.path, served.path / "out")


def attempt(served: Project, name: str, *options: object) -> Run:
    served.server.forget()
    words = ["--eval-model=served", "test_adding.py", "--eval-no-timestamp", f"--eval-work-dir=out/{name}", *options]
    return served.spawn(*words)


def known(work_dir: Path) -> set[int]:
    """Return the samples with a reply, also where it was kept for a run that asks for it."""
    kept = work_dir / "journal" / "kept.jsonl"
    lines = kept.read_bytes().splitlines() if kept.exists() else []
    return recorded_in(work_dir) | {json.loads(line.split(b"\t")[1])["index"] for line in lines}


def check(run: Run, served: Project, name: str, before: set[int]) -> None:
    """See that a run ended as documented, and is carried on without asking anything again that was recorded."""
    assert run.code in (0, 3), run.out
    assert "INTERNALERROR" not in run.out, run.out
    assert "Traceback" not in run.out, run.out
    if run.code:
        assert run.out.count("Input/output error") == 1, f"one message, that is\n{run.out}"
        assert "ERROR: " in run.out or "The run is not complete: " in run.out, run.out
    assert not before & set(asked(served.server)), "recorded, and asked again"
    work_dir = served.path / "out" / name
    recorded = known(work_dir)
    assert before <= recorded, "recorded, and lost"
    if run.code == 0:
        assert recorded == set(range(SAMPLES)), run.out
    again = attempt(served, name)
    assert (again.code, again.counts) == (0, {"correct": SAMPLES}), again.out
    assert not recorded & set(asked(served.server)), "recorded, and asked again"


def outcomes(kind: str, served: Project, faults: Faults, *, template: str = "") -> Iterator[int]:
    """Yield the exit code of each run that met the fault, having checked it."""
    for at in range(1, MOST_CALLS):
        name = f"run{at}"
        if template:
            shutil.copytree(served.path / "out" / template, served.path / "out" / name)
        before = known(served.path / "out" / name)
        faults.plan(kind, at, errno.EIO)
        run = attempt(served, name)
        happened = faults.happened
        faults.clear()
        if not happened:
            assert (run.code, run.counts) == (0, {"correct": SAMPLES}), run.out
            return
        check(run, served, name, before)
        yield run.code
    raise AssertionError(f"{MOST_CALLS} calls, and no end of it")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", KINDS)
def test_every_call_that_fails_is_told_once_and_loses_nothing(kind, served, faults):
    codes = list(outcomes(kind, served, faults))
    assert codes
    if kind in ALWAYS_FATAL:
        assert set(codes) == {3}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["sync", "open"])
def test_every_call_that_fails_while_a_run_is_carried_on(kind, served, faults):
    first = attempt(served, "first", f"--eval-limit={RECORDED}")
    assert first.code == 0, first.out
    file = served.path / "out" / "first" / "reviews" / "served" / "adding_default.jsonl"
    file.write_bytes(file.read_bytes()[:-40])
    assert list(outcomes(kind, served, faults, template="first"))


@pytest.mark.parametrize("process", ["main", "gw0", "gw1"])
@pytest.mark.parametrize(("kind", "at"), [("sync", 1), ("open", 1), ("open", 5), ("os.scandir", 1), ("os.rename", 1)])
def test_a_call_that_fails_in_one_of_several_processes(kind, at, process, served, faults):
    faults.plan(kind, at, errno.EIO, workers=(process,))
    run = attempt(served, "run", "-n2")
    faults.clear()
    check(run, served, "run", set())


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS], ids=errno.errorcode.get)
@pytest.mark.parametrize("processes", [0, 2])
def test_folders_that_cannot_be_synced_are_no_fault(processes, number, served, faults):
    faults.plan("sync", 0, number, workers=("main", "gw0", "gw1"), folders=True)
    for _ in range(2):
        run = attempt(served, "run", "-n", processes)
        assert (run.code, run.counts) == (0, {"correct": SAMPLES}), run.out
        assert os.strerror(number) not in run.out
    assert faults.happened
    assert not served.server.requests


@pytest.mark.parametrize("number", [errno.ENODEV, errno.EACCES, errno.EIO, errno.ENOMEM], ids=errno.errorcode.get)
@pytest.mark.parametrize("processes", [0, 2])
def test_a_run_goes_on_where_no_file_can_be_mapped(processes, number, served, faults):
    faults.plan("mmap.__new__", 0, number, workers=("main", "gw0", "gw1"))
    run = attempt(served, "run", "-n", processes)
    assert (run.code, run.counts) == (0, {"correct": SAMPLES}), run.out
    assert faults.happened
    word = "should a sample kill this process, nothing will say which one: a file cannot be mapped into memory"
    assert run.out.count(word) == (0 if processes else 1), run.out
    assert word in (served.path / "out" / "run" / "logs" / "eval_log.log").read_text()
