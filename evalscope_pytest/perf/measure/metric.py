"""Metrics of load tests: the name, unit and direction of each, how it is computed, and what shows it.

Tables, the page, comparisons, gates, goodput, searches, intervals, files and option help derive from `METRICS`. A new
metric is an entry there and a row in docs/perf.md (written by docs/generate.py). Times are in seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .request import Request
    from .result import Result

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


POINTS = tuple(field.name for field in fields(Distribution))
SUMMARY_POINTS = ("mean", "p50", "p90", "p99")
_SHOWN_POINTS = ("mean", "min", *(point for point in POINTS if point.startswith("p")), "max")
NOTHING = Distribution(0, *[math.nan] * 14)


def distribution(values: Iterable[float | None]) -> Distribution:
    """Return the distribution of the values that are not None, `NOTHING` if there are none.

    Percentiles are taken from all samples, never from percentiles.
    """
    import numpy as np

    data = np.fromiter((v for v in values if v is not None), dtype=np.float64)
    if not len(data):
        return NOTHING
    mean = float(data.mean())
    std = float(data.std(ddof=1)) if len(data) > 1 else 0.0
    half = 1.959964 * std / math.sqrt(len(data)) if len(data) > 1 else math.nan
    ranked = map(float, np.percentile(data, (0, *PERCENTILES, 100)))
    return Distribution(len(data), mean, std, mean - half, mean + half, *ranked)


# One metric ----------------------------------------------------------------------------------------------------------

Unit = Literal["s", "tokens", "1/s", "share"]
Place = Literal["overview", "compare", "sweep", "curve", "goodput", "slo"]
Samples = Callable[["Request", bool], Sequence[float]]
Value = Callable[["Result"], float]
Amounts = Callable[["Request"], Iterable[tuple[float, float]]]


def _always(result: Result) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure of a load test. It is of requests if it has ``samples``, and of a whole load if it has a ``value``.

    Attributes:
        name: In gates, files and as an attribute of a result: ``ttft``.
        title: Short name, for columns.
        heading: Long name, for rows and plots.
        unit: ``s`` is shown in milliseconds.
        better: Direction of an improvement; empty if there is none.
        meaning: A sentence for the documentation.
        samples: Returns the values of one request; times count from the schedule if the second argument is true.
        value: Returns the figure of a load; NaN if it has none.
        shown_in: Places besides gates and files: columns of the overview, ``perf compare``, plots over the loads
            (``sweep``) and of one load (``curve``), ``--goodput`` and ``--sla-params`` (``slo``).
        points: Points of the distribution in overview, comparison and plots.
        aliases: Further names in ``--goodput`` and ``--sla-params``.
        from_schedule: Times count from the schedule in an open loop.
        needs_stream: Known only if replies are streamed.
        is_shown: Returns true if the table of a load has a row for it.
        each: The things with one value each, for the title of its curve.
        compared_as: Its name in ``perf compare``, if not ``title``.
        amounts: For a rate, moments and amounts of one request: their spread over time is what chance did.
    """

    name: str
    title: str
    heading: str
    unit: Unit
    better: Literal["less", "more", ""]
    meaning: str
    samples: Samples | None = None
    value: Value | None = None
    shown_in: tuple[Place, ...] = ()
    points: tuple[str, ...] = ("p50", "p99")
    aliases: tuple[str, ...] = ()
    from_schedule: bool = False
    needs_stream: bool = False
    is_shown: Callable[[Result], bool] = _always
    each: str = "requests"
    compared_as: str = ""
    amounts: Amounts | None = None

    def __post_init__(self) -> None:
        """Refuse a metric that what shows it could not use.

        Raises:
            ValueError: It is computed in no way or in two, or shown somewhere without what that needs.
        """
        if (self.samples is None) == (self.value is None):
            raise ValueError(f"metric {self.name}: give either samples (of requests) or value (of a load)")
        if unknown := set(self.points) - set(_SHOWN_POINTS):
            raise ValueError(f"metric {self.name}: points {sorted(unknown)}. Allowed: {', '.join(_SHOWN_POINTS)}")
        if not self.better and {"compare", "slo"} & set(self.shown_in):
            raise ValueError(f"metric {self.name}: compare and slo need a direction. Give better")
        if "goodput" in self.shown_in and (self.unit != "s" or self.samples is None):
            raise ValueError(f"metric {self.name}: goodput bounds times of requests only")

    @property
    def of(self) -> Literal["request", "load"]:
        """``request`` if requests have values, ``load`` if only a whole load has one."""
        return "load" if self.samples is None else "request"

    def values_of(self, request: Request, from_schedule: bool) -> Sequence[float]:
        """Return the values of one request; none for a metric of a load."""
        return () if self.samples is None else self.samples(request, from_schedule)

    def figure(self, point: str = "") -> Value:
        """Return the function from a result to the figure, NaN if the result has none.

        Args:
            point: Of a metric of requests, the point of its distribution: ``p99``.
        """
        if self.value is not None:
            return self.value
        return lambda result: float(getattr(result.distributions.get(self.name, NOTHING), point))

    def figures(self) -> Iterator[tuple[str, str]]:
        """Yield the name of each figure that tables show, and its point: ``ttft.p99`` and ``p99``."""
        if self.of == "load":
            yield self.name, ""
        else:
            yield from ((f"{self.name}.{point}", point) for point in self.points)


