"""Battles of an arena and the ratings of its models: Bradley-Terry and Elo, computed by evalica, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Battle:
    """One comparison of two models' replies to a question.

    Attributes:
        question: Identifies the question; battles over one question are not independent.
        category: The kind of question.
        value: Its value for ``first``: 1 won, 0 lost, between them tied or judged differently in the two orders.
    """

    question: str
    first: str
    second: str
    value: float
    category: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """A model's battles, counted.

    Attributes:
        win_rate: Mean value of its battles.
    """

    wins: int
    ties: int
    losses: int
    win_rate: float

    @property
    def battles(self) -> int:
        """All of them."""
        return self.wins + self.ties + self.losses


def tally(battles: Iterable[Battle], model: str) -> Tally:
    """Count a model's battles: a value of one half is a tie."""
    values = [b.value if b.first == model else 1 - b.value for b in battles if model in (b.first, b.second)]
    wins, losses = sum(v > 0.5 for v in values), sum(v < 0.5 for v in values)
    return Tally(wins, len(values) - wins - losses, losses, sum(values) / len(values) if values else 0.0)


def win_rates(battles: Iterable[Battle]) -> dict[str, dict[str, float]]:
    """Return how often each model won against each other one it met: ``rates[winner][loser]``, ties by half."""
    values: dict[tuple[str, str], list[float]] = {}
    for battle in battles:
        values.setdefault((battle.first, battle.second), []).append(battle.value)
        values.setdefault((battle.second, battle.first), []).append(1 - battle.value)
    rates: dict[str, dict[str, float]] = {}
    for (one, other), found in values.items():
        rates.setdefault(one, {})[other] = sum(found) / len(found)
    return rates


def models_in(battles: Iterable[Battle]) -> list[str]:
    """Return the models that met any other, in the order they appear."""
    return list(dict.fromkeys(name for battle in battles for name in (battle.first, battle.second)))


