"""The live line says how far all benchmarks are together, and when they will be done."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from evalscope_pytest.core.service_state import Services, ServiceState
from evalscope_pytest.plugin.pytest_private import Screen
from evalscope_pytest.run.progress import KEPT, RATE, Part, Progress, Verdict, fit
from evalscope_pytest.store.plan import BenchmarkPlan


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is printed; a second passes with each sample."""
    clock = iter(range(1000))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    return []


def _progress(lines: list[str], *sizes: int) -> Progress:
    plans = [BenchmarkPlan(f"b{i}", ("accuracy",), ("default",), {"default": n}) for i, n in enumerate(sizes)]
    reporter: Any = SimpleNamespace(
        config=SimpleNamespace(get_verbosity=lambda: 0),
        isatty=False,
        ensure_newline=lambda: None,
        write_line=lines.append,
    )
    return Progress(plans, Screen(reporter), began=0.0)


def _verdict(benchmark: str) -> Verdict:
    return Verdict(benchmark=benchmark, state="correct", value=1.0)


def test_several_benchmarks_have_a_total_and_an_overall_eta(lines: list[str]) -> None:
    progress = _progress(lines, 2, 8)
    for name in ["b0", "b0", "b1"]:
        progress.add(_verdict(name), 1.0)
    assert "all 1/10  ETA " in lines[0]
    assert "2/2" in lines[1]
    assert "all 2/10  ETA " in lines[1]
    assert "all 3/10  ETA " in lines[2]


def test_one_benchmark_needs_no_total(lines: list[str]) -> None:
    _progress(lines, 3).add(_verdict("b0"), 1.0)
    assert "all " not in lines[0]


def test_the_last_lines_have_no_total(lines: list[str]) -> None:
    progress = _progress(lines, 1, 3)
    progress.add(_verdict("b0"), 1.0)
    progress.add(_verdict("b1"), 1.0)
    progress.end(complete=False)
    assert "1/3" in lines[-1]
    assert "all " not in lines[-1]


class _Terminal:
    """A terminal of some columns that keeps the lines written on it."""

    def __init__(self, columns: int) -> None:
        self.fullwidth = columns
        self.lines: list[str] = []

    def write(self, text: str, flush: bool = False) -> None:
        self.lines.append(text.strip("\r"))

    def line(self) -> None:
        pass


def _live_line(monkeypatch: pytest.MonkeyPatch, columns: int, service: Services) -> str:
    clock = iter(range(10_000))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    terminal = _Terminal(columns)
    reporter: Any = SimpleNamespace(config=SimpleNamespace(get_verbosity=lambda: 0), isatty=True, _tw=terminal)
    sizes = {"multiple_humaneval": 5678, "gsm8k": 90000}
    plans = [BenchmarkPlan(name, ("accuracy",), ("default",), {"default": n}) for name, n in sizes.items()]
    progress = Progress(plans, Screen(reporter), service=lambda: service, began=0.0)
    for _ in range(12):
        progress.add(_verdict("multiple_humaneval"), 1.0)
    return terminal.lines[-1]


HELD = ServiceState(limit=12, most=64, answered=9, rate_limited=31, waits_s=12.0, waits_for="rate limit")
DOWN = ServiceState(limit=64, most=64, waits_s=12.0, breaker="open")


@pytest.mark.parametrize("columns", [72, 80, 100, 120, 200])
def test_what_the_service_waits_for_stays_on_a_line_of_any_width(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    line = _live_line(monkeypatch, columns, Services(judges=DOWN))
    assert "judge: service down, next try in 12 s" in line
    assert len(line) == columns - 1
    assert line.startswith("multiple_humaneval    12/5678")


def test_a_narrow_line_loses_rates_and_times_first(monkeypatch: pytest.MonkeyPatch) -> None:
    wide, narrow = (_live_line(monkeypatch, columns, Services(model=HELD)) for columns in (200, 100))
    assert all(part in wide for part in ("score 1.0000", "/s  ETA", "all 12/95678  ETA", "limit 12 of 64, 429 x31"))
    assert "limit 12 of 64, 429 x31, waits 12 s: rate limit" in narrow
    assert "score 1.0000" in narrow
    assert "ETA" not in narrow


def test_a_line_that_fits_is_whole_and_a_log_takes_any_length() -> None:
    parts = [Part("gsm8k  1/2", KEPT), Part("1.0/s", RATE), Part("", KEPT)]
    assert fit(parts, 17) == "gsm8k  1/2  1.0/s"
    assert fit(parts, 16) == "gsm8k  1/2"
    assert fit(parts, 5) == "gsm8k"
    assert fit(parts, None) == "gsm8k  1/2  1.0/s"
