"""Limits, shuffles and exemplars."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ConfigError, DatasetError
from evalscope_pytest.core.values import Message, Sample
from evalscope_pytest.datasets.sampling import (
    Sampling,
    bound_total,
    choose,
    draw_shots,
    letters,
    shuffle_choices,
    shuffled,
)

RECORDS = [{"n": n} for n in range(100)]


def numbers(records: list) -> list[int]:
    return [record["n"] for record in records]


@pytest.mark.parametrize(
    ("limit", "size", "count"),
    [
        (None, 7, 7),
        (5, 7, 5),
        (9, 7, 7),
        (1, 7, 1),
        (1.0, 7, 7),
        (5.0, 7, 5),
        (0.5, 7, 3),
        (0.01, 7, 1),
        (0.29, 100, 29),
        (0.1, 30, 3),
        (0.5, 0, 0),
    ],
)
def test_a_limit_is_a_count_or_a_share(limit: float | None, size: int, count: int) -> None:
    assert Sampling(limit).count(size) == count


@pytest.mark.parametrize("limit", [0, -1, 0.0, -0.5, 1.5, float("nan"), float("inf")])
def test_a_limit_without_sense_is_refused(limit: float) -> None:
    with pytest.raises(ConfigError, match="limit"):
        Sampling(limit)


@given(st.integers(1, 200) | st.floats(0.001, 1), st.integers(1, 150), st.booleans(), st.integers())
def test_chosen_records_are_some_of_the_records_once(limit: float, size: int, shuffle: bool, seed: int) -> None:
    chosen = choose(RECORDS[:size], Sampling(limit, shuffle, seed))
    assert 1 <= len(chosen) == Sampling(limit).count(min(size, 100))
    assert len(set(numbers(chosen))) == len(chosen)
    assert shuffle or numbers(chosen) == list(range(len(chosen)))


@given(st.integers(1, 100), st.integers(1, 100), st.integers())
def test_a_larger_limit_only_adds_records(one: int, other: int, seed: int) -> None:
    small, large = sorted((one, other))
    assert choose(RECORDS, Sampling(large, True, seed))[:small] == choose(RECORDS, Sampling(small, True, seed))


def test_records_are_shuffled_before_they_are_limited() -> None:
    assert max(numbers(choose(RECORDS, Sampling(5, shuffle=True)))) > 5


def test_seed_and_salt_change_the_order() -> None:
    orders = {tuple(shuffled(range(20), seed, salt)) for seed in range(20) for salt in ("a", "b")}
    assert len(orders) == 40


def test_how_many_records_are_enough_to_read() -> None:
    assert Sampling(5).first() == Sampling(5.0).first() == 5
    assert [Sampling(limit).first() for limit in (None, 0.1, 1.0)] == [None, None, None]
    assert Sampling(5, shuffle=True).first() is None


GOLDEN = [
    (42, "gsm8k/main", [6, 1, 0, 8, 11, 3, 7, 10, 2, 5, 9, 4]),
    (43, "gsm8k/main", [4, 10, 2, 5, 9, 11, 3, 1, 8, 6, 7, 0]),
    (42, "", [7, 2, 10, 11, 6, 3, 5, 0, 9, 8, 1, 4]),
]


@pytest.mark.parametrize(("seed", "salt", "order"), GOLDEN)
def test_orders_never_change(seed: int, salt: str, order: list[int]) -> None:
    assert shuffled(range(12), seed, salt) == order


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_draws_the_same(hash_seed: str) -> None:
    code = (
        "import json\nfrom evalscope_pytest.datasets.sampling import *\n"
        "from evalscope_pytest.core.values import Sample\n"
        "r = [{'n': n} for n in range(100)]\n"
        "s = shuffle_choices(Sample('q?', 'C', tuple('wxyz')), 7)\n"
        "print(json.dumps([choose(r, Sampling(9, True, 3), 's'), draw_shots(r, 4, True, 5), s.choices, s.target]))"
    )
    env = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    sample = shuffle_choices(Sample("q?", "C", tuple("wxyz")), 7)
    here = [choose(RECORDS, Sampling(9, True, 3), "s"), draw_shots(RECORDS, 4, True, 5), sample.choices, sample.target]
    assert json.loads(done.stdout) == json.loads(json.dumps(here))


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 30), min_size=1, max_size=8), st.integers(1, 200))
def test_a_total_is_shared_out_evenly(sizes: dict[str, int], limit: int) -> None:
    shares = bound_total(sizes, limit)
    assert list(shares) == list(sizes)
    assert sum(shares.values()) == min(limit, sum(sizes.values()))
    assert all(0 <= shares[name] <= sizes[name] for name in sizes)
    cut = [share for name, share in shares.items() if share < sizes[name]]
    assert not cut or max(shares.values()) - min(cut) <= 1


def test_what_cannot_be_divided_goes_to_the_first_subsets() -> None:
    assert bound_total({"a": 9, "b": 1, "c": 9}, 8) == {"a": 4, "b": 1, "c": 3}
    assert bound_total({"a": 9, "b": 9, "c": 9}, 2) == {"a": 1, "b": 1, "c": 0}
    with pytest.raises(ConfigError):
        bound_total({"a": 9}, 0)


def test_exemplars_are_the_first_records_or_drawn_ones() -> None:
    assert numbers(draw_shots(RECORDS, 3)) == [0, 1, 2]
    assert numbers(draw_shots(RECORDS, 3, exclude={"n": 1})) == [0, 2, 3]
    assert draw_shots(RECORDS, 0) == []
    drawn = draw_shots(RECORDS, 5, random=True, seed=1)
    assert drawn != draw_shots(RECORDS, 5, random=True, seed=2) != RECORDS[:5]
    excluded = draw_shots(RECORDS, 5, random=True, seed=1, exclude=drawn[0])
    assert drawn[0] not in excluded
    assert excluded[:4] == drawn[1:]


def test_too_few_exemplars_are_an_error() -> None:
    with pytest.raises(DatasetError, match=r"few_shot_num: 5 exemplars are requested, .* holds 4"):
        draw_shots(RECORDS[:4], 5)
    with pytest.raises(DatasetError, match="holds 3"):
        draw_shots(RECORDS[:4], 4, exclude={"n": 2})


def test_letters_go_on_with_numbers() -> None:
    assert letters(4) == ("A", "B", "C", "D")
    assert letters(28)[24:] == ("Y", "Z", "1", "2")
    assert letters(0) == ()


@given(st.lists(st.text(max_size=4), min_size=1, max_size=30, unique=True), st.integers(), st.data())
def test_shuffled_options_keep_the_right_answer(options: list[str], seed: int, data: st.DataObject) -> None:
    labels = letters(len(options))
    right = data.draw(st.lists(st.sampled_from(labels), min_size=1, unique=True))
    sample = Sample("q", tuple(right), tuple(options))
    other = shuffle_choices(sample, seed)
    assert sorted(other.choices) == sorted(options)
    told = {other.choices[labels.index(letter)] for letter in other.targets}
    assert told == {options[labels.index(letter)] for letter in right}
    assert list(other.target) == sorted(other.target, key=labels.index)
    single = shuffle_choices(Sample("q", right[0], tuple(options)), seed)
    assert isinstance(single.target, str)


@pytest.mark.parametrize(
    ("question", "options", "shuffled_options", "target"),
    [("2+2?", "3456", "4356", "A"), ("2+2?", "6354", "3654", "A"), ("3+3?", "3456", "5346", "C")],
)
def test_options_always_move_in_the_same_way(question: str, options: str, shuffled_options: str, target: str) -> None:
    for asked in (question, (Message("system", "Count."), Message("user", question))):
        sample = shuffle_choices(Sample(asked, "B", tuple(options)), seed=42)
        assert ("".join(sample.choices), sample.target) == (shuffled_options, target)


def test_the_seed_moves_options() -> None:
    assert len({shuffle_choices(Sample("q", "A", tuple("abcdef")), seed).choices for seed in range(9)}) == 9


def test_a_target_that_is_no_letter_is_refused() -> None:
    with pytest.raises(DatasetError, match=r"'Paris'.*not one of A,B"):
        shuffle_choices(Sample("Capital?", "Paris", ("Paris", "Rome")))
    assert shuffle_choices(Sample("Capital?", "Paris")) == Sample("Capital?", "Paris")


@pytest.mark.real_data
def test_options_stand_in_evalscopes_order(parity: Path) -> None:
    lines = (parity / "truthful_qa" / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    records = (parity.parent / "data/truthful_qa/multiple_choice/validation.jsonl").read_text(encoding="utf-8")
    for line, record in zip(map(json.loads, lines), map(json.loads, records.split("\n")), strict=False):
        asked, _, options = line["messages"][0]["content"].rpartition("\n\n")
        question = "Q: " + asked.split("\n\nQ: ", 1)[1]
        first = record["mc1_targets"]["choices"]
        right = tuple(
            letter for letter, label in zip(letters(99), record["mc1_targets"]["labels"], strict=False) if label
        )
        sample = shuffle_choices(Sample(question, right, tuple(first)), seed=42)
        assert [
            f"{letter}) {text}" for letter, text in zip(letters(99), sample.choices, strict=False)
        ] == options.split("\n")
        assert list(sample.target) == line["target"]
