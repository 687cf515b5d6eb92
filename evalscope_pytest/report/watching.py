"""Watches the gates of a run while it goes on: decides each as soon as the finished questions do.

The arithmetic is that of `statistics.sequential`; what is counted, and when, is `run.stopping`'s.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..statistics.gates import Gate
from ..statistics.scores import UNIT, Bounds
from ..statistics.sequential import LevelStop, PointStop
from ..statistics.verdicts import Outcome, Verdict, describe_change
from ..store.plan import Ordered
from .attempts import Measure

# Reports print the mean of rounded scores of subsets, rounded: by how much that may differ from the plain mean.
_ROUNDING = 2e-4
_HALF_DIGIT = 1e-4  # more than what `PointStop` adds to a bound for partial credits


class Answered(NamedTuple):
    """A question with all its attempts finished; None for an attempt without a score."""

    question: Ordered
    attempts: Sequence[Mapping[str, float] | None]


class CannotTell(Exception):
    """A sample's value does not fit what a gate's decision rests on: the gate is left to the end of the run."""


@dataclass(slots=True)
class Watch(ABC):
    """Watches one gate.

    Attributes:
        gate: As the user wrote it.
        own: The subsets it is about.
        before: For a gate with a level against a baseline: its scores by question.
        printed_before: For one without a level: the baseline's printed score.
        planned: Number of questions that the whole run has for it.
        answered: Number of those that were counted.
        verdict: None while the gate is open.
    """

    gate: Gate
    measure: Measure
    bounds: Bounds
    own: frozenset[str]
    tolerated: bool
    planned: int
    before: Mapping[object, float] | None = None
    printed_before: float | None = None
    answered: int = 0
    verdict: Outcome | None = None
    hopeless: bool = False
    _scores: list[float] = field(default_factory=list)
    _earlier: list[float] = field(default_factory=list)

    def add(self, unit: Sequence[Answered]) -> None:
        """Count the next unit of the finished prefix."""
        if self.verdict is not None or self.hopeless:
            return
        own = [answered for answered in unit if self.counts(answered.question)]
        if not own:
            return
        try:
            values = [self._values(answered) for answered in own]
        except CannotTell:
            self.hopeless = True
            return
        self.answered += len(own)
        for answered, found in zip(own, values, strict=True):
            scored = [value for value in found if value is not None]
            if scored:
                self._scores.append(math.fsum(scored) / len(scored))
                if self.before is not None:
                    self._earlier.append(self.before[answered.question.key])
        self._bet(own, values)
        self.verdict = self._decide()

    def counts(self, question: Ordered) -> bool:
        """Return whether a question counts for the gate."""
        return question.subset in self.own and (self.before is None or question.key in self.before)

    def _values(self, answered: Answered) -> list[float | None]:
        """Return the value of each attempt.

        Raises:
            CannotTell: One has no such metric, a weight, or a value outside its range.
        """
        low, high = self.bounds
        values: list[float | None] = []
        for attempt in answered.attempts:
            value = None if attempt is None else attempt.get(self.measure.name, math.nan)
            if value is not None and not low <= value <= high:
                raise CannotTell
            values.append(value)
        return values

    @abstractmethod
    def _bet(self, own: Sequence[Answered], values: Sequence[Sequence[float | None]]) -> None:
        """Count the values of a unit's questions."""

    @abstractmethod
    def _decide(self) -> Outcome | None:
        """Return the verdict that the counts allow; None while the gate is open."""

    @property
    def looked(self) -> bool:
        """True if looking has used a part of the gate's error."""
        return self.gate.level is not None

    @property
    @abstractmethod
    def how(self) -> str:
        """The arithmetic that decided."""

    @property
    @abstractmethod
    def _why(self) -> str:
        """The reason for the verdict, for the gate's line."""

    def result(self) -> Verdict:
        """Return the verdict as reports hold it."""
        assert self.verdict is not None, "the gate is decided"
        count = len(self._scores)
        value = math.fsum(self._scores) / count if count else None
        label = self.measure.label
        facts = f"{label} {value:.4f} over {count}" if value is not None else f"{label} of no sample"
        gate, old = self.gate, self.printed_before
        facts += "" if old is None else f", baseline {old:.4f}"
        paired = difference = None
        won = lost = 0
        if self.before is not None and value is not None:
            sign = -1 if self.measure.lower_is_better else 1
            changes = [sign * (a - b) for a, b in zip(self._scores, self._earlier, strict=True)]
            won, lost, paired = sum(d > 0 for d in changes), sum(d < 0 for d in changes), count
            old, difference = math.fsum(self._earlier) / count, math.fsum(changes) / count
            facts = f"{label} {value:.4f}, baseline {old:.4f}, {describe_change(difference)}, {lost} lost, {won} won"
            facts += f" of {count} paired"
        facts += f", decided after {self.answered} of {self.planned} questions: {self._why}"
        return Verdict(
            gate=gate, verdict=self.verdict, facts=facts, label=label, value=value, old=old, difference=difference,
            method=self.how, questions=self.answered, paired=paired, won=won, lost=lost, answered=self.answered,
            planned=self.planned, stopped=True,
        )  # fmt: skip


