"""Fixtures of the load tester's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .service import PerfService


@pytest.fixture
def service() -> Iterator[PerfService]:
    with PerfService() as server:
        yield server
