"""Limits the requests in flight to as many as the service takes. No clock and no waiting in here.

Additive increase, multiplicative decrease, fed by refusals (429, 529, 503) only: the latency of a language model says
nothing of its load, as lengths differ. Figures and reasons: docs/design/reliability.md, `bench/rate_limit.py`.
"""

from __future__ import annotations

FIRST_REQUESTS = 3
CUT = 0.8
COOLDOWN_S = 15.0
GROWTH = 0.05
SATURATED = 0.8
# Seconds between requests to a service that refuses even one at a time: where the search for its rate starts and ends.
FIRST_GAP_S = 1.0
LEAST_GAP_S = 0.25
GAP_SEARCH = 1.5
GAP_RAISE = 1.25
GAP_CUT = 0.98
GAP_PROVEN = 2  # requests in a row that got through: by then the gap is about right
# Until it is known that there is a rate at all: what was refused a few times may be taken at any pace afterwards.
GAP_DOUBT = 0.5


class Limiter:
    """The requests in flight to one service with one key, and their limit.

    A request that is sent gets a number from `sent`; its outcome is reported with that number. The limit starts
    at ``most`` and never exceeds it; until the first reply only ``first`` requests are sent, so that a wrong key costs
    no more. Times are seconds of any clock that never runs backwards.

    Attributes:
        held_until: When the next request may go.
        held_for: Why not earlier.
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
        self._early = True  # nothing was answered yet, and nothing else says that it is

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
        """Note a request that says nothing of the service's load."""
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
        if self._early:  # it takes nothing yet, which says nothing of how much it will take
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
