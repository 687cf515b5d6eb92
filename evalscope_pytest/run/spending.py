"""What a run spends, and the limits on it: ``--eval-prices``, ``--eval-max-cost``, ``--eval-max-tokens-total``.

A request is admitted if three amounts are together within the limits: what was paid in this work_dir, the most that all
requests in flight may cost, and the most that it may cost itself. If only those in flight are in its way, it waits.
docs/design/budget.md has the reasons.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..config.prices import Prices, load_prices, money, units
from ..core.content import MediaPart, Video, medium_of
from ..core.errors import ModelError, StoreError
from ..core.spending import BYTES_A_TOKEN, Account, PromptSize, Role, Spent
from ..core.values import ModelOutput, Usage
from ..engine.context import current
from ..engine.metering import BudgetError, benchmark
from ..models.spec import ModelSpec
from ..store.ledger import Ledger, Worth
from ..wire.anthropic import DEFAULT_MAX_TOKENS
from ..wire.request import Request

if TYPE_CHECKING:
    from ..config.task import TaskConfig

log = logging.getLogger(__name__)

# Output tokens that a reply of unknown length is taken to have until the first reply has come.
ASSUMED_OUTPUT = 1024
# Input tokens that a service adds to a prompt (its template, a system message) at least, and until one is known.
LEAST_EXCESS, ASSUMED_EXCESS = 16, 64
# Seconds between two looks at what other processes have in flight.
LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a run; None for no limit.

    Attributes:
        cost: In units of `config.prices.UNIT`.
    """

    tokens: int | None = None
    cost: int | None = None

    @property
    def any(self) -> bool:
        """True if there is a limit."""
        return self.tokens is not None or self.cost is not None

    def allow(self, worth: Worth) -> bool:
        """Return whether this much may be spent in all."""
        within_tokens = self.tokens is None or worth.tokens <= self.tokens
        return within_tokens and (self.cost is None or worth.cost <= self.cost)

    def fits(self, paid: Worth, held: Worth, request: Worth) -> bool:
        """Return whether a request fits beside those in flight."""
        return self.allow(paid.plus(held).plus(request))


