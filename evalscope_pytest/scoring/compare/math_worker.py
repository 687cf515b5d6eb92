"""Comparing answers with computer algebra, in a process that can be killed; too large numbers are found first."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import importlib.util
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Literal

from ...core.errors import ScoringError
from .math_value import exact

# Computer algebra needs more than its five seconds for these (measured: 2^{10^8} 1.5 s, 2^{10^9} and 10^6! over 5 s).
_MOST_BITS = 500_000_000
_MOST_FACTORIAL = 2_000_000
_OPERATOR = re.compile(r"[!^]")
_DIGITS_BEFORE = re.compile(r"(?<![\d.,_])\d{1,40}\Z")
_EXPONENT = re.compile(r"-?[\d^]{1,40}")
_OPENING = {"}": "{", ")": "("}


def is_huge(text: str) -> bool:
    """Return whether a part of an expression is an integer power of over 500 million bits, or a factorial as large."""
    text = re.sub(r"\s|\\(?:left|right)(?![A-Za-z])", "", text)
    return any(
        _is_huge_factorial(text, found.start()) if found.group() == "!" else _is_huge_power(text, found.start())
        for found in _OPERATOR.finditer(text)
    )


def _is_huge_power(text: str, at: int) -> bool:
    base, exponent = _integer(_before(text, at)), _value(_after(text, at + 1))
    if base is None or exponent is None:
        return False
    return abs(exponent) * (base.bit_length() - 1) >= _MOST_BITS


def _is_huge_factorial(text: str, at: int) -> bool:
    operand = _integer(_before(text, at))
    return operand is not None and operand >= _MOST_FACTORIAL


def _before(text: str, at: int) -> str:
    """Return what an operator applies to on its left: an integer or a group; empty for anything else."""
    if match := _DIGITS_BEFORE.search(text, max(0, at - 41), at):
        return match.group()
    start = _group_start(text, at)
    return "" if start is None or text[:start].endswith("_") else text[start:at]


def _group_start(text: str, end: int) -> int | None:
    closing = text[end - 1 : end]
    opening, depth = _OPENING.get(closing), 0
    for position in range(end - 1, -1, -1) if opening else ():
        depth += (text[position] == closing) - (text[position] == opening)
        if depth == 0:
            return position
    return None


def _after(text: str, start: int) -> str:
    """Return an exponent: a group, or the digits that follow."""
    if text[start : start + 1] != "{":
        found = _EXPONENT.match(text, start)
        return found.group() if found else ""
    depth = 0
    for position in range(start, len(text)):
        depth += (text[position] == "{") - (text[position] == "}")
        if depth == 0:
            return text[start : position + 1]
    return ""


def _integer(text: str) -> int | None:
    value = _value(text)
    return value.numerator if value is not None and value.denominator == 1 else None


def _value(text: str) -> Fraction | None:
    """Return the value of plain arithmetic or of a factorial, which may be a lower bound: any beyond the limits is."""
    while len(text) > 1 and _OPENING.get(text[-1]) == text[0] and _group_start(text, len(text)) == 0:
        text = text[1:-1]
    if not text.endswith("!"):
        return exact(text)
    if text.endswith("!!"):
        return None
    operand = _integer(text[:-1])
    if operand is None or operand < 0:
        return None
    value = 1
    for factor in range(2, min(operand, 100) + 1):
        value *= factor
    return Fraction(value)


Verdict = Literal["equal", "different", "timeout"]

LIMIT_S = 5.0
_OUT_OF_TIME = -getattr(signal, "SIGPROF", 1 << 30)  # what a child dies of that has used up its processor time
_PATIENCE = 12  # times that limit: how long a child may take that gets hardly any of the processor
_SPARE_AFTER_S = 1.0  # A pair this slow is likely to be killed: the next child starts meanwhile.
_START_S = 120.0  # Importing sympy takes half a second of CPU, and much longer when many processes start at once.
_MEMORY_BYTES = 2 << 30
_LONGEST = 1000
_DEEPEST = 40


class MathWorker:
    """A thread that hands pairs, one after another, to a child process it can kill.

    Args:
        limit_s: Seconds of processor time one comparison may take before it counts as "timeout"; of the clock, if
            the system cannot limit the other.
    """

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self.limit_s = limit_s
        self._jobs: queue.SimpleQueue[tuple[str, str, Callable[[Verdict | BaseException], None]] | None] = (
            queue.SimpleQueue()
        )
        self._thread: threading.Thread | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._spare: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()

    async def equal(self, gold: str, answer: str) -> Verdict:
        """Compare two answers. Any event loop of any thread may call this.

        Raises:
            ScoringError: The child cannot be started (math-verify is missing or broken).
        """
        if _too_much(gold) or _too_much(answer):
            return "different"
        if is_huge(gold) != is_huge(answer):
            return "different"
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Verdict] = loop.create_future()

        def settle(result: Verdict | BaseException) -> None:
            if future.done():
                return
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

        def settle_from_thread(result: Verdict | BaseException) -> None:
            try:
                loop.call_soon_threadsafe(settle, result)
            except RuntimeError:
                return  # The loop is closed: the caller is gone.

        self._ensure_thread()
        self._jobs.put((gold, answer, settle_from_thread))
        return await future

    def close(self) -> None:
        """End the children. The worker starts a new one at the next comparison."""
        children = (self._child, self._spare)
        self._child = self._spare = None
        for child in children:
            if child is not None:
                _end(child)

    def _ensure_thread(self) -> None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._serve, name="math-worker", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            gold, answer, settle = job
            try:
                result: Verdict | BaseException = self._compare(gold, answer)
            except ScoringError as error:
                result = error
            settle(result)

    def _compare(self, gold: str, answer: str) -> Verdict:
        child = self._ready_child()
        assert child.stdin is not None
        try:
            child.stdin.write(json.dumps([gold, answer]).encode("ascii") + b"\n")
            child.stdin.flush()
        except (OSError, ValueError):
            self._drop(child)
            return "different"
        patience = _PATIENCE if hasattr(signal, "setitimer") else 1
        line, late = _line(child, self.limit_s * patience, self._start_spare)
        if late or not line:
            self._drop(child)  # Killed by us, or dead of the pair: out of time or memory, a stack overflow.
            late = late or child.returncode == _OUT_OF_TIME
        return "timeout" if late else "equal" if line == b"true" else "different"

    def _ready_child(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            child, self._spare = self._spare or _launch(self.limit_s), None
            line, _ = _line(child, _START_S)
            if line != b"ready":
                _end(child)
                raise ScoringError(
                    f"the process that compares mathematical answers did not start: {child.args!r}. "
                    f"Run {sys.executable} -c 'import math_verify' to see why."
                )
            self._child = child
        return self._child

    def _start_spare(self) -> None:
        if self._spare is None:
            self._spare = _launch(self.limit_s)

    def _drop(self, child: subprocess.Popen[bytes]) -> None:
        _end(child)
        if self._child is child:
            self._child = None


def _too_much(text: str) -> bool:
    """Return whether text is too long or too deeply nested for an answer, before it costs a process."""
    if len(text) > _LONGEST:
        return True
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest > _DEEPEST


def _launch(limit_s: float) -> subprocess.Popen[bytes]:
    """Start a child; its first line says that it is ready."""
    spec = importlib.util.find_spec("math_verify")
    if spec is None or not spec.origin:
        raise ScoringError(
            "math-verify, which compares mathematical answers, is not installed in this Python. "
            "Type: pip install math-verify."
        )
    command = [sys.executable, "-I", "-W", "ignore", str(Path(__file__).with_name("math_process.py"))]
    # A separate session: Ctrl-C in the terminal is for pytest, which ends the child itself.
    return subprocess.Popen(  # noqa: S603 - our own script, by our own interpreter
        [*command, str(Path(spec.origin).parent.parent), str(_MEMORY_BYTES), str(limit_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
        env={name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ},
        start_new_session=True,
    )


def _line(
    child: subprocess.Popen[bytes], limit_s: float, when_slow: Callable[[], None] | None = None
) -> tuple[bytes, bool]:
    """Return the next line a child writes (empty: it died), and whether it was killed for being late."""
    answered = threading.Event()
    late = threading.Event()

    def watch() -> None:
        slow_s = min(_SPARE_AFTER_S, limit_s)
        if answered.wait(slow_s):
            return
        if when_slow is not None:
            when_slow()
        if not answered.wait(limit_s - slow_s):
            late.set()
            child.kill()

    watcher = threading.Thread(target=watch, name="math-worker-watch", daemon=True)
    watcher.start()
    assert child.stdout is not None
    try:
        line = child.stdout.readline().strip()
    except (OSError, ValueError):  # Closed under our hands: the process is exiting.
        line = b""
    answered.set()
    watcher.join()
    return line, late.is_set()


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError, ValueError):  # Unsent bytes to a dead child: nobody will miss them.
                pipe.close()


_shared = MathWorker()


async def equal(gold: str, answer: str) -> Verdict:
    """Compare two answers with this process's worker, started when it is first needed.

    "timeout" after five seconds of processor time. Text no answer looks like (1,000 characters, 40 brackets deep) is
    "different"; so is a number too large to be written out (`is_huge`) from one that is not.
    """
    return await _shared.equal(gold, answer)


def _forget() -> None:
    """Leave the parent's child and thread to the parent: a forked process starts its own."""
    global _shared
    _shared = MathWorker()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
