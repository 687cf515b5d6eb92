"""Reads reports: EvalScope's and this package's own, schema 2 and the older ones by metric name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.errors import StoreError
from .execution import Execution
from .model import CategoryScore, MetricScore, Report, SubsetScore
from .semantics import Identity, Semantics, identify, semantics_of


def load_report(path: Path) -> Report:
    """Read a report, of EvalScope or of this package, schema 1 or 2.

    Raises:
        StoreError: It is not there or is not a report.
    """
    try:
        data = json.loads(path.read_bytes())
        return _report(data) if data.get("schema_version", 1) >= 2 else _report_v1(data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"cannot read the report {path}: {error!r}. It is no report of schema 1 or 2.") from error


def _report(data: Mapping[str, Any]) -> Report:
    primary, execution = data.get("primary_metric_identity"), data.get("execution_summary")
    return Report(
        dataset_name=data["dataset_name"],
        model_name=data["model_name"],
        metrics=tuple(
            MetricScore(
                identity=Identity.from_json(m["identity"]),
                num=m["num"],
                score=m["score"],
                macro_score=m["macro_score"],
                categories=_categories(m),
                semantics=Semantics.from_json(m["semantics"]),
                legacy_name=m.get("legacy_name"),
            )
            for m in data["metrics"]
        ),
        primary=None if primary is None else Identity.from_json(primary),
        execution=None if execution is None else Execution.from_json(execution),
        dataset_pretty_name=data.get("dataset_pretty_name", ""),
        dataset_description=data.get("dataset_description", ""),
        perf=data.get("perf_metrics"),
        analysis=data.get("analysis", "N/A"),
        primary_unavailable=data.get("primary_metric_unavailable_reason"),
    )


def _categories(metric: Mapping[str, Any]) -> tuple[CategoryScore, ...]:
    return tuple(
        CategoryScore(
            name=(c["name"],) if isinstance(c["name"], str) else tuple(c["name"]),
            num=c["num"],
            score=c["score"],
            macro_score=c["macro_score"],
            subsets=tuple(
                SubsetScore(s["name"], s["score"], s["num"], s.get("metadata"), s.get("is_aggregate", False))
                for s in c["subsets"]
            ),
        )
        for c in metric["categories"]
    )


def _report_v1(data: Mapping[str, Any]) -> Report:
    """Read a report of EvalScope 0.1x or 1.x: metrics by name, the first of them the primary one."""
    metrics = []
    for m in data["metrics"]:
        identity = _identity_v1(m["name"])
        metrics.append(
            MetricScore(
                identity, m["num"], m["score"], m["macro_score"], _categories(m), semantics_of(identity), m["name"]
            )
        )
    return Report(
        dataset_name=data["dataset_name"],
        model_name=data["model_name"],
        metrics=tuple(metrics),
        primary=metrics[0].identity if metrics else None,
        dataset_pretty_name=data.get("dataset_pretty_name", ""),
        dataset_description=data.get("dataset_description", ""),
        perf=data.get("perf_metrics"),
        analysis=data.get("analysis", "N/A"),
    )


def _identity_v1(name: str) -> Identity:
    bare = name.removeprefix("mean_")
    for sign, aggregation in (("pass@", "pass_at_k"), ("vote@", "vote_at_k"), ("pass^", "pass_hat_k")):
        before, found, k = bare.rpartition(sign)
        if found and k.isdecimal():
            return identify(before.rstrip("_") or "accuracy", aggregation, {"k": int(k)})
    return identify(bare)
