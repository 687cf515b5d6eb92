"""Runs tests in a process that no program runs in: they call the program's functions over pipes (`calls`).

So what is expected is nowhere in the program's process, and nothing of the program's but plain data gets to where the
comparison is made. One examiner serves a jail's programs one after another.
"""

from __future__ import annotations

import builtins
import contextlib
import json
import linecache
import os
import random
import signal
import socket
import sys
import time
import traceback
from dataclasses import replace
from types import ModuleType
from typing import Any, NamedTuple, NoReturn

from . import calls
from .confinement import Bounds, Confinement
from .frames import BrokenFrameError, give, receive, send, take
from .program import MODULE

_TESTS = "tests.py"
_OWN = (__file__, calls.__file__)
_MEMORY = 2 << 30
_MOST_ORDERS = 500
_LAST_WORDS_S, _GOODBYE_S = 5.0, 0.5  # what an examiner may take to notice that the program is gone
LONGEST_TEXT = 20_000  # bytes of a traceback


class Verdict(NamedTuple):
    """The outcome of tests.

    Attributes:
        kind: ``ok``: they reached their end. ``failed``: they raised. ``ended``: they ended the process. ``gone``: the
            program ended before them. ``unplain``: they pass what cannot be passed. ``lost``: the examiner is gone.
        text: The traceback.
    """

    kind: str
    code: int = 1
    text: bytes = b""


class Examiner:
    """The process that runs tests, seen from the jail.

    Args:
        source: File descriptor that tests are read from, by the examiner alone: this process never holds them.
    """

    def __init__(self, confinement: Confinement, bounds: Bounds, source: int) -> None:
        own, theirs = socket.socketpair()
        self.pid = os.fork()
        if not self.pid:
            own.close()
            _examine_all(theirs, source, confinement, bounds)
        theirs.close()
        self._socket = own
        self.listener = (*take(self.fd, 1), -1)[0] if confinement.notifies else -1
        self._left = _MOST_ORDERS
        self.loaded = True  # it has read all tests that were meant for it
        self._clock = ~self.pid << 3 | 2
        self._started_s = 0.0

    @property
    def fd(self) -> int:
        """Readable once there is a verdict."""
        return self._socket.fileno()

    def __del__(self) -> None:
        self._socket.close()
        if self.listener >= 0:
            os.close(self.listener)

    @property
    def spent(self) -> bool:
        """True when it has to be replaced."""
        return self._left <= 0

    def begin(self, ends: tuple[int, int], length: int) -> None:
        """Have it run the next ``length`` bytes of its source.

        Args:
            ends: Where calls are written and answers are read.
        """
        self._left -= 1
        self._started_s = self._clock_s()
        self.loaded = False
        with contextlib.suppress(OSError):
            header = json.dumps({"length": length}).encode()
            socket.send_fds(self._socket, [header], list(ends))

    def await_loaded(self) -> None:
        """Wait until it has read the tests, so that the source is this process's again."""
        with contextlib.suppress(OSError):
            self.loaded = self._socket.recv(1) == b"."
        if not self.loaded:
            self._left = 0

    def cpu_s(self) -> float:
        """Return the CPU seconds it has taken for the present tests."""
        return self._clock_s() - self._started_s

    def _clock_s(self) -> float:
        try:
            return time.clock_gettime(self._clock)
        except OSError:
            return 0.0

    def verdict(self, *, wanted: bool) -> Verdict:
        """Return what became of the tests, whose program has ended or is done with.

        Args:
            wanted: Wait for it; else only for the examiner to notice that the program is gone.
        """
        try:
            said = receive(self.fd, timeout_s=_LAST_WORDS_S if wanted else _GOODBYE_S, most=2 * LONGEST_TEXT)
        except (BrokenFrameError, OSError):
            said = None
        if said is None:
            self._left = 0
            return Verdict("lost")
        return Verdict(str(said.header["kind"]), int(said.header["code"]), said.blobs[0])

    def close(self) -> None:
        """End it. A verdict that it has given can still be read."""
        self._left = 0
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            return


