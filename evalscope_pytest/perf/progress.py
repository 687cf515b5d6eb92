"""How far a run is, while it runs: one line, redrawn on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from statistics import median
from typing import TextIO

from .glance import Glance
from .level import Level
from .table import ms, number

_QUIET_S = 10.0


class Progress:
    """Shows a level's progress on a stream.

    Args:
        stream: Where lines go; a terminal gets one line that changes.
    """

    def __init__(self, level: Level, stream: TextIO | None = None) -> None:
        self._level = level
        self._stream = stream or sys.stderr
        self._tty = self._stream.isatty()
        self._last = time.monotonic()

    def __call__(self, seen: Glance) -> None:
        """Show how far it is."""
        now = time.monotonic()
        if not self._tty and now - self._last < _QUIET_S:
            return
        self._last = now
        self._write(line_of(self._level, seen))

    def close(self) -> None:
        """Make way for what follows."""
        if self._tty:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()

    def _write(self, line: str) -> None:
        self._stream.write(f"\r\x1b[2K{line}" if self._tty else f"{line}\n")
        self._stream.flush()


def line_of(level: Level, seen: Glance) -> str:
    """Return what there is to say: done, in flight, rates, recent times to first token, errors."""
    of = f"/{level.requests:,}" if level.requests else f", {seen.seconds:.0f}/{level.duration_s:g} s"
    rate = seen.done / seen.seconds
    parts = [f"{level.name}: {seen.done:,}{of} done", f"{seen.in_flight:,} in flight", f"{number(rate)} req/s"]
    if seen.output_per_s:
        parts.append(f"{number(seen.output_per_s)} tok/s")
    if firsts := sorted(seen.firsts):
        parts.append(f"TTFT {ms(median(firsts))}/{ms(firsts[int(0.99 * (len(firsts) - 1))])} ms (p50/p99)")
    parts.append(f"{seen.failed:,} errors")
    return ", ".join(parts)
