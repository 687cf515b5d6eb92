"""Fields that this package adds to pytest's reports; they travel from an xdist worker to its controller."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from ..core.service_state import Services, ServiceState
from ..run.progress import Verdict

SEND_EVERY_S = 1.0


def attach(report: pytest.TestReport, verdict: Verdict) -> pytest.TestReport:
    """Put a verdict on a report."""
    report.evalscope = tuple(verdict)  # type: ignore[attr-defined]
    return report


def verdict_on(report: pytest.TestReport) -> Verdict | None:
    """Read it back, also on the other side of a worker's channel."""
    values = getattr(report, "evalscope", None)
    return Verdict(*values) if values else None


class ServiceOnReports:
    """In an xdist worker: puts what it knows of the services on a report now and then, for the controller's line."""

    def __init__(self, services: Callable[[], Services]) -> None:
        self._services = services
        self._sent_at = float("-inf")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Attach the state, at most once a second."""
        now = time.monotonic()
        if now - self._sent_at >= SEND_EVERY_S and any(states := self._services()):
            self._sent_at = now
            report.evalscope_service = dump_states(states)  # type: ignore[attr-defined]


def dump_states(services: Services) -> list[Any]:
    """Return states as they travel over a worker's channel."""
    return [None if state is None else tuple(state) for state in services]


def load_states(values: Sequence[Any]) -> Services:
    """Read them on its other side."""
    return Services(*[None if state is None else ServiceState(*state) for state in values])


def service_on(report: pytest.TestReport) -> tuple[str, Services] | None:
    """Return the worker a report comes from and the states on it, on the other side of the worker's channel."""
    values = getattr(report, "evalscope_service", None)
    return (report.node.gateway.id, load_states(values)) if values else None
