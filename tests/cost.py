"""What a piece of code costs, whatever else the machine does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
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
