"""What a piece of code costs, whatever else the machine does meanwhile.

No test here compares seconds with a tight bound: a busy machine stretches CPU time too. `grows_linearly` compares work
with four times as much of it, `calls` counts, and tight figures are in ``bench/long_replies.py``.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")
LARGER = 4
# Work in proportion takes 4 times as long, text read again and again 16 times.
MOST_GROWTH = 8.0
MOST_OF_GLANCE = 5
ROUNDS = 3


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
    """Fail if a call takes this thread more seconds of CPU in each of three attempts; see `at_most` for bounds."""
    for _ in range(3):
        if (took := cpu_s_of(work)) < cpu_s:
            return
    raise AssertionError(f"{what} {took:.2f} s of CPU")


def grows_linearly(
    work: Callable[[T], object], make: Callable[[int], T], size: int, *, glance_s: float, what: str = ""
) -> None:
    """Fail if work on something four times as large takes more than eight times as long, or ages.

    Args:
        work: Is called with what ``make`` returns.
        make: Returns something of a size; what this costs does not count.
        size: The larger size.
        glance_s: Seconds of CPU within which a first look needs no comparison. Ages are five times that.
        what: Begins the message.
    """
    large, small = make(size), make(size // LARGER)
    if cpu_s_of(lambda: work(large)) < glance_s:
        return
    for _ in range(2):  # work in proportion is close to 4, so a second chance is for noise only
        small_s, large_s = _least(work, small, large)
        if large_s < max(glance_s, MOST_GROWTH * small_s) and large_s < MOST_OF_GLANCE * glance_s:
            return
    raise AssertionError(
        f"{what} {small_s:.3f} s of CPU at size {size // LARGER}, {large_s:.3f} s at {size}: "
        f"at most {MOST_GROWTH:.0f} times as long and {MOST_OF_GLANCE * glance_s:.2f} s"
    )


def _least(work: Callable[[T], object], small: T, large: T) -> tuple[float, float]:
    """Return the least seconds of CPU for both, measured in turns."""
    rounds = [(cpu_s_of(lambda: work(small)), cpu_s_of(lambda: work(large))) for _ in range(ROUNDS)]
    return min(s for s, _ in rounds), min(s for _, s in rounds)


def cpu_s_of(work: Callable[[], object]) -> float:
    """Return the seconds of CPU a call takes this thread, without those of collecting others' garbage."""
    collects = gc.isenabled()
    gc.disable()
    try:
        before = time.thread_time()
        work()
        return time.thread_time() - before
    finally:
        if collects:
            gc.enable()


def calls(work: Callable[[], object]) -> int:
    """Return how many functions of Python and of C a call calls: the same number on any machine."""
    count = 0

    def note(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
