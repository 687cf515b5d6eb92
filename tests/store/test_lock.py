"""One run at a time in a work_dir."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evalscope_pytest.core.errors import UsageError
from evalscope_pytest.store.layout import WorkDir, locked

pytest.importorskip("fcntl")

HOLD = """
import sys
from pathlib import Path
from evalscope_pytest.store.layout import WorkDir
from evalscope_pytest.store.layout import locked
with locked(WorkDir(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_second_run_is_told_who_holds_the_directory(tmp_path: Path) -> None:
    again = locked(WorkDir(tmp_path))
    with locked(WorkDir(tmp_path)), pytest.raises(UsageError, match=f"process {os.getpid()} on"), again:
        pass
    with locked(WorkDir(tmp_path)):
        pass


def test_lock_of_a_killed_run_is_free(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match=f"process {holder.pid}"), locked(WorkDir(tmp_path)):
            pass
        holder.kill()
    with locked(WorkDir(tmp_path)):
        pass
