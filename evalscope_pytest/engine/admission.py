"""Admission control of one service: a limiter, a circuit breaker, and the queue in front of them.

The limiter bounds the requests in flight: additive increase, multiplicative decrease, fed by refusals (429, 529, 503)
only. The latency of a language model says nothing about its load, as lengths differ. While the breaker is open nothing
is sent but a probe now and then, and no sample fails: an outage of a minute costs a minute, not the samples of that
minute. Neither reads a clock or waits. Figures and reasons: docs/design/reliability.md, `bench/rate_limit.py`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from ..core.service_state import Breaker as State

FIRST_REQUESTS = 3
CUT = 0.8
COOLDOWN_S = 15.0
GROWTH = 0.05
SATURATED = 0.8
# Seconds between requests to a service that refuses even one at a time: start and end of the search for its rate.
FIRST_GAP_S = 1.0
LEAST_GAP_S = 0.25
GAP_SEARCH = 1.5
GAP_RAISE = 1.25
GAP_CUT = 0.98
GAP_PROVEN = 2  # requests in a row that got through: by then the gap is about right
# Until it is known that there is a rate at all: what was refused a few times may be taken at any pace afterwards.
GAP_DOUBT = 0.5


class Limiter:
    """A limiter of the requests in flight to one service with one key.

    A request that is sent gets a number from `sent`; its outcome is reported with that number. The limit starts
    at ``most`` and never exceeds it; until the first reply only ``first`` requests are sent, so that a wrong key costs
    no more. Times are seconds of any clock that never runs backwards.

    Attributes:
        held_until: Time of the next request.
        held_for: Reason why it is not sent earlier.
        rate_limited: Requests refused for their number.
    """

    def __init__(self, most: int, first: int = FIRST_REQUESTS) -> None:
        self.most = max(1, most)
        self.in_flight = 0
        self.rate_limited = 0
        self.held_until = 0.0
        self.held_for = ""
        self._allowed = min(max(1, first), self.most)
        self._open = False
        self._limit = float(self.most)
        self._fine = float(self.most)  # held so far: growing beyond it waits for the cooldown
        self._fast_below = 0.0  # far below what was fine before: grow by one for every reply
        self._round = 0
        self._beyond_at = 0.0
        self._gap_s = 0.0
        self._gap_found = 0  # requests that got through since it was last raised
        self._rate_known = False  # requests were refused again once the gap had shrunk
        self._gaps = 0  # how often requests began to be spaced
        self._early = True  # before the first reply

    @property
    def limit(self) -> int:
        """Requests that may be in flight."""
        return max(1, int(self._limit))

    @property
    def opened(self) -> bool:
        """True once the first reply has come."""
        return self._open

    def open(self) -> None:
        """Send as many as the limit allows: the service has replied."""
        self._open, self._early = True, False
        self._allowed = self.limit

    def has_room(self, now: float) -> bool:
        """Return whether a request may be sent."""
        return self.in_flight < self._allowed and now >= self.held_until

    def sent(self, now: float) -> int:
        """Count a request that is sent, and number it."""
        self.in_flight += 1
        if self._gap_s:
            self.hold(now + self._gap_s, "rate limit")
        return self._round

    def hold(self, until: float, why: str) -> None:
        """Send nothing before ``until``."""
        if until > self.held_until:
            self.held_until, self.held_for = until, why

    def failed(self) -> None:
        """Note a failure that is not related to the service's load."""
        self.in_flight -= 1

    def answered(self, now: float) -> None:
        """Note a reply."""
        busy = self.in_flight
        self.in_flight -= 1
        self._early = False
        if not self._open:
            self.open()
        if self._limit < self.most or self._gap_s:
            self._recover(busy, now)

    def _recover(self, busy: int, now: float) -> None:
        if self._gap_s:
            self._gap_found += 1
            self._gap_s *= GAP_CUT if self._rate_known else GAP_DOUBT
            if self._gap_s < LEAST_GAP_S:
                self.forget_gap()
                self._rate_known = False
            return
        beyond = now >= self._beyond_at
        if busy < SATURATED * self.limit or (self._limit >= self._fine and not beyond):
            return  # unused room proves nothing
        step = 1.0 if self._limit < self._fast_below else max(1.0, GROWTH * self._limit) / self._limit
        self._limit = min(self._limit + step, float(self.most) if beyond else self._fine)
        self._fine = max(self._fine, self._limit)
        self._allowed = self.limit

    def refused(self, number: int, now: float, retry_after_s: float | None = None, *, longest_gap_s: float = 0) -> bool:
        """Note a refusal for too many requests; return whether it began a new cut.

        Many requests that were sent together are refused together: one cut, down to those the service kept.

        Args:
            number: The request's, from `sent`.
            retry_after_s: Holds all requests, not only this one.
            longest_gap_s: The longest wait between two requests, while the service refuses even one at a time; 0 for
                none.
        """
        level = self.in_flight
        self.in_flight -= 1
        self.rate_limited += 1
        self._open = True
        kept = float(max(1, self.in_flight))
        new = number == self._round
        self._round += new
        if self._early:  # it refuses everything yet, which does not show how much it will take
            self._limit, self._fine, self._fast_below = kept, float(self.most), float(self.most)
        elif new:
            self._beyond_at = now + max(COOLDOWN_S, retry_after_s or 0.0)
            self._fast_below = max(level / 2, self._fast_below * CUT if self._fast_below < self.most else 0.0)
            self._limit = max(1.0, min(self._limit * CUT, kept))
            self._fine = kept
        else:
            self._limit = min(self._limit, kept)
            self._fine = min(self._fine, kept)
        self._allowed = self.limit
        if retry_after_s:
            self.hold(now + retry_after_s, "Retry-After")
        # Before the first reply the wait it names is enough: how fast it answers is not known yet.
        waiting = bool(retry_after_s) and self._early
        if new and level == 1 and longest_gap_s and not waiting:
            self._widen_gap(now, longest_gap_s)
        return new

    def forget_gap(self) -> None:
        """Leave no more time between requests than replies take."""
        self._gap_s = 0.0

    def _widen_gap(self, now: float, longest_s: float) -> None:
        if not self._gap_s:
            self._gaps += 1
            self._rate_known = self._gaps > 1
        elif self._gap_found and not self._rate_known:
            self._rate_known = True
            self._gap_s /= GAP_DOUBT  # the last one that was enough
        raised = self._gap_s * (GAP_RAISE if self._gap_found >= GAP_PROVEN else GAP_SEARCH)
        self._gap_s = min(longest_s, max(FIRST_GAP_S, raised))
        self._gap_found = 0
        self.hold(now + self._gap_s, "rate limit")


