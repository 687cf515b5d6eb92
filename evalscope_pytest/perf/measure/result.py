"""The result of a load: distributions, throughput, failures by reason, validity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from ..load.load_point import LoadPoint
from .metric import Distribution, distribution, metrics
from .request import Request
from .slo import Goodput, SloBound, goodput


@dataclass(frozen=True, slots=True)
class Window:
    """The steady part of a load, from the end of the ramp to the last start of a request.

    Attributes:
        in_flight: Mean number of requests in flight within it.
        requests_per_s: Requests completed in it, a second.
        output_per_s: Tokens that came in it, counted when they came, a second.
    """

    start: float
    end: float
    in_flight: float
    requests_per_s: float
    output_per_s: float

    @property
    def seconds(self) -> float:
        """Its duration."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Throughput:
    """Amounts a second from the first byte sent to the last reply; successes only."""

    seconds: float
    requests_per_s: float
    input_per_s: float
    output_per_s: float

    @property
    def total_per_s(self) -> float:
        """Tokens of prompts and replies a second."""
        return self.input_per_s + self.output_per_s


@dataclass(frozen=True, slots=True)
class ClientOverhead:
    """Overhead of the client, and its lag behind the schedule.

    Attributes:
        lag_p99_s: 99th percentile of the event loop's timer lag.
        cpu_share: CPU time of the event loop's thread, of one core; the worst of several processes.
        dispatch_lag_p99_s: 99th percentile of the lag of starts behind the schedule; 0 in a closed loop.
        wall_s: From the start until the last reply was parsed.
    """

    lag_p99_s: float
    cpu_share: float
    dispatch_lag_p99_s: float = 0.0
    wall_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """Requests that failed for one reason."""

    reason: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a load. With a rate, ``ttft`` and ``latency`` count from when a request should have been sent.

    Attributes:
        name: Unique in a run: the name of the load, or of test and load.
        test: The test that measured it, by its node id; empty for the command.
        sent: Requests sent.
        succeeded: Requests answered completely and without error.
        distributions: Of each metric of requests, over those that succeeded. Each is also an attribute:
            ``result.ttft.p99``.
        tokens_per_event: Output tokens for each event with output.
        token_sources: Counts by source of the output tokens: ``usage``, ``tokenizer``, ``chunks`` or ``none``.
        invalid: Reasons why the figures are not the server's, with advice; empty for a valid measurement.
        notes: Remarks on figures that are valid.
        repeats: The single measurements of a repeated load, whose samples are pooled here; empty otherwise.
        intervals: The 95 % intervals of figures over the repeats, by their names.
        requests: The raw data.
    """

    level: LoadPoint
    name: str
    sent: int
    succeeded: int
    interrupted: bool
    unfinished: int
    throughput: Throughput
    window: Window | None
    distributions: Mapping[str, Distribution]
    tokens_per_event: float
    token_sources: tuple[tuple[str, int], ...]
    effort: ClientOverhead
    failures: tuple[Failure, ...]
    goodput: Goodput | None
    invalid: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    test: str = ""
    repeats: tuple[Result, ...] = ()
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    requests: tuple[Request, ...] = field(default=(), repr=False)

    def __getattr__(self, name: str) -> Distribution:
        if name != "distributions" and name in self.distributions:
            return self.distributions[name]
        raise AttributeError(f"a result has no {name!r}")

    @property
    def short(self) -> str:
        """Its name without a test's file and class."""
        place = self.test.partition("[")[0].rpartition("::")[0]
        return self.name.removeprefix(f"{place}::")

    @property
    def title(self) -> str:
        """Its name in tables."""
        return self.short if self.test else self.name.replace("_", " ")

    @property
    def valid(self) -> bool:
        """True if the client measured the server, as far as can be checked."""
        return not self.invalid

    @property
    def success_rate(self) -> float:
        """Share of requests that succeeded."""
        return self.succeeded / self.sent if self.sent else 0.0


@dataclass(frozen=True, slots=True)
class Observed:
    """Observations of a load by one or several processes, from which a `Result` is made.

    Attributes:
        dispatched: When the last request should have been sent.
    """

    requests: tuple[Request, ...]
    dispatched: float
    effort: ClientOverhead
    interrupted: bool = False
    unfinished: int = 0


