"""Decides about retries: plain arithmetic, no clock and no waiting in here (docs/design/reliability.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..config.generation import GenerationConfig
from ..core.errors import ModelError, RateLimitedError

# Failures of one sample, the last one included.
RATE_LIMITED_ATTEMPTS = 8
TRANSIENT_ATTEMPTS = 4
LONGEST_WAIT_S = 60.0
# A sample that is still refused after this is given up. No service is waited for longer.
RATE_LIMITED_FOR_S = 15 * 60.0
BUDGET = 100.0
BUDGET_PER_SAMPLE = 0.2


@dataclass(slots=True)
class Tries:
    """The failed attempts of one sample.

    Args:
        config: ``retries``, if given, holds for all failures together; ``retry_interval`` bounds the waits.
    """

    config: GenerationConfig
    began: float
    rate_limited: int = 0
    transient: int = 0

    def note(self, error: ModelError) -> None:
        """Count a failure."""
        if isinstance(error, RateLimitedError):
            self.rate_limited += 1
        else:
            self.transient += 1

    def are_over(self, now: float) -> bool:
        """Return whether the sample has had all its attempts."""
        retries = self.config.retries
        if self.rate_limited and now - self.began >= RATE_LIMITED_FOR_S:
            return True
        if retries is not None:
            return self.rate_limited + self.transient > retries
        return self.rate_limited >= RATE_LIMITED_ATTEMPTS or self.transient >= TRANSIENT_ATTEMPTS

    def wait_s(self, retry_after_s: float | None, draw: Callable[[], float]) -> float:
        """Return the seconds to wait before the next attempt."""
        attempt = max(1, self.rate_limited + self.transient)
        return wait_s(attempt, longest_wait_s(self.config), retry_after_s, draw)


def longest_wait_s(config: GenerationConfig) -> float:
    """Return the longest wait between two attempts, if the service names none."""
    return LONGEST_WAIT_S if config.retry_interval is None else config.retry_interval


def wait_s(attempt: int, longest_s: float, retry_after_s: float | None, draw: Callable[[], float]) -> float:
    """Return the seconds to wait before retry number ``attempt``, from 1: exponential, with full jitter.

    Full jitter (anything from nothing to the bound) keeps clients that failed together from coming back together.

    Args:
        retry_after_s: Wait that the service requested; never undercut, up to `RATE_LIMITED_FOR_S`.
        draw: Gives a number in [0, 1).
    """
    bound = min(longest_s, 2.0 ** min(attempt - 1, 30))
    return max(bound * draw(), min(retry_after_s or 0.0, RATE_LIMITED_FOR_S))


class RetryBudget:
    """Keeps futile retries to a share of the traffic: 100, and one more for every fifth sample.

    Each retry takes one; a sample that is answered in the end gives its own back.
    """

    __slots__ = ("left",)

    def __init__(self, left: float = BUDGET) -> None:
        self.left = left

    def sample(self) -> None:
        """Count a first attempt."""
        self.left += BUDGET_PER_SAMPLE

    def take(self) -> bool:
        """Take one retry, if there is one."""
        if self.left < 1:
            return False
        self.left -= 1
        return True

    def give_back(self, retries: int) -> None:
        """Return the retries that led to an answer."""
        self.left += retries
