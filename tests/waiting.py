"""Waiting for what happens elsewhere: in a thread, in a process, on a disk."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], timeout_s: float = 60.0) -> None:
    """Return as soon as the condition holds. The time-out only tells late from never: no machine is that slow."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
