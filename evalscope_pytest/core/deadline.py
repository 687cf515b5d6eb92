"""A time limit for the code under a ``with``: one timer, no separate task."""

from __future__ import annotations

import asyncio
from types import TracebackType


class Deadline:
    """Cancels the running task ``after_s`` seconds from now, and turns that into ``TimeoutError`` at the end.

    As `asyncio.timeout`, which Python 3.10 has not. None: no limit. Not `asyncio.wait_for`: before Python 3.12 it loses
    a cancellation that comes in the moment the awaited thing is done, and the limit around it never ends anything.
    """

    __slots__ = ("_after_s", "_passed", "_task", "_timer")

    def __init__(self, after_s: float | None) -> None:
        self._after_s = after_s
        self._passed = False
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None

    def __enter__(self) -> None:
        if self._after_s is not None:
            self._task = asyncio.current_task()
            self._timer = asyncio.get_running_loop().call_later(self._after_s, self._pass)

    def _pass(self) -> None:
        assert self._task is not None
        self._passed = True
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if not self._passed:
            return
        assert self._task is not None
        uncancel = getattr(self._task, "uncancel", None)  # since 3.11: some other cancellation may be under way
        others = uncancel() if uncancel else 0
        if kind is asyncio.CancelledError and not others:
            raise asyncio.TimeoutError
