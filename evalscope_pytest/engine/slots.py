"""The queue in front of a service, opened by its limiter and its breaker."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from .breaker import Breaker
from .limiter import Limiter


class Slot(NamedTuple):
    """Leave to send one request.

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
        """Give out what there is to give."""
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
