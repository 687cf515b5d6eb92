"""The length-controlled win rate: figures of the official implementation, and what must hold for any battles."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.scoring.aggregation import calibration_error
from evalscope_pytest.scoring.length_control import win_rate_at_equal_length

BATTLES = st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.integers(-9999, 9999).map(float)), min_size=1)


def synthetic(seed: int, quality: float, pull: float, count: int = 300) -> list[tuple[float, float]]:
    """Battles of a model of this quality before a judge whom length impresses this much."""
    draw = random.Random(seed)
    battles = []
    for _ in range(count):
        longer = round(draw.gauss(200, 800))
        chance = 1 / (1 + math.exp(-(quality + pull * math.tanh(longer / 800))))
        battles.append((float(draw.random() < chance), float(longer)))
    return battles


# The last figure is that of the official code (length_controlled_minimal, scikit-learn 1.9.1) for the same battles.
@pytest.mark.parametrize(
    ("seed", "quality", "pull", "official"),
    [(1, 0.0, 0.0, 0.5), (2, -1.0, 1.5, 0.2718), (3, 0.7, -2.0, 0.6599), (4, 3.0, 1.0, 0.9175), (5, -0.2, 4.0, 0.5034)],
)
def test_the_official_implementation_gives_the_same(seed: int, quality: float, pull: float, official: float) -> None:
    assert win_rate_at_equal_length(synthetic(seed, quality, pull)) == pytest.approx(official, abs=2e-4)


@given(BATTLES)
def test_any_battles_give_a_share(battles: list[tuple[float, float]]) -> None:
    assert 0 <= win_rate_at_equal_length(battles) <= 1


@given(BATTLES)
def test_the_other_side_has_the_rest(battles: list[tuple[float, float]]) -> None:
    other = [(1 - value, -length) for value, length in battles]
    assert win_rate_at_equal_length(other) == pytest.approx(1 - win_rate_at_equal_length(battles), abs=1e-4)


def test_a_model_that_only_writes_more_is_no_better() -> None:
    battles = [(float(n % 2), 500.0 if n % 2 else -500.0) for n in range(200)]
    assert win_rate_at_equal_length(battles) == pytest.approx(0.5, abs=0.01)
    assert win_rate_at_equal_length([(1.0, 0.0)] * 20) > 0.95


def test_calibration_is_measured_in_bins_of_a_hundred() -> None:
    sure = [(0.9, float(n % 2)) for n in range(100)]
    unsure = [(0.5, float(n % 2)) for n in range(100)]
    assert calibration_error(sure) == pytest.approx(0.4)
    assert calibration_error(unsure) == pytest.approx(0.0)
    assert calibration_error([*sure, *unsure]) == pytest.approx(math.sqrt(0.4**2 / 2))
    assert calibration_error([(1.0, 0.0)]) == 1.0
