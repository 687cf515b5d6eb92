"""The first wrong paragraph of a solution."""

from __future__ import annotations

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.scoring.aggregation import Attempt, aggregate
from evalscope_pytest.suites.math.first_error import first_error
from tests.scoring.judging import judged


@pytest.mark.parametrize(
    "reply",
    [
        "\\boxed{3}", "$\\boxed{3}$", "\\boxed{\\text{3}}", "\\boxed{paragraph_3}", "\\boxed{\\text{paragraph\\_3}}",
        "\\boxed{<paragraph_3>}", "Paragraph 2 is right.\n\\boxed{３}", "The answer is 3.", "\\boxed{03}",
        "<think>\\boxed{1}</think>\\boxed{3}",
    ],
)  # fmt: skip
def test_an_index_is_read_in_any_dress(reply):
    assert judged(first_error(), reply, Sample("?", "3")).values == {"simple_f1_score": 1.0, "error_acc": 1.0}


@pytest.mark.parametrize("reply", ["", "\\boxed{-1}", "\\boxed{2}", "\\boxed{3, 4}", "\\boxed{none}", "\\boxed{3.5}"])
def test_any_other_index_is_wrong(reply):
    assert judged(first_error(), reply, Sample("?", "3")).values == {"simple_f1_score": 0.0, "error_acc": 0.0}


def test_f1_is_the_harmonic_mean_over_solutions_with_and_without_an_error():
    replies = [("-1", "\\boxed{-1}"), ("-1", "\\boxed{−1}"), ("2", "\\boxed{2}"), ("0", "\\boxed{1}")]
    scores = [judged(first_error(), reply, Sample("?", target)) for target, reply in replies]
    attempts = [Attempt(n, 0, s.values, s.answer, s.metadata["weights"]) for n, s in enumerate(scores)]
    found = {m.name: m.score for m in aggregate(attempts, first_error().metrics, first_error().aggregation)}
    assert found == {"simple_f1_score": pytest.approx(2 / 3), "error_acc": 0.5, "correct_acc": 1.0}
