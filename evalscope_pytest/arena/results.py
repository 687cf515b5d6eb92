"""Results of an arena, computed from the reviews of its pairs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..judge.agreement import inconsistency
from ..judge.panel import RECORDS
from ..store.layout import WorkDir
from ..store.plan import BenchmarkPlan, RunPlan
from .general import SCORE, WIN_RATE
from .pairing import VALUES
from .ratings import LEVEL, RESAMPLES, Battle, Estimate, Rating, Tally, mean_scores, models_in, rate, tally, win_rates


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
            **_standing(self.overall),
            "win_rates": self.win_rates,
            "categories": {name: _standing(standing) for name, standing in self.categories.items()},
        }


def results(work_dir: WorkDir, run: RunPlan, plan: BenchmarkPlan) -> Results:
    """Compute an arena's results from the reviews in a work_dir."""
    rows = list(_reviews(work_dir, run, plan))
    questions = len({row["sample_score"]["sample_metadata"]["question_id"] for row in rows})
    if SCORE in plan.metrics:
        scored = [_scored(row) for row in rows]
        by_category = _grouped(scored)
        places = {name: _scores(found) for name, found in by_category.items()}
        return Results(_scores(scored), {}, places, questions, len(rows))
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


def _scores(scored: Sequence[Battle]) -> Standing:
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


def _standing(standing: Standing) -> dict[str, Any]:
    if standing.scores:
        return {"scores": [{"model": name, "score": _estimate(e)} for name, e in standing.scores.items()]}
    rated = {rating.model: rating for rating in standing.ratings}
    return {
        "ratings": [
            {
                "model": model,
                "bradley_terry": _estimate(rated[model].strength) if model in rated else None,
                "elo": _estimate(rated[model].elo) if model in rated else None,
                "win_rate": round(counted.win_rate, 4),
                "wins": counted.wins,
                "ties": counted.ties,
                "losses": counted.losses,
            }
            for model, counted in standing.tallies.items()
        ]
    }


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    rounded = [None if v is None else round(v, 4) for v in (estimate.value, estimate.low, estimate.high)]
    return dict(zip(("value", "low", "high"), rounded, strict=True))
