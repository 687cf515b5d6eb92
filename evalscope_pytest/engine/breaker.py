"""When a service counts as down, and when it is tried again. No clock and no waiting in here.

While the breaker is open nothing is sent but a probe now and then, and no sample fails: an outage of a minute costs a
minute, not the samples of that minute.
"""

from __future__ import annotations

from ..core.service_state import Breaker as State

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
        """Note a probe that was cancelled, and says nothing."""
        self._probing = False

    def give_up(self) -> None:
        """Close, and stay closed until something is answered: samples fail by themselves from here on."""
        self.is_open = self._probing = self._enabled = False
        self._failing.clear()