class Spending:
    """The spending of a run, as one of its processes sees it.

    Args:
        place: Returns the file that all processes share; called when it is first needed.
        on_fault: Called if nothing can be recorded any more.
        recorded: Returns whether the run keeps records: one of ordinary tests alone does not, without a limit.
    """

    def __init__(
        self,
        task: TaskConfig,
        session: str,
        place: Callable[[], Path],
        on_fault: Callable[[StoreError], object],
        recorded: Callable[[], bool],
    ) -> None:
        self.prices = prices_of(task)
        self.limits = limits_of(task)
        self._task = task
        self._on_fault = on_fault
        self.recorded = recorded
        self._session = session
        self._place = place
        self._settled = _Waiters()
        self._line: deque[object] = deque()  # requests that wait for a reservation
        self._logged: set[str] = set()

    @cached_property
    def ledger(self) -> Ledger:
        """The record of what was spent."""
        return Ledger(self._place(), self._session, self._worth, follows=self.limits.any)

    def close(self) -> None:
        """Close the record."""
        if "ledger" in vars(self):
            self.ledger.close()

    @property
    def currency(self) -> str:
        """The currency of the prices; empty without prices."""
        return self.prices.currency if self.prices else ""

    def refresh(self) -> None:
        """Read what all processes have spent so far.

        Raises:
            StoreError: It cannot be read.
        """
        self.ledger.refresh()

    @property
    def refusal(self) -> str:
        """Why this run sends no more requests; empty while it does."""
        if not self.limits.any:
            return ""
        try:
            self.ledger.refresh()
        except StoreError as error:
            log.warning("%s", error)
        return self.ledger.refusal

    def meter(self, spec: ModelSpec, role: Role) -> ModelMeter | None:
        """Return the meter of a model; None for one that costs nothing and has no limit."""
        if spec.is_mock and not (self.prices or self.limits.any):
            return None
        return ModelMeter(self, spec, role)

    def account(self, role: Role, model: str) -> Account:
        """Return the account of a request that is made now."""
        return Account(self._task.model_id, benchmark.get(), role, model)

    def check(self, models: Iterable[str]) -> None:
        """Check that a limit on costs can be kept: each model of this run, and of earlier ones here, has a price.

        Raises:
            ConfigError: One has none.
            StoreError: The spending of earlier runs cannot be read.
        """
        if self.limits.cost is None or self.prices is None:
            return
        self.prices.check(dict.fromkeys(models), "--eval-max-cost")
        self.prices.check(
            dict.fromkeys(account.model for account in (*self.ledger.spent, *self.ledger.lost)),
            "--eval-max-cost, which counts what earlier runs in this directory spent,",
        )

    def left(self) -> str:
        """Return how much of the limits is left, in words."""
        paid, parts = self.ledger.paid, []
        if (cost := self.limits.cost) is not None:
            left = cost_text(max(0, cost - paid.cost), "").strip()
            parts.append(f"{left} of {cost_text(cost, self.currency)} left")
        if (tokens := self.limits.tokens) is not None:
            parts.append(f"{max(0, tokens - paid.tokens):,} of {tokens:,} tokens left")
        return ", ".join(parts)

    @staticmethod
    def default_output(spec: ModelSpec) -> int | None:
        """Return the most output tokens of a reply to a request without a limit; None for no limit."""
        return DEFAULT_MAX_TOKENS if spec.eval_type == "anthropic_api" else None

    # Requests -----------------------------------------------------------------------------------------------------

    async def reserve(self, account: Account, most: Callable[[], Spent], is_first: bool) -> str:
        """Wait until a request fits, and return its reservation. Requests of a process get theirs in order.

        Raises:
            BudgetError: It never will.
        """
        place = object()
        self._line.append(place)
        try:
            while True:
                if is_first and self.ledger.refusal:
                    raise BudgetError(self.ledger.refusal)
                if self._line[0] is place and (name := self._reserved(account, most)):
                    return name
                await self._settled.wait(LOOK_EVERY_S)
        finally:
            self._line.remove(place)
            self._settled.wake()

    def _reserved(self, account: Account, most: Callable[[], Spent]) -> str:
        """Return the reservation of a request; empty if it has to wait for those in flight.

        Raises:
            BudgetError: It would wait in vain.
        """
        ledger, limits = self.ledger, self.limits
        try:
            if name := ledger.reserve(account, most(), limits.fits):
                return name
            upper = most()
            request = self._worth(account, upper, True)
            if not limits.allow(ledger.paid.plus(request)):
                ledger.refuse(self._reason(account, request, upper.output))
                raise BudgetError(ledger.refusal)
        except StoreError as error:
            self._on_fault(error)
            raise BudgetError(f"not sent, since the run stops: {error}") from error
        self._log_once("requests wait for others to end, for together they could pass the limit")
        return ""

    def settle(self, write: Callable[[], None]) -> None:
        """Write what became of a request; a failure to do so ends the run."""
        try:
            write()
        except StoreError as error:
            self._on_fault(error)
        finally:
            self._settled.wake()

    def note_estimated(self, account: Account) -> None:
        """Log that a service does not report tokens."""
        if self.prices or self.limits.any:
            self._log_once(f"the service of {account.model} reports no tokens: what it costs is estimated")

    def _log_once(self, text: str) -> None:
        if text not in self._logged:
            self._logged.add(text)
            log.info("%s", text)

    def _reason(self, account: Account, request: Worth, output: int) -> str:
        paid, limits, what = self.ledger.paid, self.limits, "judgement" if account.role == "judge" else "request"
        if limits.cost is not None and paid.cost + request.cost > limits.cost:
            spent = f"{cost_text(paid.cost, '').strip()} of {cost_text(limits.cost, self.currency)}"
            next_one = cost_text(request.cost, self.currency)
            option = f"--eval-max-cost above {money(limits.cost):f}"
        else:
            spent = f"{paid.tokens:,} of {limits.tokens:,} tokens"
            next_one, option = f"{request.tokens:,}", f"--eval-max-tokens-total above {limits.tokens}"
        return (
            f"the budget is used up. {spent} are spent, and the next {what} may take up to {next_one}."
            f"{self._assumption(account, output)} Nothing is lost: carry on with {option}"
        )

    def _assumption(self, account: Account, output: int) -> str:
        """Return a sentence on the length that a reply is taken to have, if none is known."""
        if output != ASSUMED_OUTPUT or any(other.model == account.model for other in self.ledger.spent):
            return ""
        return (
            f" A reply is taken to have up to {ASSUMED_OUTPUT:,} tokens until one is known: give max_tokens, if it is "
            "less."
        )

    def _worth(self, account: Account, spent: Spent, reserved: bool) -> Worth:
        price = self.prices.of(account.model) if self.prices else None
        if price is None:
            return Worth(spent.tokens)
        return Worth(spent.tokens, price.at_most(spent) if reserved else price.cost(spent))


