"""The largest load that meets an SLO, or the one with the best figure.

Several runs of a load are one run of as many requests: samples are pooled, percentiles never averaged.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from ...core.errors import ConfigError
from ..load.load_point import LoadPoint
from ..measure.result import Result
from ..measure.slo import Slo, slo_metric, value_of
from ..output.table import ms, number

Variable = Literal["parallel", "rate"]
FEWEST = 20
WORTH = 0.02  # a smaller gain may be chance
FINE = 8  # the best load is searched to an eighth of itself


@dataclass(frozen=True, slots=True)
class Search:
    """The aim and bounds of a search.

    Attributes:
        start: The load that is tried first; None for the lowest.
        per_value: Requests of a probe for each request in flight, or a second.
        runs: Factor on the requests of a probe.
        concurrency: Maximum number in flight when the rate is tuned; None for no bound.
    """

    slo: Slo
    variable: Variable = "parallel"
    lowest: int = 1
    highest: int = 65536
    start: int | None = None
    per_value: float = 2.0
    runs: int = 3
    concurrency: int | None = None

    def __post_init__(self) -> None:
        """Refuse bounds that leave nothing to search.

        Raises:
            ConfigError: They do.
        """
        if not 1 <= self.lowest <= self.highest:
            raise ConfigError("--sla-lower-bound and --sla-upper-bound leave no load. Give 1 <= lower <= upper.")
        if self.start is not None and not self.lowest <= self.start <= self.highest:
            raise ConfigError(
                f"--{self.variable} {self.start}: the search begins there, between --sla-lower-bound {self.lowest} and "
                f"--sla-upper-bound {self.highest}."
            )
        if self.runs < 1 or self.per_value <= 0:
            raise ConfigError("--sla-num-runs is 1 or more, --sla-number-multiplier above 0.")

    @property
    def first(self) -> int:
        """The load to try first."""
        return self.lowest if self.start is None else self.start

    def level(self, value: int, like: LoadPoint) -> LoadPoint:
        """Return the load of a probe; in a closed loop of whole rounds, as the last would not be a full load."""
        number = max(FEWEST, round(self.per_value * value))
        if self.variable == "rate":
            count = self.runs * number
            return replace(like, concurrency=self.concurrency, rate=float(value), requests=count, duration_s=None)
        count = self.runs * math.ceil(number / value) * value
        return replace(like, concurrency=value, rate=None, requests=count, duration_s=None)


@dataclass(frozen=True, slots=True)
class Probe:
    """A load that was tried.

    Attributes:
        missed: Bounds that were not met, with the measured values.
    """

    value: int
    result: Result
    missed: tuple[str, ...]

    @property
    def is_measured(self) -> bool:
        """False if the client could not keep up."""
        return self.result.valid or not self.result.succeeded


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The outcome of a search.

    Attributes:
        best: The largest load that met everything, or the one with the best figure; None if none met it.
        ended_by_client: The search stopped because the client could not measure more.
    """

    search: Search
    probes: tuple[Probe, ...]
    best: int | None
    ended_by_client: bool = False

    def words(self) -> str:
        """Return the outcome in a sentence or two, and each probe on a line."""
        name, slo = self.search.variable, self.search.slo
        lines = [f"{name} {p.value}: {self._outcome(p)}" for p in sorted(self.probes, key=lambda p: p.value)]
        if self.best is None:
            lines.append(f"no {name} from {self.search.lowest} on meets {slo or 'the objective: requests failed'}")
        elif slo.objective:
            lines += self._best_figure(self.best)
        else:
            lines.append(f"the largest {name} that meets {slo} is {self.best}")
        if self.ended_by_client:
            lines.append("the client could not measure more than that: the service may take it (see INVALID above)")
        return "\n".join(lines)

    def _outcome(self, probe: Probe) -> str:
        if probe.missed or not (objective := self.search.slo.objective):
            return "; ".join(probe.missed) or "met"
        return f"{objective.metric} {_shown(objective.metric, probe.result)}"

    def _best_figure(self, best: int) -> list[str]:
        """Name the best load, and the smallest (of times, the largest) load that is as good."""
        objective, name = self.search.slo.objective, self.search.variable
        assert objective is not None
        fine = {p.value: p for p in self.probes if not p.missed and p.is_measured}
        top = objective.score(fine[best].result)
        alike = [value for value, p in fine.items() if objective.score(p.result) >= top - WORTH * abs(top)]
        also = f" among those that meet {self.search.slo}" if self.search.slo.criteria else ""
        lines = [
            f"the best {objective.metric}{also} is {_shown(objective.metric, fine[best].result)}, at {name} {best}"
        ]
        other = min(alike) if objective.best == "max" else max(alike)
        if other != best:
            lines.append(
                f"{name} {other} is as good within {WORTH:.0%}: {_shown(objective.metric, fine[other].result)}"
            )
        return lines


