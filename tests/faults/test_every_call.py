"""EIO at every n-th call to the system: n grows until nothing fails any more."""

from __future__ import annotations

import errno
import os
import sys

import pytest

from tests.plugin.project import Project, Run
from tests.plugin.recorded import recorded_in
from tests.plugin.test_resume import asked

from .failing_calls import Faults

SAMPLES = 4
MOST_CALLS = 400
KINDS = ("sync", "open", "mmap.__new__", "os.mkdir", "os.rename", "os.remove", "os.listdir", "os.scandir")
# A name that is not removed, or a folder that is not listed, is no reason to give a run up.
CODES = {0, 3}
# Nothing that a test could check in place of it would tell that a run did without.
MUST_FAIL = {"sync", "open"}


@pytest.fixture
def faults(served: Project) -> Faults:
    served.benchmark(count=SAMPLES)
    return Faults(served.path, served.path / "out")


def attempt(served: Project, name: str, *options: object) -> Run:
    return served.spawn(
        "--eval-model=served", "test_adding.py", "--eval-no-timestamp", f"--eval-work-dir=out/{name}", *options
    )


def check(run: Run, served: Project, name: str) -> None:
    """See that a run ended as documented, and is carried on without asking anything again that it recorded."""
    assert run.code in CODES, run.out
    assert "INTERNALERROR" not in run.out, run.out
    assert "Traceback" not in run.out, run.out
    if run.code:
        assert run.out.count("Input/output error") == 1, f"one message, that is\n{run.out}"
        assert "ERROR: " in run.out or "The run is not complete: " in run.out, run.out
    work_dir = served.path / "out" / name
    recorded = recorded_in(work_dir) if work_dir.is_dir() else set()
    if run.code == 0:
        assert recorded == set(range(SAMPLES)), run.out
    served.server.forget()
    again = attempt(served, name)
    assert (again.code, again.counts) == (0, {"correct": SAMPLES}), again.out
    assert not recorded & set(asked(served.server)), "recorded, and asked again"


def sweep(kind: str, served: Project, faults: Faults, first: int, step: int) -> None:
    codes = []
    for at in range(first, MOST_CALLS, step):
        faults.plan(kind, at, errno.EIO)
        run = attempt(served, f"run{at}")
        happened = faults.happened
        faults.clear()
        if not happened:
            assert run.code == 0, run.out
            break
        check(run, served, f"run{at}")
        codes.append(run.code)
    else:
        raise AssertionError(f"{MOST_CALLS} calls, and no end of it")
    if kind in MUST_FAIL:
        assert 3 in codes


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS)
def test_every_call_that_fails_is_told_once_and_loses_nothing(kind, served, faults):
    sweep(kind, served, faults, 1, 1)


@pytest.mark.parametrize(("kind", "first", "step"), [("sync", 2, 4), ("open", 3, 16), ("os.rename", 1, 4)])
def test_some_of_them(kind, first, step, served, faults):
    sweep(kind, served, faults, first, step)
