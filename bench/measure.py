"""Runs commands and says what they cost: CPU seconds and the peak memory of their largest process."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    cpu_s: float
    peak_mb: float
    output: str


def run(command: list[str], *, expect: int = 0, stored_bytecode: bool = True) -> Cost:
    """Run a command to its end.

    Args:
        command: The program and its arguments.
        expect: The exit code it must have.
        stored_bytecode: Modules are compiled once and stored, as for most users. If not, what pytest rewrote in earlier
            runs is deleted and nothing is stored, as in a first run after installation or in a read-only image.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    if not stored_bytecode:
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        _forget_rewritten()
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


def _forget_rewritten() -> None:
    """Delete the bytecode of rewritten modules beside this package and its dependencies."""
    installed = Path(sysconfig.get_path("purelib"))
    for folder in (Path(__file__).resolve().parent.parent, installed):
        for package in (folder / "evalscope_pytest", folder / "suites", folder / "anyio", folder / "xdist"):
            for rewritten in package.rglob("*-pytest-*.pyc"):
                rewritten.unlink()


def pytest(*arguments: str) -> list[str]:
    """Return a pytest command line without what only costs time here."""
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
