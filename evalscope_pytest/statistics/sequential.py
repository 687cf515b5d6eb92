"""Early stop: decisions that hold at any time, from bets against a gate's null hypothesis.

Wealth under a true null is a martingale, or falls: it exceeds 1/alpha at any time with chance alpha at most (Ville).
That is so only for answers in random order, taken as the finished prefix of that order: hard questions answer late.
Source: Waudby-Smith & Ramdas 2024, section 5 (without replacement).
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Literal

from .distributions import normal_cdf, one_sided_z
from .gates import OPERATORS, Gate
from .intervals import LEVEL, Interval
from .scores import SLACK
from .verdicts import DIGITS, Outcome

Alternative = Literal["greater", "less"]
BETS = tuple(k / 26 for k in range(1, 26))  # shares of the wealth that are bet, each with its own account
_LOG_OF_LOSS = tuple(math.log1p(-bet) for bet in BETS)
AT_ANY_TIME = 0.2  # share of the error that looking at any time may use
CHECKS = 10  # for futility: at each tenth of the run
FUTILE = 0.01  # chance of a red end below which an alarm has passed
_HALVINGS = 50


class Wealth:
    """The wealth of bets against the null hypothesis that a mean of values in [0, 1] is at most, or at least, ``mean``.

    Args:
        alternative: ``greater`` bets on a higher mean, ``less`` on a lower one.
        population: Number of values in all: the null is about their mean, and they are drawn without replacement.
            None: the null is about the distribution the values come from.
    """

    __slots__ = ("_drawn", "_flip", "_logs", "_mean", "_population", "_sum", "_won", "certain")

    def __init__(self, mean: float, alternative: Alternative = "greater", population: int | None = None) -> None:
        self._flip = alternative == "less"
        self._mean = 1 - mean if self._flip else mean
        self._population = population
        self._logs = [0.0] * len(BETS)
        self._drawn = 0
        self._sum = 0.0
        self._won: dict[float, tuple[float, ...]] = {}
        #: True once the null cannot hold, whatever comes.
        self.certain = self._mean < 0

    def add(self, value: float) -> None:
        """Bet on the next value."""
        x = 1 - value if self._flip else value
        mean = self._expected()
        self._drawn += 1
        self._sum += x
        if mean <= SLACK:
            self.certain = self.certain or x > SLACK or mean < -SLACK
        elif mean < 1:
            gains = _LOG_OF_LOSS if x == 0 else self._gains(x, mean)
            self._logs = [log + gain for log, gain in zip(self._logs, gains, strict=True)]
        if self._population is not None and self._sum > self._population * self._mean + SLACK:
            self.certain = True

    def _expected(self) -> float:
        """Return the mean of the values to come under the null."""
        if self._population is None:
            return self._mean
        left = self._population - self._drawn
        if left <= 0:
            raise ValueError(f"{self._drawn + 1} values of a population of {self._population}")
        return (self._population * self._mean - self._sum) / left

    def _gains(self, x: float, mean: float) -> Sequence[float]:
        if self._population is not None:
            odds = x / mean - 1
            return [math.log1p(bet * odds) for bet in BETS]
        if x not in self._won:
            self._won[x] = tuple(math.log1p(bet * (x / mean - 1)) for bet in BETS)
        return self._won[x]

    @property
    def log_wealth(self) -> float:
        """Natural logarithm of the wealth; inf if the null cannot hold."""
        return math.inf if self.certain else _log_mean(self._logs)


def _log_mean(logs: Sequence[float]) -> float:
    highest = max(logs)
    return highest + math.log(math.fsum(math.exp(log - highest) for log in logs) / len(logs))


def wealth_of(
    values: Iterable[float], mean: float, alternative: Alternative = "greater", population: int | None = None
) -> Wealth:
    """Return the wealth after these values, in their order."""
    wealth = Wealth(mean, alternative, population)
    for value in values:
        wealth.add(value)
    return wealth


def wealth_of_a_drop(differences: Iterable[float], margin: float = 0.0) -> Wealth:
    """Return the wealth against "no worse by more than ``margin``", for differences in [-1, 1]."""
    return wealth_of(((1 + d) / 2 for d in differences), (1 - margin) / 2, "less")


def anytime_interval(values: Sequence[float], level: float = LEVEL) -> Interval | None:
    """Return the interval of the mean of values in [0, 1] that holds whenever the run was stopped; None for no values.

    It holds all means that neither bet rejects.
    """
    if not values:
        return None
    limit = math.log(2 / (1 - level))
    low = _edge(Counter(values), limit)
    return Interval(low, 1 - _edge(Counter(1 - value for value in values), limit))


def _edge(counts: Mapping[float, int], limit: float) -> float:
    """Return the least mean that bets on a higher one do not reject."""
    total = sum(counts.values())
    low, high = 0.0, sum(value * count for value, count in counts.items()) / total
    for _ in range(_HALVINGS):
        mean = (low + high) / 2
        if mean <= 0:
            return 0.0
        logs = [
            math.fsum(count * math.log1p(bet * (value / mean - 1)) for value, count in counts.items()) for bet in BETS
        ]
        if _log_mean(logs) >= limit:
            low = mean
        else:
            high = mean
    return low


def curtailment(needed: int, population: int, right: float, answered: int) -> Outcome | None:
    """Return the verdict of "at least ``needed`` right" if the remaining answers cannot change it, otherwise None."""
    if right >= needed:
        return "passed"
    return "failed" if right + (population - answered) < needed else None


def needed_to_pass(comparison: str, bound: float, population: int) -> int:
    """Return the least number of right answers whose printed score is ``>=`` or ``>`` the bound.

    For ``<=`` and ``<`` the least number whose printed score is not. One more than the population if none is.
    """
    holds = OPERATORS[comparison]
    upward = comparison in (">=", ">")
    guess = min(population, max(0, int(bound * population) - 2 - population // 5000))
    return next(
        (n for n in range(guess, population + 1) if holds(round(n / population, DIGITS), bound) == upward),
        population + 1,
    )


class PointStop:
    """Decides a point gate early: when nothing can change it, or at ``level`` whether the full run would pass.

    Args:
        population: Number of units of the full run.
        level: None decides only what is certain.
        whole: Values are 0 or 1; otherwise they are partial credits in [0, 1].

    Attributes:
        certain: The units to come cannot change the verdict.
    """

    def __init__(self, gate: Gate, population: int, level: float | None = None, *, whole: bool = True) -> None:
        bound = gate.bound or 0.0
        self._upward = gate.comparison in (">=", ">")
        self._population, self._whole = population, whole
        self._never = gate.comparison == "=="
        self._needed: float
        if whole and not self._never:
            self._needed = needed_to_pass(gate.comparison, bound, population)
            below = self._needed - 1
        else:
            half = 0.5 * 10**-DIGITS
            self._needed = below = population * (bound - half if gate.comparison in (">=", "<") else bound + half)
        self._limit = None if level is None else -math.log(1 - level)
        self._above = Wealth(below / population, "greater", population)
        self._below = Wealth(self._needed / population, "less", population)
        self._sum, self._answered = 0.0, 0
        self.certain = False

    def add(self, value: float) -> None:
        """Count the next unit of the finished prefix; a missing score counts as the worst."""
        self._sum += value
        self._answered += 1
        if self._limit is not None:
            self._above.add(value)
            self._below.add(value)

    @property
    def verdict(self) -> Outcome | None:
        """The verdict; None while it is open."""
        if self._never:
            return None
        left = self._population - self._answered
        reached = self._sum >= self._needed - SLACK
        missed = self._sum + left < self._needed - SLACK
        self.certain = reached or missed
        if self._limit is not None:
            reached = reached or self._above.log_wealth >= self._limit
            missed = missed or self._below.log_wealth >= self._limit
        if reached == missed:
            return None
        return "passed" if reached == self._upward else "failed"


def final_level(level: float) -> float:
    """Return the level of the ordinary test at the end of a run that was looked at: four fifths of the error."""
    return 1 - (1 - AT_ANY_TIME) * (1 - level)


class LevelStop:
    """Decides a gate with a level early. A fifth of the error is for looking at any time.

    An alarm also passes on futility: when the chance that the full run ends red is below 1 %.

    Args:
        population: Number of units of the full run: questions, or clusters with their mean.
        bounds: Range of the metric.
        lower_is_better: Of the metric, for a gate against a baseline.
        family: Number of alarms that share the error for looking (Bonferroni); what is left of it is Holm's.

    Attributes:
        futile: An alarm has passed since the rest will hardly turn it red; nothing was shown.
    """

    def __init__(
        self,
        gate: Gate,
        population: int,
        bounds: tuple[float, float] = (0.0, 1.0),
        *,
        lower_is_better: bool = False,
        family: int = 1,
    ) -> None:
        assert gate.level is not None, "a point gate has a PointStop"
        self._low, self._scale = bounds[0], bounds[1] - bounds[0]
        self._against_baseline = gate.against_baseline
        self._is_alarm = gate.kind == "alarm"
        if gate.against_baseline:
            # Differences are better above 0 already; they become values in [0, 1] with 0.5 for no change.
            target = gate.margin if gate.comparison == "better" else -gate.margin
            self._claim, self._neutral = (1 + target / self._scale) / 2, 0.5
            self._flip = False
        else:
            self._flip = gate.comparison in ("<=", "<")
            share = ((gate.bound or 0.0) - self._low) / self._scale
            self._claim = self._neutral = 1 - share if self._flip else share
        self._sign = -1 if lower_is_better else 1
        self._support = Wealth(self._claim, "greater")
        self._against = Wealth(self._claim, "less")
        self._limit = math.log(family / (AT_ANY_TIME * (1 - gate.level)))
        self._z = one_sided_z(final_level(gate.level))
        self._population, self._answered = population, 0
        self._sum = self._squares = 0.0
        self._verdict: Outcome | None = None
        self.futile = False

    def add(self, value: float) -> None:
        """Count the next unit of the finished prefix: its score, or new minus old."""
        if self._verdict is not None:
            return
        x = (1 + self._sign * value / self._scale) / 2 if self._against_baseline else (value - self._low) / self._scale
        x = 1 - x if self._flip else x
        self._support.add(x)
        self._against.add(x)
        self._answered += 1
        self._sum += x
        self._squares += x * x
        if self._against.log_wealth >= self._limit:
            self._verdict = "failed"
        elif self._support.log_wealth >= self._limit:
            self._verdict = "passed"
        elif self._is_futile():
            self._verdict, self.futile = "passed", True

    @property
    def verdict(self) -> Outcome | None:
        """The verdict; None while it is open: the ordinary test at `final_level` decides a run that is not stopped."""
        return self._verdict

    def _is_futile(self) -> bool:
        """Return whether an alarm will almost surely not be red (conditional power, non-binding)."""
        n, whole = self._answered, self._population
        if not self._is_alarm or n >= whole or n * CHECKS // whole == (n - 1) * CHECKS // whole:
            return False
        mean = self._sum / n
        variance = (self._squares - n * mean * mean + 0.5) / (n + 2)  # with the two pseudo-questions of the final test
        drift = min(self._neutral, mean) - self._claim
        ahead = n * (mean - self._claim) + (whole - n) * drift
        red = (-self._z * math.sqrt(variance * whole) - ahead) / math.sqrt(variance * (whole - n))
        return normal_cdf(red) < FUTILE


def draw_order(
    questions: Sequence[Hashable], seed: int, clusters: Sequence[Hashable] | None = None
) -> list[list[Hashable]]:
    """Return the questions in random order, those of a cluster together: one list is one unit of a decision."""
    units: dict[Hashable, list[Hashable]] = {}
    for place, question in enumerate(questions):
        units.setdefault(("question", question) if clusters is None else clusters[place], []).append(question)
    order = list(units.values())
    random.Random(seed).shuffle(order)
    return order


class FinishedPrefix:
    """The units of a drawn order that are finished together with all before them.

    Answers that arrive early are easy ones: deciding on whatever is finished passes wrongly in half of the runs.
    """

    def __init__(self, order: Iterable[Sequence[Hashable]]) -> None:
        self._order = [list(unit) for unit in order]
        self._unit_of = {question: place for place, unit in enumerate(self._order) for question in unit}
        self._values: list[dict[Hashable, float]] = [{} for _ in self._order]
        self._next = 0

    def finish(self, question: Hashable, value: float) -> list[float]:
        """Record a question's score, and return the means of the units that the prefix has gained, in order."""
        place = self._unit_of[question]
        self._values[place][question] = value
        gained = []
        while self._next < len(self._order) and len(self._values[self._next]) == len(self._order[self._next]):
            found = self._values[self._next].values()
            gained.append(math.fsum(found) / len(found))
            self._next += 1
        return gained

    @property
    def units(self) -> int:
        """Number of units in the prefix."""
        return self._next
