"""The progress line of a load test."""

from __future__ import annotations

import sys
import time
from statistics import median
from typing import TextIO

from ...core.progress_line import Part, ProgressLine, StreamScreen, fit
from ..load.load_point import LoadPoint
from ..load.session import Snapshot
from .table import ms, number

_QUIET_S = 10.0
# Ranks of the parts: a narrow terminal drops the highest first.
_KEPT, _RATE, _TOKENS, _IN_FLIGHT, _NAMES = range(5)


class Progress:
    """Shows a level's progress on a stream.

    Args:
        stream: Standard error by default; a terminal gets one line that changes.
        label: Name of the level in the line.
    """

    def __init__(self, level: LoadPoint, stream: TextIO | None = None, label: str = "") -> None:
        self._level = level
        self._label = label
        self._line = ProgressLine(StreamScreen(stream or sys.stderr), _QUIET_S, time.monotonic())

    def __call__(self, seen: Snapshot) -> None:
        """Show the progress, if it is time to."""
        if self._line.is_due():
            self._line.show(_parts(self._level, seen, self._label))

    def close(self) -> None:
        """Remove the line."""
        self._line.clear()


def line_of(level: LoadPoint, seen: Snapshot, label: str = "", width: int | None = None) -> str:
    """Return the line: done, in flight, rates, recent times to first token, errors.

    Args:
        label: Name of the level, if it is not the level's own.
        width: Columns of a terminal; parts that matter least are dropped, so that the line does not wrap.
    """
    return fit(_parts(level, seen, label), None if width is None else width - 1)


def _parts(level: LoadPoint, seen: Snapshot, label: str) -> list[Part]:
    of = f"/{level.requests:,}" if level.requests else f", {seen.seconds:.0f}/{level.duration_s:g} s"
    firsts = sorted(seen.firsts)
    ttft = f"TTFT {ms(median(firsts))}/{ms(firsts[int(0.99 * (len(firsts) - 1))])} ms" if firsts else ""
    return [
        Part(f"{label or level.name}: {seen.done:,}{of} done", _KEPT),
        Part(f"{seen.in_flight:,} in flight", _IN_FLIGHT, ", "),
        Part(f"{number(seen.done / seen.seconds)} req/s", _RATE, ", "),
        Part(f"{number(seen.output_per_s)} tok/s" if seen.output_per_s else "", _TOKENS, ", "),
        Part(ttft, _RATE, ", "),
        Part("(p50/p99)" if ttft else "", _NAMES, " "),
        Part(f"{seen.failed:,} errors", _KEPT, ", "),
    ]
