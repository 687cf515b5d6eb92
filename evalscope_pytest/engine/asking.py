"""Asks a model: within the limit of requests in flight, and again when a failure may go away."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from ..core.errors import EvalError, FatalError, ModelError, RateLimitedError, TransientError
from ..core.values import ModelOutput
from ..models.protocol import Model, Request

FIRST_WAIT_S = 0.5
LONGEST_RETRY_AFTER_S = 120.0
# So many samples failed with none ever answered, and the service counts as down.
GIVE_UP_AFTER = 3


class ServiceDownError(FatalError):
    """Nothing was ever answered, or every request would be refused: asking on is pointless."""


@dataclass(slots=True)
class Health:
    """What is known of the service so far. ``stopped`` says why nothing more is asked; empty while all is well."""

    answered: int = 0
    failed: int = 0
    retries: int = 0
    stopped: str = ""


class Asker:
    """One model with its limit.

    Args:
        limit: Requests in flight at most.
        patient: Go on although every sample so far failed (``ignore_errors``).
        sleep: How to wait; tests put their own clock here.
    """

    def __init__(
        self,
        model: Model,
        limit: int,
        *,
        patient: bool = False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.model = model
        self.health = Health()
        self._slots = asyncio.Semaphore(max(1, limit))
        self._patient = patient
        self._sleep = sleep

    async def ask(self, request: Request) -> ModelOutput:
        """Answer a request, asking up to ``retries`` more times after rate limits and transient failures.

        Raises:
            ModelError: The last failure, once no attempt is left; at once where another would fail as well.
        """
        attempt = 0
        while True:
            try:
                output = await self._once(request)
            except (RateLimitedError, TransientError) as error:
                if attempt >= request.config.retries:
                    self._note_failure(error)
                    raise
                attempt += 1
                self.health.retries += 1
                await self._sleep(wait_s(attempt, request.config.retry_interval, error.retry_after_s))
            except FatalError as error:
                self._note_failure(error)
                raise
            else:
                self.health.answered += 1
                # Whoever waits for the slot sends its request before this reply is looked at: replies come in rows,
                # and working on a whole row first would keep its slots empty.
                await asyncio.sleep(0)
                return replace(output, retries=attempt) if attempt else output

    async def _once(self, request: Request) -> ModelOutput:
        async with self._slots:
            if self.health.stopped:
                raise ServiceDownError(f"not asked, since the run stops: {self.health.stopped}")
            try:
                return await self.model.generate(request)
            except EvalError:
                raise
            except Exception as error:  # a provider of the user's own may raise anything: the sample's error, not ours
                raise ModelError(f"{type(error).__name__}: {error}") from error

    def _note_failure(self, error: ModelError) -> None:
        self.health.failed += 1
        if self.health.stopped or isinstance(error, ServiceDownError):
            return
        hopeless = isinstance(error, FatalError)
        silent = isinstance(error, TransientError) and not self.health.answered and self.health.failed >= GIVE_UP_AFTER
        if (hopeless or silent) and not self._patient:
            self.health.stopped = str(error)


def wait_s(attempt: int, longest_s: float, retry_after_s: float | None) -> float:
    """Return the seconds to wait before retry number ``attempt``, from 1: doubling, with jitter.

    A wait the service asked for is kept, up to two minutes. The jitter, up to a half, keeps clients from coming
    back in step.
    """
    backoff: float = min(longest_s, FIRST_WAIT_S * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0)
    return max(backoff, min(retry_after_s or 0.0, LONGEST_RETRY_AFTER_S))
