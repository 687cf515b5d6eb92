"""Meters of requests: what they cost is noted, and one that a budget does not allow is not sent."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Protocol

from ..core.errors import FatalError, ModelError
from ..core.values import ModelOutput
from ..wire.request import Request

# The benchmark that requests are sent for; empty outside of samples.
benchmark: ContextVar[str] = ContextVar("evalscope_benchmark", default="")


class ServiceDownError(FatalError):
    """The service is down or would refuse every request: this one was not sent."""


class BudgetError(ServiceDownError):
    """The budget is used up: this request was not sent. Replies that its sample has are kept."""


class Bill(Protocol):
    """The cost of one request that is being sent. One of its methods is called, once."""

    def paid(self, output: ModelOutput) -> None:
        """Take the reply."""
        ...

    def failed(self, error: ModelError) -> None:
        """Take a failure, which the service may have charged for."""
        ...

    def unsent(self) -> None:
        """Note that the request was not sent after all."""
        ...

    def abandoned(self) -> None:
        """Note that nobody waits for the reply any more."""
        ...


class Meter(Protocol):
    """A meter of the requests to one model."""

    async def admit(self, request: Request) -> Bill | None:
        """Wait until the budget allows a request, and return its bill; None if nobody keeps it.

        Raises:
            BudgetError: It never will.
        """
        ...
