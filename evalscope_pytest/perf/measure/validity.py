"""The verdict on a result: each reason names what was seen, what it means, and what to change.

The limits are of docs/design/perf.md: beyond them the deviation from a server's own stamps grew visibly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..load.load_point import LoadPoint
from .request import Request
from .result import Observed, Result, Window, figures_of
from .slo import SloBound

BUSY = 0.8
LATE = 0.1
LATE_FLOOR_S = 0.003
DISPATCH_FLOOR_S = 0.005
KEPT = 0.95
_ELSEWHERE = "Run it on a machine of its own, share the work with --processes N, or lower the load."


def result_of(level: LoadPoint, observed: Observed, objectives: Sequence[SloBound] = ()) -> Result:
    """Return the figures of one load point, with the verdict whether they are valid."""
    return validated(figures_of(level, observed, objectives))


def validated(result: Result) -> Result:
    """Return the result with the reasons why it is INVALID, and with notes."""
    return replace(result, invalid=tuple(_reasons(result)), notes=tuple(_notes(result)))


def validated_repeats(result: Result) -> Result:
    """Return the result of several repeats with the reasons against each of them, and with notes on all."""
    count = len(result.repeats)
    invalid = [
        f"repeat {number} of {count}: {reason}"
        for number, repeat in enumerate(result.repeats, 1)
        for reason in repeat.invalid
    ]
    return replace(result, invalid=tuple(invalid), notes=tuple(_notes(result)))


def _reasons(result: Result) -> Iterator[str]:
    if not result.succeeded:
        yield _nothing(result)
        return
    effort = result.effort
    shortest = _shortest(result)
    if effort.cpu_share > BUSY:
        yield (
            f"client-bound: the client used {effort.cpu_share:.0%} of a core (at most {BUSY:.0%}), so the figures are "
            f"partly its own. {_ELSEWHERE}"
        )
    limit = max(LATE * shortest, LATE_FLOOR_S)
    if effort.lag_p99_s > limit:
        busy = "" if effort.cpu_share > 0.5 else f" although it used only {effort.cpu_share:.0%} of a core"
        yield (
            f"late stamps: the client's event loop came {_ms(effort.lag_p99_s)} late (p99, at most {_ms(limit)})"
            f"{busy}. {'Something else keeps this machine busy. ' if busy else ''}{_ELSEWHERE}"
        )
    limit = max(LATE * shortest, DISPATCH_FLOOR_S)
    if effort.dispatch_lag_p99_s > limit:
        yield (
            f"late starts: requests were started {_ms(effort.dispatch_lag_p99_s)} behind their schedule (p99, at most "
            f"{_ms(limit)}). {_ELSEWHERE}"
        )
    yield from _concurrency(result)


def _nothing(result: Result) -> str:
    if not result.sent:
        return "nothing was measured: the run was stopped before a request was answered."
    worst = result.failures[0]
    return f"no request succeeded: {worst.reason} ({worst.count:,} of {result.sent:,}). See to the server first."


def _shortest(result: Result) -> float:
    """Return the shortest time, which a late stamp distorts most."""
    first, whole = result.ttft_sent.p50, result.latency_sent.p50
    return whole if math.isnan(first) else first


def _concurrency(result: Result) -> Iterator[str]:
    window, wanted = result.window, result.level.concurrency
    if result.level.is_open or window is None or wanted is None:
        return
    if result.succeeded == result.sent and window.in_flight + _at_tools(result.requests, window) < KEPT * wanted:
        yield (
            f"concurrency not reached: {window.in_flight:.1f} requests in flight on average, {wanted} requested "
            f"(at least {KEPT:.0%}). Replies come faster than this client sends. {_ELSEWHERE}"
        )


def _at_tools(requests: Sequence[Request], window: Window) -> float:
    """Return the average number of places of a closed loop that waited for a tool."""
    seconds = window.end - window.start
    return sum(max(0.0, min(r.sent, window.end) - max(r.sent - r.waited, window.start)) for r in requests) / seconds


def _notes(result: Result) -> Iterator[str]:
    if not result.succeeded:
        return
    failed = result.sent - result.succeeded
    if failed:
        yield f"{failed:,} of {result.sent:,} requests failed: times and tokens are of the others."
    if result.interrupted:
        yield f"stopped before its end: {result.unfinished:,} requests in flight were given up."
    silent = sum(1 for request in result.requests if request.ok and not request.stamps)
    if 0 < silent < result.succeeded:
        yield f"{silent:,} of {result.succeeded:,} replies brought no output: times to the first one are of the others."
    sources = dict(result.token_sources)
    if sources.get("chunks"):
        yield (
            "the server sent no usage: output tokens are counted as chunks, which is too few if a chunk holds "
            "several. Give --tokenizer-path to count them."
        )
    if len(sources) > 1:
        yield f"output tokens were counted in several ways: {', '.join(f'{s} {n}' for s, n in result.token_sources)}."
    yield from _counted_here(result)
    yield from _repeated(result)
    if result.window is None and not result.level.is_open:
        yield "no steady state: fewer than two rounds of requests. Give a larger --number for throughput."
    gaps = sum(len(request.stamps) for request in result.requests if request.ok)
    events = sum(request.events for request in result.requests if request.ok)
    if gaps and events > 1.5 * gaps:
        yield f"{events / gaps:.1f} events came with each read: ICL is the gap between reads, not between tokens."


def _counted_here(result: Result) -> Iterator[str]:
    own = [r for r in result.requests if r.ok and r.tokens.source == "tokenizer"]
    counted, events = sum(r.tokens.output for r in own), sum(r.events for r in own)
    if events and not 0.8 <= counted / events <= 1.25:
        yield (
            f"the server sent no usage; the tokenizer counts {counted:,} tokens in {events:,} chunks. Either chunks "
            "hold several tokens, or it is not the server's tokenizer."
        )


def _repeated(result: Result) -> Iterator[str]:
    first_turns = [request.prompt for request in result.requests if not request.turn]
    distinct = len(set(first_turns))
    if distinct < len(first_turns):
        prompts = "one prompt" if distinct == 1 else f"{distinct:,} prompts"
        yield (
            f"{len(first_turns):,} requests shared {prompts}: a service that caches prefixes looks faster. "
            "Use a larger data set for its speed on new prompts."
        )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms"
