"""State of a service that requests are sent to: made by the engine, shown by the terminal and ``progress.json``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Breaker = Literal["closed", "open", "probing"]


class ServiceState(NamedTuple):
    """A service at one moment. A tuple of plain values, which travels from an xdist worker to its controller.

    Attributes:
        limit: Requests that may be in flight now.
        most: Maximum of `limit`.
        answered: Requests that were answered.
        rate_limited: Requests that were refused for their number.
        retries: Requests that were sent again.
        waits_s: Seconds until the next request may go, 0 if one may go now.
        waits_for: Cause of the wait: the service's ``Retry-After``, or ``rate limit`` if the service names no time.
        breaker: ``open`` while the service counts as down, ``probing`` while one request finds out.
        stopped: Why no more requests are sent; empty while they are.
        waiting: Questions that are under way, those between two attempts among them.
        longest_s: Seconds since the oldest of them was sent.
    """

    in_flight: int = 0
    limit: int = 0
    most: int = 0
    answered: int = 0
    rate_limited: int = 0
    retries: int = 0
    waits_s: float = 0.0
    waits_for: str = ""
    breaker: Breaker = "closed"
    stopped: str = ""
    waiting: int = 0
    longest_s: float = 0.0

    def words(self) -> str:
        """Describe the trouble of the service, empty while all is well: ``limit 12 of 64, 429 x31``."""
        if self.breaker == "probing":
            return "service down, trying it"
        if self.breaker == "open":
            return f"service down, next try in {self.waits_s:.0f} s"
        parts = [f"limit {self.limit} of {self.most}, 429 x{self.rate_limited}"] if self.limit < self.most else []
        if self.waits_s >= 1:
            parts.append(f"waits {self.waits_s:.0f} s: {self.waits_for}")
        return ", ".join(parts)

    def waits(self) -> str:
        """Describe the requests that are waiting, empty without any: ``8 waiting, longest 55 s``."""
        return f"{self.waiting} waiting, longest {self.longest_s:.0f} s" if self.waiting else ""

    @property
    def is_held(self) -> bool:
        """True while no request is sent, and none will be for a while."""
        return self.breaker != "closed" or self.waits_s >= 1


def together(states: Iterable[ServiceState]) -> ServiceState | None:
    """Merge the states of processes that send to the same service: sums, and the worst of the rest."""
    known = list(states)
    if not known:
        return None
    waiting = max(known, key=lambda state: state.waits_s)
    breaker: Breaker = next((state.breaker for state in known if state.breaker != "closed"), "closed")
    stopped = next((state.stopped for state in known if state.stopped), "")
    return ServiceState(
        in_flight=sum(state.in_flight for state in known),
        limit=sum(state.limit for state in known),
        most=sum(state.most for state in known),
        answered=sum(state.answered for state in known),
        rate_limited=sum(state.rate_limited for state in known),
        retries=sum(state.retries for state in known),
        waits_s=waiting.waits_s,
        waits_for=waiting.waits_for,
        breaker=breaker,
        stopped=stopped,
        waiting=sum(state.waiting for state in known),
        longest_s=max(state.longest_s for state in known),
    )


class Services(NamedTuple):
    """The service of the model and those of its judges, at one moment; None before the first request."""

    model: ServiceState | None = None
    judges: ServiceState | None = None

    def words(self) -> str:
        """Describe the troubles of the model and judge services; empty while all is well."""
        return _both(*(state.words() if state else "" for state in self))

    def waits(self) -> str:
        """Describe what the model and judge services are waiting for."""
        return _both(*(state.waits() if state else "" for state in self))

    @property
    def is_held(self) -> bool:
        """True while one of them gets no requests, and will not for a while."""
        return any(state.is_held for state in self if state)

    @classmethod
    def of(cls, states: Iterable[Services]) -> Services:
        """Return the states of several processes as one."""
        known = list(states)
        return cls(together(s.model for s in known if s.model), together(s.judges for s in known if s.judges))


def _both(model: str, judges: str) -> str:
    return "  ".join(part for part in (model, f"judge: {judges}" if judges else "") if part)
