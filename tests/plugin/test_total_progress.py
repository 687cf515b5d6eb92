"""The live line says how far all benchmarks are together, and when they will be done."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from evalscope_pytest.plugin.progress import Progress
from evalscope_pytest.plugin.verdict import Verdict
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
    return Progress(plans, reporter, 0.0, began=0.0)


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
