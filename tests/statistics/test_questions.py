"""Keys of questions: what may change between two runs that pair, and what may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evalscope_pytest.core.values import Message, Sample
from evalscope_pytest.datasets.sampling import shuffle_choices
from evalscope_pytest.statistics.questions import number_duplicates, question_hash

SAMPLE = Sample(input="Which is a fruit?", target="B", choices=("stone", "pear", "river"), subset="s")


def key(sample, benchmark="b"):
    return question_hash(benchmark, sample)


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_options_are_the_same_question(seed):
    assert key(shuffle_choices(SAMPLE, seed)) == key(SAMPLE)


@pytest.mark.parametrize("change", [{"metadata": {"level": 3}}, {"id": "17"}, {"rationale": "A pear is."}])
def test_what_is_not_the_question_does_not_count(change):
    assert key(replace(SAMPLE, **change)) == key(SAMPLE)


@pytest.mark.parametrize(
    "change", [{"input": "Which is not?"}, {"target": "A"}, {"choices": ("stone", "pear", "lake")}, {"subset": "t"}]
)
def test_another_question_is_another(change):
    assert key(replace(SAMPLE, **change)) != key(SAMPLE)


def test_conversations_benchmarks_and_several_targets():
    talk = Sample(input=(Message("user", "Hi"), Message("assistant", "Hello")), target=("x", "y"))
    assert key(talk) != key(replace(talk, input=(Message("user", "Hi"), Message("assistant", "Hullo"))))
    assert key(talk) == key(replace(talk, target=("y", "x")))
    assert key(talk) != key(talk, "other")
    assert key(Sample(input="\ud800", target="AB", choices=("1", "2"))) == key(
        Sample(input="\ud800", target="BA", choices=("1", "2"))
    )
    assert key(Sample(input="q", target="AZ", choices=("1", "2")))


def test_duplicates_are_numbered_and_one_cluster():
    assert number_duplicates(["a", "b", "a", "a"]) == (["a", "b", "a#2", "a#3"], ["a", None, "a", "a"])
    assert number_duplicates([]) == ([], [])
