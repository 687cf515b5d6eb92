"""The report of one benchmark, and its file: EvalScope's report schema 2, read in schema 1 too.

Subset scores are rounded to four decimals first. Categories and metrics are means of what is rounded already, weighted
by samples, and rounded again: EvalScope's order, without which last digits differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..core.errors import StoreError
from .execution import Execution
from .judges import JudgeSummary
from .semantics import AT_K, Identity, Semantics, identify, semantics_of

DIGITS = 4
NO_ANALYSIS = "N/A"


class _Scored(Protocol):
    @property
    def num(self) -> int: ...
    @property
    def score(self) -> float: ...


def micro_mean(parts: Sequence[_Scored]) -> float:
    """Return the mean of rounded scores, each weighted by its samples, rounded."""
    total = sum(part.num for part in parts)
    return round(sum(part.score * part.num for part in parts) / total, DIGITS) if total else 0.0


def macro_mean(parts: Sequence[_Scored]) -> float:
    """Return the plain mean of rounded scores, rounded."""
    return round(sum(part.score for part in parts) / len(parts), DIGITS) if parts else 0.0


def total(parts: Sequence[_Scored]) -> float:
    """Return the sum of counts."""
    return round(sum(part.score for part in parts), DIGITS)


@dataclass(frozen=True, slots=True)
class SubsetScore:
    """One subset's score under one metric.

    Attributes:
        is_aggregate: True for a summary of other subsets, which no total counts again.
    """

    name: str
    score: float
    num: int
    metadata: Mapping[str, Any] | None = None
    is_aggregate: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the schema's object."""
        return {
            "name": self.name,
            "score": self.score,
            "num": self.num,
            "metadata": self.metadata,
            "is_aggregate": self.is_aggregate,
        }


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """The subsets of one category under one metric."""

    name: tuple[str, ...]
    num: int
    score: float
    macro_score: float
    subsets: tuple[SubsetScore, ...]

    @classmethod
    def of(cls, name: tuple[str, ...], subsets: Sequence[SubsetScore], *, summed: bool = False) -> CategoryScore:
        """Sum up subsets.

        Args:
            summed: The metric is a count, of which the whole is the sum.
        """
        own = [s for s in subsets if not s.is_aggregate]
        score, macro = (total(own), total(own)) if summed else (micro_mean(own), macro_mean(own))
        return cls(name, sum(s.num for s in own), score, macro, tuple(subsets))

    def to_json(self) -> dict[str, Any]:
        """Return the schema's object."""
        return {
            "name": list(self.name),
            "num": self.num,
            "score": self.score,
            "macro_score": self.macro_score,
            "subsets": [s.to_json() for s in self.subsets],
        }


@dataclass(frozen=True, slots=True)
class MetricScore:
    """One metric of a benchmark.

    Attributes:
        score: Over all samples; ``macro_score`` counts each category once.
        legacy_name: The name in a report of schema 1.
    """

    identity: Identity
    num: int
    score: float
    macro_score: float
    categories: tuple[CategoryScore, ...]
    semantics: Semantics
    legacy_name: str | None = None

    @classmethod
    def of(cls, identity: Identity, categories: Sequence[CategoryScore]) -> MetricScore:
        """Sum up categories."""
        own = [c for c in categories if c.num]
        semantics = semantics_of(identity)
        score, macro = (micro_mean(own), macro_mean(own)) if identity.aggregation != "sum" else (total(own), total(own))
        return cls(identity, sum(c.num for c in own), score, macro, tuple(categories), semantics)

    @property
    def label(self) -> str:
        """The metric's name in tables and gates."""
        return self.legacy_name or self.identity.label

    @property
    def has_categories(self) -> bool:
        """True when a subset is in a category."""
        return any(category.name != ("default",) for category in self.categories)

    @property
    def subsets(self) -> Iterable[SubsetScore]:
        """All subsets, category by category."""
        return (subset for category in self.categories for subset in category.subsets)

    def to_json(self) -> dict[str, Any]:
        """Return the schema's object."""
        return {
            "identity": self.identity.to_json(),
            "legacy_name": self.legacy_name,
            "num": self.num,
            "score": self.score,
            "macro_score": self.macro_score,
            "categories": [c.to_json() for c in self.categories],
            "semantics": self.semantics.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """One benchmark's results for one model.

    Attributes:
        model_name: The model's id, as folders and tables show it.
        primary: Identity of the metric that stands for the benchmark; None when nothing was scored.
        unsafe_execution: Code that the model wrote ran without isolation.
        perf: EvalScope's ``perf_metrics``; None when nothing was measured.
        judges: Judge statistics; None without judges.
        analysis: A model's text about these figures.
        pictures: SVG elements for the page; no part of the report's file.
    """

    dataset_name: str
    model_name: str
    metrics: tuple[MetricScore, ...]
    primary: Identity | None
    execution: Execution | None = None
    dataset_pretty_name: str = ""
    dataset_description: str = ""
    perf: Mapping[str, Any] | None = None
    analysis: str = NO_ANALYSIS
    primary_unavailable: str | None = None
    unsafe_execution: bool = False
    judges: JudgeSummary | None = None
    pictures: tuple[str, ...] = ()

    @property
    def tabulated(self) -> Sequence[MetricScore]:
        """Metrics for tables: the cells of a grid are left out if there are others."""
        return [metric for metric in self.metrics if not metric.identity.is_cell] or self.metrics

    @property
    def primary_metric(self) -> MetricScore | None:
        """The metric that stands for the benchmark."""
        return next((m for m in self.metrics if m.identity == self.primary), None)

    @property
    def score(self) -> float | None:
        """Score of the primary metric."""
        metric = self.primary_metric
        return None if metric is None else metric.score

    @property
    def num(self) -> int:
        """Samples behind the primary metric."""
        metric = self.primary_metric or (self.metrics[0] if self.metrics else None)
        return 0 if metric is None else sum(s.num for s in metric.subsets if not s.is_aggregate)

    def to_json(self) -> dict[str, Any]:
        """Return the report in schema 2."""
        return {
            "schema_version": 2,
            "name": f"{self.model_name}@{self.dataset_name}",
            "dataset_name": self.dataset_name,
            "dataset_pretty_name": self.dataset_pretty_name,
            "dataset_description": self.dataset_description,
            "model_name": self.model_name,
            "metrics": [m.to_json() for m in self.metrics],
            "analysis": self.analysis,
            "perf_metrics": self.perf,
            "primary_metric_identity": None if self.primary is None else self.primary.to_json(),
            "primary_metric_unavailable_reason": self.primary_unavailable,
            "judge_summary": None if self.judges is None else self.judges.to_json(),
            "execution_summary": None if self.execution is None else self.execution.to_json(),
            "num": self.num,
            **({"unsafe_execution": True} if self.unsafe_execution else {}),
        }


def dump_report(report: Report) -> bytes:
    """Return the report's file: indented by four, UTF-8."""
    text = json.dumps(report.to_json(), indent=4, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace")


def load_report(path: Path) -> Report:
    """Read a report, of EvalScope or of this package, schema 1 or 2.

    Raises:
        StoreError: It is not there or is not a report.
    """
    try:
        data = json.loads(path.read_bytes())
        return _report(data) if data.get("schema_version", 1) >= 2 else _report_v1(data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"cannot read the report {path}: {error!r}. It is not a report of schema 1 or 2.") from error


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
    for aggregation, pattern in AT_K.items():
        before, found, k = bare.rpartition(pattern.removesuffix("{}"))
        if found and k.isdecimal():
            return identify(before.rstrip("_") or "accuracy", aggregation, {"k": int(k)})
    return identify(bare)
