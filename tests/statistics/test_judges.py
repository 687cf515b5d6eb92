"""Scores corrected for a judge's errors, and agreement beyond chance."""

from __future__ import annotations

import random

import pytest

from evalscope_pytest.statistics import judges as j


def test_a_perfect_judge_is_not_corrected():
    found = j.corrected_share(0.6, 100, j.JudgeSkill(1.0, 50, 1.0, 50))
    assert found.estimate == pytest.approx(0.6)
    assert found.standard_error == pytest.approx((0.24 / 100) ** 0.5)


@pytest.mark.parametrize(
    "skill", [j.JudgeSkill(0.6, 50, 0.5, 50), j.JudgeSkill(0.9, 0, 0.9, 50), j.JudgeSkill(0.9, 50, 0.9, 0)]
)
def test_a_judge_no_better_than_chance_says_nothing(skill):
    assert j.corrected_share(0.6, 100, skill) is None


def test_estimates_stay_shares():
    found = j.corrected_share(0.02, 100, j.JudgeSkill(0.9, 50, 0.9, 50))
    assert (found.estimate, found.low) == (0.0, 0.0)
    assert found.high > 0


def test_the_corrected_interval_covers():
    draw = random.Random(2)
    covered = 0
    for _ in range(600):
        right = sum(draw.random() < (0.7 * 0.9 + 0.3 * 0.2) for _ in range(400))
        sensitivity = sum(draw.random() < 0.9 for _ in range(100)) / 100
        specificity = sum(draw.random() < 0.8 for _ in range(100)) / 100
        found = j.corrected_share(right / 400, 400, j.JudgeSkill(sensitivity, 100, specificity, 100))
        covered += found.low <= 0.7 <= found.high
    assert 0.92 <= covered / 600 <= 0.98


def test_prediction_powered_intervals_cover_though_the_judge_is_biased():
    draw = random.Random(3)
    covered = 0
    for _ in range(600):
        people = [float(draw.random() < 0.6) for _ in range(400)]
        judged = [1.0 if p and draw.random() < 0.95 else float(draw.random() < 0.3) for p in people]
        found = j.prediction_powered_mean(people[:80], judged[:80], judged[80:])
        covered += found.low <= 0.6 <= found.high
    assert 0.92 <= covered / 600 <= 0.98
    assert j.prediction_powered_mean([], [], [1.0]) is None
    assert j.prediction_powered_mean([1.0], [1.0], []) is None


# Krippendorff's own example: three coders, 15 units, gaps.
A = [None, None, None, None, None, 3, 4, 1, 2, 1, 1, 3, 3, None, 3]
B = [1, None, 2, 1, 3, 3, 4, 3, None, None, None, None, None, None, None]
C = [None, None, 2, 1, 3, 4, 4, None, 2, 1, 1, 3, 3, None, 4]


def test_krippendorff_s_alpha():
    units = [[label for label in labels if label is not None] for labels in zip(A, B, C, strict=True)]
    assert j.krippendorff_alpha(units) == pytest.approx(0.691, abs=5e-4)
    assert j.krippendorff_alpha(units, interval=True) == pytest.approx(0.811, abs=5e-4)


def test_alpha_of_full_agreement_and_of_nothing():
    assert j.krippendorff_alpha([["a", "a"], ["b", "b"]]) == 1
    assert j.krippendorff_alpha([["a"], ["b"]]) is None
    assert j.krippendorff_alpha([["a", "a"], ["a", "a"]]) is None
