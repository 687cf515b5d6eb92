"""Runs commands and says what they cost: CPU seconds and the peak memory of their largest process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import NamedTuple


class Cost(NamedTuple):
    cpu_s: float
    peak_mb: float
    output: str


def run(command: list[str], *, expect: int = 0) -> Cost:
    """Run a command to its end. Compiled modules are cached, as they are for any user."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, cwd=tempfile.gettempdir(), env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        out.seek(0)
        output = out.read()
    if os.waitstatus_to_exitcode(status) != expect:
        sys.exit(f"{' '.join(command)}\n{output[-3000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def pytest(*arguments: str) -> list[str]:
    """Return a pytest command line without what only costs time here."""
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
