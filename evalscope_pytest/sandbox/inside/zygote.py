"""The forking interpreter in a jail: it takes programs from a pipe, one after another, and runs each in a child.

Started once for many programs: an interpreter takes 50 ms of CPU to start, a child of one 3 ms to fork.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import stat
import sys
import tempfile
from typing import Any, NoReturn

from . import kernel
from .confinement import Bounds, Confinement, Layers
from .examiner import Examiner
from .frames import BrokenFrameError, Frame, receive, send
from .kernel import remove_tree
from .program import BROKEN, NONCE_BYTES, Ends, Order, prepare_interpreter, run
from .watch import Ended, Watch

# What programs import most: taken over by every child for nothing.
_COMMON = (
    "abc", "array", "atexit", "bisect", "builtins", "collections", "contextlib", "copy", "dataclasses", "datetime",
    "decimal", "enum", "fractions", "functools", "hashlib", "heapq", "inspect", "io", "itertools", "json", "linecache",
    "math", "operator", "random", "re", "statistics", "string", "textwrap", "threading", "time", "traceback", "typing",
    "unittest",
)  # fmt: skip


_NO_PIPE = (-1, -1)


def main() -> None:
    """Serve programs until the input ends: ``python -s -c ... FOLDER LAYERS``."""
    layers = Layers(**json.loads(sys.argv[2]))
    if layers.namespace and os.getpid() != 1:
        sys.exit("not alone in its process namespace")
    control_in, control_out = _private(0), _private(1)
    _silence()
    _prepare(layers)
    confinement = Confinement(layers)
    for name in _COMMON:
        importlib.import_module(name)
    prepare_interpreter()
    confinement.apply_early()
    gc.collect()
    gc.freeze()
    runner = Runner(confinement, control_in)
    send(control_out, {"ready": True})
    while (frame := receive(control_in, may_leave=True)) is not None:
        ended = runner.run(order_of(frame))
        clean = _emptied(layers.scratch) and not runner.lost
        answer = reply(ended, clean=clean)
        send(control_out, answer.header, *answer.blobs)
        if not clean:
            return


def _private(fd: int) -> int:
    """Move a pipe away from where programs look for theirs."""
    moved = os.dup(fd)
    while moved < 3:
        moved = os.dup(moved)
    return moved


def _close(*fds: int) -> None:
    for fd in fds:
        if fd >= 0:
            os.close(fd)


def _silence() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):
        os.dup2(null, fd)


def _prepare(layers: Layers) -> None:
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)  # no other process of this user may look into this one
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER)
    if not layers.namespace:  # else it ends with the namespace
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    os.chdir(layers.scratch)
    tempfile.tempdir = layers.scratch
    # This package's own folder is not a place for programs to import from.
    sys.path.remove(sys.argv[1])


def order_of(frame: Frame) -> Order:
    """Return the program that a message asks for."""
    header, blobs, left = frame
    source, stdin, *contents = blobs
    tests = b"" if header.get("apart") else contents.pop()
    files = dict(zip(header["files"], contents, strict=True))
    bounds = Bounds(**header["limits"])
    return Order(source, tests, stdin, header["argv"], files, bounds, bool(header.get("apart")), left)


class Runner:
    """Runs programs, each in a child of this process.

    Args:
        source: File descriptor that tests are read from which run apart.
    """

    def __init__(self, confinement: Confinement, source: int) -> None:
        self._confinement = confinement
        self._source = source
        self._examiner: Examiner | None = None
        self.lost = False  # nobody knows how much of the source has been read

    def run(self, order: Order) -> Ended:
        """Run one program to its end."""
        out, err, answer = os.pipe(), os.pipe(), os.pipe()
        challenge = os.pipe() if order.tests else _NO_PIPE
        asked, answered = (os.pipe(), os.pipe()) if order.apart else (_NO_PIPE, _NO_PIPE)
        stdin = _stdin(order.stdin)
        examiner = self._ready(order.bounds) if order.apart else self._examiner
        if examiner is not None and order.apart:
            examiner.begin((asked[1], answered[0]), order.apart_length)
        notices, notifier = _pair() if self._confinement.notifies else (-1, -1)
        pid = os.fork()
        if not pid:
            ends = Ends(stdin, out[1], err[1], answer[1], challenge[0], asked[0], answered[1], notifier)
            run(order, ends, self._confinement)
        if examiner is not None and order.apart:
            examiner.await_loaded()
        nonce = os.urandom(NONCE_BYTES)  # made after the fork: the child can have it from the pipe only
        if order.tests:
            os.write(challenge[1], nonce)
        _close(stdin, out[1], err[1], answer[1], *challenge, *asked, *answered, notifier)
        watch = Watch(pid, order, self._confinement.layers, examiner, notices=notices)
        try:
            ended = watch.until_end(out[0], err[0], answer[0])
            if examiner is not None and order.apart and not examiner.loaded:
                self.lost = True
                return ended._replace(status="sandbox_error", answer=BROKEN + b"the process that runs tests is gone")
            unproven = order.tests and ended.status == "ok" and ended.answer != nonce
            return ended._replace(status="failed") if unproven else ended
        finally:
            _close(out[0], err[0], answer[0], notices)
            if examiner is not None and examiner.spent:
                self.close()

    def close(self) -> None:
        """End the process that runs tests."""
        if self._examiner is not None:
            self._examiner.close()
            self._examiner = None

    def _ready(self, bounds: Bounds) -> Examiner:
        if self._examiner is None:
            self._examiner = Examiner(self._confinement, bounds, self._source)
        return self._examiner


def _pair() -> tuple[int, int]:
    one, other = socket.socketpair()
    return one.detach(), other.detach()


def _stdin(content: bytes) -> int:
    if not content:
        return os.open(os.devnull, os.O_RDONLY)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        return os.dup(file.fileno())


def _emptied(folder: str) -> bool:
    """Empty a folder that nothing writes to any more."""
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        try:
            if stat.S_ISDIR(os.lstat(path).st_mode):
                remove_tree(path)
            else:
                os.unlink(path)
        except OSError:
            continue
    return not os.listdir(folder)


def reply(ended: Ended, *, clean: bool) -> Frame:
    """Return the message that says how a program ended."""
    header: dict[str, Any] = {**ended._asdict(), "clean": clean}
    for blob in ("stdout", "stderr", "answer"):
        del header[blob]
    said = ended.answer if ended.status == "sandbox_error" else b""
    return Frame(header, [ended.stdout, ended.stderr, said])


def serve() -> NoReturn:
    """Run `main`, and end without a word when the owner is gone."""
    try:
        main()
    except BrokenFrameError:
        sys.exit(1)
    sys.exit(0)
