"""What a body prints while it runs ahead goes to its own sample, not to whichever item pytest shows just then.

The other way round, what pytest does for the item it is at, to explain its assertions, does not reach bodies that
happen to run meanwhile.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import pytest
from _pytest.assertion import util

from ..engine.context import current


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
        """Route logs, and stdout and stderr where pytest captures them: with ``-s`` they are wanted at once."""
        explain_in_tests_only()
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


class _TestsVerbosity:
    """Stands for pytest's config where assertions look up how much to show."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def get_verbosity(self, kind: str | None = None) -> int:
        """Return the user's choice in a test, and pytest's default in a sample."""
        return self._config.get_verbosity(kind) if current.get() is None else 0


def explain_in_tests_only() -> None:
    """Keep pytest's ways of explaining assertions from bodies, as long as the item lasts that pytest is at.

    They are there only while it is at some item: what a body's assertion says would depend on timing. And comparing the
    two sides of ``==`` line by line can take minutes on a long reply.
    """
    compare, config = util._reprcompare, util._config
    if compare is not None:
        util._reprcompare = lambda op, left, right: compare(op, left, right) if current.get() is None else None
    if config is not None:
        util._config = _TestsVerbosity(config)  # type: ignore[assignment]