def connected(battles: Sequence[Battle]) -> list[str]:
    """Return the largest group of models of which any two are comparable, directly or over others."""
    groups: dict[str, set[str]] = {name: {name} for name in models_in(battles)}
    for battle in battles:
        if groups[battle.first] is not groups[battle.second]:
            joined = groups[battle.first] | groups[battle.second]
            groups.update(dict.fromkeys(joined, joined))
    largest = max(groups.values(), key=len, default=set())
    return [name for name in groups if name in largest]


Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CENTRE = 1000.0  # mean of all ratings
SCALE = 400.0  # rating points that make a win ten times as likely as a loss
RESAMPLES = 1000
ELO_RESAMPLES = 200
ELO_ORDERS = 20
LEVEL = 0.95
# Half a win on both sides of each pair that met: a model that won every battle has a finite rating, and the bias of
# the maximum-likelihood estimate goes (Firth 1993, doi:10.1093/biomet/80.1.27).
PRIOR = 0.5
TOLERANCE = 1e-8
ITERATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval.

    Attributes:
        low: Lower end; None if there is only one question, or all of them are equal.
    """

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """Strength of a model in Elo points: 400 more make a win ten times as likely as a loss.

    Attributes:
        strength: After Bradley and Terry. All models' have the mean 1000.
        elo: After Elo, starting at 1000 with K = 4, averaged over random orders of the battles.
    """

    model: str
    strength: Estimate
    elo: Estimate


@dataclass(frozen=True, slots=True)
class _Table:
    """Battles as columns of numbers: models and questions by their positions."""

    models: int
    questions: int
    question: Integers
    first: Integers
    second: Integers
    value: Floats

    @classmethod
    def of(cls, battles: Sequence[Battle], models: Sequence[str]) -> _Table:
        place = {name: number for number, name in enumerate(models)}
        numbers: dict[str, int] = {}
        return cls(
            models=len(models),
            question=np.array([numbers.setdefault(b.question, len(numbers)) for b in battles], dtype=np.int64),
            first=np.array([place[b.first] for b in battles], dtype=np.int64),
            second=np.array([place[b.second] for b in battles], dtype=np.int64),
            value=np.array([b.value for b in battles], dtype=np.float64),
            questions=len(numbers),
        )

    @property
    def met(self) -> Floats:
        """The pairs that met, as a square table of zeros and ones."""
        wins = self.wins()
        return np.where(wins + wins.T > 0, 1.0, 0.0)

    def wins(self, times: Integers | None = None) -> Floats:
        """Return the sum of the row model's values against the column model.

        Args:
            times: Weight of each question; 1 by default.
        """
        n, weight = self.models, 1.0 if times is None else times[self.question]
        won = np.bincount(self.first * n + self.second, self.value * weight, n * n)
        lost = np.bincount(self.second * n + self.first, (1 - self.value) * weight, n * n)
        return np.asarray(won + lost, dtype=np.float64).reshape(n, n)


def rate(battles: Sequence[Battle], *, seed: int = 42, elo: bool = True) -> list[Rating]:
    """Return the models' ratings, the strongest first. Models that cannot be compared with most others have none.

    Args:
        seed: Of the resamples and of the orders.
        elo: True to compute Elo too, which takes longer; otherwise the two are equal.
    """
    names = connected(battles)
    if not names:
        return []
    table = _Table.of([b for b in battles if b.first in names], names)
    random = np.random.default_rng(seed)
    prior = PRIOR * table.met
    strengths = _estimates(
        _bradley_terry(table.wins() + prior),
        lambda times: _bradley_terry(table.wins(times) + prior),
        table.questions,
        RESAMPLES,
        random,
    )
    elos = strengths
    if elo:
        value = np.mean([_elo(table, random.permutation(len(table.value))) for _ in range(ELO_ORDERS)], axis=0)
        elos = _estimates(value, lambda times: _elo(table, _drawn(table, times, random)), table.questions,
                          ELO_RESAMPLES, random)  # fmt: skip
    ratings = [Rating(*parts) for parts in zip(names, strengths, elos, strict=True)]
    return sorted(ratings, key=lambda rating: -rating.strength.value)


def _estimates(
    values: Floats,
    again: Callable[[Integers], Floats],
    questions: int,
    resamples: int,
    random: np.random.Generator,
) -> list[Estimate]:
    """Return values with the interval that resampled questions give them."""
    if questions < 2:
        return [Estimate(float(value)) for value in values]
    drawn = [np.bincount(random.integers(0, questions, questions), minlength=questions) for _ in range(resamples)]
    tail = _tail(questions)
    low, high = np.quantile([again(times) for times in drawn], [tail, 1 - tail], axis=0)
    return [_estimate(*map(float, parts)) for parts in zip(values, low, high, strict=True)]


def _tail(questions: int) -> float:
    """Return the share of resamples outside an interval, on each side.

    Plain percentiles are too narrow for few observations, as a normal interval is in place of Student's. These are
    expanded to make up for it (Hesterberg 2015, doi:10.1080/00031305.2015.1089789, section 5.1).
    """
    from scipy.stats import norm, t

    quantile = t.ppf((1 - LEVEL) / 2, questions - 1) * (questions / (questions - 1)) ** 0.5
    return float(norm.cdf(quantile))


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, high) if low < high else Estimate(value)


def _bradley_terry(wins: Floats) -> Floats:
    from evalica import Winner, bradley_terry

    winners, losers = np.nonzero(wins)
    fit = bradley_terry(
        winners.tolist(),
        losers.tolist(),
        [Winner.X] * len(winners),
        index=_index(len(wins)),
        weights=wins[winners, losers].tolist(),
        tolerance=TOLERANCE,
        limit=ITERATIONS,
    )
    strengths = SCALE * np.log10(_scores(fit, len(wins)))
    return np.asarray(CENTRE + strengths - strengths.mean(), dtype=np.float64)


def _elo(table: _Table, order: Integers) -> Floats:
    from evalica import Winner, elo

    kinds = [Winner.Y, Winner.Draw, Winner.X]
    results = [kinds[k] for k in (np.sign(table.value[order] - 0.5) + 1).astype(int).tolist()]
    first, second = table.first[order].tolist(), table.second[order].tolist()
    return _scores(elo(first, second, results, index=_index(table.models)), table.models)


def _drawn(table: _Table, times: Integers, random: np.random.Generator) -> Integers:
    """Return the battles of drawn questions in a random order."""
    return random.permutation(np.repeat(np.arange(len(table.value)), times[table.question]))


def _index(models: int) -> Any:
    import pandas as pd

    return pd.RangeIndex(models)


def _scores(fit: Any, models: int) -> Floats:
    scores: Floats = fit.scores.reindex(range(models)).to_numpy(dtype=float)
    return scores


def mean_scores(scored: Sequence[Battle], *, seed: int = 42) -> dict[str, Estimate]:
    """Return each model's mean value, for battles of a single model."""
    random = np.random.default_rng(seed)
    means = {}
    for model in dict.fromkeys(battle.first for battle in scored):
        own = [battle for battle in scored if battle.first == model]
        table = _Table.of(own, [model, ""])

        def mean(times: Integers, table: _Table = table) -> Floats:
            weights = times[table.question]
            return np.array([table.value @ weights / weights.sum()])

        once = np.ones(table.questions, dtype=np.int64)
        means[model] = _estimates(mean(once), mean, table.questions, RESAMPLES, random)[0]
    return means
