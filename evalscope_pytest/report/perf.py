"""Latency, throughput and tokens of a benchmark: EvalScope's ``perf_metrics``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..store.rows import SampleSummary
from .semantics import LATENCY, SAMPLES, Semantics

_PERCENTILES = (25, 50, 75, 90, 99)


def perf_metrics(rows: Sequence[SampleSummary]) -> dict[str, Any] | None:
    """Return the figures of all samples whose latency was measured; None if none was.

    A sample with several calls counts once, with the sums of their times and tokens.
    """
    measured = [row for row in rows if row.latency_s is not None]
    if not measured:
        return None
    latencies = [row.latency_s or 0.0 for row in measured]
    sent = [row.input_tokens or 0 for row in measured]
    received = [row.output_tokens or 0 for row in measured]
    both = [a + b for a, b in zip(sent, received, strict=True)]
    total_s = math.fsum(latencies)
    summary: dict[str, Any] = {
        "n_samples": len(measured),
        "latency": _spread(latencies),
        "throughput": {
            "avg_output_tps": round(sum(received) / total_s, 2) if total_s > 0 else 0.0,
            "avg_req_ps": round(len(measured) / total_s, 4) if total_s > 0 else 0.0,
        },
        "usage": {
            "input_tokens": _spread(sent),
            "output_tokens": _spread(received),
            "total_tokens": _spread(both),
            "total_input_tokens": sum(sent),
            "total_output_tokens": sum(received),
            "total_tokens_count": sum(both),
        },
    }
    semantics = dict(_SEMANTICS)
    for name, times in (("ttft", _first_token(measured)), ("tpot", _per_token(measured))):
        if times:
            summary[name] = _spread(times)
            semantics[name] = _TIMES[name]
    return {
        "summary": summary,
        "coverage": {"requests_with_metrics": len(measured), "total_requests": len(rows)},
        "metric_semantics": {name: known.to_json() for name, known in semantics.items()},
    }


def _first_token(rows: Sequence[SampleSummary]) -> list[float]:
    return [row.ttft_s for row in rows if row.ttft_s is not None]


def _per_token(rows: Sequence[SampleSummary]) -> list[float]:
    return [
        (row.latency_s - row.ttft_s) / (row.output_tokens - 1)
        for row in rows
        if row.calls == 1 and row.latency_s is not None and row.ttft_s is not None
        if row.output_tokens is not None and row.output_tokens > 1
    ]


def _spread(values: Sequence[float]) -> dict[str, float | None]:
    """Return mean, sample standard deviation and percentiles (linear interpolation), to six decimals."""
    ordered = sorted(values)
    n = len(ordered)
    mean = math.fsum(ordered) / n
    deviation = math.sqrt(math.fsum((v - mean) ** 2 for v in ordered) / (n - 1)) if n > 1 else None
    spread: dict[str, float | None] = {
        "mean": round(mean, 6),
        "std": None if deviation is None else round(deviation, 6),
        "min": round(float(ordered[0]), 6),
    }
    for percent in _PERCENTILES:
        position = (n - 1) * percent / 100
        below = int(position)
        above = min(below + 1, n - 1)
        value = ordered[below] + (ordered[above] - ordered[below]) * (position - below)
        spread[f"{percent}%"] = round(value, 6)
    spread["max"] = round(float(ordered[-1]), 6)
    return spread


def _rate(unit: str, name: str) -> Semantics:
    concept = "tokens" if unit == "tok/s" else "requests"
    semantic_id = f"perf.throughput.{concept}_per_second"
    return Semantics(semantic_id, name, raw_unit=unit, display_unit=unit, display_precision=2)


_SEMANTICS: Mapping[str, Semantics] = {
    "n_samples": SAMPLES,
    "latency": LATENCY,
    "throughput.avg_output_tps": _rate("tok/s", "Output Throughput"),
    "throughput.avg_req_ps": _rate("req/s", "Request Throughput"),
    "usage.input_tokens": replace(SAMPLES, metric_name="Input Tokens"),
    "usage.output_tokens": replace(SAMPLES, metric_name="Output Tokens"),
    "usage.total_tokens": replace(SAMPLES, metric_name="Total Tokens"),
}
_TIMES: Mapping[str, Semantics] = {
    "ttft": replace(LATENCY, metric_name="TTFT"),
    "tpot": replace(LATENCY, metric_name="TPOT"),
}
