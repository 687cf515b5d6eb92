"""The process of a run: its part among several, the program that drives it, the streams and signals it takes over."""

from __future__ import annotations

import _thread
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from ..core.secret import redact
from ..core.text import visible
from ..engine.context import current
from ..engine.evaluation import SkipSample
from ..models.factory import create
from ..store.progress import LOGGER

if TYPE_CHECKING:
    from ..models.spec import Model, ModelSpec


Exceptions = tuple[type[BaseException], ...]

# Programs in between pass a Ctrl-C on that the terminal has already sent to everybody: that is not a second one.
ECHO_S = 0.2
SIGNALS = (signal.SIGINT, signal.SIGTERM)
EXIT_INTERRUPTED = 2
# Samples make much that dies at once, and next to nothing in cycles. Three pairs of runs over 20,000 samples: 1 to 15 %
# less CPU, on a noisy machine.
PATIENT_COLLECTOR = (20_000, 20, 50)
_LONGEST_LINE = 300  # characters of a line about the records of a benchmark
_MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the run: the only one, the controller of xdist's workers, or one of them.

    Attributes:
        lost: Samples that killed the worker before this one, with the cause: they are not run again.
        alone: Samples that are run with nothing else under way.
        reports_are_read: True if a plugin of the controller reads the reports of tests.
        order_seed: Seed of the order of questions, of a run that may stop early.
        decided: Benchmarks of which no more samples were needed when the process was started.
    """

    worker: str = ""
    workers: int = 0
    session: str = ""
    work_dir: str = ""
    lost: Sequence[tuple[int, str]] = ()
    alone: Sequence[int] = ()
    reports_are_read: bool = False
    order_seed: int | None = None
    decided: Sequence[str] = ()

    @property
    def is_worker(self) -> bool:
        """True in an xdist worker."""
        return bool(self.worker)

    @property
    def is_first(self) -> bool:
        """True in the worker that sends the controller the plan."""
        return self.worker == "gw0"

    def share(self, total: int) -> int:
        """Return this process's part of ``total`` requests in flight; the parts of all workers add up to it."""
        if not self.workers or not self.is_worker:
            return total
        position = int(self.worker.removeprefix("gw") or 0) % self.workers
        return max(1, total // self.workers + (position < total % self.workers))


def _ignore(line: str) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Driver:
    """The choices and callbacks of the program that drives a run.

    Attributes:
        listing: Samples are only listed; nothing is sent.
        one_at_a_time: No sample runs ahead of the current one, which is being debugged.
        may_stop: The run may end at any sample, so few samples run ahead.
        keywords: The expression that selects benchmarks; an error message suggests a longer one.
        create: Makes the model.
        warn: Shows a warning at once.
        waiting: Shows that a step takes long, for as long as the context lasts.
        skip_signals: Exceptions by which a body says that it does not apply.
        fail_signals: Exceptions by which a body says that the answer is wrong.
        exit_signals: Exceptions by which a body ends the whole run.
    """

    listing: bool = False
    one_at_a_time: bool = False
    may_stop: bool = False
    keywords: str = ""
    create: Callable[[ModelSpec], Model] = create
    warn: Callable[[str], object] = _ignore
    waiting: Callable[[str], AbstractContextManager[object]] = nullcontext
    skip_signals: Exceptions = (SkipSample,)
    fail_signals: Exceptions = (AssertionError,)
    exit_signals: Exceptions = ()


# Streams ----------------------------------------------------------------------------------------------------------


class RoutedStream:
    """A text stream that hands what is written inside a sample to that sample, and the rest on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write to the running sample, or through."""
        context = current.get()
        if context is None:
            return self._stream.write(text)
        context.printed.append(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class SampleLogHandler(logging.Handler):
    """Keeps a sample's log records with the sample."""

    def emit(self, record: logging.LogRecord) -> None:
        """Store one formatted record, if a sample is running."""
        context = current.get()
        if context is not None:
            context.printed.append(self.format(record) + "\n")


class MaskedFormatter(logging.Formatter):
    """A formatter that removes keys from what another one formats."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record."""
        return redact(self._inner.format(record))


class Routing:
    """Installs both for the time samples run."""

    def __init__(self) -> None:
        self._handler = SampleLogHandler(logging.INFO)
        self._handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self._routed: list[str] = []

    def start(self, *, captured: bool) -> None:
        """Route logs, and stdout and stderr if they are captured: else they are shown at once."""
        logging.getLogger().addHandler(self._handler)
        for name in ("stdout", "stderr") if captured else ():
            stream = getattr(sys, name)
            if not isinstance(stream, RoutedStream):
                setattr(sys, name, RoutedStream(stream))
                self._routed.append(name)

    def stop(self) -> None:
        """Put everything back, unless somebody else replaced it meanwhile."""
        logging.getLogger().removeHandler(self._handler)
        for name in self._routed:
            stream = getattr(sys, name)
            if isinstance(stream, RoutedStream):
                setattr(sys, name, stream._stream)
        self._routed.clear()


class _Warnings(logging.Handler):
    """Counts the package's warnings while records are read: the log of a run opens only behind that.

    Warnings that differ only in what they name, such as a record, are of one kind.

    Attributes:
        kinds: The first warning of each kind, and how many there were.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.kinds: dict[str, tuple[str, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        kind = str(record.msg)
        if kind in self.kinds or len(self.kinds) < _MOST_LINES:
            first, count = self.kinds.get(kind, (record.getMessage(), 0))
            self.kinds[kind] = first, count + 1


@contextmanager
def warnings_noted(name: str, notes: list[str]) -> Iterator[None]:
    """Add a line to ``notes`` for each kind of warning about a benchmark's records.

    Args:
        name: Name of the benchmark.
    """
    handler = _Warnings()
    logger = logging.getLogger(LOGGER)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        for first, count in handler.kinds.values():
            more = f" ({count - 1:,} more like this)" if count > 1 else ""
            notes.append(visible(f"{name}: {first.removeprefix(f'{name}: ')[:_LONGEST_LINE]}{more}"))


# Signals -----------------------------------------------------------------------------------------------------------


class Interruptible(Protocol):
    """A run, as far as it can be interrupted."""

    @property
    def polls_stop(self) -> bool:
        """True while the main thread checks for a stop request itself, so that nothing needs to be raised in it."""

    def interrupt(self, by: str) -> None:
        """End the run in good order. Called on another thread."""

    def abandon(self) -> None:
        """Do what cannot be left before the process ends at once."""


class Interruption:
    """The handler of Ctrl-C and SIGTERM: the first ends the run in good order, the second at once.

    In good order means: nothing more is sent, and what is finished is reported. It is on disk either way.

    Args:
        patient: True in a worker, which leaves the last word to its controller: it never ends at once.

    Attributes:
        over: True once reports are written: then only that could be interrupted, and it is not.
    """

    def __init__(self, run: Interruptible, *, patient: bool = False) -> None:
        self._run = run
        self._patient = patient
        self._before: dict[int, Any] = {}
        self._first = 0.0
        self._raised = False
        self._insisting = False
        self.over = False

    def take_over(self) -> None:
        """Handle the signals from now on, if this is the main thread."""
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._take) for number in SIGNALS}

    def give_back(self) -> None:
        """Restore the handlers that were there before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def insist(self) -> None:
        """Interrupt the main thread after all, unless its loop ends by itself just then. Called on another thread."""
        if self._before and not self.over:
            self._insisting = True
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def _take(self, number: int, frame: FrameType | None) -> None:
        if self._insisting and not self._run.polls_stop:
            return  # the main thread has left its loop by itself meanwhile
        now = time.monotonic()
        again = bool(self._first)
        if again and not self._insisting and now - self._first < ECHO_S:
            return
        self._first = now
        if again and not self._patient and not self._insisting:
            self._run.abandon()
            os._exit(EXIT_INTERRUPTED)
        if self.over:
            return
        if not again:
            name = "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name
            # Not here: the main thread may hold the very lock that this takes.
            _thread.start_new_thread(self._run.interrupt, (name,))
            if self._run.polls_stop:
                return
        if not self._raised:
            self._raised = True
            raise KeyboardInterrupt


# Memory ------------------------------------------------------------------------------------------------------------


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector from searching a heap that only grows."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def patient_collector() -> Iterator[None]:
    """Have the garbage collector run less often."""
    thresholds = gc.get_threshold()
    gc.set_threshold(*PATIENT_COLLECTOR)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
