"""Results of an arena: battles from the reviews of its pairs, ratings by Bradley-Terry and Elo, and what follows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..judge.agreement import inconsistency
from ..judge.panel import RECORDS
from ..store.layout import WorkDir
from ..store.plan import BenchmarkPlan, RunPlan
from .general import SCORE, WIN_RATE
from .pairing import VALUES


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


@dataclass(frozen=True, slots=True)
class Standing:
    """The models' places, over all questions or those of a category, the best first.

    Attributes:
        ratings: Empty in mode single.
        tallies: Each model's battles.
        scores: Mean scores, in mode single.
    """

    ratings: tuple[Rating, ...] = ()
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    scores: Mapping[str, Estimate] = field(default_factory=dict)

    @property
    def unrated(self) -> list[str]:
        """Models that never met, directly or over others, most of the rest."""
        rated = {rating.model for rating in self.ratings}
        return [model for model in self.tallies if model not in rated]


@dataclass(frozen=True, slots=True)
class Results:
    """The result of an arena.

    Attributes:
        win_rates: Of the first model against the second.
        categories: Places by category, if there are several.
        questions: Number of different ones that were decided.
        pairs: Number of pairs, or single replies, that were decided.
        inconsistency: Share of pairs whose winner depends on the order; None if no pair was shown in both.
    """

    overall: Standing
    win_rates: Mapping[str, Mapping[str, float]]
    categories: Mapping[str, Standing]
    questions: int
    pairs: int
    inconsistency: float | None = None
    baseline: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the file's object."""
        return {
            "schema_version": 1,
            "questions": self.questions,
            "pairs": self.pairs,
            "baseline": self.baseline or None,
            "inconsistency": self.inconsistency,
            "intervals": {"level": LEVEL, "resampled": "questions", "resamples": RESAMPLES},
            **_standing_json(self.overall),
            "win_rates": self.win_rates,
            "categories": {name: _standing_json(standing) for name, standing in self.categories.items()},
        }


def results(work_dir: WorkDir, run: RunPlan, plan: BenchmarkPlan) -> Results:
    """Compute an arena's results from the reviews in a work_dir."""
    rows = list(_reviews(work_dir, run, plan))
    questions = len({row["sample_score"]["sample_metadata"]["question_id"] for row in rows})
    if SCORE in plan.metrics:
        scored = [_scored(row) for row in rows]
        by_category = _grouped(scored)
        places = {name: _places_by_score(found) for name, found in by_category.items()}
        return Results(_places_by_score(scored), {}, places, questions, len(rows))
    battles = [_battle(row) for row in rows]
    standings = {name: _places(found) for name, found in _grouped(battles).items()}
    return Results(
        _places(battles),
        win_rates(battles),
        standings,
        questions,
        len(rows),
        inconsistency([pair for row in rows for pair in _in_both_orders(row)]),
        plan.settings.get("extra_params", {}).get("baseline", ""),
    )


def _reviews(work_dir: WorkDir, run: RunPlan, plan: BenchmarkPlan) -> Iterator[Mapping[str, Any]]:
    names, folder = run.file_names(), work_dir.reviews(run.model_id)
    for subset in plan.subsets:
        file = folder / names[plan.name, subset]
        if file.exists():
            with open(file, encoding="utf-8") as lines:
                yield from map(json.loads, lines)


def _value(row: Mapping[str, Any], metric: str) -> float:
    return float(row["sample_score"]["score"]["value"][metric])


def _battle(row: Mapping[str, Any]) -> Battle:
    about = row["sample_score"]["sample_metadata"]
    value = _value(row, WIN_RATE)
    return Battle(about["question_id"], about["model_1"], about["model_2"], value, about["category"])


def _scored(row: Mapping[str, Any]) -> Battle:
    """Return a single reply's score as a battle against nobody."""
    about = row["sample_score"]["sample_metadata"]
    return Battle(about["question_id"], about["model_1"], "", _value(row, SCORE), about["category"])


def _grouped(battles: Sequence[Battle]) -> dict[str, list[Battle]]:
    """Return battles by category; empty if there is only one."""
    found: dict[str, list[Battle]] = {}
    for battle in battles:
        found.setdefault(battle.category, []).append(battle)
    return found if len(found) > 1 else {}


def _places(battles: Sequence[Battle]) -> Standing:
    ratings = tuple(rate(battles))
    order = [rating.model for rating in ratings]
    models = [*order, *(model for model in models_in(battles) if model not in order)]
    return Standing(ratings, {model: tally(battles, model) for model in models})


def _places_by_score(scored: Sequence[Battle]) -> Standing:
    means = mean_scores(scored)
    return Standing(scores=dict(sorted(means.items(), key=lambda item: -item[1].value)))


def _in_both_orders(row: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    """Yield what each judge made of a pair, for the same reply, in one order and in the other."""
    shown: dict[tuple[str, int], dict[int, float]] = {}
    for record in row["sample_score"]["score"]["metadata"].get(RECORDS, ()):
        if (value := VALUES.get(record["verdict"] or "")) is not None:
            orders = shown.setdefault((record["judge"], record["repeat"]), {})
            orders[record["order"]] = value
    # In the second order the other reply is the one shown first, whichever that is.
    yield from ((orders[0], 1 - orders[1]) for orders in shown.values() if len(orders) == 2)


def _standing_json(standing: Standing) -> dict[str, Any]:
    if standing.scores:
        return {"scores": [{"model": name, "score": _estimate_json(e)} for name, e in standing.scores.items()]}
    rated = {rating.model: rating for rating in standing.ratings}
    return {
        "ratings": [
            {
                "model": model,
                "bradley_terry": _estimate_json(rated[model].strength) if model in rated else None,
                "elo": _estimate_json(rated[model].elo) if model in rated else None,
                "win_rate": round(counted.win_rate, 4),
                "wins": counted.wins,
                "ties": counted.ties,
                "losses": counted.losses,
            }
            for model, counted in standing.tallies.items()
        ]
    }


def _estimate_json(estimate: Estimate) -> dict[str, float | None]:
    rounded = [None if v is None else round(v, 4) for v in (estimate.value, estimate.low, estimate.high)]
    return dict(zip(("value", "low", "high"), rounded, strict=True))
