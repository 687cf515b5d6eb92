"""A forking interpreter in a separate process, confined or not: most isolations are made of one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from ..core.errors import SandboxError
from .inside.confinement import Bounds, Layers
from .inside.examiner import LONGEST_TEXT
from .inside.frames import BrokenFrameError, Frame, receive, send
from .inside.kernel import remove_tree
from .protocol import SCRATCH_BYTES, STATUSES, Program, Result, Status

INSIDE = Path(__file__).with_name("inside")
START_S = 60.0  # half a second on an idle machine
_GRACE_S = 30.0  # beyond the program's own limit, before the jail itself counts as hung
# Not isolated mode (-I): it would ignore PYTHONHASHSEED, and the order of sets would change from jail to jail.
_BOOT = "import sys; sys.path[0] = sys.argv[1]; from inside.zygote import serve; serve()"
# All a program's environment holds. One thread each: the machine is shared, and address space is bounded.
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


def interpreter(folder: str, layers: Layers, python: str = "") -> list[str]:
    """Return the command that starts the forking interpreter.

    Args:
        folder: Where the package `inside` is found by it.
        python: Another interpreter than this one.
    """
    return [python or sys.executable, "-s", "-W", "ignore", "-c", _BOOT, folder, json.dumps(layers.to_json())]


def environment(scratch: str) -> dict[str, str]:
    """Return the environment of a jail and its programs: nothing of this process's own."""
    return {**_ENVIRONMENT, "HOME": scratch, "TMPDIR": scratch}


class InterpreterJail:
    """A started forking interpreter.

    Args:
        name: The isolation's name, for messages.
        command: Starts it.
        scratch: The programs' working directory, as the command's environment names it.
        remove: A folder to remove with the jail.

    Raises:
        SandboxError: It ended, or hung, before it took programs.
    """

    def __init__(self, name: str, command: Sequence[str], scratch: str, remove: str | None = None) -> None:
        self._name = name
        self._remove = remove
        self._closing = threading.Lock()
        self.usable = True
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the jail
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd="/",
                env=environment(scratch),
                start_new_session=True,  # Ctrl-C is for pytest, which ends the jail itself
            )
        except OSError as error:
            raise SandboxError(f"{name} did not start: {error}") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._await_ready()

    @property
    def pid(self) -> int:
        """The process that holds the jail."""
        return self._process.pid

    def _await_ready(self) -> None:
        try:
            first = receive(self._from, timeout_s=START_S, most=0)
        except BrokenFrameError as error:
            first, reason = None, str(error)
        else:
            reason = "it ended"
        if first is None:
            self._process.kill()
            reason = self._complaint() or reason
            self.close()
            raise SandboxError(f"{self._name} did not start: {reason}")

    def _complaint(self) -> str:
        """Return the last line it wrote to stderr, once it has ended."""
        assert self._process.stderr is not None
        self._process.wait()
        os.set_blocking(self._process.stderr.fileno(), False)
        lines = (self._process.stderr.read() or b"").decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def run(self, program: Program) -> Result:
        """Run a program to its end."""
        try:
            order = request(program)
            send(self._to, order.header, *order.blobs)
            limits = program.limits
            most = limits.output_bytes + LONGEST_TEXT + 4096
            frame = receive(self._from, timeout_s=limits.wall_s + _GRACE_S, most=most)
            if frame is None:
                raise BrokenFrameError("it ended")
            if not frame.header.get("clean"):
                self.close()
            return result_of(self._name, frame.header, frame.blobs)
        except (BrokenFrameError, OSError, ValueError) as error:
            self.close()
            return Result("sandbox_error", detail=f"{self._name}: {error}")

    def close(self) -> None:
        """End it. What it ran ends with it, by namespace or by process group."""
        self.usable = False
        with self._closing:
            if self._process.returncode is None:
                with suppress(OSError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.kill()
                self._process.wait()
            if self._remove is not None:
                remove_tree(self._remove)


def request(program: Program) -> Frame:
    """Return a program as the forking interpreter takes it."""
    bounds = Bounds(scratch_bytes=SCRATCH_BYTES, **asdict(program.limits))
    header = {
        "argv": list(program.argv),
        "files": list(program.files),
        "limits": asdict(bounds),
        "apart": program.apart,
    }
    texts = (program.source, program.stdin, *program.files.values(), program.tests)  # tests last: see `Frame.left`
    blobs = [text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass") for text in texts]
    return Frame(header, blobs)


def result_of(name: str, header: Mapping[str, Any], blobs: Sequence[bytes]) -> Result:
    """Return what the forking interpreter of the isolation ``name`` answered.

    Raises:
        ValueError: It is of no known form.
    """
    status = header.get("status")
    if status not in STATUSES or len(blobs) != 3:
        raise ValueError("an answer of no known form")
    stdout, stderr, error = (blob.decode("utf-8", "replace") for blob in blobs)
    code = header.get("exit_code")
    return Result(
        cast(Status, status),
        stdout,
        stderr,
        wall_s=float(header.get("wall_s") or 0.0),
        cpu_s=float(header.get("cpu_s") or 0.0),
        max_rss_bytes=int(header.get("max_rss_bytes") or 0),
        exit_code=code if isinstance(code, int) else None,
        detail=f"{name}: {error}" if status == "sandbox_error" else "",
        obstacle=str(header.get("obstacle") or ""),
    )
