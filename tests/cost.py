"""What a piece of code costs, whatever else the machine does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def at_most(cpu_s: float, what: str = "") -> Iterator[None]:
    """Fail if the block takes this thread more seconds of CPU.

    A bound is some ten times what the block takes on a slow machine. What it is there to find, text read again and
    again, takes hundreds of times as long.
    """
    before = time.thread_time()
    yield
    took = time.thread_time() - before
    assert took < cpu_s, f"{what} {took:.2f} s of CPU"


def takes_at_most(cpu_s: float, work: Callable[[], object], what: str = "") -> None:
    """Fail if a call takes this thread more seconds of CPU, in each of three attempts: a busy host stretches it."""
    for _ in range(3):
        before = time.thread_time()
        work()
        if (took := time.thread_time() - before) < cpu_s:
            return
    raise AssertionError(f"{what} {took:.2f} s of CPU")
