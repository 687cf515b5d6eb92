"""Scorers made of a reader and a comparer, and that the two are independent."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample, Score
from evalscope_pytest.scoring import Comparer, Reader, answer, comparers, readers
from evalscope_pytest.scoring.composed import Comparison, Later
from evalscope_pytest.scoring.rules import aime_answer, choice_answer, exact_match, includes, math_answer
from evalscope_pytest.suites.math.document_number import document_number
from evalscope_pytest.suites.math.local_math import local_math_answer
from evalscope_pytest.suites.math.olympiad import olympiad_answer
from evalscope_pytest.suites.reading.trivia import trivia_answer
from evalscope_pytest.suites.reasoning.bbh import bbh_answer
from evalscope_pytest.suites.reasoning.grid import grid_answer

from .judging import judged

READERS = [
    readers.math, readers.mention, readers.phrase, readers.spans, readers.verdict, readers.whole, readers.choice(),
    readers.choice(multiple=True), readers.choice(labels="ABCD", language="zh"),
]  # fmt: skip
COMPARERS = [
    comparers.math, comparers.measured_math, comparers.text, comparers.part, comparers.any_letter, comparers.all_letters
]  # fmt: skip
PIECES = [
    "ANSWER: ",
    "So the answer is ",
    "\\boxed{",
    "}",
    "A",
    "B",
    "yes",
    "not ",
    "3",
    "3.0",
    ",",
    "{",
    '"a": ',
    " ",
    "\n",
]
REPLIES = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=60)
TARGETS = {"math": "3/4", "mention": "Hanoi", "phrase": "Hanoi", "spans": "Hanoi", "verdict": "yes", "whole": "Hanoi"}


def sample_of(reader: Reader) -> Sample:
    choices = ["a dog", "the cat", "fish", "bird"] if reader.name == "choice" else []
    return Sample("Which?", TARGETS.get(reader.name, "C"), choices=choices)


@pytest.mark.parametrize("same", COMPARERS, ids=lambda part: part.fingerprint)
@pytest.mark.parametrize("read", READERS, ids=lambda part: part.fingerprint)
@given(reply=REPLIES)
def test_any_reader_goes_with_any_comparer(read, same, reply):
    sample = sample_of(read)
    score = judged(answer(read=read, same=same), reply, sample)
    readings = read(reply, sample)
    assert score.values["accuracy"] in (0.0, 1.0)
    assert score.answer is None or score.answer in readings
    assert readings or score == Score(accuracy=0.0)


@pytest.mark.parametrize("read", READERS, ids=lambda part: part.fingerprint)
def test_a_reader_reads_its_ideal_reply(read):
    sample = sample_of(read)
    same = comparers.math if read is readers.math else comparers.text
    assert judged(answer(read=read, same=same), read.ideal_reply(sample), sample).values["accuracy"] == 1.0


@pytest.mark.parametrize("same", COMPARERS, ids=lambda part: part.fingerprint)
@given(target=st.sampled_from(["A", "B,C", "3", "1/2", "12.5"]))
def test_a_comparer_finds_a_target_the_same_as_itself(same, target):
    if same.name.endswith(("letter", "letters")):
        target = "B" if same is comparers.any_letter else "B,C"
    assert same(target, Sample("?", target)) is True


@pytest.mark.parametrize("same", COMPARERS, ids=lambda part: part.fingerprint)
@pytest.mark.parametrize(("given_answer", "target"), [("A", "B"), ("7", "8"), ("", "B")])
def test_a_comparer_distinguishes_other_answers(same, given_answer, target):
    verdict = same(given_answer, Sample("?", target))
    assert verdict is False or not asyncio.run(_awaited(verdict))


async def _awaited(later: Later) -> bool:
    return (await later()).right


def test_the_first_reading_that_agrees_is_the_answer():
    read = Reader("words", lambda text, sample: tuple(text.split()))
    scorer = answer("first_word", read=read, same=comparers.text)
    assert judged(scorer, "in Hanoi today", Sample("?", "hanoi")) == Score(accuracy=1.0, answer="Hanoi")
    assert judged(scorer, "in Saigon", Sample("?", "hanoi")) == Score(accuracy=0.0, answer="in")
    assert judged(scorer, "", Sample("?", "hanoi")) == Score(accuracy=0.0)


def test_a_comparison_that_takes_time_starts_only_if_no_reading_agrees_at_once():
    started: list[str] = []

    def same(reading: str, sample: Sample) -> bool | Later:
        if reading in sample.targets:
            return True

        async def compare() -> Comparison:
            started.append(reading)
            return Comparison(reading == "slow", {"comparison": "timeout"} if reading == "late" else None)

        return compare

    scorer = answer(read=Reader("words", lambda text, sample: tuple(text.split())), same=Comparer("slow", same))
    at_once = scorer.score("late fast", Sample("?", "fast"))
    assert at_once == Score(accuracy=1.0, answer="fast")
    assert not started
    later = scorer.score("late slow other", Sample("?", "fast"))
    assert inspect.isawaitable(later)
    assert asyncio.run(_result(later)) == Score(accuracy=1.0, answer="slow")
    assert started == ["late", "slow"]
    wrong = Score(accuracy=0.0, answer="late", metadata={"comparison": "timeout"})
    assert judged(scorer, "late other", Sample("?", "fast")) == wrong


async def _result(score):
    return await score


def test_parts_are_values_with_a_fingerprint():
    with pytest.raises(FrozenInstanceError):
        readers.math.name = "other"  # type: ignore[misc]
    assert readers.choice(labels="AB") == readers.choice(labels="AB") != readers.choice(labels="ABC")
    assert choice_answer(labels="AB") == choice_answer(labels="AB")
    prints = [part.fingerprint for part in (*READERS, *COMPARERS)]
    assert len(set(prints[: len(READERS)])) == len(READERS)
    assert len(set(prints[len(READERS) :])) == len(COMPARERS)


def test_other_parts_make_another_scorer():
    made = {answer(read=read, same=same).fingerprint for read in READERS for same in COMPARERS}
    assert len(made) == len(READERS) * len(COMPARERS)


@pytest.mark.parametrize(
    ("scorer", "fingerprint"),
    [
        (math_answer(), "math_answer()"), (math_answer(measured=True), "math_answer(measured)"),
        (aime_answer(), "aime_answer()"), (exact_match(), "exact_match()"),
        (exact_match(inclusion=True), "exact_match(inclusion)"), (includes(), "includes()"),
        (choice_answer(), "choice_answer()"), (choice_answer(labels="AB"), "choice_answer(AB)"),
        (choice_answer(multiple=True), "multiple_choice_answer()"), (choice_answer(language="zh"), "choice_answer()"),
        (bbh_answer(), "bbh_answer()"), (trivia_answer(), "trivia_answer()"), (grid_answer(), "grid_answer()"),
        (local_math_answer(), "local_math_answer()"), (olympiad_answer(), "olympiad_answer()"),
        (document_number(), "document_number()"),
    ],
)  # fmt: skip
def test_content_addresses_of_records_stay_what_they_were(scorer, fingerprint):
    assert scorer.fingerprint == fingerprint
    assert scorer.metrics == ("accuracy",)