def figures_of(level: LoadPoint, observed: Observed, objectives: Sequence[SloBound] = ()) -> Result:
    """Return the figures of one load point, without a verdict; percentiles are of the pooled raw samples."""
    fine = [request for request in observed.requests if request.ok]
    throughput, window = _throughput(observed.requests, fine), window_of(level, fine, observed.dispatched)
    return summed(level, observed, throughput, window, objectives)


def summed(
    level: LoadPoint,
    observed: Observed,
    throughput: Throughput,
    window: Window | None,
    objectives: Sequence[SloBound],
) -> Result:
    """Return the figures of observations, without a verdict."""
    requests = observed.requests
    fine = [request for request in requests if request.ok]
    events = sum(request.events for request in fine)
    return Result(
        level=level,
        name=level.name,
        sent=len(requests),
        succeeded=len(fine),
        interrupted=observed.interrupted,
        unfinished=observed.unfinished,
        throughput=throughput,
        window=window,
        distributions={
            metric.name: distribution(chain.from_iterable(metric.values_of(request, level.is_open) for request in fine))
            for metric in metrics("request")
        },
        tokens_per_event=sum(request.tokens.output for request in fine if request.events) / events if events else 0.0,
        token_sources=tuple(Counter(request.tokens.source for request in fine).most_common()),
        effort=observed.effort,
        failures=_failures(requests),
        goodput=goodput(objectives, requests, throughput.seconds),
        requests=requests,
    )


def pooled(parts: Sequence[Observed]) -> Observed:
    """Merge the observations of several processes; they share one monotonic clock."""
    requests = sorted((request for part in parts for request in part.requests), key=lambda request: request.sent)
    return Observed(
        tuple(requests),
        max(part.dispatched for part in parts),
        worst([part.effort for part in parts]),
        any(part.interrupted for part in parts),
        sum(part.unfinished for part in parts),
    )


def worst(efforts: Sequence[ClientOverhead]) -> ClientOverhead:
    """Return the greatest of each figure."""
    return ClientOverhead(
        max(effort.lag_p99_s for effort in efforts),
        max(effort.cpu_share for effort in efforts),
        max(effort.dispatch_lag_p99_s for effort in efforts),
        max(effort.wall_s for effort in efforts),
    )


def _throughput(requests: Sequence[Request], fine: Sequence[Request]) -> Throughput:
    if not requests:
        return Throughput(0.0, 0.0, 0.0, 0.0)
    seconds = max(request.done for request in requests) - min(request.sent for request in requests)
    per = 1 / seconds if seconds > 0 else 0.0
    return Throughput(
        seconds,
        len(fine) * per,
        sum(request.tokens.input for request in fine) * per,
        sum(request.tokens.output for request in fine) * per,
    )


def window_of(level: LoadPoint, fine: Sequence[Request], dispatched: float) -> Window | None:
    """Return the steady part; None without one: a closed loop needs a second round."""
    start, end = level.ramp_s, dispatched
    if not level.is_open and len(fine) <= (level.concurrency or 0):
        return None
    if end - start <= 0 or not fine:
        return None
    seconds = end - start
    in_flight = sum(max(0.0, min(r.done, end) - max(r.sent, start)) for r in fine) / seconds
    completed = sum(start <= r.done <= end for r in fine)
    tokens = sum(_tokens_within(r, start, end) for r in fine)
    return Window(start, end, in_flight, completed / seconds, tokens / seconds)


def _tokens_within(request: Request, start: float, end: float) -> float:
    """Return the tokens that came in a window, spread evenly over the reads that brought them."""
    if not request.stamps:
        return request.tokens.output if start <= request.done <= end else 0.0
    if start <= request.stamps[0] and request.stamps[-1] <= end:
        return request.tokens.output
    within = sum(start <= stamp <= end for stamp in request.stamps)
    return request.tokens.output * within / len(request.stamps)


def _failures(requests: Iterable[Request]) -> tuple[Failure, ...]:
    requests = tuple(requests)
    reasons = Counter(request.error for request in requests if request.error)
    return tuple(Failure(reason, number, number / len(requests)) for reason, number in reasons.most_common())
