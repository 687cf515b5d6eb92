"""Sends requests to a model: limits concurrency, retries transient failures, and gives up. The only retry layer.

All decisions and their reasons are on one page: docs/design/reliability.md.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..core.deadline import Deadline
from ..core.errors import EvalError, FatalError, ModelError, RateLimitedError, TransientError
from ..core.service_state import ServiceState
from ..core.values import ModelOutput
from ..models.spec import Connecting, Model
from ..wire.request import Request
from .admission import FIRST_REQUESTS, PATIENCE_S, PROBE_EVERY_S, Breaker, Limiter, Slot, Slots
from .metering import Bill, Meter, ServiceDownError
from .retry import RATE_LIMITED_FOR_S, RetryBudget, Tries, longest_wait_s

log = logging.getLogger(__name__)

LONG_WAIT_S = 120.0
SAMPLE_TIMEOUT_S = 1800.0
# Seconds to wait for the first reply before all requests are sent: a wrong key is answered sooner.
FIRST_REPLY_S = 1.0
# By then the first requests have been sent, and connections can be opened for those that wait for the first reply.
CONNECT_AFTER_S = 0.005
# Consecutive failed samples after which the service counts as down.
GIVE_UP_AFTER = 3
# Refused connections, without one ever made, after which the service counts as unreachable.
UNREACHABLE_AFTER = 6


@dataclass(slots=True)
class Health:
    """Counts of a service so far. ``stopped`` is the reason why no more requests are sent; empty while all is well."""

    answered: int = 0
    retries: int = 0
    stopped: str = ""


class ModelClient:
    """A client of one model.

    Args:
        limit: Maximum number of requests in flight.
        patient: Continue after any failure (``ignore_errors``).
        first: Requests sent before the first reply; None for a model in this process, which gets requests as fast as it
            answers.
        sample_timeout_s: Seconds for a request with all its attempts, unless its parameters set a limit; None: no
            limit.
        draw: Returns a number in [0, 1). Tests replace it, and run an event loop with a simulated clock.

    Attributes:
        spelling: The user's spelling of the settings that advice in errors names.
        meter: Notes what each request costs, and admits those that the budget allows; None for neither.
    """

    def __init__(
        self,
        model: Model,
        limit: int,
        *,
        patient: bool = False,
        first: int | None = FIRST_REQUESTS,
        sample_timeout_s: float | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.model = model
        self.health = Health()
        self.spelling: Mapping[str, str] = {}
        self.meter: Meter | None = None
        self._limiter = Limiter(limit, max(1, limit) if first is None else first)
        self._breaker = Breaker(limit)
        self._slots = Slots(self._limiter, self._breaker)
        self._gate = ReplyGate() if first is not None else None
        self._budget = RetryBudget()
        self._patient = patient
        self._sample_timeout_s = sample_timeout_s
        self._draw = draw
        self._samples = 0
        self._under_way: dict[int, float] = {}  # when each was first sent, the oldest first
        self._given_up = 0  # samples in a row
        self._refused_connections = 0
        self._resting: set[asyncio.Future[None]] = set()
        self._connecting: asyncio.Task[None] | None = None

    def state(self, now: float) -> ServiceState:
        """Return the state of the service at a time of the event loop's clock. Safe from any thread."""
        limiter, breaker, health = self._limiter, self._breaker, self.health
        waits_for = limiter.held_for
        until = limiter.held_until
        if breaker.is_open:
            until, waits_for = breaker.probe_at, "next try"
        waits_s = max(0.0, until - now)
        under_way = list(self._under_way.values())
        return ServiceState(
            limiter.in_flight,
            limiter.limit,
            limiter.most,
            health.answered,
            limiter.rate_limited,
            health.retries,
            waits_s,
            waits_for if waits_s else "",
            breaker.state,
            health.stopped,
            len(under_way),
            max(0.0, now - under_way[0]) if under_way else 0.0,
        )

    async def send(self, request: Request, admit: Callable[[], object] | None = None) -> ModelOutput:
        """Send a request and return the reply; retry after rate limits and transient failures.

        Args:
            admit: Called once it is the request's turn; it may raise an exception to have nothing sent.

        Raises:
            ModelError: The last failure, once no attempt is left; at once if another would fail as well.
        """
        self._refuse_if_stopped()
        loop = asyncio.get_running_loop()
        slot = self._slots.take(loop.time()) or await self._slots.wait()
        bill = await self._admit(request, slot, admit)
        sample = self._samples = self._samples + 1
        self._under_way[sample] = loop.time()
        self._budget.sample()
        if sample == 1 and not self._limiter.opened:
            loop.call_later(FIRST_REPLY_S, self._open)
            loop.call_later(CONNECT_AFTER_S, self._connect)
        timeout_s = request.config.sample_timeout or self._sample_timeout_s
        try:
            with Deadline(timeout_s):
                try:
                    output = await self._attempt(request, slot, sample, bill)
                except (RateLimitedError, TransientError) as error:
                    output = await self._retry(request, error, sample, loop.time())
        except asyncio.TimeoutError:
            late = TransientError(
                f"no answer within {timeout_s:g} s, all attempts together: "
                "generation_config.sample_timeout. Raise it if the service is only slow."
            )
            self._give_up(late)
            raise late from None
        finally:
            del self._under_way[sample]
        # The next task in the queue sends its request before this reply is processed.
        await (self._gate.wait() if self._gate else asyncio.sleep(0))
        return output

    # One attempt --------------------------------------------------------------------------------------------------

    async def _admit(self, request: Request, slot: Slot, admit: Callable[[], object] | None = None) -> Bill | None:
        """Wait until the budget allows a request, and check that it is still needed: not part of the sample's time."""
        bill: Bill | None = None
        try:
            bill = await self.meter.admit(request) if self.meter else None
            if admit is not None:
                admit()
            return bill
        except BaseException:
            if bill is not None:
                bill.unsent()
            self._slots.give_back(slot)
            raise

    async def _attempt(self, request: Request, slot: Slot, sample: int, bill: Bill | None) -> ModelOutput:
        """Send a request once, and report the outcome to limiter and breaker."""
        try:
            output = await self._generate(request, bill)
        except (RateLimitedError, TransientError) as error:
            self._note_failure(error, request, slot, sample)
            raise
        except FatalError as error:
            known = self.health.stopped
            self._given_up += 1
            self._stop(str(error))  # before the slot is free: nobody takes it
            self._slots.give_back(slot)
            if known:  # another sample has reported it: this one was on its way, so it was not sent, rather than failed
                raise self._down() from error
            raise
        except EvalError:  # this request is refused: the service is well
            self._note_reply()
            raise
        except Exception as error:  # a custom provider may raise anything: the sample's error, not ours
            self._slots.give_back(slot)
            raise ModelError(f"{type(error).__name__}: {error}") from error
        except BaseException:
            self._slots.give_back(slot)
            raise
        self.health.answered += 1
        self._note_reply()
        return output

    async def _generate(self, request: Request, bill: Bill | None) -> ModelOutput:
        try:
            output = await self.model.generate(request)
        except ModelError as error:
            error.spelling = error.spelling or self.spelling
            if bill is not None:
                bill.failed(error)
            raise
        except Exception as error:  # of a custom provider
            if bill is not None:
                bill.failed(ModelError(str(error)))
            raise
        except BaseException:
            if bill is not None:
                bill.abandoned()
            raise
        if bill is not None:
            bill.paid(output)
        return output

    def _note_reply(self) -> None:
        now = asyncio.get_running_loop().time()
        self._given_up = self._refused_connections = 0
        self._limiter.answered(now)
        if self._breaker.answered():
            log.info("the service answers again")
        self._slots.wake(now)

    def _note_failure(
        self, error: RateLimitedError | TransientError, request: Request, slot: Slot, sample: int
    ) -> None:
        now = asyncio.get_running_loop().time()
        limited = isinstance(error, RateLimitedError)
        if limited or (isinstance(error, TransientError) and error.overloaded):
            self._note_refusal(error, slot, now, longest_wait_s(request.config) if limited else 0.0)
        else:
            self._limiter.failed()
        if limited:
            self._breaker.answered()
        else:
            self._note_transient(error, slot, sample, now, min(PROBE_EVERY_S, longest_wait_s(request.config)))
        self._slots.wake(now)

    def _note_refusal(
        self, error: RateLimitedError | TransientError, slot: Slot, now: float, longest_gap_s: float
    ) -> None:
        requested_s = error.retry_after_s
        too_long = requested_s is not None and requested_s > RATE_LIMITED_FOR_S
        if too_long or self._is_hopeless:
            longest_gap_s = 0.0
        limiter = self._limiter
        was_held = limiter.held_until
        wait_s = None if too_long else requested_s
        if limiter.refused(slot.number, now, wait_s, longest_gap_s=longest_gap_s):
            log.info("limit %d of %d, after %d refusals: %s", limiter.limit, limiter.most, limiter.rate_limited, error)
        if wait_s is not None and wait_s > LONG_WAIT_S and limiter.held_until > was_held:
            log.warning("no requests for %.0f s, as the service demands: %s", wait_s, error)
        if too_long:
            self._stop(f"the service requests a wait of {requested_s:.0f} s, more than 15 min. It replied: {error}")

    def _note_transient(self, error: ModelError, slot: Slot, sample: int, now: float, probe_after_s: float) -> None:
        if getattr(error, "unreachable", False) and not self.health.answered:
            self._refused_connections += 1
            if self._refused_connections >= UNREACHABLE_AFTER:
                self._stop(str(error))
        if slot.probe and self._breaker.is_open:
            if self._breaker.probe_failed(now):
                self._breaker.give_up()
                self._stop(f"the service is down: it has not answered for {self._breaker.open_s(now):.0f} s. {error}")
        elif self._breaker.failed(sample, now, probe_after_s):
            log.warning("the service is down, it is tried now and then for %g s: %s", PATIENCE_S, error)

    # Retries ---------------------------------------------------------------------------------------------------------

    async def _retry(
        self, request: Request, error: RateLimitedError | TransientError, sample: int, now: float
    ) -> ModelOutput:
        tries = Tries(request.config, now)
        loop = asyncio.get_running_loop()
        retries = 0
        while True:
            self._check(tries, error, loop.time())
            await self._rest(tries.wait_s(error.retry_after_s, self._draw))
            slot = await self._slots.wait(first=True)
            if not self._budget.take():
                self._slots.give_back(slot)
                self._give_up(error)
                raise error
            bill = await self._admit(request, slot)
            retries += 1
            self.health.retries += 1
            try:
                output = await self._attempt(request, slot, sample, bill)
            except (RateLimitedError, TransientError) as again:
                error = again
            else:
                self._budget.give_back(retries)
                return replace(output, retries=retries)

    def _check(self, tries: Tries, error: RateLimitedError | TransientError, now: float) -> None:
        """Raise the failure if the sample has no attempts left. While the breaker is open, failures do not count."""
        if not self._breaker.is_open:
            tries.note(error)
            beyond = (error.retry_after_s or 0.0) > RATE_LIMITED_FOR_S
            if self._is_hopeless or beyond or tries.are_over(now):
                self._give_up(error)
                raise _impatient(error) if beyond else error
        if self.health.stopped:
            raise error

    async def _rest(self, seconds: float) -> None:
        """Wait, unless the run stops."""
        loop = asyncio.get_running_loop()
        end = loop.create_future()
        timer = loop.call_later(seconds, _end, end)
        self._resting.add(end)
        try:
            await end
        finally:
            timer.cancel()
            self._resting.discard(end)
        self._refuse_if_stopped()

    # Giving up ----------------------------------------------------------------------------------------------------

    @property
    def _is_hopeless(self) -> bool:
        """True when samples fail one after the other. A patient run continues, but no longer waits."""
        return self._given_up >= GIVE_UP_AFTER

    def _give_up(self, error: ModelError) -> None:
        """Count a sample that failed for good; stop if the next ones would fail as well."""
        self._given_up += 1
        if not self._is_hopeless:
            return
        self._limiter.forget_gap()
        if isinstance(error, RateLimitedError):
            self._stop(f"the service refuses every request: {error}")
        elif not self.health.answered:
            self._stop(str(error))

    def _stop(self, reason: str) -> None:
        if self._patient or self.health.stopped:
            return
        self.health.stopped = reason
        log.warning("stopped: %s", reason)
        self._slots.refuse(self._down)
        for end in self._resting:
            _end(end)

    def _refuse_if_stopped(self) -> None:
        if self.health.stopped:
            raise self._down()

    def _down(self) -> ServiceDownError:
        return ServiceDownError(f"not sent, since the run stops: {self.health.stopped}")

    def _connect(self) -> None:
        """Open connections for the requests that wait for the first reply, so that they are ready when it comes."""
        count = min(self._slots.waiting, self._limiter.most - self._limiter.in_flight)
        if count > 0 and not self.health.stopped and isinstance(self.model, Connecting):
            self._connecting = asyncio.get_running_loop().create_task(self.model.connect(count))

    def _open(self) -> None:
        if not self._limiter.opened:
            self._limiter.open()
            self._slots.wake(asyncio.get_running_loop().time())


def _end(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _impatient(error: RateLimitedError | TransientError) -> RateLimitedError | TransientError:
    """Return the failure with the reason why it is not retried."""
    requested_s, longest_min = error.retry_after_s or 0.0, RATE_LIMITED_FOR_S / 60
    return type(error)(
        f"{error} It requests a wait of {requested_s:.0f} s; the longest wait is {longest_min:.0f} min.", requested_s
    )


class ReplyGate:
    """Gives sending priority over processing replies: each round of the event loop releases one waiting reply.

    Replies arrive in bursts. Between two rounds the loop sends the requests for which finished ones made room, so the
    service stays busy; scoring and recording fill the time in which it computes. No reply waits forever. For one event
    loop only; `bench/throughput.py` measures the effect, figures in docs/design/engine.md.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Wait until this reply is released."""
        loop = asyncio.get_running_loop()
        place: asyncio.Future[None] = loop.create_future()
        self._waiting.append(place)
        if len(self._waiting) == 1:
            loop.call_soon(self._next, loop)
        await place

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        place = self._waiting.popleft()
        if not place.done():  # cancelled while it waited
            place.set_result(None)
        if self._waiting:
            loop.call_soon(self._next, loop)
