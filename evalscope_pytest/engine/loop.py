"""One event loop on its own thread: a debugger or a slow test on the main thread starves no request."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.thread import _threads_queues  # what pools wait for at exit
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """A running event loop. Start it once, ``close()`` it once; every other method is thread-safe.

    Args:
        threads: Blocking functions that run at once, each on its own thread, at most. None: asyncio's default, a
            few more than there are processors.
    """

    def __init__(self, name: str = "evalscope-engine", threads: int | None = None) -> None:
        self.loop = _new_event_loop()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="evalscope-body")
        self.loop.set_default_executor(self._pool)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Start a coroutine on the loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def answer(self, coroutine: Coroutine[Any, Any, T]) -> Any:
        """Run a coroutine in its caller's style: its result, or inside of a coroutine an awaitable of it."""
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            return self.submit(coroutine).result()
        if running is self.loop:
            return coroutine
        return asyncio.wrap_future(self.submit(coroutine))  # a loop of another's, pytest-asyncio's or anyio's

    def call(self, function: Callable[..., object], *args: object) -> None:
        """Call a plain function on the loop, soon."""
        self.loop.call_soon_threadsafe(function, *args)

    def close(self, timeout_s: float = 5.0) -> None:
        """Cancel what still runs and stop the loop; waits at most ``timeout_s`` for tasks that resist."""
        if self.loop.is_closed():
            return
        try:
            self.submit(_cancel_all()).result(timeout_s)
        except FutureTimeoutError:  # Python 3.10 has two of them
            pass  # a task swallows its cancellation: the thread is a daemon, the process may end
        finally:
            _abandon(self._pool)
            self.call(self.loop.stop)
            self._thread.join(timeout_s)
            if not self._thread.is_alive():
                self.loop.close()


def _abandon(pool: ThreadPoolExecutor) -> None:
    """Let the process end although a function still blocks: these threads are daemons, but pools wait for theirs."""
    for blocked in pool._threads:
        _threads_queues.pop(blocked, None)  # type: ignore[attr-defined]  # typed as a mapping that cannot change


def _new_event_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # Windows
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def _cancel_all() -> None:
    tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
