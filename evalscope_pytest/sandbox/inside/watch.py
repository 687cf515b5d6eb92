"""Watches over one program: reads what it prints, ends it when it goes too far, reports how it ended."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from .confinement import Layers
from .frames import take
from .program import BROKEN, OUT_OF_MEMORY, Order
from .seccomp import refuse_notified

_LONGEST_TICK_S = 0.1  # of a longer one, nobody knows what the program would have done had this process been there
_RUNNING = "R"


class Idle:
    """Adds up the seconds in which none of some processes ran or could have run.

    Args:
        processes: Returns their numbers.
    """

    def __init__(self, processes: Callable[[], list[str]]) -> None:
        self._processes = processes
        self._at = time.monotonic()
        self._busy: dict[str, float] = {}
        self._idle_s = 0.0

    def seconds(self) -> float:
        """Return the seconds slept so far. What happens between two calls is judged by the later one."""
        now = time.monotonic()
        passed = min(now - self._at, _LONGEST_TICK_S)
        self._at = now
        busy, running = self._busy_s()
        if not running:
            self._idle_s += max(0.0, passed - busy)
        return self._idle_s

    def _busy_s(self) -> tuple[float, bool]:
        """Return the seconds all threads ran or waited for a processor since the last call; and if one does now."""
        seen: dict[str, float] = {}
        running = False
        for pid in self._processes():
            for thread in _threads_of(pid):
                if _state(thread) == _RUNNING:
                    running = True
                seen[thread] = _scheduled_s(thread)
        busy = sum(max(0.0, seconds - self._busy.get(thread, 0.0)) for thread, seconds in seen.items())
        self._busy = seen
        return busy, running


def _threads_of(pid: str) -> list[str]:
    folder = f"/proc/{pid}/task"
    try:
        return [f"{folder}/{name}" for name in os.listdir(folder)]
    except OSError:
        return []


def _state(thread: str) -> str:
    try:
        with open(f"{thread}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def _scheduled_s(thread: str) -> float:
    """Return the seconds a thread ran or waited for a processor; 0 if the kernel does not say."""
    try:
        with open(f"{thread}/schedstat") as file:
            ran, waited, _ = file.read().split()
            return (int(ran) + int(waited)) / 1e9
    except (OSError, ValueError):
        return 0.0


if TYPE_CHECKING:
    from .examiner import Examiner, Verdict

_TICK_S = 0.02
_DROPPED = 64  # times as much as is kept may a program print whose tests decide
UNPLAIN, LOST = "unplain", "lost"  # kinds of verdict
_CHUNK = 1 << 16
_PAGE = os.sysconf("SC_PAGE_SIZE")
_CLOCK_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_KILOBYTE = 1 if sys.platform == "darwin" else 1024  # what ru_maxrss counts in


class Ended(NamedTuple):
    """The end of a program.

    Attributes:
        status: As in `protocol.Result`.
        answer: Bytes from the verdict's pipe.
        obstacle: As in `protocol.Result`.
    """

    status: str
    exit_code: int | None
    wall_s: float
    cpu_s: float
    max_rss_bytes: int
    stdout: bytes
    stderr: bytes
    answer: bytes
    obstacle: str = ""


class Watch:
    """One program while it runs.

    Args:
        pid: The child that runs it, leader of a session.
        order: The program. If it has tests, output beyond what is kept is dropped, since the tests decide.
        layers: Its confinement.
        examiner: A process of the sandbox, not of the program; it runs the tests if these run ``apart``.
        notices: Socket through which the program's listener comes, if it has one (`seccomp`).
    """

    def __init__(self, pid: int, order: Order, layers: Layers, examiner: Examiner | None, *, notices: int) -> None:
        self._pid = pid
        self._bounds = bounds = order.bounds
        self._namespace = layers.namespace
        self._scratch = layers.scratch
        self._standing = examiner
        self._examiner = examiner if order.apart else None
        self._poll = select.poll()
        self._checked = 0.0
        self._printed: dict[int, bytearray] = {}
        self._may_print = bounds.output_bytes * (_DROPPED if order.apart or order.tests else 1)
        self._broken = ""
        self._clock = ~pid << 3 | 2  # the process's CPU clock, CLOCK_PROCESS_CPUTIME_ID of another (clock_gettime)
        self._idle = Idle(self._processes)
        self._notices = notices
        self._listeners = [self._examiner.listener] if self._examiner and self._examiner.listener >= 0 else []
        self._obstacle = ""

    def until_end(self, stdout: int, stderr: int, answer: int) -> Ended:
        """Wait for the program's end, and end whatever it leaves behind."""
        started = time.monotonic()
        for fd in (stdout, stderr):
            os.set_blocking(fd, False)
            self._printed[fd] = bytearray()
            self._poll.register(fd, select.POLLIN)
        ending = os.pidfd_open(self._pid) if hasattr(os, "pidfd_open") else -1
        for fd in (ending, self._notices, self._examiner.fd if self._examiner else -1, *self._listeners):
            if fd >= 0:
                self._poll.register(fd, select.POLLIN)
        while not self._read(ending) and not self._broken:
            if time.monotonic() - started > self._checked + _TICK_S:
                self._checked = time.monotonic() - started
                self._broken = self._excess(self._checked)
        wall_s = time.monotonic() - started
        self._kill()
        _, code, usage = os.wait4(self._pid, 0)
        self._sweep()
        for fd in (stdout, stderr):
            self._drain(fd)
        for fd in (ending, *self._listeners):
            if fd >= 0 and (self._examiner is None or fd != self._examiner.listener):
                os.close(fd)
        os.set_blocking(answer, False)
        cpu_s = usage.ru_utime + usage.ru_stime
        answered = _rest(answer)
        verdict = self._examiner.verdict(wanted=not self._broken) if self._examiner else None
        if verdict is not None:
            self._printed[stderr] += verdict.text
        status, exit_code = self._status(code, cpu_s, answered, verdict)
        return Ended(
            status,
            exit_code,
            wall_s,
            cpu_s,
            usage.ru_maxrss * _KILOBYTE,
            bytes(self._printed[stdout]),
            bytes(self._printed[stderr]),
            answered,
            UNPLAIN if verdict is not None and verdict.kind == UNPLAIN else self._obstacle,
        )

    def _read(self, ending: int) -> bool:
        """Wait for output, for a moment at most, and read it; True once the program or its tests have ended."""
        moment_s = _TICK_S if ending >= 0 else _TICK_S / 4
        ready = [fd for fd, _ in self._poll.poll(moment_s * 1000)]
        for fd in ready:
            if fd in self._printed:
                self._take(fd)
            elif fd == self._notices:
                self._listen()
            elif fd in self._listeners:
                self._obstacle = refuse_notified(fd) or self._obstacle
        if self._examiner is not None and self._examiner.fd in ready:
            return True
        if ending >= 0:
            return ending in ready
        return os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _take(self, fd: int) -> bool:
        """Read a piece; False when there is none."""
        try:
            piece = os.read(fd, _CHUNK)
        except BlockingIOError:
            return False
        if not piece:
            with contextlib.suppress(KeyError):  # closed before
                self._poll.unregister(fd)
            return False
        room = self._bounds.output_bytes - sum(map(len, self._printed.values()))
        self._printed[fd] += piece[:room]
        self._may_print -= len(piece)
        if self._may_print < 0:
            self._broken = self._broken or "output_limit"
            return False
        return True

    def _listen(self) -> None:
        """Take the program's listener."""
        self._poll.unregister(self._notices)
        with contextlib.suppress(OSError):
            for fd in take(self._notices, 1):
                self._poll.register(fd, select.POLLIN)
                self._listeners.append(fd)

    def _drain(self, fd: int) -> None:
        while self._take(fd):
            pass

    def _excess(self, wall_s: float) -> str:
        """Return the status of a program that has gone too far; empty while it has not."""
        bounds = self._bounds
        if wall_s > bounds.wall_s or self._cpu_s() > bounds.cpu_s or self._idle.seconds() > bounds.idle_s:
            return "timeout"
        if self._examiner is not None and self._examiner.cpu_s() > bounds.cpu_s:
            return "timeout"
        if self._resident() > bounds.memory_bytes:
            return "oom"
        if _threads(self._pid) > bounds.processes:
            return "failed"
        most = bounds.scratch_bytes
        if _too_many(self._scratch, most) if self._namespace else _too_big(self._scratch, most):
            return "output_limit"
        return ""

    def _cpu_s(self) -> float:
        """Return the CPU seconds of all its processes: exact for the first, in ticks for those that it started."""
        try:
            own_s = time.clock_gettime(self._clock)
        except OSError:  # it has just ended
            return 0.0
        first = str(self._pid)
        return own_s + sum(_ticks_s(pid, waited_only=pid == first) for pid in self._own_processes())

    def _processes(self) -> list[str]:
        """Return the program's processes, and the one that runs its tests."""
        examiner = [str(self._examiner.pid)] if self._examiner is not None else []
        return self._own_processes() + examiner

    def _own_processes(self) -> list[str]:
        """Return the program's processes. Those that have ended and nobody waited for are among them."""
        if not self._namespace:
            return _family(str(self._pid))
        others = {str(os.getpid()), str(self._standing.pid) if self._standing is not None else ""}
        try:
            return [name for name in os.listdir("/proc") if name.isdigit() and name not in others]
        except OSError:
            return []

    def _resident(self) -> int:
        """Return the memory all its processes hold; of the first one only if strangers' may be among them.

        Shared pages count more than once, which only a program that forks near its limit can notice.
        """
        return sum(map(_resident, self._own_processes() if self._namespace else [str(self._pid)]))

    def _kill(self) -> None:
        if self._namespace and self._standing is None:
            _signal(-1)
        _signal(-self._pid)
        _signal(self._pid)

    def _sweep(self) -> None:
        """End and reap what the program started and left. Orphans have become this process's children."""
        spared = self._standing.pid if self._standing is not None else 0
        while spared and (children := _children()) != [spared]:
            if self._standing is not None and (spared not in children or self._namespace):
                spared = 0  # there may be more than can be counted: all of them end, and it with them
                self._standing.close()
            for pid in children:
                if pid != spared:
                    _signal(pid)
                    _reap(pid)
        while not spared:
            if self._namespace:
                _signal(-1)
            else:
                for pid in _children():
                    _signal(pid)
            if not _reap(-1):
                return

    def _status(self, code: int, cpu_s: float, answer: bytes, verdict: Verdict | None) -> tuple[str, int | None]:
        exit_code = os.WEXITSTATUS(code) if os.WIFEXITED(code) else None
        if answer.startswith(BROKEN):
            return "sandbox_error", exit_code
        if self._broken:
            return self._broken, exit_code
        if cpu_s > self._bounds.cpu_s:
            return "timeout", exit_code
        if verdict is not None and verdict.kind == "ok":
            return "ok", 0
        if answer == OUT_OF_MEMORY:
            return "oom", exit_code if verdict is None else 1
        if verdict is not None and verdict.kind not in ("gone", LOST):
            return "failed", verdict.code
        if os.WIFSIGNALED(code):
            # With tests that run apart, it is killed as soon as these have ended.
            ends = {signal.SIGXCPU: "timeout", signal.SIGXFSZ: "output_limit"}
            if verdict is not None:
                ends[signal.SIGKILL] = "failed"
            return ends.get(signal.Signals(os.WTERMSIG(code)), "crashed"), None
        return "ok" if exit_code == 0 and verdict is None else "failed", exit_code


