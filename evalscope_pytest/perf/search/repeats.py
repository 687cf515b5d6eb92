"""A load measured several times: one result of all samples, with intervals over the repeats.

Figures are of the pooled samples, as the mean of p99s is not a p99. Student's interval of the repeats' figures is laid
around them. In simulations with 2 to 10 repeats of 200 requests it held the true p99 in 90 to 95 of 100 cases.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from statistics import stdev

from ..measure.metric import figure, repeated_figures
from ..measure.result import Observed, Result, Throughput, Window, summed, worst
from ..measure.slo import SloBound
from ..measure.validity import validated_repeats

# Student's t for 95 %, two-sided, by degrees of freedom from 1.
_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)
_T_BEYOND = ((20, 2.131), (30, 2.086), (60, 2.042), (math.inf, 2.0))


def student(freedom: float) -> float:
    """Return Student's t of a 95 % interval, rather too large than too small."""
    if freedom < len(_T) + 1:
        return _T[max(1, int(freedom)) - 1]
    return next(t for below, t in _T_BEYOND if freedom < below or below == math.inf)


def of_repeats(repeats: Sequence[Result], objectives: Sequence[SloBound] = ()) -> Result:
    """Return the result of the repeats so far; a single one has no intervals."""
    whole = pooled_repeats(repeats, objectives)
    return replace(whole, intervals=_intervals(whole))


def pooled_repeats(repeats: Sequence[Result], objectives: Sequence[SloBound] = ()) -> Result:
    """Return all samples as one result, without intervals. Its window is as long as those of the repeats together."""
    level = repeats[0].level
    seen = Observed(
        tuple(chain.from_iterable(result.requests for result in repeats)),
        0.0,
        worst([result.effort for result in repeats]),
        any(result.interrupted for result in repeats),
        sum(result.unfinished for result in repeats),
    )
    whole = summed(level, seen, _throughput(repeats), _window(repeats), objectives)
    return validated_repeats(replace(whole, repeats=tuple(repeats)))


def _throughput(repeats: Sequence[Result]) -> Throughput:
    parts = [result.throughput for result in repeats]
    seconds = sum(part.seconds for part in parts)

    def rate(values: Sequence[float]) -> float:
        amounts = (value * part.seconds for value, part in zip(values, parts, strict=True))
        return sum(amounts) / seconds if seconds else 0.0

    return Throughput(
        seconds,
        rate([part.requests_per_s for part in parts]),
        rate([part.input_per_s for part in parts]),
        rate([part.output_per_s for part in parts]),
    )


def _window(repeats: Sequence[Result]) -> Window | None:
    parts = [result.window for result in repeats if result.window]
    if len(parts) < len(repeats):
        return None
    seconds = sum(part.seconds for part in parts)
    return Window(
        0.0,
        seconds,
        sum(part.in_flight * part.seconds for part in parts) / seconds,
        sum(part.requests_per_s * part.seconds for part in parts) / seconds,
        sum(part.output_per_s * part.seconds for part in parts) / seconds,
    )


def _intervals(whole: Result) -> Mapping[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for name in repeated_figures() if len(whole.repeats) > 1 else ():
        value_of = figure(name)
        assert value_of is not None, name
        value, values = value_of(whole), [value_of(repeat) for repeat in whole.repeats]
        if all(map(math.isfinite, (value, *values))):
            half = student(len(values) - 1) * stdev(values) / math.sqrt(len(values))
            found[name] = (value - half, value + half)
    return found
