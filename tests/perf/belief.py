"""Measurements that count as the server's on a busy machine as well; whether they are is what test_verdict is about."""

from __future__ import annotations

import pytest

# Here, not by name where it is changed: runs in this process forget the modules that they were the first to import.
from evalscope_pytest.perf.measure import validity as verdict

LIMITS = {"BUSY": float("inf"), "LATE_FLOOR_S": float("inf"), "DISPATCH_FLOOR_S": float("inf"), "KEPT": 0.0}
# For the processes a run of pytest starts.
CONFTEST = f"""
from evalscope_pytest.perf.measure import validity as verdict
inf = float("inf")
vars(verdict).update({LIMITS!r})
"""


@pytest.fixture
def believed(monkeypatch):
    """The client counts as fit to measure, whatever else the machine does meanwhile."""
    for name, limit in LIMITS.items():
        monkeypatch.setattr(verdict, name, limit)
