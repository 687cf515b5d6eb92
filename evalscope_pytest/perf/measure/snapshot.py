"""How far a run is at one moment: small enough to send from process to process while it is measured."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from ..load.load_generator import Live

RECENT = 500


@dataclass(frozen=True, slots=True)
class Glance:
    """A run at one moment.

    Attributes:
        output_per_s: Output tokens a second of the last replies.
        firsts: Times to first token of the last replies, from the schedule.
    """

    seconds: float
    done: int
    failed: int
    in_flight: int
    output_per_s: float
    firsts: tuple[float, ...]


def glance(live: Live) -> Glance:
    """Look at a run."""
    requests = live.requests[-RECENT:]
    fine = [request for request in requests if request.ok]
    output = 0.0
    if fine:
        lasted = max(request.done for request in fine) - min(request.sent for request in fine)
        output = sum(request.tokens.output for request in fine) / max(lasted, 1e-9)
    live.failed += sum(not request.ok for request in live.requests[live.looked_at :])
    live.looked_at = len(live.requests)
    return Glance(
        max(time.perf_counter() - live.started, 1e-9),
        len(live.requests),
        live.failed,
        live.in_flight,
        output,
        tuple(first for request in fine if (first := request.ttft_scheduled) is not None),
    )


def together(glances: Sequence[Glance]) -> Glance:
    """Return what several processes do as one."""
    return Glance(
        max(one.seconds for one in glances),
        sum(one.done for one in glances),
        sum(one.failed for one in glances),
        sum(one.in_flight for one in glances),
        sum(one.output_per_s for one in glances),
        tuple(first for one in glances for first in one.firsts),
    )
