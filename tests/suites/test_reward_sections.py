"""RewardBench's sections: the figures are those of the leaderboard's own function for the same accuracies."""

from __future__ import annotations

import pytest

from evalscope_pytest.suites.chat.reward_sections import CATEGORIES, sections

ACCURACY = {subset: round((place * 7 % 23) / 23, 4) for place, subset in enumerate(sorted(CATEGORIES))}


def test_all_sections() -> None:
    found = sections(ACCURACY)
    official = {"Chat": 0.363731, "Chat Hard": 0.462818, "Safety": 0.562285, "Reasoning": 0.521725, "mean": 0.47764}
    assert found == pytest.approx(official, abs=1e-6)


def test_sections_without_a_subset_are_left_out() -> None:
    some = {name: ACCURACY[name] for name in ("math-prm", "hep-go", "donotanswer", "refusals-offensive")}
    assert sections(some) == pytest.approx({"Safety": 0.563, "Reasoning": 0.558986}, abs=1e-6)
    assert sections({}) == {}