def _signal(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _family(pid: str) -> list[str]:
    """Return a process and all that it started, as far as the system shows."""
    found = [pid]
    for member in found:
        try:
            for thread in os.listdir(f"/proc/{member}/task"):
                with open(f"/proc/{member}/task/{thread}/children") as file:
                    found += file.read().split()
        except OSError:
            continue
    return found


def _reap(pid: int) -> bool:
    """Wait for a child's end; False if it does not exist."""
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        return False
    return True


def _children() -> list[int]:
    """Return this process's children, as far as the system shows."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def _ticks_s(pid: str, *, waited_only: bool) -> float:
    """Return the CPU seconds of a process and of those that it started and waited for, or of these only."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            own_and_waited = file.read().rpartition(")")[2].split()[11:15]
            return sum(map(int, own_and_waited[2 if waited_only else 0 :])) * _CLOCK_TICK_S
    except (OSError, ValueError):
        return 0.0


def _resident(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0


def _threads(pid: int) -> int:
    """Return the number of a process's threads, which no other limit bounds if the user is nobody's own."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return int(file.read().rpartition(")")[2].split()[17])
    except (OSError, IndexError, ValueError):
        return 0


def _too_many(folder: str, most: int) -> bool:
    """Return whether a separate file system holds more files than there are pages in ``most`` bytes."""
    try:
        held = os.statvfs(folder)
    except OSError:
        return False
    return held.f_files - held.f_ffree > most // _PAGE


def _too_big(folder: str, most: int) -> bool:
    """Return whether a folder holds more than ``most`` bytes. Each file counts as a page at least.

    What lies too deep to be named counts as too big.
    """
    total = 0
    folders = [folder]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    total += max(_PAGE, entry.stat(follow_symlinks=False).st_size)
                    if total > most:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return True
    return False


def _rest(fd: int) -> bytes:
    try:
        return os.read(fd, _CHUNK)
    except BlockingIOError:
        return b""
