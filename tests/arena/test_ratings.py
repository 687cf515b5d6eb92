"""Ratings and their intervals, against what is known by construction."""

from __future__ import annotations

import importlib.util
import math
import sys
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalscope_pytest.arena import results
from evalscope_pytest.arena.results import Battle, connected, mean_scores, rate, tally, win_rates

SCRIPT = Path(__file__).parents[2] / "bench" / "arena_ratings.py"
VALUES = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])


@pytest.fixture(scope="module")
def few_resamples():
    """Few resamples for what does not look at intervals, or looks at so many that each may be a little off."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "RESAMPLES", 200)
        yield


@pytest.fixture(scope="module")
def simulation():
    spec = importlib.util.spec_from_file_location("arena_ratings", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@st.composite
def battles(draw, least=1):
    models = "abcd"[: draw(st.integers(2, 4))]
    pairs = st.sampled_from(list(combinations(models, 2)))
    rows = draw(st.lists(st.tuples(st.integers(0, 5), pairs, VALUES), min_size=least, max_size=20))
    return [Battle(str(question), one, other, value) for question, (one, other), value in rows]


def by_name(found):
    return {rating.model: rating for rating in found}


def test_simulated_arenas_hold_the_known_strengths_in_95_of_100_intervals(simulation, few_resamples):
    held = [one for found in simulation.simulate(24, 0.5, seed=5, questions=100) for one in found]
    assert 0.90 <= sum(held) / len(held) <= 0.99  # 120 of them: the full figure is bench/arena_ratings.py's


def test_intervals_of_resampled_battles_would_be_too_narrow(simulation):
    strengths = [0.0, 0.3, 0.6, -0.4, 1.0]
    rows = list(simulation.arena(strengths, 0.5, simulation.np.random.default_rng(3), 100))
    apart = [Battle(str(number), b.first, b.second, b.value) for number, b in enumerate(rows)]
    ours, theirs = by_name(rate(rows, elo=False)), by_name(rate(apart, elo=False))
    widths = [
        (ours[m].strength.high - ours[m].strength.low) / (theirs[m].strength.high - theirs[m].strength.low)
        for m in ours
    ]
    assert min(widths) > 1.1


def test_a_pair_is_rated_by_the_odds_of_its_battles():
    rows = [Battle(str(n), "a", "b", 1.0 if n < 300 else 0.0) for n in range(400)]
    found = by_name(rate(rows))
    expected = 400 * math.log10(300.5 / 100.5)
    assert found["a"].strength.value - found["b"].strength.value == pytest.approx(expected, abs=0.01)
    assert found["a"].strength.low < found["a"].strength.value < found["a"].strength.high
    assert found["a"].elo.value > 1000 > found["b"].elo.value


def test_who_wins_everything_has_a_finite_rating_and_no_made_up_interval():
    found = rate([Battle(str(n), "a", "b", 1.0) for n in range(10)])
    assert [rating.model for rating in found] == ["a", "b"]
    assert found[0].strength.value == pytest.approx(1000 + 200 * math.log10(10.5 / 0.5), abs=0.01)
    assert found[0].strength.low is None


def test_one_question_gives_no_interval():
    (first, _) = rate([Battle("q", "a", "b", 1.0), Battle("q", "a", "b", 0.0), Battle("q", "a", "b", 1.0)])
    assert (first.strength.low, first.elo.high) == (None, None)


def test_models_that_never_met_the_others_are_not_rated():
    rows = [Battle("1", "a", "b", 1.0), Battle("1", "b", "c", 0.5), Battle("1", "x", "y", 1.0)]
    assert connected(rows) == ["a", "b", "c"]
    assert {rating.model for rating in rate(rows)} == {"a", "b", "c"}
    assert rate([]) == []


@settings(max_examples=12, deadline=None)
@given(rows=battles())
def test_ratings_do_not_depend_on_order_or_on_who_is_named_first(few_resamples, rows):
    found = by_name(rate(rows, elo=False))
    turned = [Battle(b.question, b.second, b.first, 1 - b.value) for b in reversed(rows)]
    again = by_name(rate(turned, elo=False))
    assert found.keys() == again.keys()
    for name, rating in found.items():
        assert rating.strength.value == pytest.approx(again[name].strength.value, abs=0.01)
        assert math.isfinite(rating.strength.value)
    values = [rating.strength.value for rating in found.values()]
    assert sum(values) / len(values) == pytest.approx(1000)


@given(battles())
def test_tallies_and_win_rates_add_up(rows):
    rates = win_rates(rows)
    for one in rates:
        for other, rate_of_one in rates[one].items():
            assert rate_of_one + rates[other][one] == pytest.approx(1)
    assert sum(tally(rows, model).battles for model in "abcd") == 2 * len(rows)


def test_scores_of_single_replies_are_means_over_questions():
    rows = [Battle(str(n % 10), "a", "", float(n % 2)) for n in range(20)] + [Battle("0", "b", "", 0.25)]
    found = mean_scores(rows)
    assert found["a"].value == 0.5
    assert found["a"].low < 0.5 < found["a"].high
    assert (found["b"].value, found["b"].low) == (0.25, None)
