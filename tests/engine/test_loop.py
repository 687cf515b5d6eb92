"""The engine's loop ends what still runs on it."""

from __future__ import annotations

import asyncio
import threading

from evalscope_pytest.engine.loop import LoopThread


def test_what_still_runs_is_cancelled_and_may_clean_up():
    thread, began, ended = LoopThread(), threading.Event(), []

    async def sample() -> None:
        began.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            ended.append("cleaned up")
            raise

    running = [thread.submit(sample()) for _ in range(3)]
    assert began.wait(30)
    thread.close()
    assert ended == ["cleaned up"] * 3
    assert all(future.cancelled() for future in running)
