"""Intervals of scores: they hold the printed score, follow its aggregation, and count questions, not attempts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalscope_pytest.report.build import build_report
from evalscope_pytest.statistics.distributions import student_quantile
from evalscope_pytest.statistics.intervals import score_roots, wilson
from evalscope_pytest.store.rows import SampleSummary

from .rows import plan, report, row

HALF = 2e-4  # subset scores are printed with four digits


def statistics(
    rows: Sequence[SampleSummary], label: str = "mean_acc", **fields: Any
) -> tuple[float | None, Mapping[str, Any]]:
    """Return the printed score and the statistics of a metric."""
    subsets = dict.fromkeys(r.subset for r in rows)
    made = build_report(plan({name: sum(r.subset == name for r in rows) for name in subsets}, **fields), rows, "tiny")
    assert made.execution is not None
    score = next((m.score for m in made.metrics if m.identity.label == label), None)
    return score, made.execution.statistics.get(label, {})


def test_right_and_wrong_give_wilsons_interval() -> None:
    _, found = statistics([row("a", i, float(i < 7)) for i in range(10)])
    assert (found["low"], found["high"]) == pytest.approx(wilson(7, 10), abs=1e-8)
    assert (found["method"], found["questions"], found["clusters"], found["effective_n"]) == ("wilson", 10, 10, 10)
    assert (found["noise"], found["few"]) == (None, True)


def test_all_right_is_not_certainty() -> None:
    _, found = statistics([row("a", i) for i in range(40)])
    assert found["high"] == 1.0
    assert found["low"] == pytest.approx(40 / (40 + 1.959964**2))
    assert found["few"] is False


def test_repeats_count_questions_and_show_noise() -> None:
    chosen = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0]
    _, found = statistics([row("a", i, chosen[(i + i // 4) % 8], repeats=4) for i in range(160)], repeats=4)
    assert (found["questions"], found["method"]) == (40, "score")
    assert 0 < found["noise"] <= 1
    assert found["noise_se"] > 0


def test_equal_repeats_are_not_noise() -> None:
    once = statistics([row("a", i, i % 2 / 2) for i in range(40)])[1]
    repeated = statistics([row("a", i, i // 5 % 2 / 2, repeats=5) for i in range(200)], repeats=5)[1]
    assert (repeated["low"], repeated["high"]) == (once["low"], once["high"])
    assert repeated["noise"] == 0


def test_samples_that_share_a_passage_are_one_cluster() -> None:
    right = [float(i // 10 % 2) for i in range(200)]
    _, alone = statistics([row("a", i, value) for i, value in enumerate(right)])
    _, shared = statistics([row("a", i, value, cluster=f"passage {i // 10}") for i, value in enumerate(right)])
    assert (shared["questions"], shared["clusters"], shared["method"]) == (200, 20, "score")
    assert shared["high"] - shared["low"] > 2.5 * (alone["high"] - alone["low"])


def test_a_cluster_may_reach_over_subsets() -> None:
    rows = [row(name, i, float(i % 2), cluster=str(i)) for name in ("de", "en", "zh") for i in range(40)]
    _, found = statistics(rows)
    assert (found["questions"], found["clusters"]) == (120, 40)
    assert {name: one["questions"] for name, one in found["subsets"].items()} == {"de": 40, "en": 40, "zh": 40}


def test_fewer_than_five_clusters_have_no_interval() -> None:
    made = build_report(plan({"a": 40}), [row("a", i, float(i % 3 > 0), cluster=str(i % 4)) for i in range(40)], "tiny")
    assert made.execution is not None
    found = made.execution.statistics["mean_acc"]
    assert (found["low"], found["method"], found["few"]) == (None, "none", True)
    assert "4 clusters" in found["reason"]
    assert made.execution.intervals == {}


def test_one_question_has_wilsons_interval_if_it_is_right_or_wrong() -> None:
    assert statistics([row("a", 0, 1.0)])[1]["low"] == pytest.approx(0.2065, abs=1e-4)
    assert statistics([row("a", 0, 0.5)])[1]["reason"] == "a single question"


def test_weights_count() -> None:
    rows = [row("a", i, float(i % 2), weights={"accuracy": 3.0 if i % 2 else 1.0}) for i in range(40)]
    _, found = statistics(rows)
    assert found["low"] < 0.75 < found["high"]


def test_samples_without_weight_are_not_counted() -> None:
    rows = [row("a", i, float(i % 2), weights={"accuracy": float(i < 40)}) for i in range(100)]
    assert statistics(rows)[1]["questions"] == 40


def test_unbounded_metrics_take_students_interval() -> None:
    rows = [row("a", i, values={"points": float(v)}) for i, v in enumerate([10, 20, 30])]
    _, found = statistics(rows, "mean_points", metrics=("points",))
    half = student_quantile(0.975, 2) * 10 / math.sqrt(3)
    assert (found["low"], found["high"]) == pytest.approx((20 - half, 20 + half), abs=1e-6)
    assert (found["method"], found["effective_n"]) == ("t", None)


def test_values_outside_the_range_are_not_clipped_silently() -> None:
    assert "outside 0 to 1" in statistics([row("a", i, float(i % 3)) for i in range(9)])[1]["reason"]


def test_metrics_that_are_not_planned_have_an_interval_too() -> None:
    rows = [row("a", i, values={"accuracy": 1.0, "extra": float(i % 2)}) for i in range(10)]
    assert statistics(rows, "mean_extra")[1]["questions"] == 10


# Aggregations --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("how", "labels"), [
    ("mean_and_pass_at_k", ["pass@1", "pass@2", "pass@3"]),
    ("mean_and_pass_hat_k", ["pass^1", "pass^3"]),
    ("mean_and_vote_at_k", ["vote@1", "vote@3"]),
    ("mean_and_at_least_k", ["at_least@1", "at_least@2", "at_least@3"]),
])  # fmt: skip
def test_at_k_has_the_interval_of_one_value_a_question(how: str, labels: list[str]) -> None:
    rows = [row("a", i, float(i * 7 % 5 > 1), repeats=3, answer=str(i % 2)) for i in range(120)]
    for label in labels:
        score, found = statistics(rows, label, aggregation=how, repeats=3)
        assert score is not None
        assert found["questions"] == 40
        assert found["low"] <= score <= found["high"]


def test_votes_of_one_value_a_question_are_right_or_wrong() -> None:
    rows = [row("a", i, float(i % 9 < 6), repeats=3, answer=str(i % 9 < 6)) for i in range(90)]
    score, found = statistics(rows, "vote@3", aggregation="mean_and_vote_at_k", repeats=3)
    assert (score, found["method"]) == (pytest.approx(2 / 3, abs=1e-4), "wilson")


def parted(number: int, value: float, part: str, **fields: Any) -> SampleSummary:
    """Return the row of a sample that belongs to a part."""
    return row("a", number, value, weights={"accuracy": {part: 1.0}}, **fields)


def test_the_mean_of_parts_adds_their_variances() -> None:
    few = [parted(i, float(i % 4 > 0), "few") for i in range(40)]
    many = [parted(100 + i, float(i % 2), "many") for i in range(400)]
    score, found = statistics([*few, *many], aggregation="macro_mean")
    assert score == 0.625
    errors = [statistics(part)[1]["standard_error"] for part in (few, many)]
    assert found["standard_error"] == pytest.approx(math.hypot(*errors) / 2, abs=1e-7)
    assert found["method"] == "score"


def test_the_harmonic_mean_follows_from_the_slopes() -> None:
    rows = [parted(i, float(i % 4 > 0), "a") for i in range(80)] + [parted(99 + i, i % 2, "b") for i in range(80)]
    score, found = statistics(rows, aggregation="harmonic_mean")
    errors = [statistics(rows[:80])[1]["standard_error"], statistics(rows[80:])[1]["standard_error"]]
    expected = math.hypot(0.6**2 / (2 * 0.75**2) * errors[0], 0.6**2 / (2 * 0.5**2) * errors[1])
    assert score == 0.6
    assert found["standard_error"] == pytest.approx(expected, abs=1e-7)


def test_a_harmonic_mean_of_zero_has_no_interval() -> None:
    rows = [parted(i, 1.0, "a") for i in range(9)] + [parted(9 + i, 0.0, "b") for i in range(9)]
    score, found = statistics(rows, aggregation="harmonic_mean")
    assert (score, found["low"], found["reason"]) == (0.0, None, "a part's mean is 0")


def test_questions_in_two_parts_are_counted_once() -> None:
    both = [row("a", i, float(i % 2), weights={"accuracy": {"x": 1.0, "y": 1.0}}) for i in range(60)]
    _, whole = statistics(both)
    _, parts = statistics(both, aggregation="macro_mean")
    assert parts["standard_error"] == pytest.approx(whole["standard_error"], abs=1e-7)
    assert parts["questions"] == 60


def test_parts_of_one_question_have_no_interval() -> None:
    found = statistics([parted(0, 1.0, "x"), parted(1, 0.0, "y"), parted(2, 1.0, "y")], aggregation="macro_mean")[1]
    assert (found["low"], found["reason"]) == (None, "a part has a single question")


def test_whole_parts_are_the_unit() -> None:
    rows = [parted(i, float(i != 5), f"part {i // 4}") for i in range(80)]
    score, found = statistics(rows, aggregation="all_of_part")
    assert (score, found["questions"]) == (0.95, 20)
    assert (found["low"], found["high"]) == pytest.approx(wilson(19, 20), abs=1e-8)


def test_a_mean_over_kinds_of_whole_parts() -> None:
    few = [parted(i, float(i % 8 != 5), f"few/{i // 2}") for i in range(40)]
    many = [parted(100 + i, float(i % 4 != 1), f"many/{i // 2}") for i in range(400)]
    score, found = statistics([*few, *many], aggregation="all_of_part_by_kind")
    assert (score, found["questions"]) == (0.625, 220)
    errors = [statistics(part, aggregation="all_of_part_by_kind")[1]["standard_error"] for part in (few, many)]
    assert found["standard_error"] == pytest.approx(math.hypot(*errors) / 2, abs=1e-7)
    assert errors[0] == pytest.approx(statistics(few, aggregation="all_of_part")[1]["standard_error"], abs=1e-7)


@pytest.mark.parametrize("how", ["length_controlled", "calibration_error"])
def test_some_aggregations_have_no_interval(how: str) -> None:
    rows = [row("a", i, values={"accuracy": i % 2, "length_difference": float(i)}) for i in range(10)]
    assert statistics([*rows], aggregation={"accuracy": how})[1] == {}


def test_a_mean_that_is_cut_off_has_a_cut_off_interval() -> None:
    rows = [row("a", i, (i % 5 - 1.5) / 2) for i in range(10)]
    score, found = statistics(rows, aggregation="clipped_mean")
    assert score == 0.25
    assert found["low"] == 0.0 < 0.25 < found["high"]
    below = statistics([row("a", i, -1 - i % 2) for i in range(10)], aggregation="clipped_mean")[1]
    assert (below["low"], below["reason"]) == (None, "the mean lies outside 0 to 1")


AGGREGATIONS = ["mean", "weighted_mean", "battles", "macro_mean", "harmonic_mean", "all_of_part", "mean_and_pass_at_k"]
AGGREGATIONS += ["all_of_part_by_kind"]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(AGGREGATIONS),
    st.lists(
        st.tuples(st.sampled_from("ab"), st.floats(0, 1), st.sampled_from(["x", "y"]), st.sampled_from(["", "p", "q"])),
        min_size=1,
        max_size=40,
    ),
    st.integers(1, 3),
)
def test_the_score_lies_in_its_interval_and_that_in_the_metrics_range(
    how: str, samples: list[tuple[str, float, str, str]], repeats: int
) -> None:
    over_parts = how in ("macro_mean", "harmonic_mean", "all_of_part", "all_of_part_by_kind")
    places = dict.fromkeys("ab", 0)
    rows = []
    for subset, value, part, cluster in samples:
        weight: Any = {part: 1.0} if over_parts else 1.0 if part == "x" else 2.0
        fields = {"weights": {"accuracy": weight}, "cluster": cluster, "repeats": repeats}
        rows.append(row(subset, places[subset], value, **fields))
        places[subset] += 1
    made = build_report(plan(places, aggregation=how, repeats=repeats), rows, "tiny")
    assert made.execution is not None
    for metric in made.metrics:
        found = made.execution.statistics[metric.identity.label]
        printed = {s.name: s.score for s in metric.subsets}
        scores = [metric.score, *(printed[name] for name in found.get("subsets", {}))]
        for score, one in zip(scores, [found, *found.get("subsets", {}).values()], strict=True):
            assert bool(one.get("reason")) == (one["low"] is None)
            if one["low"] is not None:
                assert 0 <= one["low"] <= score + HALF
                assert score - HALF <= one["high"] <= 1


def test_a_report_keeps_the_statistics_of_each_subset() -> None:
    made = report({"a": [1, 0, 1], "b": [1] * 40})
    assert made.execution is not None
    assert made.execution.statistics_of("mean_acc")["questions"] == 43
    assert made.execution.statistics_of("mean_acc", "b")["few"] is False
    assert made.execution.statistics_of("mean_acc", "a")["low"] == pytest.approx(score_roots(2 / 3, 3, 1.959964).low)
    assert made.execution.statistics_of("mean_f1") == {}


def test_errors_over_words_have_an_interval_from_zero_up() -> None:
    values = [5.0, *[0.0] * 19]
    rows = [row("a", i, values={"wer": value}, weights={"wer": 2 + i % 3}) for i, value in enumerate(values)]
    score, found = statistics(rows, "mean_wer", metrics=("wer",))
    words = sum(2 + i % 3 for i in range(20))
    assert score == pytest.approx(5.0 * 2 / words, abs=HALF)
    assert (found["method"], found["low"]) == ("t", 0.0)
    assert found["high"] > 5.0 * 2 / words
