"""Keys of questions: what may change between two runs that pair, and what may not."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.secret import Secret
from evalscope_pytest.core.values import Message, Sample, Tool
from evalscope_pytest.datasets.sampling import shuffle_choices
from evalscope_pytest.statistics.questions import (
    cluster_name,
    clusters_with_duplicates,
    number_duplicates,
    question_hash,
)

SAMPLE = Sample(input="Which is a fruit?", target="B", choices=("stone", "pear", "river"), subset="s")


def key(sample, benchmark="b"):
    return question_hash(benchmark, sample)


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_options_are_the_same_question(seed):
    many = replace(SAMPLE, target="14", choices=tuple(f"fruit {number}" for number in range(50)))
    for sample in (SAMPLE, many):
        assert key(shuffle_choices(sample, seed)) == key(sample)


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


def test_the_metadata_that_a_prompt_names_is_part_of_the_question():
    story, other = (replace(SAMPLE, metadata={"story": story, "level": 1}) for story in ("Once", "Twice"))
    assert key(story) == key(other)
    assert question_hash("b", story, ("story",)) != question_hash("b", other, ("story",))
    assert question_hash("b", story, ("story",)) == question_hash(
        "b", replace(story, metadata={"level": 2, "story": "Once"}), ("story", "absent")
    )
    assert question_hash("b", story, None) != question_hash("b", replace(story, metadata={"story": "Once"}), None)


def test_without_such_metadata_the_key_is_that_of_the_question_alone():
    assert question_hash("b", SAMPLE, None) == question_hash("b", SAMPLE, ("story",)) == key(SAMPLE)


def test_the_functions_that_a_model_may_call_are_part_of_the_question():
    assert key(replace(SAMPLE, tools=(Tool("add"),))) not in (key(SAMPLE), key(replace(SAMPLE, tools=(Tool("sub"),))))


@given(st.lists(st.sampled_from("abc")), st.randoms())
def test_each_question_has_a_key_alone_and_the_same_keys_come_of_any_order(hashes, random):
    keys, _ = number_duplicates(hashes)
    assert len(set(keys)) == len(hashes)
    shuffled = random.sample(hashes, len(hashes))
    assert sorted(number_duplicates(shuffled)[0]) == sorted(keys)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "p", "q"]))))
def test_equal_questions_are_in_one_cluster_and_others_stay_where_they_are(questions):
    hashes, names = [found for found, _ in questions], [name for _, name in questions]
    clusters = clusters_with_duplicates(names, number_duplicates(hashes)[1])
    for found in hashes:
        of = [i for i, other in enumerate(hashes) if other == found]
        assert len({clusters[i] for i in of}) == 1
        known = [names[i] for i in of if names[i]]
        alone = names[of[0]] if len(of) == 1 else found
        assert clusters[of[0]] == (known[0] if known else alone)


def test_a_cluster_has_a_short_name():
    assert [cluster_name(value) for value in (None, "", " ", nan, 0, 7, "p-1")] == ["", "", "", "", "0", "7", "p-1"]
    passages = [f"A long passage about {animal} that several questions share. " * 9 for animal in ("cats", "dogs")]
    names = [cluster_name(passage) for passage in passages]
    assert len(set(names)) == 2
    assert all(len(name) == 32 for name in names)
    assert "\n" not in cluster_name("two\nlines")


def test_a_key_of_a_service_is_not_in_a_clusters_name():
    Secret("sk-cluster-0123456789")
    assert "0123456789" not in cluster_name("for sk-cluster-0123456789")


def test_duplicates_are_numbered_and_one_cluster():
    assert number_duplicates(["a", "b", "a", "a"]) == (["a", "b", "a#2", "a#3"], ["a", None, "a", "a"])
    assert number_duplicates([]) == ([], [])
