"""Lets requests go before replies are worked on."""

from __future__ import annotations

import asyncio
from collections import deque


class Turns:
    """A line of tasks that hold a reply, of which one goes on in each round of the event loop.

    Replies come in rows. Between two rounds the loop sends what the replies that have arrived made room for, so the
    service is kept busy first; scoring and recording fill the time in which it thinks. Nobody waits for ever: each
    round lets one go. One event loop; `bench/throughput.py` measures it, figures in docs/design/engine.md.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def turn(self) -> None:
        """Wait in line."""
        loop = asyncio.get_running_loop()
        place: asyncio.Future[None] = loop.create_future()
        self._waiting.append(place)
        if len(self._waiting) == 1:
            loop.call_soon(self._next, loop)
        await place

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        place = self._waiting.popleft()
        if not place.done():  # it is done where its task was cancelled
            place.set_result(None)
        if self._waiting:
            loop.call_soon(self._next, loop)