class PointWatch(Watch):
    """Watches a gate that the printed score decides.

    What is reported may differ from the plain mean by rounding, so the gate is decided if it is at bounds that are a
    little stricter; right or wrong answers in a single subset are counted exactly.
    """

    __slots__ = ("_exact", "_largest", "_level", "_refuted", "_shown", "_upward")

    def watch(self, claim: Gate, units: Sequence[Sequence[Ordered]], level: float | None) -> None:
        """Begin.

        Args:
            claim: The gate with its bound, the baseline's score being known.
            units: Those that count for the gate.
        """
        low, high = self.bounds
        samples = sum(question.attempts for unit in units for question in unit)
        self._largest = max(sum(question.attempts for question in unit) for unit in units)
        self._level = level
        self._upward = claim.comparison in (">=", ">")
        shrunk = samples / (len(units) * self._largest)
        bound = shrunk * ((claim.bound or 0.0) - low) / (high - low)
        slack = (shrunk * _ROUNDING / (high - low) + _HALF_DIGIT) * (1 if self._upward else -1)
        self._shown = PointStop(replace(claim, bound=bound + slack), len(units), level, whole=False)
        self._refuted = PointStop(replace(claim, bound=bound - slack), len(units), level, whole=False)
        is_plain = samples == len(units) and self.bounds == UNIT and len(self.own) == 1 and self.gate is claim
        self._exact = PointStop(claim, samples, level) if is_plain else None

    def _bet(self, own: Sequence[Answered], values: Sequence[Sequence[float | None]]) -> None:
        low, high = self.bounds
        flat = [value for found in values for value in found]
        scaled = [(value - low) / (high - low) for value in flat if value is not None]
        missing = len(flat) - len(scaled)
        least, most = math.fsum(scaled), math.fsum(scaled) + missing
        worst, best = (least, most) if self._upward else (most, least)
        self._shown.add(worst / self._largest)
        self._refuted.add((best if self.tolerated else worst) / self._largest)
        if self._exact is not None and (missing or not set(scaled) <= {0.0, 1.0}):
            self._exact = None
        if self._exact is not None:
            self._exact.add(scaled[0])

    def _decide(self) -> Outcome | None:
        if self._exact is not None:
            return self._exact.verdict
        if self._shown.verdict == "passed":
            return "passed"
        return "failed" if self._refuted.verdict == "failed" else None

    @property
    def looked(self) -> bool:
        """False: a gate without a level is decided by the printed score if the run comes to its end."""
        return False

    @property
    def _is_certain(self) -> bool:
        stop = self._exact or (self._shown if self.verdict == "passed" else self._refuted)
        return stop.certain

    @property
    def how(self) -> str:
        """The arithmetic that decided."""
        return "curtailment" if self._is_certain else "betting"

    @property
    def _why(self) -> str:
        if self._is_certain:
            return "the rest cannot change it"
        return f"the whole run would end so, at {100 * (self._level or 0.0):g}%"


class LevelWatch(Watch):
    """Watches a gate with a level: a fifth of its error is for looking.

    Missing scores count at their worst for a claim that is to be shown, at their best for one that is to be refuted.
    Units of unequal size count by their size: a smaller one is moved towards the claim, which favours neither side.
    """

    __slots__ = ("_largest", "_refuted", "_shown", "_target")

    def watch(self, units: Sequence[Sequence[Ordered]], family: int = 1) -> None:
        """Begin.

        Args:
            units: Those that count for the gate.
            family: Number of alarms that share the error.
        """
        gate = self.gate
        self._largest = max(map(self._size, units))
        lower = self.measure.lower_is_better
        if self.before is not None:
            target = gate.margin if gate.comparison == "better" else -gate.margin
            self._target = -target if lower else target
        else:
            self._target = gate.bound or 0.0
        self._shown, self._refuted = (
            LevelStop(gate, len(units), self.bounds, lower_is_better=lower, family=family) for _ in range(2)
        )

    def _size(self, unit: Sequence[Ordered]) -> int:
        """Return how much a unit counts: its questions for a difference of questions' means, otherwise its samples."""
        return len(unit) if self.before is not None else sum(question.attempts for question in unit)

    def _bet(self, own: Sequence[Answered], values: Sequence[Sequence[float | None]]) -> None:
        low, high = self.bounds
        downward = self.gate.comparison in ("<=", "<") if self.before is None else self.measure.lower_is_better
        worst, best = (high, low) if downward else (low, high)
        if self.tolerated:
            values = [[value for value in found if value is not None] for found in values]
        for stop, end in ((self._shown, worst), (self._refuted, best)):
            away = self._distances(own, values, end)
            if away:
                stop.add(self._target + math.fsum(away) / self._largest)

    def _distances(
        self, own: Sequence[Answered], values: Sequence[Sequence[float | None]], missing: float
    ) -> list[float]:
        """Return how far each sample, or each question's difference from the baseline, is from what is claimed."""
        away = []
        for answered, found in zip(own, values, strict=True):
            filled = [missing if value is None else value for value in found]
            if self.before is None:
                away += [value - self._target for value in filled]
            elif filled:
                change = math.fsum(filled) / len(filled) - self.before[answered.question.key]
                away.append(change - self._target)
        return away

    def _decide(self) -> Outcome | None:
        if self._refuted.verdict == "failed":
            return "failed"
        return "passed" if self._shown.verdict == "passed" else None

    @property
    def how(self) -> str:
        """The arithmetic that decided."""
        return "conditional power" if self._is_futile else "e-process"

    @property
    def _is_futile(self) -> bool:
        return self.verdict == "passed" and self._shown.futile

    @property
    def _why(self) -> str:
        if self._is_futile:
            return "the rest would hardly turn it red"
        return f"{'shown' if self.verdict == 'passed' else 'refuted'} at {100 * (self.gate.level or 0.0):g}%"
