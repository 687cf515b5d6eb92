"""A forked run is like one that a new interpreter starts."""

from __future__ import annotations

import json
import os
import signal
import sys

import pytest

from tests.plugin.conftest import nothing_from_around, project  # noqa: F401
from tests.waiting import wait_until

from .client import Forked

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="runs are forked on Linux")

SURROUNDINGS = """
import json, locale, os, random, signal, sys, threading, warnings
from pathlib import Path

def pytest_unconfigure():
    umask = os.umask(0)
    os.umask(umask)
    main = sys.modules["__main__"]
    found = {
        "argv": sys.argv, "orig_argv": sys.orig_argv[1:], "path": sys.path, "folder": os.getcwd(), "umask": umask,
        "main": [main.__name__, main.__spec__.name, main.__file__], "environment":
        {k: v for k, v in os.environ.items() if v != str(os.getpid())},
        "flags": str(sys.flags), "streams": [[s.encoding, s.errors, s.isatty(), s.line_buffering] for s in
        (sys.__stdin__, sys.__stdout__, sys.__stderr__)], "threads": threading.active_count(), "locale":
        locale.setlocale(locale.LC_ALL), "signals": {s.name: str(signal.getsignal(s)) for s in signal.Signals},
        "descriptors": sorted(map(int, os.listdir("/proc/self/fd")))[:-1], "leads": os.getsid(0) == os.getpid(),
        "tests": sorted(name for name in sys.modules if name.partition(".")[0] == "tests"),
        "filters": [str(f) for f in warnings.filters], "blocked": str(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
    }
    Path("found.json").write_text(json.dumps({"same": found, "chance": [hash("text"), random.random()]}))
"""


def found(project, **how):  # noqa: F811
    run = project.spawn("--eval-model=mock", "test_adding.py", env={"PYTHONPATH": "/nowhere:/elsewhere"}, **how)
    assert run.counts == {"correct": 2}
    assert "warning" not in run.out
    return json.loads((project.path / "found.json").read_text())


def test_it_has_the_surroundings_of_a_new_interpreter(project):  # noqa: F811
    project.benchmark(count=2)
    project.write("conftest.py", SURROUNDINGS)
    one, other, new = found(project), found(project), found(project, new=True)
    for what, value in new["same"].items():
        assert one["same"][what] == value, what
    assert one["same"] == other["same"]
    assert len({n for run in (one, other, new) for n in run["chance"]}) == 6, "each has its own chance"


def test_it_ends_as_its_run_ends(project):  # noqa: F811
    code = "import os, signal\ndef test_end():\n    print('before', flush=True)\n    {}\n"
    ends = {"pass": 0, "assert 0": 1, "os._exit(9)": 9, "os.kill(os.getpid(), signal.SIGTERM)": -signal.SIGTERM}
    for number, (statement, expected) in enumerate(ends.items()):
        project.write(f"test_{number}.py", code.format(statement))
        process = project.start(f"test_{number}.py", "-s")
        assert isinstance(process, Forked)
        assert "before" in process.communicate(60)[0]
        assert process.returncode == process.poll() == process.wait() == expected


def test_it_is_killed(project):  # noqa: F811
    project.write("test_long.py", "import time\ndef test_long():\n    open('here', 'w').close()\n    time.sleep(600)\n")
    process = project.start("test_long.py")
    wait_until((project.path / "here").exists)
    assert process.poll() is None
    process.kill()
    assert process.wait(60) == -signal.SIGKILL


@pytest.mark.parametrize(("name", "value"), [("PYTHONUNBUFFERED", "yes"), ("LC_ALL", "C"), ("PYTHONHASHSEED", "7")])
def test_what_an_interpreter_reads_at_its_start_needs_a_new_one(name, value, project):  # noqa: F811
    project.write("test_sum.py", "def test_sum():\n    pass\n")
    process = project.start("test_sum.py", env={name: value})
    assert not isinstance(process, Forked)
    assert project.finish(process).code == 0


def test_forking_ends_with_the_process_that_asked_for_it(tmp_path):
    import subprocess

    code = (
        "import os, pathlib\nfrom tests.forking import client\n"
        "run = client.start(['--version'], pathlib.Path('/'), os.environ)\n"
        "print(run.wait(), *(s._process.pid for s in client._servers))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ended, *servers = map(int, done.stdout.split())
    assert ended == 0
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}/exe") for pid in servers))
