"""The process of a run: its part among several, the program that drives it, and the streams of its samples."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from ..engine.context import current
from ..engine.evaluation import SkipSample
from ..models.factory import create

if TYPE_CHECKING:
    from ..models.protocol import Model
    from ..models.spec import ModelSpec


Exceptions = tuple[type[BaseException], ...]


@dataclass(frozen=True, slots=True)
class Process:
    """Which process of the run this is: the only one, the controller of xdist's workers, or one of them.

    Attributes:
        lost: What this worker takes over from a dead one: samples that are not run again, with the cause.
        alone: Samples that are run with nothing else under way.
        reports_are_read: A plugin of the controller reads the reports of tests: `onlookers`.
    """

    worker: str = ""
    workers: int = 0
    session: str = ""
    work_dir: str = ""
    lost: Sequence[tuple[int, str]] = ()
    alone: Sequence[int] = ()
    reports_are_read: bool = False

    @property
    def is_worker(self) -> bool:
        """True in an xdist worker."""
        return bool(self.worker)

    @property
    def is_first(self) -> bool:
        """True in the worker that tells the controller what will run."""
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
        one_at_a_time: No sample runs ahead of the one at hand: somebody debugs it.
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
