"""One event loop on a separate thread, and jobs that run on it ahead of the reader of their results.

A debugger or a slow test on the main thread starves no request. The reader (pytest's loop over items) takes results one
by one; `LookAhead` keeps ``running`` jobs going and starts the next at every completion, up to ``buffer`` jobs that
were handed in and not yet taken. With log-normal latency a buffer of N finished results gives 28 % of the ideal
throughput at N in flight, 8N gives 95 %: see docs/design/engine.md.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.thread import _threads_queues  # what pools wait for at exit
from contextlib import suppress
from typing import Any, Generic, TypeVar

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
        """Cancel the remaining tasks and stop the loop; waits at most ``timeout_s`` for tasks that resist."""
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


# Jobs ahead of their reader ------------------------------------------------------------------------------------------


BUFFER_FACTOR = 8
# A reader that had to wait gives the loop a moment's lead, to take many results in a row instead of waking for each.
# Its gain has not been distinguished from noise (docs/design/engine.md).
PAUSE_S = 0.02


class Stopped(Exception):
    """The look-ahead was stopped before the job was finished."""


class Job(Generic[T]):
    """One piece of work: a coroutine function, and its outcome."""

    __slots__ = ("done", "error", "fed", "result", "start")

    def __init__(self, start: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self.start = start
        self.fed = False
        self.done = False
        self.result: T | None = None
        self.error: BaseException | None = None


class LookAhead(Generic[T]):
    """Keeps jobs running ahead of ``take``. All methods but ``stop`` are for one reader thread.

    Args:
        thread: The loop the jobs run on.
        running: Jobs that run at once. Requests are bounded apart from it, by the limiter.
        buffer: Jobs handed in and not yet taken, at most.
        idle: Called by the reader about once a second while it has to wait.
    """

    def __init__(
        self, thread: LoopThread, running: int, buffer: int, *, idle: Callable[[], None] = lambda: None
    ) -> None:
        self._thread = thread
        self._limit = max(1, running)
        self._buffer = max(1, buffer)
        self._idle = idle
        self._waiting: deque[Job[T]] = deque()  # the loop's thread only
        self._tasks: set[asyncio.Task[None]] = set()  # the loop's thread only
        self._outstanding = 0  # the reader's thread only
        self._wanted: Job[T] | None = None
        self._ready = threading.Event()
        self._stopped = False

    def feed(self, supply: Callable[[int], Sequence[Job[T]]]) -> None:
        """Fill the buffer with the jobs of ``supply(room)``: at most ``room``, none of them fed before.

        Cheap while the buffer is nearly full: jobs cross over to the loop's thread in batches.
        """
        room = self._buffer - self._outstanding
        if room >= max(1, self._buffer // 4):
            self._hand_over(supply(room))

    def feed_now(self, job: Job[T]) -> None:
        """Hand in one job, whatever the buffer holds: its result is wanted next."""
        self._hand_over([job])

    def _hand_over(self, batch: Sequence[Job[T]]) -> None:
        if not batch or self._stopped:
            return
        for job in batch:
            job.fed = True
        self._outstanding += len(batch)
        self._thread.call(self._enqueue, batch)

    def take(self, job: Job[T]) -> T:
        """Wait for a job that was fed and return its result, or raise its exception.

        Raises:
            Stopped: It will never be finished.
        """
        assert job.fed, "a job is handed in before it is taken"
        self._ready.clear()
        self._wanted = job
        if not job.done:
            while not job.done:
                if self._stopped:
                    raise Stopped
                # A bounded wait: a signal that arrives on another thread is seen, and a dead loop is noticed.
                if not self._ready.wait(1.0):
                    self._idle()
            time.sleep(PAUSE_S)
        self._wanted = None
        self._outstanding -= 1
        if job.error is not None:
            if self._stopped and isinstance(job.error, asyncio.CancelledError):
                raise Stopped
            raise job.error
        return job.result  # type: ignore[return-value]

    def stop(self) -> None:
        """Start nothing more and cancel the running jobs. May be called from any thread, and more than once."""
        self._stopped = True
        with suppress(RuntimeError):  # the loop is closed already
            self._thread.call(self._cancel)
        self._ready.set()

    def _enqueue(self, batch: Iterable[Job[T]]) -> None:
        self._waiting.extend(batch)
        self._refill()

    def _refill(self) -> None:
        while self._waiting and len(self._tasks) < self._limit and not self._stopped:
            task = self._thread.loop.create_task(self._run(self._waiting.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._finished)

    async def _run(self, job: Job[T]) -> None:
        try:
            job.result = await job.start()
        except BaseException as error:  # noqa: BLE001 - handed to the reader, who raises it
            job.error = error
        job.done = True
        if self._wanted is job:
            self._ready.set()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._refill()

    def _cancel(self) -> None:
        self._waiting.clear()
        for task in self._tasks:
            task.cancel()
