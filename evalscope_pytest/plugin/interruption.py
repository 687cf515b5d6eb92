"""Ctrl-C and SIGTERM: the first ends the run in good order, the second at once.

In good order means: nothing more is asked, and what is finished is reported. It is on disk either way.
"""

from __future__ import annotations

import _thread
import os
import signal
import threading
import time
from types import FrameType
from typing import Any, Protocol

import pytest

# Programs in between pass a Ctrl-C on that the terminal has already sent to everybody: that is not a second one.
ECHO_S = 0.2
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruptible(Protocol):
    """A run, as far as it can be interrupted."""

    @property
    def heeds_stop(self) -> bool:
        """Tell whether what the main thread does just now ends by itself after `interrupt`."""

    def interrupt(self, by: str) -> None:
        """End the run in good order. Called on a thread of its own."""

    def abandon(self) -> None:
        """Do what cannot be left before the process ends at once."""


class Interruption:
    """Hooks that take the signals over for as long as a session lasts.

    Args:
        patient: In a worker, which leaves the last word to its controller: it never ends at once.
    """

    def __init__(self, run: Interruptible, *, patient: bool = False) -> None:
        self._run = run
        self._patient = patient
        self._before: dict[int, Any] = {}
        self._first = 0.0
        self._raised = False
        self._insisting = False
        self._over = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Take the signals over, where this process's main thread may."""
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._take) for number in SIGNALS}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """From here on the reports are written: there is nothing to interrupt but that."""
        self._over = True

    def pytest_unconfigure(self) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def insist(self) -> None:
        """Interrupt what the main thread does after all: it has not ended by itself. Called on another thread."""
        if self._before and not self._over:
            self._insisting = True
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def _take(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        again = bool(self._first)
        if again and not self._insisting and now - self._first < ECHO_S:
            return
        self._first = now
        if again and not self._patient and not self._insisting:
            self._run.abandon()
            os._exit(pytest.ExitCode.INTERRUPTED)
        if self._over:
            return
        if not again:
            name = "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name
            # Not here: the main thread may hold the very lock that this takes.
            _thread.start_new_thread(self._run.interrupt, (name,))
            if self._run.heeds_stop:
                return
        if not self._raised:
            self._raised = True
            raise KeyboardInterrupt
