"""The process that forks runs: ``python -m tests.forking.server DESCRIPTOR``, a socket that brings requests."""

from __future__ import annotations

import json
import os
import runpy
import select
import socket
import sys
import tempfile
import threading
import types
from typing import Any, NoReturn

import pytest

LONGEST_REQUEST = 1 << 20


def serve(control: socket.socket) -> None:
    """Fork a run for each request and report its end, until nobody can send a request any more.

    A request comes with three descriptors: where the run writes its output and errors, and where its process number and
    exit code are reported, a line each.
    """
    running: dict[int, tuple[int, int]] = {}
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        for ready, _ in poll.poll():
            if ready != control.fileno():
                poll.unregister(ready)
                report_end(ready, *running.pop(ready))
                continue
            request, (*streams,), _, _ = socket.recv_fds(control, LONGEST_REQUEST, 3)
            if not request:
                return
            out, err, status = streams
            pid = os.fork()
            if pid == 0:
                for kept in (control.detach(), status, *running, *(end for _, end in running.values())):
                    os.close(kept)
                become_pytest(json.loads(request), out, err)
            os.close(out)
            os.close(err)
            os.write(status, b"%d\n" % pid)
            handle = os.pidfd_open(pid)
            running[handle] = (pid, status)
            poll.register(handle, select.POLLIN)


def report_end(handle: int, pid: int, status: int) -> None:
    """Write the exit code of a process that has ended."""
    _, ended = os.waitpid(pid, 0)
    os.close(handle)
    with open(status, "w", encoding="ascii") as pipe:
        pipe.write(f"{os.waitstatus_to_exitcode(ended)}\n")


def become_pytest(request: dict[str, Any], out: int, err: int) -> NoReturn:
    """Run pytest in this process, which has just been forked, to its end."""
    os.setsid()
    for stream, number in ((out, 1), (err, 2)):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["folder"])
    own = folders_of_modules()
    os.environ.clear()
    os.environ.update(request["environment"])
    # `python -m` searches the folder it starts in, then those of PYTHONPATH.
    sys.path[:] = [os.getcwd(), *folders_of_modules(), *[path for path in sys.path[1:] if path not in own]]
    sys.modules["xdist.plugin"]._sys_path[:] = sys.path  # what workers search
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]
    sys.orig_argv[:] = [sys.executable, "-m", "pytest", *request["words"]]
    sys.argv[:] = ["-m", *request["words"]]
    sys.modules["__main__"] = types.ModuleType("__main__")
    runpy._run_module_as_main("pytest")  # what `python -m pytest` does
    raise SystemExit


def folders_of_modules() -> list[str]:
    """Return the folders of ``PYTHONPATH``."""
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]


def main() -> None:
    """Import what runs import, then serve."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as empty:
        os.chdir(empty)
        pytest.main(["-p", "tests.forking.modules", "-p", "no:faulthandler", "--markers"])
        os.chdir(here)
    assert threading.active_count() == 1, "a fork would lose the other threads"
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
