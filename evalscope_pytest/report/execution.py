"""Completeness of a run: counts of EvalScope's report, and this package's additions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..core.errors import MediaError
from ..core.text import visible
from ..statistics.intervals import FEW_QUESTIONS
from ..store.rows import SampleSummary
from .costs import Costs
from .flaky import Flaky

MAX_MESSAGE = 200
MAX_SAMPLES = 3
_DIGITS = 8
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_QUOTED = re.compile(r"""'[^'\n]{1,300}'|"[^"\n]{1,300}\"""")


@dataclass(frozen=True, slots=True)
class SubsetExecution:
    """Outcomes of the samples of one subset; all counts are samples, repeats included."""

    requested: int = 0
    succeeded: int = 0
    errored: int = 0
    empty: int = 0
    truncated: int = 0


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """Samples that ended in the same exception.

    Attributes:
        samples: Up to three of them, ``subset-index``.
    """

    type: str
    message: str
    count: int
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateResult:
    """The result of a gate, or of a comparison with an earlier run.

    Attributes:
        line: Measured, required and missing values, on one line.
        name: The gate as the user wrote it, for a load test with the load; ``baseline gsm8k`` for a comparison.
        facts: Verdict, bounds, p-value and so on, as reports hold them; empty for a load test.
    """

    passed: bool
    line: str
    name: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def verdict(self) -> str:
        """``passed``, ``failed`` or ``undecided``; a gate that is undecided has not passed."""
        return str(self.facts.get("verdict", "passed" if self.passed else "failed"))

    @property
    def title(self) -> str:
        """The gate in full, also of a comparison with a baseline; the name if the record has no more."""
        return str(self.facts.get("text") or self.name)

    @property
    def finding(self) -> str:
        """The line without the gate and the verdict that it begins with, for tables that show those beside it."""
        line = self.line.removeprefix(f"{self.name}: ").removeprefix(f"{self.title}: ")
        return line.removeprefix(f"{self.verdict}, ")

    def to_json(self) -> dict[str, Any]:
        """Return it as records hold it."""
        return {"gate": self.name, "passed": self.passed, "result": self.line, **self.facts}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> GateResult:
        """Read it from a record."""
        facts = {name: value for name, value in data.items() if name not in ("gate", "passed", "result")}
        return cls(data["passed"], data["result"], data["gate"], facts)


