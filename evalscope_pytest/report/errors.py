"""Errors of a run, grouped by exception, so that a thousand time-outs are one line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..core.text import visible
from ..store.rows import SampleSummary
from .execution import ErrorGroup

MAX_MESSAGE = 200
MAX_SAMPLES = 3
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def group_errors(rows: Iterable[SampleSummary]) -> tuple[ErrorGroup, ...]:
    """Return the errors among ``rows``, the most frequent first. Messages that differ in numbers only are one."""
    groups: dict[tuple[str, str], list[SampleSummary]] = {}
    for row in rows:
        if row.status != "error":
            continue
        kind, message = _of(row)
        groups.setdefault((kind, _NUMBER.sub("#", message)), []).append(row)
    found = [
        ErrorGroup(kind, _of(members[0])[1], len(members), tuple(sample_id(row) for row in members[:MAX_SAMPLES]))
        for (kind, _), members in groups.items()
    ]
    return tuple(sorted(found, key=lambda group: -group.count))


def sample_id(row: SampleSummary) -> str:
    """Return a sample's id as pytest shows it: ``gsm8k[main-17]``, its third generation ``gsm8k[main-17-r3]``."""
    repeat = f"-r{row.repeat + 1}" if row.repeat else ""
    return visible(f"{row.benchmark}[{row.subset}-{row.group}{repeat}]")


def _of(row: SampleSummary) -> tuple[str, str]:
    if row.error is None:
        return "Error", "no score"
    return row.error.type, (row.error.message.strip().splitlines() or [""])[0][:MAX_MESSAGE]
