"""Subsets whose answers are of another kind."""

from __future__ import annotations

import pytest

from evalscope_pytest import Sample
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.scoring import by_subset, choice_answer, math_answer
from evalscope_pytest.suites.instruction.ifeval.scorer import ifeval

from .judging import judged


def test_each_subset_has_its_scorer():
    scorer = by_subset(choice_answer(), {"math": math_answer()})
    choice, sum_ = Sample("?", "B", ("1", "2"), subset="exam"), Sample("?", "2", subset="math")
    assert judged(scorer, "ANSWER: B", choice).values == {"accuracy": 1.0}
    assert judged(scorer, "\\boxed{2}", sum_).values == {"accuracy": 1.0}
    assert (scorer.ideal_reply(choice), scorer.ideal_reply(sum_)) == ("ANSWER: B", "\\boxed{2}")


def test_what_judges_differently_has_another_fingerprint():
    one, other = {"math": math_answer()}, {"law": math_answer()}
    scorers = [by_subset(choice_answer(), one), by_subset(choice_answer(), other), by_subset(math_answer(), one)]
    assert len({scorer.fingerprint for scorer in scorers}) == 3


def test_scorers_of_other_metrics_are_refused():
    with pytest.raises(ConfigError, match=r"'talk' gives prompt_level_strict.*others accuracy"):
        by_subset(choice_answer(), {"talk": ifeval()})
