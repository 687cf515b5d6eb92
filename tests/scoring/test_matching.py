from __future__ import annotations

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.scoring import exact_match, includes

from .judging import judged


@pytest.mark.parametrize(
    ("reply", "right"),
    [("Paris", 1.0), (" paris\n", 1.0), ("<think>x</think>PARIS", 1.0), ("Paris!", 0.0), ("Par", 0.0), ("", 0.0)],
)
def test_exact_match_overlooks_case_and_blanks_only(reply, right):
    assert judged(exact_match(), reply, Sample("?", ("Lutetia", "Paris"))).values == {"accuracy": right}


def test_inclusion_takes_a_part_of_the_target_but_not_nothing():
    assert judged(exact_match(inclusion=True), "par", Sample("?", "Paris")).values == {"accuracy": 1.0}
    assert judged(exact_match(inclusion=True), "", Sample("?", "Paris")).values == {"accuracy": 0.0}
    assert exact_match(inclusion=True).fingerprint != exact_match().fingerprint


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        ("It is Paris, I think.", 1.0),
        ("Comparison", 0.0),
        ("paris", 1.0),
        ("In 1789 there", 0.0),
        ("It was 17.", 1.0),
        ("117 or 171", 0.0),
        ("答案是Paris。", 1.0),
        ("", 0.0),
    ],
)
def test_a_held_target_is_a_whole_word(reply, right):
    score = judged(includes(), reply, Sample("?", ("Paris", "17")))
    assert score.values == {"accuracy": right}
    assert (score.answer is not None) == bool(right)
