"""Says that data is being loaded, where that takes long: a download shows nothing by itself while pytest collects."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

FIRST_S = 5.0
EVERY_S = 10.0


class Waiting:
    """Writes a line after five seconds, and one every ten from then on, until `end`.

    Args:
        what: What is waited for, such as ``loading gsm8k``.
    """

    def __init__(self, config: pytest.Config, what: str) -> None:
        self._reporter = config.pluginmanager.getplugin("terminalreporter")  # None in xdist's workers
        self._what = what
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="evalscope-waiting", daemon=True)
        if self._reporter is not None:
            self._thread.start()

    def end(self) -> None:
        """Say nothing more. May be called again."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _tell(self) -> None:
        began = time.monotonic()
        pause_s = FIRST_S
        while not self._ended.wait(pause_s):
            self._reporter.ensure_newline()
            self._reporter.write_line(f"{self._what}, {time.monotonic() - began:.0f} s so far")
            pause_s = EVERY_S


@contextmanager
def waiting_for(config: pytest.Config, what: str) -> Iterator[None]:
    """Show lines while the body takes long."""
    waiting = Waiting(config, what)
    try:
        yield
    finally:
        waiting.end()
