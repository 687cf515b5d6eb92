"""Starts runs of pytest in forked processes."""

from __future__ import annotations

import itertools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from .server import LONGEST_REQUEST

REPO = Path(__file__).resolve().parents[2]
# An interpreter reads variables like these when it starts, and not again.
READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "TZ", "MALLOC")


class Forked:
    """A run in a forked process, with what tests use of `subprocess.Popen`."""

    stdin = None

    def __init__(self, out: int, err: int, status: int) -> None:
        self.stdout = open(out, encoding="utf-8")  # noqa: SIM115
        self.stderr = open(err, encoding="utf-8")  # noqa: SIM115
        self._status = open(status, encoding="ascii", buffering=1)  # noqa: SIM115
        line = self._status.readline()
        assert line, "the process that forks has ended"
        self.pid = int(line)
        self.returncode: int | None = None
        self._readers: list[threading.Thread] = []
        self._texts = ["", ""]

    def poll(self) -> int | None:
        """Return the exit code, None while the process runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once the process has ended."""
        if self.returncode is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("pytest", timeout or 0.0)
            with self._status:
                self.returncode = int(self._status.readline())
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return what the process wrote, once everything that can write there has ended."""
        end = None if timeout is None else time.monotonic() + timeout
        if not self._readers:
            self._readers = [threading.Thread(target=self._read, args=(n,), daemon=True) for n in range(2)]
            for reader in self._readers:
                reader.start()
        for reader in self._readers:
            reader.join(None if end is None else max(0.0, end - time.monotonic()))
            if reader.is_alive():
                raise subprocess.TimeoutExpired("pytest", timeout or 0.0)
        self.wait(None if end is None else max(0.0, end - time.monotonic()))
        return self._texts[0], self._texts[1]

    def _read(self, number: int) -> None:
        with (self.stdout, self.stderr)[number] as stream:
            self._texts[number] = stream.read()

    def send_signal(self, number: int) -> None:
        """Send the process a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the process."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Have the process end."""
        self.send_signal(signal.SIGTERM)


class Server:
    """A process that forks runs, and ends with this one."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST_REQUEST)
        self._environment = dict(os.environ)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forking.server", str(theirs.fileno())],
                cwd=REPO, env={k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "EVALSCOPE"))},
                pass_fds=[theirs.fileno()], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Return whether an interpreter that starts in this environment is like this server's."""
        return _read_at_start(environment) == _read_at_start(self._environment)

    def start(self, words: list[str], folder: Path, environment: Mapping[str, str]) -> Forked:
        """Start ``python -m pytest`` with these words."""
        ours, theirs = zip(*(os.pipe() for _ in range(3)), strict=True)
        request = {"words": words, "folder": os.fspath(folder), "environment": dict(environment)}
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], theirs)
        finally:
            for end in theirs:
                os.close(end)
        return Forked(*ours)


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in environment.items() if k.startswith(READ_AT_START) and k != "PYTHONPATH"}


_servers: list[Server] = []
_turns = itertools.count()


def start(words: list[str], folder: Path, environment: Mapping[str, str]) -> Forked | None:
    """Start ``python -m pytest`` with these words, or return None if a new interpreter would differ from a forked one.

    Two servers take turns: each has its own salt for the hash of text, as any two new interpreters have.
    """
    if not hasattr(os, "pidfd_open"):
        return None
    if not _servers:
        _servers.extend([Server(), Server()])
    server = _servers[next(_turns) % len(_servers)]
    return server.start(words, folder, environment) if server.fits(environment) else None
