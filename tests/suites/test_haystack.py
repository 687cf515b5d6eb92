"""Facts hidden in long texts: how long, how deep, with whose tokens, and how replies are scored."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample, Score
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.errors import ConfigError, DatasetError
from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.suites.long_context.needle.answer import needle_answer
from evalscope_pytest.suites.long_context.needle.haystack import (
    RESERVED,
    Haystack,
    Pieces,
    contexts,
    load_tokenizer,
    steps,
)

NEEDLE = " The gold is under the oak."
TEXT = "One two three. Four five six seven. " * 50


def params(**changed: Any) -> dict[str, Any]:
    return {**load_bundled("needle_haystack").extra_params, "needles": [NEEDLE], **changed}


@given(st.text(max_size=300))
def test_pieces_are_the_text_when_they_are_joined(text: str) -> None:
    assert Pieces().decode(Pieces().encode(text)) == text


@given(st.integers(200, 3000), st.integers(0, 100))
def test_a_needle_is_behind_a_sentence_at_its_depth(length: int, depth: int) -> None:
    tokenizer = Pieces()
    context = Haystack.of(TEXT, tokenizer, 3000).hide([NEEDLE], length, depth)
    before, _, after = context.partition(NEEDLE)
    assert len(tokenizer.encode(before)) + len(tokenizer.encode(NEEDLE)) + len(
        tokenizer.encode(after)
    ) == pytest.approx(length - RESERVED, abs=2)
    assert depth == 100 or not before or before.endswith(".")
    room = length - RESERVED - len(tokenizer.encode(NEEDLE))
    longest_sentence = 8
    assert room * depth / 100 - longest_sentence - 1 <= len(tokenizer.encode(before)) <= room * depth / 100 + 1


def test_several_needles_are_spread_evenly_behind_the_first() -> None:
    needles = [f" Fact {name}." for name in "abc"]
    context = Haystack.of(TEXT, Pieces(), 2000).hide(needles, 2000, 40)
    places = [context.index(needle) / len(context) for needle in needles]
    assert places == pytest.approx([0.4, 0.6, 0.8], abs=0.03)


@pytest.mark.parametrize(
    ("least", "most", "number", "found"),
    [(0, 100, 10, [0, 11, 22, 33, 44, 56, 67, 78, 89, 100]), (1000, 32000, 2, [1000, 32000]), (5, 9, 1, [5]),
     (0, 2, 5, [0, 1, 2])],
)  # fmt: skip
def test_lengths_and_depths_are_those_of_evalscope(least: int, most: int, number: int, found: list[int]) -> None:
    assert steps(least, most, number, "x") == found


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"context_lengths_min": 9000, "context_lengths_max": 10}, "context_lengths: 10 steps from 9000 to 10"),
        ({"document_depth_percent_max": 120}, "at most 100 percent"),
        ({"needles": []}, "needles: []"),
        ({"needles": [""]}, "needles: ['']"),
        ({"tokenizer_path": "nowhere/at/all"}, "'nowhere/at/all' is neither a folder with a tokenizer.json"),
        ({"tokenizer_path": __file__}, "cannot be read"),
    ],
)
def test_parameters_that_make_no_sense_are_reported_before_any_request(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        list(contexts(TEXT, params(**changed)))


def test_lengths_are_counted_with_the_tokenizer_of_a_model(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer, made.decoder = tokenizers.pre_tokenizers.ByteLevel(), tokenizers.decoders.ByteLevel()
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator([TEXT, NEEDLE], tokenizers.trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet))
    made.save(str(tmp_path / "tokenizer.json"))
    tokenizer = load_tokenizer(str(tmp_path))
    found = list(contexts(TEXT, params(tokenizer_path=str(tmp_path), context_lengths_max=1000)))
    assert len(found) == 10
    for record in found:
        assert NEEDLE in record["context"]
        assert len(tokenizer.encode(record["context"])) == pytest.approx(1000 - RESERVED, abs=3)


def test_a_release_without_the_texts_is_said(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("x")
    benchmark = load_bundled("needle_haystack")
    place = DataLocation("needle_haystack", benchmark.file.parent, hub="local", dataset_id=str(tmp_path))
    with pytest.raises(DatasetError, match=r"no file PaulGraham_Essays.txt or english/\*.txt"):
        load(resolve(benchmark, DatasetArgs(subset_list=("english",))), place)


@pytest.mark.parametrize(
    ("reply", "share"),
    [
        ("Under the oak.", 2 / 2), ("UNDER THE OAK", 1.0), ("Beneath the oak.", 1 / 2), ("I cannot tell.", 0.0),
        ("", 0.0), ("<think>Under the oak.</think>No idea.", 0.0),
    ],
)  # fmt: skip
def test_a_reply_is_scored_by_the_words_the_question_does_not_give_away(reply: str, share: float) -> None:
    cell = {"context_length": 1000, "depth_percent": 50, "needles": [NEEDLE]}
    score = needle_answer().score(reply, Sample("Where is the gold?", NEEDLE, metadata=cell))
    assert isinstance(score, Score)
    assert score.values == {"accuracy": share, "Context#1000 Depth#50": share}


def test_every_needle_counts_the_same() -> None:
    cell = {"context_length": 1, "depth_percent": 0, "needles": ["Figs are one.", "金子在橡树下"]}
    score = needle_answer().score("橡树下的金子", Sample("What is one?", "", metadata=json.loads(json.dumps(cell))))
    assert isinstance(score, Score)
    assert score.values["accuracy"] == 0.5
