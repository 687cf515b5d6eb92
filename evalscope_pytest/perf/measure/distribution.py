"""A distribution of raw samples: percentiles are taken from all of them, never from percentiles."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

PERCENTILES = (10, 25, 50, 75, 90, 95, 99, 99.9)


@dataclass(frozen=True, slots=True)
class Distribution:
    """Count, mean and percentiles (linear interpolation on the raw samples, as numpy's default). Seconds or counts.

    Attributes:
        std: Of the sample, n - 1; 0 for one value.
        low: Lower end of the mean's 95 % interval, values taken as independent; NaN for one value.
        high: Its upper end.
    """

    count: int
    mean: float
    std: float
    low: float
    high: float
    min: float
    p10: float
    p25: float
    p50: float
    p75: float
    p90: float
    p95: float
    p99: float
    p999: float
    max: float


NOTHING = Distribution(0, *[math.nan] * 14)


def distribution(values: Iterable[float | None]) -> Distribution:
    """Return the distribution of the values that are there; `NOTHING` where none is."""
    import numpy as np

    data = np.fromiter((v for v in values if v is not None), dtype=np.float64)
    if not len(data):
        return NOTHING
    mean = float(data.mean())
    std = float(data.std(ddof=1)) if len(data) > 1 else 0.0
    half = 1.959964 * std / math.sqrt(len(data)) if len(data) > 1 else math.nan
    ranked = map(float, np.percentile(data, (0, *PERCENTILES, 100)))
    return Distribution(len(data), mean, std, mean - half, mean + half, *ranked)