# The breaker ---------------------------------------------------------------------------------------------------------


OPENS_AFTER = 20
OPENS_AFTER_LEAST = 5
PROBE_EVERY_S = 30.0
LEAST_PROBE_S = 0.1
PROBE_GROWTH = 1.5
# How long a service that is down is waited for, whatever the time between probes.
PATIENCE_S = 300.0


class Breaker:
    """Opens after consecutive failures of different samples of a service that has answered before.

    Args:
        limit: Requests in flight at best. Where few samples run at once, fewer failures open it: samples that fail
            wait for their next attempt, and would be used up before 20 different ones have failed.
    """

    def __init__(self, limit: int) -> None:
        self._opens_after = min(OPENS_AFTER, max(OPENS_AFTER_LEAST, 2 * limit))
        self._failing: set[int] = set()
        self._opened_at = 0.0
        self._probe_every_s = PROBE_EVERY_S
        self._probing = False
        self.is_open = False
        self.probe_at = 0.0
        self._enabled = False

    @property
    def state(self) -> State:
        """Text shown to users."""
        return ("probing" if self._probing else "open") if self.is_open else "closed"

    def lets_pass(self, now: float) -> bool:
        """Return whether a request may be sent: always while closed; one at a time, when due, while open."""
        return not self.is_open or (not self._probing and now >= self.probe_at)

    def sent(self) -> bool:
        """Note a request; return whether it is a probe."""
        self._probing = self._probing or self.is_open
        return self._probing

    def answered(self) -> bool:
        """Note a reply of any kind; return whether that closed the breaker."""
        was_open = self.is_open
        if self._failing or was_open:
            self._failing.clear()
            self.is_open = self._probing = False
        self._enabled = True
        return was_open

    def failed(self, sample: int, now: float, probe_after_s: float = PROBE_EVERY_S) -> bool:
        """Note a transient failure of a sample, by its number; return whether that opened the breaker.

        Args:
            probe_after_s: Seconds until the first probe; each one after it waits longer, up to `PROBE_EVERY_S`.
        """
        self._failing.add(sample)
        if self.is_open or not self._enabled or len(self._failing) < self._opens_after:
            return False
        self.is_open, self._probing, self._opened_at = True, False, now
        self._probe_every_s = min(PROBE_EVERY_S, max(LEAST_PROBE_S, probe_after_s))
        self.probe_at = now + self._probe_every_s
        return True

    def probe_failed(self, now: float) -> bool:
        """Note a probe that failed; return whether it was the last one."""
        self._probing = False
        self._probe_every_s = min(PROBE_EVERY_S, self._probe_every_s * PROBE_GROWTH)
        self.probe_at = now + self._probe_every_s
        return self.open_s(now) >= PATIENCE_S

    def open_s(self, now: float) -> float:
        """Return how long it has been open, in seconds."""
        return now - self._opened_at

    def probe_lost(self) -> None:
        """Note a probe that was cancelled before its outcome."""
        self._probing = False

    def give_up(self) -> None:
        """Close, and stay closed until something is answered: samples fail by themselves from here on."""
        self.is_open = self._probing = self._enabled = False
        self._failing.clear()


