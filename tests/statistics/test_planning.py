"""Plans: what a run can show, refusals before the first request, and the lines that say so."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.statistics import intervals
from evalscope_pytest.statistics import planning as p
from evalscope_pytest.statistics.comparison import PairedShares
from evalscope_pytest.statistics.gates import parse_gate
from evalscope_pytest.statistics.scores import Scores


@pytest.mark.parametrize(
    ("drop", "noise", "repeats", "questions"),
    [
        (0.01, 0.15, 1, 3478), (0.01, 0.15, 4, 870), (0.01, 0.35, 1, 8115), (0.01, 0.35, 4, 2029),
        (0.02, 0.15, 1, 870), (0.02, 0.15, 4, 218), (0.02, 0.35, 1, 2029), (0.02, 0.35, 4, 508),
        (0.03, 0.15, 1, 387), (0.03, 0.15, 4, 97), (0.03, 0.35, 1, 902), (0.03, 0.35, 4, 226),
        (0.05, 0.15, 1, 140), (0.05, 0.15, 4, 35), (0.05, 0.35, 1, 325), (0.05, 0.35, 4, 82),
    ],
)  # fmt: skip
def test_questions_of_the_specification_s_table(drop, noise, repeats, questions):
    assert p.questions_needed(p.variance_of_difference(0.75, noise, repeats), drop) == questions


@given(st.floats(0.01, 0.99), st.integers(1, 300), st.sampled_from([0.8, 0.95, 0.99]))
def test_score_needed_to_show_is_the_least(bound, n, level):
    least = p.score_needed_to_show(bound, n, level)
    shown = [right for right in range(n + 1) if intervals.wilson(right, n, 2 * level - 1).low >= bound - 1e-9]
    assert least == (shown[0] if shown else None)


@given(st.floats(0.01, 0.99), st.sampled_from([0.8, 0.95, 0.99]), st.booleans())
def test_least_questions_to_show_are_the_least(bound, level, plain):
    least = p.least_questions_to_show(bound, level, plain=plain)

    def shows(n):
        if plain:
            return intervals.wilson(n, n, 2 * level - 1).low >= bound - 1e-9
        repeated = Scores([1.0] * n, attempts=2, mean_attempts=2.0, within=0.0)
        return (intervals.one_sided(repeated, level).low or 0.0) >= bound - 1e-9

    assert shows(least)
    assert least == 1 or not shows(least - 1)


@pytest.mark.parametrize(("margin", "pairs"), [(0.02, 133), (0.05, 52), (0.01, 268), (0.0, None)])
def test_an_identical_run_shows_no_worse_by_a_margin(margin, pairs):
    assert p.least_pairs_to_show(margin, 0.95) == pairs
    if pairs:
        assert PairedShares(0, 0, pairs).interval(0.9).low >= -margin
        assert PairedShares(0, 0, pairs - 1).interval(0.9).low < -margin


def test_no_number_of_questions_shows_what_is_true_at_the_bound():
    assert p.least_questions_to_show(1.0, 0.95) is None
    assert p.questions_to_decide(0.7, 0.7, 0.95) is None
    assert p.questions_needed(0.1, 0.0) is None
    assert p.score_needed_to_show(0.7, 0, 0.95) is None
    assert p.score_needed_to_show(0.7, 6, 0.95) is None
    assert p.score_needed_to_show(0.7, 7, 0.95) == 7


@pytest.mark.parametrize(
    ("text", "planned", "message"),
    [
        ("b >= 0.9 @95%", p.Planned(24), "has 24 questions, and even a perfect run needs 25"),
        ("b >= 0.7 @95%", p.Planned(6), "needs 7"),
        ("b <= 0.3 @95%", p.Planned(6), "write 'not shown above'"),
        ("b >= 70 @95%", p.Planned(6, bounds=(0.0, 100.0)), "needs 7"),
        ("b >= 0.7 @95%", p.Planned(200, clusters=5), "5 clusters, and even a perfect run needs"),
        ("b >= 0.7 @95%", p.Planned(7, attempts=4), "even a perfect run needs"),
        ("b >= 1 @95%", p.Planned(1000), "the end of the scale"),
        ("b <= 0 @95%", p.Planned(1000), "the end of the scale"),
        ("b >= 0.7 @95%", p.Planned(200, clusters=4), "an interval needs 5"),
        ("b not shown worse than baseline @95%", p.Planned(200, clusters=4), "an interval needs 5"),
        ("b not shown below 0.7 @95%", p.Planned(9, no_interval="elo has a bootstrap"), "Drop the @"),
        ("b no worse than baseline @95% (paired)", p.Planned(100, pairs=49), "49 of 100 questions are in the baseline"),
        ("b no worse than baseline @95% (paired)", p.Planned(29, pairs=29), "At least 30"),
        ("b no worse than baseline by 0.02", p.Planned(300, has_baseline=False), "Add --eval-baseline=DIR"),
        ("ALL >= 0.7 @95%", p.Planned(300), "ALL is the mean difference from a baseline"),
    ],
)
def test_what_cannot_be_decided_is_refused(text, planned, message):
    with pytest.raises(ConfigError) as error:
        p.check_gate(parse_gate(text), planned)
    assert message in str(error.value)
    assert text in str(error.value)


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("b >= 0.9 @95%", p.Planned(25)),
        ("b >= 0.9", p.Planned(2, no_interval="elo has a bootstrap")),
        ("b not shown below 0.9 @95%", p.Planned(2)),
        ("b no worse than baseline @95%", p.Planned(100, pairs=0)),
        ("b no worse than baseline @95% (paired)", p.Planned(100, pairs=50)),
        ("b no worse than baseline @95% (paired)", p.Planned(100)),
        ("b >= 3 @95%", p.Planned(100, bounds=None)),
    ],
)
def test_what_can_be_decided_is_not(text, planned):
    p.check_gate(parse_gate(text), planned)


def line(text, planned):
    return p.plan_line(parse_gate(text), planned)


def test_the_plan_line_of_the_specification():
    found = line("gsm8k no worse than baseline by 0.02 @95%", p.Planned(200, score=0.75, noise=0.35))
    assert found.text == (
        "gate gsm8k no worse than baseline by 0.02 @95%: 200 questions find a drop of 0.064 in 4 of 5 runs; 0.02 needs "
        "about 2,030, or 510 with repeats 4"
    )
    assert found.warning


@pytest.mark.parametrize("pairs", [0, 9, 29])
def test_a_plan_without_enough_shared_questions_is_of_two_means(pairs):
    planned = p.Planned(60, score=0.75, noise=0.35, pairs=pairs, earlier=200)
    found = line("b no worse than baseline by 0.02 @95%", planned)
    assert found.text == (
        f"gate b no worse than baseline by 0.02 @95%: unpaired, 60 questions now and 200 then ({pairs} in both) find a "
        "drop of 0.16 in 4 of 5 runs; 0.02 needs about 5,800 in each"
    )
    assert found.warning
    error = math.sqrt(0.75 * 0.25 * (1 / 60 + 1 / 200))
    assert found.effect == pytest.approx(p.minimum_detectable_effect(error))
    assert not line("b not shown worse than baseline by 0.2 @95%", planned).warning


def test_a_plan_is_of_two_means_if_the_gate_says_so():
    planned = p.Planned(60, attempts=4, score=0.75, noise=0.4, pairs=60, earlier=60)
    paired, unpaired = (line(f"b better than baseline by 0.02 @95%{how}", planned) for how in ("", " (unpaired)"))
    assert "60 questions find a gain of " in paired.text
    assert "unpaired, 60 questions now and 60 then (60 in both) find a gain of " in unpaired.text
    error = math.sqrt(2 * 0.75 * 0.25 * (0.6 + 0.4 / 4) / 60)
    assert unpaired.effect == pytest.approx(p.minimum_detectable_effect(error))
    assert unpaired.effect > paired.effect


def test_a_plan_that_fits_warns_of_nothing():
    found = line("b not shown worse than baseline by 0.05 @95%", p.Planned(1319, score=0.75, temperature=0.0))
    assert not found.warning
    assert found.effect == pytest.approx(0.0162, abs=5e-4)


def test_plans_warn_of_what_not_even_an_identical_model_shows():
    assert "needs 133 questions" in line("b no worse than baseline by 0.02 @95%", p.Planned(132, noise=0.01)).text
    assert "without a margin" in line("b no worse than baseline @95%", p.Planned(5000)).text
    assert "identical" not in line("b not shown worse than baseline @95%", p.Planned(50)).text
    assert "gain of" in line("b better than baseline @95%", p.Planned(50)).text


def test_plans_of_bounds_name_the_score_that_decides():
    found = line("b >= 0.7 @95%", p.Planned(300))
    assert "if the true score is 0.764 or higher" in found.text
    assert "or lower" in line("b not shown below 0.7 @95%", p.Planned(300)).text
    assert "or lower" in line("b <= 0.3 @95%", p.Planned(300)).text
    assert line("b >= 0.99 @95%", p.Planned(200)).warning
    assert line("b >= 70 @95%", p.Planned(300, bounds=(0.0, 100.0))).effect == pytest.approx(100 * found.effect)


def test_there_is_no_plan_for_points_and_unbounded_scores():
    assert line("b >= 0.7", p.Planned(300)) is None
    assert line("b >= 0.7 @95%", p.Planned(300, bounds=None)) is None


@pytest.mark.parametrize(
    ("number", "text"), [(7, "7"), (19, "19"), (508, "510"), (2029, "2,030"), (12898, "12,900"), (123456, "123,000")]
)
def test_counts_in_prose(number, text):
    assert p.rounded(number) == text


def test_noise_without_repeats_is_that_of_real_services():
    assert p.default_noise(0.0) == 0.15
    assert p.default_noise(0.7) == p.default_noise(None) == 0.4
