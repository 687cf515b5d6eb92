"""Runs that are stopped: what was measured is kept, nothing more is sent."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from .service import after


def stop(sign: signal.Signals = signal.SIGINT) -> None:
    os.kill(os.getpid(), sign)


def test_sigterm_is_ctrl_c(perf, service, tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    service.latency_s = 0.02
    after(service, 10, lambda: stop(signal.SIGTERM))
    assert perf("--duration", "300") == 2
    assert (tmp_path / "out" / "perf" / "m" / "summary.json").exists()
    assert signal.getsignal(signal.SIGTERM) is before


def test_between_two_loads(perf, service, capsys):
    after(service, 3, lambda: threading.Timer(1.0, stop).start())  # 2 requests and the try take less
    assert perf("--parallel", "1", "2", "-n", "2", "--sleep-interval", "300") == 2
    assert "parallel 1" in capsys.readouterr().out
    assert len(service.requests) == 3


@pytest.mark.parametrize("processes", ["1", "2"])
def test_before_the_first_load(processes, perf, service, capsys):
    service.latency_s = 300
    after(service, 1, stop)
    assert perf("--parallel", "2", "-n", "5", "--processes", processes) == 2
    assert capsys.readouterr().err.endswith("stopped.\n")
    assert len(service.requests) == 1
