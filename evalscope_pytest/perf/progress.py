"""How far a run is, while it runs: one line, redrawn on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from statistics import median
from typing import TextIO

from .driving import Live
from .level import Level
from .table import ms, number

RECENT = 500
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

    def __call__(self, live: Live) -> None:
        """Show how far it is."""
        now = time.monotonic()
        if not self._tty and now - self._last < _QUIET_S:
            return
        self._last = now
        self._write(line_of(self._level, live))

    def close(self) -> None:
        """Make way for what follows."""
        if self._tty:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()

    def _write(self, line: str) -> None:
        self._stream.write(f"\r\x1b[2K{line}" if self._tty else f"{line}\n")
        self._stream.flush()


def line_of(level: Level, live: Live) -> str:
    """Return what there is to say: done, in flight, rates since the start, recent TTFT, errors."""
    requests = live.requests[-RECENT:]
    fine = [request for request in requests if request.ok]
    seconds = max(time.perf_counter() - live.started, 1e-9)
    done, failed = len(live.requests), sum(not request.ok for request in live.requests)
    of = f"/{level.requests:,}" if level.requests else f", {seconds:.0f}/{level.duration_s:g} s"
    parts = [f"{level.name}: {done:,}{of} done", f"{live.in_flight:,} in flight", f"{number(done / seconds)} req/s"]
    if fine and any(request.tokens.output for request in fine):
        begin = min(request.sent for request in fine)
        lasted = max(max(request.done for request in fine) - begin, 1e-9)
        parts.append(f"{number(sum(request.tokens.output for request in fine) / lasted)} tok/s")
    if firsts := sorted(t for request in fine if (t := request.ttft_scheduled) is not None):
        parts.append(f"TTFT {ms(median(firsts))}/{ms(firsts[int(0.99 * (len(firsts) - 1))])} ms (p50/p99)")
    parts.append(f"{failed:,} errors")
    return ", ".join(parts)