def _shown(metric: str, result: Result) -> str:
    value, found = value_of(metric, result), slo_metric(metric)
    return f"{ms(value)} ms" if found is not None and found[0].unit == "s" else number(value)


def search(wanted: Search, measure: Callable[[int], Result]) -> SearchResult:
    """Search for a load.

    Args:
        measure: Measures a load once.
    """
    tried = _Tried(wanted, measure)
    best = _best(tried) if wanted.slo.objective else _largest(tried)
    return SearchResult(wanted, tuple(tried.probes.values()), best, tried.ended_by_client)


class _Tried:
    """The loads that were tried; each is measured once."""

    def __init__(self, wanted: Search, measure: Callable[[int], Result]) -> None:
        self.wanted = wanted
        self.probes: dict[int, Probe] = {}
        self.ended_by_client = False
        self._measure = measure
        self._interrupted = False

    @property
    def over(self) -> bool:
        """True if nothing more should be tried."""
        return self._interrupted or self.ended_by_client

    def at(self, value: int) -> Probe:
        """Measure a load once, and return its probe."""
        if value not in self.probes:
            probe = self.probes[value] = _probe(value, self._measure(value), self.wanted.slo)
            self._interrupted |= probe.result.interrupted
            self.ended_by_client |= not probe.is_measured and not probe.result.interrupted
        return self.probes[value]

    def score(self, value: int) -> float:
        """Return how good a load is for the objective."""
        probe, objective = self.at(value), self.wanted.slo.objective
        assert objective is not None
        if probe.missed or not probe.is_measured or probe.result.interrupted:
            return -math.inf
        return objective.score(probe.result)

    def better(self, *values: int) -> int:
        """Return the best of some loads, the smallest of equals."""
        return max(values, key=lambda value: (self.score(value), -value))


def _largest(tried: _Tried) -> int | None:
    """Double the load until it breaks the SLO, then halve the distance.

    A load that breaks it implies that larger ones do.
    """
    wanted = tried.wanted
    good, bad, value = 0, wanted.highest + 1, wanted.first
    while good < value < bad:
        probe = tried.at(value)
        if tried.over:
            break
        if probe.missed:
            bad = value
        else:
            good = value
        if not good:
            value = max(wanted.lowest, bad // 2)
        else:
            value = min(2 * good, wanted.highest) if bad > wanted.highest else (good + bad) // 2
    return good or None


def _best(tried: _Tried) -> int | None:
    """Double the load for as long as that pays, or halve it; then look between the best and its neighbours."""
    wanted = tried.wanted
    best = wanted.first
    if tried.score(best) > -math.inf:  # a larger load would fail, too
        best = _climb(tried, best, lambda value: min(2 * value, wanted.highest))
    if best == wanted.first:
        best = _climb(tried, best, lambda value: max(value // 2, wanted.lowest))
    while not tried.over:
        between = [value for value in _neighbours(tried, best) if value not in tried.probes]
        if not between:
            break
        for value in between:
            if not tried.over:
                best = tried.better(best, value)
    best = tried.better(*tried.probes)
    return best if tried.score(best) > -math.inf else None


def _climb(tried: _Tried, start: int, step: Callable[[int], int]) -> int:
    """Return the last load from which a step was not worth it."""
    best = start
    while not tried.over and (value := step(best)) != best:
        before = tried.score(best)
        if before > -math.inf and tried.score(value) <= before + WORTH * abs(before):
            break
        tried.at(value)
        best = value
    return best


def _neighbours(tried: _Tried, best: int) -> list[int]:
    """Return the loads halfway to the nearest tried ones on either side, unless those are close."""
    found = []
    for side in ([v for v in tried.probes if v < best], [v for v in tried.probes if v > best]):
        if side:
            near = min(side, key=lambda v: abs(v - best))
            if abs(near - best) > max(1, best // FINE):
                found.append((near + best) // 2)
    return found


def _probe(value: int, result: Result, slo: Slo) -> Probe:
    missed = [f"{c.text} missed, {value_of(c.metric, result):.4g}" for c in slo.criteria if not c.is_met(result)]
    if result.succeeded < result.sent:
        missed.append(f"{result.sent - result.succeeded:,} requests failed")
    return Probe(value, result, tuple(missed))
