"""How far a run is, while it runs: one line, redrawn on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from statistics import median
from typing import TextIO

from ..load.load_point import LoadPoint
from ..load.session import Snapshot
from .table import ms, number

_QUIET_S = 10.0


class Progress:
    """Shows a level's progress on a stream.

    Args:
        stream: Where lines go; a terminal gets one line that changes.
        label: What the level is called.
    """

    def __init__(self, level: LoadPoint, stream: TextIO | None = None, label: str = "") -> None:
        self._level = level
        self._label = label or level.name
        self._stream = stream or sys.stderr
        self._tty = self._stream.isatty()
        self._last = time.monotonic()

    def __call__(self, seen: Snapshot) -> None:
        """Show how far it is."""
        now = time.monotonic()
        if not self._tty and now - self._last < _QUIET_S:
            return
        self._last = now
        width = shutil.get_terminal_size().columns if self._tty else None
        self._write(line_of(self._level, seen, self._label, width))

    def close(self) -> None:
        """Make way for what follows."""
        if self._tty:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()

    def _write(self, line: str) -> None:
        self._stream.write(f"\r\x1b[2K{line}" if self._tty else f"{line}\n")
        self._stream.flush()


def line_of(level: LoadPoint, seen: Snapshot, label: str = "", width: int | None = None) -> str:
    """Return what there is to say: done, in flight, rates, recent times to first token, errors.

    Args:
        label: What the level is called, where that is not its name.
        width: Columns of a terminal, where a line that wraps cannot be redrawn: what matters least is left out.
    """
    of = f"/{level.requests:,}" if level.requests else f", {seen.seconds:.0f}/{level.duration_s:g} s"
    done = f"{label or level.name}: {seen.done:,}{of} done"
    in_flight, requests = f"{seen.in_flight:,} in flight", f"{number(seen.done / seen.seconds)} req/s"
    tokens = f"{number(seen.output_per_s)} tok/s" if seen.output_per_s else ""
    firsts = sorted(seen.firsts)
    ttft = f"TTFT {ms(median(firsts))}/{ms(firsts[int(0.99 * (len(firsts) - 1))])} ms" if firsts else ""
    errors = f"{seen.failed:,} errors"
    full = ttft and f"{ttft} (p50/p99)"
    forms = [
        (done, in_flight, requests, tokens, full, errors),
        (done, in_flight, requests, tokens, ttft, errors),
        (done, requests, tokens, ttft, errors),
        (done, requests, ttft, errors),
        (done, errors),
    ]
    lines = [", ".join(part for part in form if part) for form in forms]
    if width is None:
        return lines[0]
    return next((line for line in lines if len(line) < width), lines[-1][: width - 1])