# All of them ---------------------------------------------------------------------------------------------------------


def _one(value: float | None) -> Sequence[float]:
    return () if value is None else (value,)


def _is_open(result: Result) -> bool:
    return result.level.is_open


def _has_reasoning(result: Result) -> bool:
    return result.reasoning_tokens.max > 0


def output_amounts(request: Request) -> Iterable[tuple[float, float]]:
    """Yield when output tokens came, and how many: spread evenly over the reads that brought them."""
    moments = request.stamps or (request.done,)
    return ((moment, request.tokens.output / len(moments)) for moment in moments)


_TIMES = (
    Metric(
        name="ttft", title="TTFT", heading="TTFT", unit="s", better="less", from_schedule=True, needs_stream=True,
        meaning="time to the first output, from when the request should have been sent",
        samples=lambda r, from_schedule: _one(r.ttft_scheduled if from_schedule else r.ttft),
        shown_in=("overview", "compare", "sweep", "curve", "goodput", "slo"),
    ),
    Metric(
        name="ttft_sent", title="TTFT sent", heading="TTFT from sending", unit="s", better="less", needs_stream=True,
        meaning="time to the first output, from sending",
        samples=lambda r, _: _one(r.ttft), is_shown=_is_open,
    ),
    Metric(
        name="ttfot", title="TTFOT", heading="TTFOT, after reasoning", unit="s", better="less", needs_stream=True,
        meaning="time from sending to the first output that is not reasoning",
        samples=lambda r, _: _one(r.ttfot), is_shown=_has_reasoning,
    ),
    Metric(
        name="tpot", title="TPOT", heading="TPOT", unit="s", better="less", needs_stream=True,
        meaning="time per output token after the first read with output",
        samples=lambda r, _: _one(r.tpot), shown_in=("overview", "compare", "sweep", "goodput", "slo"),
    ),
    Metric(
        name="icl", title="ICL", heading="ICL", unit="s", better="less", needs_stream=True,
        meaning="gap between two reads with output; as an objective, the slowest gap of a request",
        samples=lambda r, _: r.gaps, points=("p99",), each="gaps", aliases=("itl",),
        shown_in=("overview", "compare", "curve", "goodput"),
    ),
    Metric(
        name="latency", title="Latency", heading="Latency", unit="s", better="less", from_schedule=True,
        meaning="time to the last output, from when the request should have been sent",
        samples=lambda r, from_schedule: (r.latency_scheduled if from_schedule else r.latency,),
        aliases=("e2el", "e2e"), shown_in=("overview", "compare", "sweep", "curve", "goodput", "slo"),
    ),
    Metric(
        name="latency_sent", title="Latency sent", heading="Latency from sending", unit="s", better="less",
        meaning="time to the last output, from sending", samples=lambda r, _: (r.latency,), is_shown=_is_open,
    ),
    Metric(
        name="queueing", title="Queueing", heading="Queueing here", unit="s", better="less",
        meaning="wait in the client for a place in flight", samples=lambda r, _: (r.queueing,), is_shown=_is_open,
    ),
    Metric(
        name="ttlb", title="TTLB", heading="Last byte", unit="s", better="less",
        meaning="time from sending to the last byte, usage and end mark included", samples=lambda r, _: (r.ttlb,),
    ),
)  # fmt: skip
_LENGTHS = (
    Metric(
        name="input_tokens", title="in tok", heading="Input tokens", unit="tokens", better="",
        meaning="length of a prompt", samples=lambda r, _: (r.tokens.input,),
    ),
    Metric(
        name="output_tokens", title="out tok", heading="Output tokens", unit="tokens", better="",
        meaning="length of a reply, reasoning included", samples=lambda r, _: (r.tokens.output,),
    ),
    Metric(
        name="reasoning_tokens", title="reasoning tok", heading="Reasoning tokens", unit="tokens", better="",
        meaning="length of the reasoning in a reply", samples=lambda r, _: (r.tokens.reasoning,),
        is_shown=_has_reasoning,
    ),
)  # fmt: skip
_RATES = (
    Metric(
        name="goodput", title="goodput", heading="Goodput", unit="share", better="more",
        meaning="share of requests that meet all objectives of `--goodput`",
        value=lambda r: r.goodput.share if r.goodput else math.nan,
    ),
    Metric(
        name="goodput_per_s", title="good/s", heading="Good requests a second", unit="1/s", better="more",
        meaning="requests a second that meet all objectives",
        value=lambda r: r.goodput.per_s if r.goodput else math.nan,
    ),
    Metric(
        name="success_rate", title="OK", heading="Success rate", unit="share", better="more",
        meaning="share of requests with a complete reply", value=lambda r: r.success_rate, shown_in=("slo",),
    ),
    Metric(
        name="requests_per_s", title="req/s", heading="Requests a second", unit="1/s", better="more",
        meaning="replies a second, from the first byte sent to the last reply", aliases=("rps",),
        value=lambda r: r.throughput.requests_per_s, amounts=lambda r: ((r.done, 1.0),),
        shown_in=("overview", "compare", "sweep", "slo"),
    ),
    Metric(
        name="output_per_s", title="out tok/s", heading="Output tokens a second", unit="1/s", better="more",
        meaning="output tokens a second, from the first byte sent to the last reply", aliases=("tps",),
        value=lambda r: r.throughput.output_per_s, shown_in=("overview", "sweep", "slo"),
    ),
    Metric(
        name="steady_per_s", title="steady tok/s", heading="Output tokens a second, steady", unit="1/s", better="more",
        meaning="output tokens a second between the end of the ramp and the last start", compared_as="out tok/s",
        value=lambda r: r.window.output_per_s if r.window else math.nan, amounts=output_amounts,
        shown_in=("overview", "compare"),
    ),
    Metric(
        name="total_per_s", title="tok/s", heading="Tokens a second", unit="1/s", better="more",
        meaning="input and output tokens a second", value=lambda r: r.throughput.total_per_s,
    ),
)  # fmt: skip
METRICS: dict[str, Metric] = {metric.name: metric for metric in (*_TIMES, *_LENGTHS, *_RATES)}


