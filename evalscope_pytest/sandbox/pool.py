"""Jails, started when needed and kept: one on a thread each, as many programs at a time; and the authors' `sandbox`."""

from __future__ import annotations

import asyncio
import atexit
import os
import queue
import threading
from concurrent.futures import Future
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..core.errors import SandboxError, UsageError, closest
from .protocol import Isolation, Jail, Program, Result

_ATTEMPTS = 2
_Job = tuple[Program, "Future[Result]"]


def processors() -> int:
    """Return how many programs this process can run at once without taking turns."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Pool:
    """Runs programs, of any thread and any event loop.

    Args:
        isolation: Isolation that passed the probe.
        size: Programs at a time, at most.
    """

    def __init__(self, isolation: Isolation, size: int) -> None:
        self.isolation = isolation
        self.size = max(1, size)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._jails: set[Jail] = set()
        self._closed = False
        self._views: dict[tuple[str, ...], Pool] = {}
        atexit.register(self.close)

    def submit(self, program: Program) -> Future[Result]:
        """Run a program as soon as a jail is free. The result is never a ``sandbox_error``.

        The future raises `SandboxError` when the sandbox broke twice, or is closed.
        """
        future: Future[Result] = Future()
        with self._lock:
            if self._closed:
                raise SandboxError("the sandbox is closed: the run is over")
            if not self._idle.acquire(blocking=False) and len(self._threads) < self.size:
                thread = threading.Thread(target=self._serve, name="evalscope-sandbox", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._jobs.put((program, future))
        return future

    def seeing(self, paths: tuple[str, ...]) -> Pool:
        """Return a pool whose programs may read more of this machine. It ends with this one.

        Raises:
            SandboxError: The isolation has no files of this machine.
        """
        with self._lock:
            if paths not in self._views:
                self._views[paths] = Pool(self.isolation.seeing(paths), self.size)
            return self._views[paths]

    async def run(self, program: Program) -> Result:
        """Run a program.

        Raises:
            SandboxError: The sandbox broke, twice; nothing is known of the program.
        """
        return await asyncio.wrap_future(self.submit(program))

    def close(self) -> None:
        """End all jails and what runs in them. Idempotent."""
        with self._lock:
            self._closed = True
            threads, jails, views = self._threads, set(self._jails), list(self._views.values())
        for _ in threads:
            self._jobs.put(None)
        for jail in jails:
            jail.close()
        for view in views:
            view.close()
        atexit.unregister(self.close)

    def _serve(self) -> None:
        """Run programs in one jail after another; the thread lives as long as its jails, which end with it."""
        jail: Jail | None = None
        while (job := self._jobs.get()) is not None:
            program, future = job
            if not future.set_running_or_notify_cancel():
                self._idle.release()
                continue
            try:
                jail, result = self._attempt(jail, program)
            except BaseException as error:  # noqa: BLE001 - belongs to whoever waits
                self._idle.release()
                future.set_exception(error)
            else:
                self._idle.release()
                future.set_result(result)
        if jail is not None:
            jail.close()

    def _attempt(self, jail: Jail | None, program: Program) -> tuple[Jail, Result]:
        broken = ""
        for _ in range(_ATTEMPTS):
            jail = self._ready(jail)
            result = jail.run(program)
            if result.status != "sandbox_error":
                return jail, result
            broken = result.detail
        raise SandboxError(f"the sandbox broke twice: {broken}. `evalscope-pytest doctor` tries it out.")

    def _ready(self, jail: Jail | None) -> Jail:
        if jail is not None and jail.usable:
            return jail
        fresh = self.isolation.start()
        with self._lock:
            self._jails = {known for known in self._jails if known.usable} | {fresh}
            closed = self._closed
        if closed:
            fresh.close()
            raise SandboxError("the sandbox is closed: the run is over")
        return fresh


class SandboxHandle:
    """The sandbox of this process, as fixtures hand it out.

    ``run`` answers in its caller's style: inside a coroutine it returns an awaitable, elsewhere it blocks.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @property
    def name(self) -> str:
        """The isolation in use: ``bubblewrap``, ``landlock``, ``docker``, ``unsafe``."""
        return self._pool.isolation.name

    @property
    def forks(self) -> bool:
        """True if programs may start processes, as compilers do."""
        return self._pool.isolation.forks

    def __repr__(self) -> str:
        return f"<sandbox {self.name}>"

    def seeing(self, *paths: str | Path) -> SandboxHandle:
        """Return a sandbox whose programs may also read these files and folders, and not write to them.

        Raises:
            SandboxError: One is missing, or the isolation has no files of this machine.
        """
        found = tuple(sorted(str(Path(path).resolve()) for path in paths))
        for path in found:
            if not Path(path).exists():
                raise SandboxError(f"{path}, which programs were to read, does not exist.")
        return SandboxHandle(self._pool.seeing(found))

    def run(self, program: Program | str = "", **options: Any) -> Any:
        """Run a program: `Result`, or an awaitable of one inside a coroutine.

        Args:
            program: A `Program`, or Python source.
            options: The other fields of `Program`: ``tests``, ``argv``, ``files``, ``stdin``, ``limits``.

        Raises:
            UsageError: An option has no such name.
            SandboxError: The sandbox broke. Let it pass: the sample is then an error, no wrong answer.
        """
        future = self._pool.submit(program if isinstance(program, Program) else _program(program, options))
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return future.result()
        return asyncio.wrap_future(future)


def _program(source: str, options: dict[str, Any]) -> Program:
    known = [f.name for f in fields(Program) if f.name != "source"]
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise UsageError(f"sandbox.run() has no argument {unknown[0]!r}. {closest(unknown[0], known)}")
    return Program(source=source, **options)
