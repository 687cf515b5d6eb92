"""The figures of a result by the names that gates, intervals and comparisons use. Times are in seconds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields

from .distribution import Distribution
from .result import Result

Figure = Callable[[Result], float]
RATES: Mapping[str, Figure] = {
    "goodput": lambda r: r.goodput.share if r.goodput else math.nan,
    "goodput_per_s": lambda r: r.goodput.per_s if r.goodput else math.nan,
    "success_rate": lambda r: r.success_rate,
    "requests_per_s": lambda r: r.throughput.requests_per_s,
    "output_per_s": lambda r: r.throughput.output_per_s,
    "steady_per_s": lambda r: r.window.output_per_s if r.window else math.nan,
    "total_per_s": lambda r: r.throughput.total_per_s,
}
DISTRIBUTIONS = ("ttft", "ttft_sent", "ttfot", "tpot", "icl", "latency", "latency_sent", "ttlb", "queueing")
POINTS = tuple(field.name for field in fields(Distribution))
NAMES = (*RATES, *(f"{name}.{point}" for name in DISTRIBUTIONS for point in POINTS))


def figure(name: str) -> Figure | None:
    """Return what gives a figure's value, NaN where a result has none; None for a name that is none."""
    if found := RATES.get(name):
        return found
    family, _, point = name.partition(".")
    if family not in DISTRIBUTIONS or point not in POINTS:
        return None
    return lambda result: float(getattr(getattr(result, family), point))
