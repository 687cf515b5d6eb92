"""Runs one program in a child of the jail. Whatever the program does, this process is its own.

Of the harness nothing is left that it could use: no module, no descriptor of a number it could guess, and, if tests
run apart (`examiner`), no test.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from types import CodeType, ModuleType
from typing import Any, NamedTuple, NoReturn, TextIO

from . import calls
from .confinement import Bounds, Confinement
from .frames import give

NAME = "program.py"
MODULE = "program"  # what tests import a program's functions from
TESTS = "tests.py"
NONCE_BYTES = 16
OUT_OF_MEMORY = b"out of memory"
BROKEN = b"broken: "
NOT_FOUND = 127
_MAIN = "__main__"
_OWN = (__file__, calls.__file__)
_HARNESS: list[str] = []  # this package's modules, once all are there
_FIRST_FD, _LAST_FD = 256, 4096  # above those that programs open, and below the limit a shell sets


class Order(NamedTuple):
    """A program to run.

    Attributes:
        argv: A command; empty: ``source`` is run by this interpreter.
        tests: Python, run after ``source`` in the same module.
        apart: Tests run elsewhere, and call the program's functions. This process never sees them.
        apart_length: Their length, in the stream they are read from.
        files: Content by path below the working directory.
    """

    source: bytes
    tests: bytes
    stdin: bytes
    argv: list[str]
    files: Mapping[str, bytes]
    bounds: Bounds
    apart: bool = False
    apart_length: int = 0


class Ends(NamedTuple):
    """The child's file descriptors; -1 for none.

    Attributes:
        answer: Reports that the tests ended, by repeating the number from ``nonce``, which is in no Python object while
            the program runs.
        calls: Source of the calls that tests running apart make.
        answers: Destination of their answers.
        listener: Socket that takes the descriptor through which refusals are reported.
    """

    stdin: int
    stdout: int
    stderr: int
    answer: int
    nonce: int = -1
    calls: int = -1
    answers: int = -1
    listener: int = -1


def run(order: Order, ends: Ends, confinement: Confinement) -> NoReturn:
    """Become the program. Never returns."""
    say = os.write
    moved = ends
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.chdir(confinement.layers.scratch)
        os.umask(0o022)
        moved = _connected(ends)
        listener = confinement.apply(order.bounds, interpreter=not order.argv)
        if listener >= 0:
            give(moved.listener, [listener])
        moved = moved._replace(listener=-1)
        _close_others(moved)
        _write(order.files)
    except BaseException as error:  # noqa: BLE001 - a program that could not be confined is not run
        say(moved.answer, BROKEN + f"{type(error).__name__}: {error}".encode(errors="replace")[:500])
        os._exit(1)
    if order.argv:
        _execute(order.argv)
    _interpret(order, moved)


def _connected(ends: Ends) -> Ends:
    """Bring the file descriptors to their places: the streams to theirs, the others to where nobody would look."""
    import fcntl
    import resource

    for target, fd in enumerate(ends[:3]):
        os.dup2(fd, target)
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    last = min(_LAST_FD, soft if soft > 0 else _LAST_FD)
    lowest = min(_FIRST_FD, last // 2)
    first = lowest + int.from_bytes(os.urandom(2), "big") % (last - lowest - 8)
    hidden = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, first) if fd >= 0 else fd for fd in ends[3:]]
    return Ends(0, 1, 2, *hidden)


def _close_others(ends: Ends) -> None:
    last = 2
    for fd in (*sorted(fd for fd in ends[3:] if fd >= 0), 1 << 16):
        os.closerange(last + 1, fd)
        last = fd


def _write(files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        folder = os.path.dirname(name)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(name, "wb") as file:
            file.write(content)


def _execute(argv: list[str]) -> NoReturn:
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - the program
    except OSError as error:
        os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
        os._exit(NOT_FOUND)


def _interpret(order: Order, ends: Ends) -> NoReturn:
    # Taken now, before the program can replace them.
    write, read, leave = os.write, os.read, os._exit
    code = 1
    try:
        tested = order.apart or bool(order.tests)
        module = ModuleType(MODULE if tested else _MAIN)
        _forget_harness(module)
        pristine = _Pristine()
        scope: dict[str, Any] = vars(module)
        scope["__file__"] = NAME
        exec(_compiled(order.source, NAME), scope)  # noqa: S102 - the program; this is the jail
        if order.apart:
            calls.answer_calls(scope, ends.calls, ends.answers, __file__)
        elif order.tests:
            pristine.restore(scope)
            scope["__name__"] = _MAIN
            exec(_compiled(order.tests, TESTS), scope)  # noqa: S102 - the tests, as their author wrote them
        _finish()
        code = 0
        if order.tests:
            write(ends.answer, read(ends.nonce, NONCE_BYTES))
    except MemoryError:
        write(ends.answer, OUT_OF_MEMORY)
        _complain()
    except SystemExit as exit:
        code = _exit_code(exit.code)
        _quietly(_finish)
    except BaseException:  # noqa: BLE001 - reported as the interpreter would
        _complain()
        _quietly(_finish)
    leave(code)


def _forget_harness(module: ModuleType) -> None:
    """Make the program the main module, and this package one that was never imported.

    A program that is tested goes by another name: its main block, however that is written, is not run.
    """
    for name in _HARNESS:
        sys.modules.pop(name, None)
    sys.modules[_MAIN] = sys.modules[module.__name__] = module


def prepare_interpreter() -> None:
    """Make this process, and with it every child, look like an interpreter that was just started.

    The streams are those of the file descriptors, whatever these are by the time a program uses them.
    """
    own = __name__.partition(".")[0]
    _HARNESS[:] = [name for name in sys.modules if name.partition(".")[0] == own]
    sys.argv = [NAME]
    sys.path.insert(0, os.getcwd())
    sys.stdin = sys.__stdin__ = _stream(0, "r", "surrogateescape")  # type: ignore[misc,assignment]
    sys.stdout = sys.__stdout__ = _stream(1, "w", "replace")  # type: ignore[misc,assignment]
    sys.stderr = sys.__stderr__ = _stream(2, "w", "backslashreplace")  # type: ignore[misc,assignment]


def _stream(fd: int, mode: str, errors: str) -> TextIO:
    return open(fd, mode, 1 if fd == 2 else -1, encoding="utf-8", errors=errors, closefd=False)  # type: ignore[return-value]


def _compiled(source: bytes, name: str) -> CodeType:
    import linecache

    text = source.decode("utf-8", "surrogatepass")
    # Tracebacks show lines of files that were never written.
    linecache.cache[name] = (lambda: text,)  # read on demand
    return compile(text, name, "exec", dont_inherit=True)


class _Pristine:
    """Built-in functions and tracing as the tests expect them, kept from the program."""

    def __init__(self) -> None:
        import builtins

        self._module = builtins
        self._names = dict(vars(builtins))
        self._untrace: tuple[Callable[[None], Any], ...] = (sys.settrace, sys.setprofile)

    def restore(self, scope: dict[str, Any]) -> None:
        """Undo what the program did to them."""
        for stop in self._untrace:
            stop(None)
        names = vars(self._module)
        for name in set(names) - set(self._names):
            del names[name]
        names.update(self._names)
        scope["__builtins__"] = self._module


def _finish() -> None:
    """Do what the interpreter does at its end: wait for threads, call exit functions, flush."""
    import atexit
    import threading

    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        _quietly(partial(_flush, stream))  # the program may have put anything there


def _flush(stream: Any) -> None:
    stream.flush()


def _complain() -> None:
    import traceback

    try:
        kind, error, trace = sys.exc_info()
        own = trace
        while own is not None and own.tb_frame.f_code.co_filename in _OWN:
            own = own.tb_next
        text = "".join(traceback.format_exception(kind, error, own))
        os.write(2, text.encode("utf-8", "backslashreplace"))
    except BaseException:  # noqa: BLE001 - no memory left to say more
        os.write(2, b"MemoryError\n")


def _quietly(act: Callable[[], None]) -> None:
    try:
        act()
    except BaseException:  # noqa: BLE001 - it has failed already
        return


def _exit_code(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    os.write(2, f"{code}\n".encode("utf-8", "backslashreplace"))
    return 1