@dataclass(frozen=True, slots=True)
class Execution:
    """Completeness of a run, and this package's additions to EvalScope's report.

    Attributes:
        version: The benchmark's version; scores of different versions are not comparable.
        intervals: 95 % confidence interval of a metric's score, by its label.
        statistics: The fields of `Estimate.to_json` of a metric's score, by its label; under ``subsets`` those of each
            subset, if there are several. ``reason`` says why there is no interval.
        cached: Replies that came from the response cache.
        gates: Results of the gates on the benchmark, and of its comparison with an earlier run.
        stopped: ``decided`` if the rest of the benchmark was not sent, since all its gates were decided: its scores
            are biased. Empty for a benchmark that ran to its end.
        order_seed: Seed of the order in which its questions were sent then.
        flaky: Questions whose repeats differ; None without repeats.
        corrected: Scores corrected by the verdicts of people on a part of the judgements, by a metric's label.
        costs: Tokens and costs; those of requests outside of samples are in the first report. None without prices.
        media: The kinds of media that the prompts hold: ``image``, ``audio``, ``video``, ``file``.
    """

    subsets: Mapping[str, SubsetExecution] = field(default_factory=dict)
    errors: tuple[ErrorGroup, ...] = ()
    retries: int = 0
    version: str = ""
    fingerprint: str = ""
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    cached: int = 0
    gates: tuple[GateResult, ...] = ()
    statistics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    stopped: str = ""
    order_seed: int | None = None
    corrected: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    flaky: Flaky | None = None
    costs: Costs | None = None
    media: tuple[str, ...] = ()

    @property
    def requested(self) -> int:
        """Samples the run set out to ask."""
        return sum(s.requested for s in self.subsets.values())

    @property
    def succeeded(self) -> int:
        """Samples with a score."""
        return sum(s.succeeded for s in self.subsets.values())

    @property
    def errored(self) -> int:
        """Samples that ended in an error."""
        return sum(s.errored for s in self.subsets.values())

    @property
    def recorded(self) -> int:
        """Samples with a score or an error."""
        return self.succeeded + self.errored

    def statistics_of(self, label: str, subset: str | None = None) -> Mapping[str, Any]:
        """Return the statistics of a metric's score, of one subset or of all; empty if there are none."""
        whole = self.statistics.get(label, {})
        return whole if subset is None or "subsets" not in whole else whole["subsets"].get(subset, {})

    @property
    def incomplete(self) -> bool:
        """True when a sample has no score."""
        return self.succeeded < self.requested

    def to_json(self) -> dict[str, Any]:
        """Return the schema's object. EvalScope's reader takes additions here, and nowhere else."""
        return {
            "requested": self.requested,
            "succeeded": self.succeeded,
            "errored": self.errored,
            "incomplete": self.incomplete,
            "subsets": {
                name: {"requested": s.requested, "succeeded": s.succeeded, "errored": s.errored}
                for name, s in self.subsets.items()
            },
            "evalscope_pytest": {
                "version": self.version,
                "fingerprint": self.fingerprint,
                "retries": self.retries,
                "cached": self.cached,
                "empty": {name: s.empty for name, s in self.subsets.items() if s.empty},
                "truncated": {name: s.truncated for name, s in self.subsets.items() if s.truncated},
                "intervals": {label: list(bounds) for label, bounds in self.intervals.items()},
                "statistics": dict(self.statistics),
                "errors": [
                    {"type": e.type, "message": e.message, "count": e.count, "samples": list(e.samples)}
                    for e in self.errors
                ],
                **({"media": list(self.media)} if self.media else {}),
                **({"flaky": self.flaky.to_json()} if self.flaky else {}),
                **({"corrected": dict(self.corrected)} if self.corrected else {}),
                **({"gates": [gate.to_json() for gate in self.gates]} if self.gates else {}),
                **self._stop(),
                **({"cost": self.costs.to_json()} if self.costs else {}),
            },
        }

    def as_stopped(
        self, order_seed: int | None, label: str, interval: tuple[float, float] | None, counted: int
    ) -> Execution:
        """Return it for a benchmark of which the rest was not sent, since its gates were decided.

        No interval of a complete run holds for the scores then.

        Args:
            label: Of the primary metric, ``interval`` is its own, which holds whenever a run is stopped.
            counted: Number of questions that the interval rests on.
        """
        statistics = {name: _without_interval(found) for name, found in self.statistics.items()}
        if interval is not None and label in statistics:
            low, high = interval
            statistics[label] |= {"low": round(low, _DIGITS), "high": round(high, _DIGITS), "method": "e-process"}
            statistics[label] |= {"questions": counted, "clusters": counted, "few": counted < FEW_QUESTIONS}
            del statistics[label]["reason"]
        intervals = {} if interval is None else {label: (round(interval[0], 4), round(interval[1], 4))}
        return replace(self, stopped="decided", order_seed=order_seed, statistics=statistics, intervals=intervals)

    def _stop(self) -> dict[str, Any]:
        if not self.stopped:
            return {}
        counts = {"asked": self.recorded, "planned": self.requested}
        return {"stopped": self.stopped, **counts, "order_seed": self.order_seed}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Execution:
        """Read the schema's object; reports of EvalScope hold the first part only."""
        own = data.get("evalscope_pytest") or {}
        empty, truncated = own.get("empty", {}), own.get("truncated", {})
        return cls(
            subsets={
                name: SubsetExecution(
                    s["requested"], s["succeeded"], s["errored"], empty.get(name, 0), truncated.get(name, 0)
                )
                for name, s in data["subsets"].items()
            },
            errors=tuple(
                ErrorGroup(e["type"], e["message"], e["count"], tuple(e["samples"])) for e in own.get("errors", ())
            ),
            retries=own.get("retries", 0),
            version=own.get("version", ""),
            fingerprint=own.get("fingerprint", ""),
            intervals={label: (low, high) for label, (low, high) in own.get("intervals", {}).items()},
            statistics={label: dict(found) for label, found in own.get("statistics", {}).items()},
            flaky=Flaky.from_json(own["flaky"]) if own.get("flaky") else None,
            corrected={label: dict(found) for label, found in own.get("corrected", {}).items()},
            cached=own.get("cached", 0),
            gates=tuple(GateResult.from_json(gate) for gate in own.get("gates", ())),
            stopped=own.get("stopped", ""),
            order_seed=own.get("order_seed"),
            costs=Costs.from_json(own.get("cost")),
            media=tuple(own.get("media", ())),
        )


def _without_interval(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the statistics of a score without its interval, those of its subsets likewise."""
    plain = {**found, "low": None, "high": None, "standard_error": None, "effective_n": None, "method": "none"}
    plain |= {"reason": "the run was stopped when its gates were decided"}
    if "subsets" in found:
        plain["subsets"] = {name: _without_interval(own) for name, own in found["subsets"].items()}
    return plain


def group_errors(rows: Iterable[SampleSummary]) -> tuple[ErrorGroup, ...]:
    """Return the errors among ``rows``, the most frequent first.

    Messages that differ in numbers only are one, as are those on media that differ in the file's name only.
    """
    groups: dict[tuple[str, str], list[SampleSummary]] = {}
    for row in rows:
        if row.status != "error":
            continue
        kind, message = _of(row)
        same = _QUOTED.sub("''", message, count=1) if kind == MediaError.__name__ else message
        groups.setdefault((kind, _NUMBER.sub("#", same)), []).append(row)
    found = [
        ErrorGroup(kind, _of(members[0])[1], len(members), tuple(sample_id(row) for row in members[:MAX_SAMPLES]))
        for (kind, _), members in groups.items()
    ]
    return tuple(sorted(found, key=lambda group: -group.count))


def sample_id(row: SampleSummary) -> str:
    """Return a sample's id as pytest shows it: ``gsm8k[main-17]``, its third generation ``gsm8k[main-17-r3]``."""
    repeat = f"-r{row.repeat + 1}" if row.repeat else ""
    return visible(f"{row.benchmark}[{row.subset}-{row.group}{repeat}]")


def _of(row: SampleSummary) -> tuple[str, str]:
    if row.error is None:
        return "Error", "no score"
    return row.error.type, (row.error.message.strip().splitlines() or [""])[0][:MAX_MESSAGE]