def prices_of(task: TaskConfig) -> Prices | None:
    """Return the prices of a run; None without any.

    Raises:
        ConfigError: The file cannot be used.
    """
    return load_prices(Path(task.prices)) if task.prices else None


def limits_of(task: TaskConfig) -> Limits:
    """Return the limits of a run."""
    return Limits(task.max_tokens_total, None if task.max_cost is None else units(task.max_cost))


def cost_text(cost: int, currency: str) -> str:
    """Return a cost for a sentence, as in ``4.98 USD``: with two digits at least, and two decimals."""
    amount = money(cost)
    digits = 2 if amount >= 1 or not amount else min(18, 1 - amount.adjusted())
    whole, _, part = f"{amount:.{max(2, digits)}f}".partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')} {currency}"


class _Waiters:
    """Requests that wait for others to be settled, in this process or, looked at now and then, in another."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    async def wait(self, seconds: float) -> None:
        """Wait for a settled request, or for a while."""
        loop = asyncio.get_running_loop()
        place: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _end, place)
        self._waiting.append(place)
        try:
            await place
        finally:
            timer.cancel()
            self._waiting.remove(place)

    def wake(self) -> None:
        for place in self._waiting:
            _end(place)


def _end(place: asyncio.Future[None]) -> None:
    if not place.done():
        place.set_result(None)


# One model -----------------------------------------------------------------------------------------------------------


class ModelMeter:
    """Notes what the requests to one model cost."""

    def __init__(self, spending: Spending, spec: ModelSpec, role: Role) -> None:
        self._spending = spending
        self._role = role
        self._model = spec.model
        self._max_output = spending.default_output(spec)

    async def admit(self, request: Request) -> RequestBill | None:
        """Wait until the budget allows a request, and return its bill; None if nobody keeps it.

        Raises:
            BudgetError: It never will.
        """
        spending, context = self._spending, current.get()
        if not spending.limits.any and not spending.recorded():
            return None
        account = spending.account(self._role, self._model)
        size = prompt_size(request)
        is_first = self._role == "model" and context is not None and not context.calls
        if not spending.limits.any:
            return RequestBill(spending, account, size, is_first, self._most(size, request))
        try:
            name = await spending.reserve(account, lambda: self._most(size, request), is_first)
        except BudgetError as error:
            if context is not None:
                context.refused = error
            raise
        return RequestBill(spending, account, size, is_first, self._most(size, request), name)

    def _most(self, size: PromptSize, request: Request) -> Spent:
        """Return the most that a request may cost, as far as that is known."""
        seen = [s for account, s in self._spending.ledger.spent.items() if account.model == self._model]
        excess = max((LEAST_EXCESS, *(s.excess for s in seen))) if seen else ASSUMED_EXCESS
        output = max_output(request, self._max_output)
        if output is None:
            output = max((s.longest for s in seen), default=0) or ASSUMED_OUTPUT
        return Spent(requests=1, input=size.most_tokens + excess, output=output)


_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens")


def max_output(request: Request, default: int | None) -> int | None:
    """Return the most output tokens that a request allows; None if it sets no limit, or one that cannot be read.

    Fields of ``extra_body`` go beside ``max_tokens``, or take its place; which one a service obeys is not known.
    """
    config = request.config
    body: Mapping[str, object] = config.extra_body or {}
    given = [body[name] for name in _LIMITS if name in body]
    known = [value for value in given if type(value) is int]
    if len(known) < len(given):
        return None
    if config.max_tokens is not None and "max_tokens" not in body:
        known.append(config.max_tokens)
    if known:
        return max(known)
    return None if default is None else default + (config.reasoning_tokens or 0)


# Frames a second of a video that its number of tokens stands for.
_FRAMES = 2


def prompt_size(request: Request) -> PromptSize:
    """Return the size of a prompt, with all that the model gets beside it: functions, a schema of the reply."""
    config = request.config
    texts = [message.text for message in request.messages]
    texts += [call.arguments for message in request.messages for call in message.tool_calls]
    texts += [str(tool.identity) for tool in request.tools]
    texts += [str(extra) for extra in (config.response_schema, config.extra_body) if extra]
    text = sum(len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass")) for text in texts)
    return PromptSize(text, sum(_tokens(part) for message in request.messages for part in message.media))


def _tokens(part: MediaPart) -> int:
    tokens = medium_of(part).tokens
    if not isinstance(part, Video) or part.cut or not part.fps:
        return tokens
    return round(tokens * max(1, part.fps / _FRAMES))


def _output_of(output: ModelOutput) -> int:
    """Return the number of tokens of a reply that the service did not report, about: none of an empty reply."""
    text = "".join((output.reasoning, output.text, *(call.arguments for call in output.tool_calls)))
    return -(-len(text.encode("utf-8", "surrogatepass")) // BYTES_A_TOKEN)


@dataclass(frozen=True, slots=True)
class RequestBill:
    """The bill of one request.

    Attributes:
        most: The most that it may cost, which counts if nobody waits for the reply.
        reservation: Its name in the ledger; empty without a limit.
    """

    spending: Spending
    account: Account
    size: PromptSize
    is_first: bool
    most: Spent = field(default_factory=Spent)
    reservation: str = ""

    def paid(self, output: ModelOutput) -> None:
        """Take the reply."""
        reported = output.usage or Usage()
        usage = replace(
            reported,
            input_tokens=reported.input_tokens or math.ceil(self.size.tokens),
            output_tokens=reported.output_tokens or _output_of(output),
        )
        if estimated := usage != reported:
            self.spending.note_estimated(self.account)
        self._spent(Spent.of(usage, self.size, is_first=self.is_first, estimated=estimated))

    def failed(self, error: ModelError) -> None:
        """Take a failure: it costs the tokens that the service reported."""
        if error.gave_up:  # tokens that were reported before are those of the beginning
            self.abandoned()
        elif error.usage is not None and error.usage.total_tokens:
            self._spent(Spent.of(error.usage, self.size))
        else:
            self.unsent()

    def unsent(self) -> None:
        """Give back what was reserved."""
        if self.reservation:
            self.spending.settle(lambda: self.spending.ledger.release(self.reservation))

    def abandoned(self) -> None:
        """Count the most that the request may have cost."""
        self.spending.settle(lambda: self.spending.ledger.lose(self.account, self.most, self.reservation))

    def _spent(self, spent: Spent) -> None:
        self.spending.settle(lambda: self.spending.ledger.add(self.account, spent, self.reservation))
