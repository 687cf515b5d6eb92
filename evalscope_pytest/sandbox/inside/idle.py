"""How long a program has slept: neither on a processor nor waiting for one.

A busy machine makes a program wait. That is not sleep, so the clock on the wall alone says nothing about it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

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
            for thread in _threads(pid):
                if _state(thread) == _RUNNING:
                    running = True
                seen[thread] = _scheduled_s(thread)
        busy = sum(max(0.0, seconds - self._busy.get(thread, 0.0)) for thread, seconds in seen.items())
        self._busy = seen
        return busy, running


def _threads(pid: str) -> list[str]:
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
