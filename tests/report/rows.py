"""Rows, plans and reports for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evalscope_pytest.core.values import SampleError
from evalscope_pytest.report.build import build_report
from evalscope_pytest.report.model import Report
from evalscope_pytest.store.plan import BenchmarkPlan
from evalscope_pytest.store.rows import SampleSummary


def row(subset: str, index: int, value: float | None = 1.0, *, repeats: int = 1, **fields: Any) -> SampleSummary:
    """Return a scored row, or one of an error where the value is None."""
    place = {"index": index, "group": index // repeats, "repeat": index % repeats}
    known: dict[str, Any] = {"values": {"accuracy": value}} if value is not None else _FAILED
    return SampleSummary("key", "review", fields.pop("benchmark", "quiz"), subset, **{**place, **known, **fields})


_FAILED: dict[str, Any] = {"status": "error", "error": SampleError("model", "TransientError", "no reply after 5 s")}


def plan(subsets: Mapping[str, int], **fields: Any) -> BenchmarkPlan:
    """Return the plan of a quiz with these subsets and numbers of samples."""
    fields = {"name": "quiz", "metrics": ("accuracy",), "pretty_name": "Quiz", **fields}
    return BenchmarkPlan(subsets=tuple(subsets), requested=subsets, **fields)


def report(values: Mapping[str, Sequence[float | None]], *, missing: int = 0, **fields: Any) -> Report:
    """Return the report of a quiz from the values of each subset's samples."""
    rows = [row(subset, index, value) for subset, members in values.items() for index, value in enumerate(members)]
    requested = {subset: len(members) + missing for subset, members in values.items()}
    return build_report(plan(requested, **fields), rows, "tiny")
