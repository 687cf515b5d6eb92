"""An hour of rate limiting in a minute: the real client against a simulated service, on a clock that jumps.

    python bench/rate_limit.py [--minutes 60]

Prints, for services that refuse what is too much for them, the share of their capacity that was used and the share of
requests refused, both without the first seconds, and between which limits the client settled.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.core.errors import ModelError, RateLimitedError
from evalscope_pytest.core.values import Message, ModelOutput
from evalscope_pytest.engine.client import ModelClient
from evalscope_pytest.wire.request import Request

FIRST_SECONDS = 15.0


class _JumpingSelector(selectors.SelectSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("nothing is left to happen: everybody waits for good")
        self.now += max(0.0, timeout)
        return super().select(0)


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        self._clock = _JumpingSelector()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


def simulate(scenario: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run a coroutine function to its end on simulated time."""
    loop = JumpingLoop()
    try:
        return loop.run_until_complete(scenario())
    finally:
        loop.close()


@dataclass
class SimulatedService:
    """Takes ``capacity`` requests at once, or ``per_minute`` of them, and refuses what is more with 429.

    Attributes:
        retry_after_s: Wait that it requests of refused requests, if any.
        latency_s: Median seconds of an answer; lengths of answers vary widely.
        refusal_s: Seconds until a refusal arrives.
    """

    capacity: int = 10**9
    per_minute: float = 0.0
    retry_after_s: float | None = None
    latency_s: float = 2.0
    refusal_s: float = 0.05
    seed: int = 1
    name: str = "simulated"
    fingerprint: str = "simulated"

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        self.busy = 0
        self.tokens = 1.0
        self.filled_at = 0.0
        self.answered: list[float] = []
        self.refused: list[float] = []

    async def generate(self, request: Request) -> ModelOutput:
        loop = asyncio.get_running_loop()
        if self.busy >= self.capacity or not self._token(loop.time()):
            await asyncio.sleep(self.refusal_s)
            self.refused.append(loop.time())
            raise RateLimitedError("429", self.retry_after_s)
        self.busy += 1
        try:
            await asyncio.sleep(self.latency_s * self.draw.lognormvariate(0, 0.6))
        finally:
            self.busy -= 1
        self.answered.append(loop.time())
        return ModelOutput("fine")

    def _token(self, now: float) -> bool:
        if not self.per_minute:
            return True
        self.tokens = min(max(1.0, self.per_minute / 60), self.tokens + (now - self.filled_at) * self.per_minute / 60)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Figures:
    """Result of a simulation, its first seconds left out.

    Attributes:
        used: Answers, as a share of those a client that knows the capacity would get.
        refused: Refusals, as a share of all requests.
        low: The limit in flight below which it was a tenth of the time.
        high: The limit above which it was a tenth of the time.
        lost: Samples that ended in an error.
    """

    used: float
    refused: float
    low: int
    high: int
    lost: int


async def measure(service: SimulatedService, batch_size: int, seconds: float) -> Figures:
    """Send without a pause for this many seconds."""
    loop = asyncio.get_running_loop()
    client = ModelClient(service, batch_size, draw=random.Random(7).random)
    request = Request((Message("user", "hello"),), GenerationConfig(sample_timeout=1800.0))
    lost = 0

    async def samples() -> None:
        nonlocal lost
        while loop.time() < seconds:
            try:
                await client.send(request)
            except ModelError:
                lost += 1
                await asyncio.sleep(0.01)

    tasks = [asyncio.ensure_future(samples()) for _ in range(2 * batch_size)]  # as many as the look-ahead runs
    limits = []
    while loop.time() < seconds:
        await asyncio.sleep(0.5)
        if loop.time() > FIRST_SECONDS:
            limits.append(client.state(loop.time()).limit)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    limits.sort()
    late_answers = sum(FIRST_SECONDS < at <= seconds for at in service.answered)
    late_refusals = sum(FIRST_SECONDS < at <= seconds for at in service.refused)
    mean_s = service.latency_s * 1.197  # of the log-normal: exp(0.6 ** 2 / 2)
    possible = service.per_minute / 60 if service.per_minute else min(service.capacity, batch_size) / mean_s
    return Figures(
        late_answers / (possible * (seconds - FIRST_SECONDS)),
        late_refusals / max(1, late_answers + late_refusals),
        limits[len(limits) // 10],
        limits[-len(limits) // 10],
        lost,
    )


CASES: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("capacity 20", {"capacity": 20}, 64),
    ("capacity 20, Retry-After 2", {"capacity": 20, "retry_after_s": 2.0}, 64),
    ("capacity 20, slow refusals", {"capacity": 20, "refusal_s": 1.0}, 64),
    ("capacity 20, answers in 0.2 s", {"capacity": 20, "latency_s": 0.2}, 64),
    ("capacity 20, answers in 30 s", {"capacity": 20, "latency_s": 30.0}, 64),
    ("capacity 20, 256 wanted", {"capacity": 20}, 256),
    ("capacity 7", {"capacity": 7}, 64),
    ("capacity 7, 8 wanted", {"capacity": 7}, 8),
    ("capacity 64", {"capacity": 64}, 64),
    ("10 a minute", {"per_minute": 10}, 8),
    ("10 a minute, Retry-After 6", {"per_minute": 10, "retry_after_s": 6.0}, 8),
    ("300 a minute", {"per_minute": 300}, 64),
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60.0)
    seconds = parser.parse_args().minutes * 60
    print(f"{'service':<32}{'wanted':>8}{'used':>8}{'refused':>9}{'limit':>9}{'lost':>6}")
    for name, options, batch_size in CASES:
        service = SimulatedService(**options)
        found = simulate(lambda service=service, batch_size=batch_size: measure(service, batch_size, seconds))
        limits = f"{found.low}-{found.high}"
        print(f"{name:<32}{batch_size:>8}{found.used:>8.1%}{found.refused:>9.2%}{limits:>9}{found.lost:>6}", flush=True)


if __name__ == "__main__":
    main()