# The queue -----------------------------------------------------------------------------------------------------------


class Slot(NamedTuple):
    """Permission to send one request.

    Attributes:
        number: The limiter's number of the request.
        probe: It is the one request that finds out whether a service that was down is back.
    """

    number: int
    probe: bool


class Slots:
    """Gives out slots in the order of requests for them; samples that have waited once come first. One event loop."""

    def __init__(self, limiter: Limiter, breaker: Breaker) -> None:
        self._limiter = limiter
        self._breaker = breaker
        self._waiting: deque[asyncio.Future[Slot]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0

    @property
    def waiting(self) -> int:
        """Number of tasks that wait for a slot."""
        return len(self._waiting)

    def take(self, now: float) -> Slot | None:
        """Return a slot if there is one and nobody waits for it."""
        if self._waiting or not (self._limiter.has_room(now) and self._breaker.lets_pass(now)):
            return None
        return Slot(self._limiter.sent(now), self._breaker.sent())

    async def wait(self, *, first: bool = False) -> Slot:
        """Wait for a slot.

        Args:
            first: Go ahead of those that have never sent.
        """
        loop = asyncio.get_running_loop()
        place: asyncio.Future[Slot] = loop.create_future()
        if first:
            self._waiting.appendleft(place)
        else:
            self._waiting.append(place)
        self.wake(loop.time())
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.give_back(place.result())  # cancelled between being given a slot and learning of it
            raise

    def give_back(self, slot: Slot) -> None:
        """Return a slot whose request did not end."""
        self._limiter.failed()
        if slot.probe:
            self._breaker.probe_lost()
        self.wake(asyncio.get_running_loop().time())

    def wake(self, now: float) -> None:
        """Give out all free slots."""
        while self._waiting:
            if not (self._limiter.has_room(now) and self._breaker.lets_pass(now)):
                self._wake_later(now)
                return
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(Slot(self._limiter.sent(now), self._breaker.sent()))

    def _wake_later(self, now: float) -> None:
        """Come back when time alone, and no reply, will have opened the way."""
        probe_at = self._breaker.probe_at if self._breaker.is_open else 0.0
        at = max(self._limiter.held_until, probe_at)
        if at <= now or (self._timer is not None and now < self._timer_at <= at):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = at
        self._timer = asyncio.get_running_loop().call_at(at, self._wake_now)

    def _wake_now(self) -> None:
        self._timer = None
        self.wake(asyncio.get_running_loop().time())

    def refuse(self, error: Callable[[], Exception]) -> None:
        """Let everybody who waits fail, each with its own error."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_exception(error())
