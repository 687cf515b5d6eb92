"""Reading and the network take turns in the event loop."""

from __future__ import annotations

import asyncio
from time import perf_counter

SHORTEST_S, LONGEST_S = 0.0003, 0.003
URGENT_S = 0.02


class Turns:
    """How long replies may be read before the network has its turn. Shared by all that is read in an event loop.

    A turn of reading is as long as the network's last one, within bounds: where the network is never done, replies are
    read as they come, while the processor's caches still hold them, and where it is idle, nothing it brings waits long.

    Attributes:
        until: When this turn of reading is over.
    """

    __slots__ = ("until",)

    def __init__(self) -> None:
        self.until = perf_counter() + SHORTEST_S

    async def give_way(self) -> None:
        """Let the network have its turn."""
        begun = perf_counter()
        await asyncio.sleep(0)
        now = perf_counter()
        self.until = now + min(max(now - begun, SHORTEST_S), LONGEST_S)

    def hurry(self) -> None:
        """Make this turn longer, whatever the network has to say."""
        self.until = perf_counter() + URGENT_S
