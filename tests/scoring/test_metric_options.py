"""EvalScope's metric options leave the benchmark's own reading of a reply in place, and only add a comparison."""

from __future__ import annotations

import pytest

from evalscope_pytest import Sample, scoring
from evalscope_pytest.scoring.metric_options import with_option
from evalscope_pytest.suites.reading.drop import drop_answer
from evalscope_pytest.suites.reading.trivia import trivia_answer
from evalscope_pytest.suites.reasoning.bbh import bbh_answer

from .judging import judged

CHOICES = ("red", "green", "blue")
DROP = Sample("Q", "12 months", metadata={"answers": [("12 months",)]})
PHRASE = Sample("Q", "half a dozen")

INCLUSION = [
    # what reads, sample, reply, answer read, right
    (scoring.math_answer(), Sample("Q", "18"), "So it is \\boxed{18}.", "18", 1.0),
    (scoring.math_answer(), Sample("Q", "18 dollars"), "6 * 3.\n\\boxed{18}", "18", 1.0),
    (scoring.math_answer(), Sample("Q", "18"), "\\boxed{19}, not 18", "19", 0.0),
    (scoring.math_answer(), Sample("Q", "18"), "", None, 0.0),
    (scoring.choice_answer(), Sample("Q", "B", CHOICES), "ANSWER: B", "B", 1.0),
    (scoring.choice_answer(), Sample("Q", "B", CHOICES), "A is tempting. ANSWER: C", "C", 0.0),
    (trivia_answer(), Sample("Q", "The Hague"), "ANSWER: Hague", "Hague", 1.0),
    (trivia_answer(), Sample("Q", "The Hague"), "ANSWER: Delft", "Delft", 0.0),
    (bbh_answer(), PHRASE, "So the answer is a dozen.", "a dozen", 1.0),
    (bbh_answer(), PHRASE, "So the answer is ten.", "ten", 0.0),
    (scoring.yes_no(), Sample("Q", "YES"), "Yes, it is.", "YES", 1.0),
    (scoring.yes_no(), Sample("Q", "YES"), "No.", "NO", 0.0),
]


@pytest.mark.parametrize(("scorer", "sample", "reply", "answer", "right"), INCLUSION)
def test_inclusion_compares_what_the_benchmark_reads(scorer, sample, reply, answer, right):
    score = judged(with_option(scorer, "allow_inclusion", ["accuracy"]), reply, sample)
    assert (score.answer, score.values["accuracy"]) == (answer, right)


def test_inclusion_raises_the_metric_it_is_for_alone():
    score = judged(with_option(drop_answer(), "allow_inclusion", ["em"]), "Answer: 12", DROP)
    plain = judged(drop_answer(), "Answer: 12", DROP)
    assert plain.values["em"] == 0.0
    assert score.values == {"f1": plain.values["f1"], "em": 1.0}
    wrong = judged(with_option(drop_answer(), "allow_inclusion", ["em"]), "Answer: 13", DROP)
    assert wrong.values == {"f1": 0.0, "em": 0.0}


@pytest.mark.parametrize(
    ("scorer", "sample", "reply", "right"),
    [
        (trivia_answer(), Sample("Q", "0.5"), "ANSWER: 1/2", 1.0),
        (trivia_answer(), Sample("Q", "0.5"), "ANSWER: 1/3", 0.0),
        (trivia_answer(), Sample("Q", "x^2-1"), "ANSWER: (x-1)(x+1)", 1.0),
        (scoring.choice_answer(), Sample("Q", "B", CHOICES), "ANSWER: C", 0.0),
        (scoring.choice_answer(), Sample("Q", "B", CHOICES), "ANSWER: B", 1.0),
        (scoring.exact_match(), Sample("Q", "0.5"), "So it is \\boxed{\\frac12}", 1.0),
        (scoring.math_answer(), Sample("Q", "18"), "\\boxed{18.0}", 1.0),
        (scoring.math_answer(), Sample("Q", "18"), "\\boxed{18.5}", 0.0),
    ],
)
def test_numeric_compares_the_value_of_what_the_benchmark_reads(scorer, sample, reply, right):
    assert judged(with_option(scorer, "numeric", ["accuracy"]), reply, sample).values["accuracy"] == right


def test_a_scorer_takes_an_option_once_and_counts_as_another_scorer():
    once = with_option(trivia_answer(), "allow_inclusion", ["accuracy"])
    assert with_option(once, "allow_inclusion", ["accuracy"]) is once
    assert once.fingerprint != trivia_answer().fingerprint
    both = with_option(once, "numeric", ["accuracy"])
    assert judged(both, "ANSWER: 1/2", Sample("Q", "0.5")).values == {"accuracy": 1.0}
    assert judged(both, "ANSWER: Hague", Sample("Q", "The Hague")).values == {"accuracy": 1.0}
