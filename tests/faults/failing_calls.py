"""Has the n-th call of a kind fail, in the process of a run: written into its ``conftest.py``.

Python raises an audit event before it opens, maps, makes, renames, removes or lists anything, and what the hook raises
in its place is what the caller gets. Syncs have no such event, so those functions are replaced.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

CONFTEST = """
import errno, json, os, sys, threading
from pathlib import Path

PLAN = Path(__file__).with_name("fault.json")
if PLAN.exists() and not hasattr(sys, "fault_counts"):
    plan = json.loads(PLAN.read_text())
    lock = threading.Lock()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    sys.fault_counts = 0

    def count(path):
        if not plan["on"] or worker not in plan["workers"]:
            return
        if path is not None and not str(path).startswith(plan["below"]):
            return
        with lock:
            sys.fault_counts += 1
            mine = sys.fault_counts
        if plan["at"] in (mine, 0):
            Path(plan["hit"]).touch() if plan["kind"] == "sync" else hits.append(mine)
            raise OSError(plan["errno"], os.strerror(plan["errno"]), None if path is None else str(path))

    hits = []

    def hook(event, arguments):
        if event != plan["kind"]:
            return
        subject = None if event == "mmap.__new__" else arguments[0]
        if isinstance(subject, int):
            return
        if event == "mmap.__new__" and arguments[0] < 0:
            return
        count(os.fsdecode(subject) if subject is not None else None)

    def failing(call):
        def sync(fd):
            if not plan["folders"] or os.path.isdir(f"/proc/self/fd/{fd}"):
                count(None)
            return call(fd)
        return sync

    if plan["kind"] == "sync":
        os.fsync, os.fdatasync = failing(os.fsync), failing(getattr(os, "fdatasync", os.fsync))
    else:
        sys.addaudithook(hook)

    def pytest_unconfigure():
        plan["on"] = False
        if hits:
            Path(plan["hit"]).touch()
"""


class Faults:
    """The fault that the runs in a folder meet.

    Args:
        folder: Where the runs' ``conftest.py`` is.
        below: Calls on paths elsewhere do not count.
    """

    def __init__(self, folder: Path, below: Path) -> None:
        self._plan = folder / "fault.json"
        self._hit = folder / "hit"
        self._below = below
        (folder / "conftest.py").write_text(CONFTEST)

    def plan(
        self, kind: str, at: int, error: int, *, workers: tuple[str, ...] = ("main",), folders: bool = False
    ) -> None:
        """Have one call fail.

        Args:
            kind: ``sync``, or the name of an audit event, such as ``open`` or ``mmap.__new__``.
            at: Which call fails, from 1; 0 for all.
            error: The error's number.
            workers: The processes in which calls count: workers of xdist, or ``main``.
            folders: Count syncs of folders only.
        """
        self._hit.unlink(missing_ok=True)
        plan = {
            "kind": kind, "at": at, "errno": error, "below": os.fspath(self._below), "hit": os.fspath(self._hit),
            "workers": workers, "folders": folders, "on": True,
        }  # fmt: skip
        self._plan.write_text(json.dumps(plan))

    def clear(self) -> None:
        """Have nothing fail any more."""
        self._plan.unlink(missing_ok=True)

    @property
    def happened(self) -> bool:
        """Tell whether a run made as many calls as it takes."""
        return self._hit.exists()