# The process itself ---------------------------------------------------------------------------------------------------


def _examine_all(link: socket.socket, source: int, confinement: Confinement, bounds: Bounds) -> NoReturn:
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        # Programs write to their folder: a module of theirs would be code of theirs.
        sys.path[:] = [folder for folder in sys.path if folder != confinement.layers.scratch]
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        listener = confinement.apply(replace(bounds, cpu_s=86_400.0, memory_bytes=_MEMORY), interpreter=True)
        if confinement.notifies:
            give(link.fileno(), [listener] if listener >= 0 else [])
        _close_but(link.fileno(), source)
        state = _State()
        while (order := _order(link)) is not None:
            (asked, answered), length = order
            tests = calls.read_exactly(source, length)
            link.send(b".")
            verdict = _examined(tests, calls.Caller(asked, answered))
            for fd in (asked, answered):
                os.close(fd)
            state.restore()
            send(link.fileno(), {"kind": verdict.kind, "code": verdict.code}, verdict.text)
    finally:
        os._exit(0)


def _close_but(*kept: int) -> None:
    last = 2
    for fd in (*sorted(kept), 1 << 16):
        os.closerange(last + 1, fd)
        last = fd


def _order(link: socket.socket) -> tuple[list[int], int] | None:
    header, ends, _, _ = socket.recv_fds(link, 100, 2)
    return (list(ends), int(json.loads(header)["length"])) if len(ends) == 2 else None


class _State:
    """State that tests of one sample might change for those of the next."""

    def __init__(self) -> None:
        self._builtins = dict(vars(builtins))
        self._random = random.getstate()
        self._depth = sys.getrecursionlimit()
        self._path = list(sys.path)

    def restore(self) -> None:
        names = vars(builtins)
        for name in set(names) - set(self._builtins):
            del names[name]
        names.update(self._builtins)
        random.setstate(self._random)
        sys.setrecursionlimit(self._depth)
        sys.path[:] = self._path
        sys.settrace(None)
        sys.setprofile(None)


class _Program(ModuleType):
    """The program as tests see it: a module in which every name is a function."""

    def __init__(self, caller: calls.Caller) -> None:
        super().__init__(MODULE)
        self._caller = caller

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._caller.function(name)


def _examined(tests: bytes, caller: calls.Caller) -> Verdict:
    sys.modules[MODULE] = _Program(caller)
    scope: dict[str, Any] = {"__name__": "__main__", "__file__": _TESTS, "__builtins__": builtins}
    try:
        text = tests.decode("utf-8", "surrogatepass")
        linecache.cache[_TESTS] = (lambda: text,)
        exec(compile(text, _TESTS, "exec", dont_inherit=True), scope)  # noqa: S102 - the tests, as their author wrote them
        verdict = Verdict("ok", 0)
    except SystemExit as exit:
        verdict = Verdict("ended", exit.code if isinstance(exit.code, int) else int(exit.code is not None))
    except BaseException as error:  # noqa: BLE001 - tests fail in every way there is
        verdict = Verdict("failed", 1, _traceback(error, caller))
    if caller.unplain:
        verdict = Verdict("unplain")
    elif caller.gone:
        verdict = Verdict("gone")
    scope.clear()
    return verdict


def _traceback(error: BaseException, caller: calls.Caller) -> bytes:
    try:
        shown = traceback.TracebackException(type(error), error, error.__traceback__)
        frames = [frame for frame in shown.stack if frame.filename not in _OWN]
        shown.stack = traceback.StackSummary.from_list(frames)
        text = caller.trace if error is caller.raised else ""
        text += "".join(shown.format())
    except Exception:  # noqa: BLE001 - an exception of the tests' own making
        text = type(error).__name__
    return text[-LONGEST_TEXT:].encode("utf-8", "backslashreplace")[-LONGEST_TEXT:]
