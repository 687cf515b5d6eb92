"""Latency, throughput and tokens, against figures worked out by hand or by numpy."""

from __future__ import annotations

import pytest

from evalscope_pytest.report.perf import perf_metrics

from .rows import row


def test_figures_are_those_of_numpy() -> None:
    np = pytest.importorskip("numpy")
    latencies = [0.3, 0.1, 0.9, 0.4, 0.7, 0.2, 1.3]
    rows = [row("a", i, latency_s=s, input_tokens=10 * i, output_tokens=i + 1) for i, s in enumerate(latencies)]
    summary = (perf_metrics(rows) or {})["summary"]
    expected = {"mean": np.mean(latencies), "std": np.std(latencies, ddof=1), "min": 0.1, "max": 1.3}
    expected |= {f"{p}%": np.percentile(latencies, p) for p in (25, 50, 75, 90, 99)}
    assert summary["latency"] == pytest.approx(expected, abs=1e-6)
    assert summary["throughput"] == {"avg_output_tps": round(28 / 3.9, 2), "avg_req_ps": round(7 / 3.9, 4)}
    assert summary["usage"]["total_input_tokens"] == 210
    assert summary["usage"]["total_tokens"]["max"] == 67.0


def test_one_sample_has_no_deviation() -> None:
    summary = (perf_metrics([row("a", 0, latency_s=0.5)]) or {})["summary"]
    assert summary["latency"]["std"] is None
    assert summary["latency"]["99%"] == 0.5


def test_nothing_measured_nothing_reported() -> None:
    assert perf_metrics([]) is None
    assert perf_metrics([row("a", 0)]) is None


def test_samples_without_a_measurement_are_counted_apart() -> None:
    made = perf_metrics([row("a", 0, latency_s=0.0), row("a", 1), row("a", 2, None)]) or {}
    assert made["coverage"] == {"requests_with_metrics": 1, "total_requests": 3}
    assert made["summary"]["throughput"] == {"avg_output_tps": 0.0, "avg_req_ps": 0.0}


def test_times_to_first_token_are_there_when_streaming() -> None:
    rows = [row("a", i, latency_s=1.0, ttft_s=0.2, output_tokens=t, calls=1) for i, t in enumerate((5, 1))]
    summary = (perf_metrics(rows) or {})["summary"]
    assert summary["ttft"]["mean"] == 0.2
    assert summary["tpot"]["mean"] == pytest.approx(0.2)
