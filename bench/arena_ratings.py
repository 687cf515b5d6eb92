"""Simulated arenas with known strengths: how often the true rating lies in the stated 95 % interval.

    python bench/arena_ratings.py                 # 200 arenas of 10,000 battles
    python bench/arena_ratings.py --rows          # the same, resampling battles as if they were independent

Five models answer 500 questions; each of the ten pairs is judged in both orders: 10,000 battles. A win follows
Bradley and Terry exactly (Gaussian copula), while the battles over one question depend on each other: ``--shared`` is
the part of what decides a battle that belongs to the question and the two models, the rest is the judge's own.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from scipy.stats import norm

from evalscope_pytest.arena.results import CENTRE, SCALE, Battle, Rating, rate

MODELS = 5
QUESTIONS = 500
BATTLES = 2 * MODELS * (MODELS - 1) // 2  # over one question


def arena(
    strengths: Sequence[float], shared: float, random: np.random.Generator, questions: int = QUESTIONS
) -> Iterator[Battle]:
    """Yield the battles of one arena.

    Args:
        strengths: Natural logarithms, so that 1 / (1 + exp(b - a)) is the chance that a wins against b.
    """
    for question in range(questions):
        suits = random.normal(size=len(strengths))
        for a, b in combinations(range(len(strengths)), 2):
            both = np.sqrt(shared / 2) * (suits[a] - suits[b])
            for _ in range(2):
                drawn = norm.cdf(both + np.sqrt(1 - shared) * random.normal())
                won = drawn < 1 / (1 + np.exp(strengths[b] - strengths[a]))
                yield Battle(f"{question}", f"{a}", f"{b}", float(won))


def true_ratings(strengths: Sequence[float]) -> dict[str, float]:
    """Return the ratings that a perfect arena would find."""
    points = np.asarray(strengths) * SCALE / np.log(10)
    return {f"{model}": float(value) for model, value in enumerate(CENTRE + points - points.mean())}


def covered(ratings: Sequence[Rating], truth: dict[str, float]) -> list[bool]:
    """Return for each model whether its interval holds the truth."""
    found = [(rating.strength, truth[rating.model]) for rating in ratings]
    return [s.low is not None and s.high is not None and s.low <= true <= s.high for s, true in found]


def simulate(
    arenas: int, shared: float, seed: int, *, questions: int = QUESTIONS, rows: bool = False
) -> Iterator[list[bool]]:
    """Yield for each arena which intervals hold the true rating.

    Args:
        rows: Treat each battle as a separate question, as if battles were independent.
    """
    random = np.random.default_rng(seed)
    for number in range(arenas):
        strengths = random.normal(0, 0.7, MODELS)
        battles = list(arena(strengths, shared, random, questions))
        if rows:
            battles = [replace(battle, question=f"{row}") for row, battle in enumerate(battles)]
        yield covered(rate(battles, seed=number, elo=False), true_ratings(strengths))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arenas", type=int, default=200)
    parser.add_argument("--shared", type=float, default=0.5)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", action="store_true")
    options = parser.parse_args()
    started = time.perf_counter()
    found = list(simulate(options.arenas, options.shared, options.seed, questions=options.questions, rows=options.rows))
    held = [one for found_in_arena in found for one in found_in_arena]
    by_arena = [sum(one) / len(one) for one in found]
    error = np.std(by_arena, ddof=1) / np.sqrt(len(by_arena))
    what = f"{options.arenas} arenas of {options.questions * BATTLES:,} battles, shared {options.shared:g}"
    print(
        f"{what}, resampled by {'battles' if options.rows else 'questions'}: "
        f"{sum(held)} of {len(held)} true ratings inside their 95 % interval, {np.mean(held):.1%} (+- {error:.1%}), "
        f"{time.perf_counter() - started:.0f} s"
    )


if __name__ == "__main__":
    main()
