"""Names of metrics, as users, scorers and reports spell them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.report.semantics import Identity, identify, semantics_of


@pytest.mark.parametrize("metric", ["accuracy", "bleu-4", "Rouge-L-R", "Rouge-1-F", "f1", "multi_choice_acc", "turns"])
def test_the_scorers_name_comes_back(metric: str) -> None:
    assert identify(metric).raw_name == metric


@pytest.mark.parametrize(
    ("metric", "aggregation", "dimensions", "label"),
    [
        ("accuracy", "mean", {}, "mean_acc"),
        ("acc", "mean", {}, "mean_acc"),
        ("accuracy", "pass_at_k", {"k": 3}, "pass@3"),
        ("accuracy", "pass_hat_k", {"k": 3}, "pass^3"),
        ("accuracy", "vote_at_k", {"k": 3}, "vote@3"),
        ("accuracy", "at_least_k", {"k": 8}, "at_least@8"),
        ("f1", "pass_at_k", {"k": 1}, "f1_pass@1"),
        ("inst_level_loose", "weighted_mean", {}, "mean_inst_level_loose"),
        ("bleu-1", "mean", {}, "mean_bleu-1"),
    ],
)
def test_labels_are_those_of_evalscope_1(metric: str, aggregation: str, dimensions: dict[str, int], label: str) -> None:
    assert identify(metric, aggregation, dimensions).label == label


@pytest.mark.parametrize("name", ["accuracy", "acc", "mean_acc", "AverageAccuracy", "ACCURACY", " mean_acc "])
def test_accuracy_has_many_names(name: str) -> None:
    assert identify("accuracy").is_called(name)
    assert not identify("accuracy", "pass_at_k", {"k": 1}).is_called(name)


@pytest.mark.parametrize("name", ["pass@1", "mean_pass@1", "accuracy_pass@1"])
def test_pass_at_k_has_many_names(name: str) -> None:
    assert identify("accuracy", "pass_at_k", {"k": 1}).is_called(name)
    assert not identify("accuracy", "pass_at_k", {"k": 2}).is_called(name)


@given(st.text(min_size=1, max_size=20))
def test_any_metric_name_makes_an_identity_evalscope_can_read(metric: str) -> None:
    identity = identify(metric)
    assert identity.name[0].isascii()
    assert identity.name[0].islower()
    assert all(c.isascii() and (c.islower() or c.isdigit() or c == "_") for c in identity.name)
    assert identity.name not in ("score", "overall", "total_score")
    assert Identity.from_json(identity.to_json()) == identity
    assert semantics_of(identity).kind == "quality"


def test_error_rates_should_be_low() -> None:
    assert semantics_of(identify("wer")).direction == "lower_is_better"
    assert semantics_of(identify("accuracy")).direction == "higher_is_better"


@pytest.mark.parametrize(
    ("metric", "names"), [("f1_score", ["f1", "f1_score", "mean_f1_score", "mean_f1"]), ("em", ["em", "exact_match"])]
)
def test_a_metric_is_found_by_the_name_its_scorer_gave_it(metric: str, names: list[str]) -> None:
    assert all(identify(metric).is_called(name) for name in names)


def test_the_share_of_replies_that_say_yes_is_neither_good_nor_bad() -> None:
    assert (semantics_of(identify("yes_ratio")).kind, semantics_of(identify("yes_ratio")).direction) == (
        "diagnostic",
        "none",
    )


@pytest.mark.parametrize(
    ("metric", "direction"),
    [
        ("puzzle_acc", "higher_is_better"),
        ("xl_puzzle_acc", "higher_is_better"),
        ("cell_acc", "higher_is_better"),
        ("turn_3_inst_level_loose", "higher_is_better"),
        ("Act.EM", "higher_is_better"),
        ("Plan.EM", "higher_is_better"),
        ("HalluRate", "lower_is_better"),
        ("no_answer", "none"),
    ],
)
def test_shares_that_bundled_benchmarks_report_have_a_range(metric: str, direction: str) -> None:
    semantics = semantics_of(identify(metric))
    assert (semantics.value_range, semantics.direction) == ((0.0, 1.0), direction)
