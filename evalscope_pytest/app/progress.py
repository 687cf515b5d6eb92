"""The progress of a run, from its progress file or, without one, from the samples in its journals."""

from __future__ import annotations

from typing import Any

from .folders import Library, Listed, progress_of
from .index import SampleIndex

_KEPT = ("status", "percent", "stage", "service", "judges", "updated_at")


def progress_figures(library: Library, one: Listed) -> dict[str, Any]:
    """Return the progress of a run as JSON.

    ``done`` counts samples with a reply or an error, and ``total`` is None if the run writes no progress file.
    """
    index: SampleIndex = library.samples(one)
    counts = {name: index.counts(name) for name in index.benchmarks()}
    recorded = progress_of(one.run.root)
    states = ("right", "wrong", "partial", "scored", "error", "unscored", "damaged")
    done = sum(own.get(state, 0) for own in counts.values() for state in states)
    total = recorded.get("total_count")
    processed = recorded.get("processed_count")
    return {
        **{name: recorded[name] for name in _KEPT if name in recorded},
        "status": one.status,
        "done": max(done, processed if isinstance(processed, int) else 0),
        "total": total if isinstance(total, int) else None,
        "errors": sum(own.get("error", 0) for own in counts.values()),
        "benchmarks": {name: sum(own.get(state, 0) for state in states) for name, own in counts.items()},
    }