def metrics(of: Literal["request", "load"], place: Place | None = None) -> list[Metric]:
    """Return the metrics of requests or of loads, all or those shown in one place."""
    return [m for m in METRICS.values() if m.of == of and (place is None or place in m.shown_in)]


def names_in(place: Place) -> dict[str, Metric]:
    """Return the metrics of an option by each name it accepts, the main name first."""
    shown = [m for m in METRICS.values() if place in m.shown_in]
    return {name: metric for metric in shown for name in (metric.name, *metric.aliases)}


def figure_names() -> list[str]:
    """Return the names of all figures: ``goodput``, ``ttft.p99`` ..."""
    loads = [metric.name for metric in metrics("load")]
    return [*loads, *(f"{metric.name}.{point}" for metric in metrics("request") for point in POINTS)]


def metric_of(name: str) -> Metric | None:
    """Return the metric of a figure's name, None for an unknown name."""
    family, dot, point = name.partition(".")
    metric = METRICS.get(family)
    if metric is None or (metric.of == "request") != bool(dot) or (dot and point not in POINTS):
        return None
    return metric


def figure(name: str) -> Value | None:
    """Return the function from a result to a figure, None for an unknown name."""
    metric = metric_of(name)
    return metric.figure(name.partition(".")[2]) if metric else None


def repeated_figures() -> list[str]:
    """Return the figures that get an interval over repeats."""
    return [
        *(metric.name for metric in metrics("load")),
        *(f"{metric.name}.{point}" for metric in metrics("request", "overview") for point in SUMMARY_POINTS),
    ]
