"""Keeps what a body prints with its own sample, whatever else runs at the same time."""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

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
