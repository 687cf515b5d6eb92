"""Rules of benchmarks that judges decide as well: emotions, lengths of texts, figures of documents, confidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from evalscope_pytest.suites.chat.emotions import emotion_ratings
from evalscope_pytest.suites.knowledge.confidence import stated_confidence
from evalscope_pytest.suites.long_context.writing_length import count_words, length_score
from evalscope_pytest.suites.math.document_number import document_number, same_number
from tests.cost import at_most

FEELINGS = Sample("?", "", metadata={"reference": {"Proud": 0.0, "Afraid": 9.0, "Calm": 2.0, "Bored": 0.0}})


def emotions(text: str) -> float:
    return emotion_ratings().score(text, FEELINGS).values["eq_bench_score"]


# The scores are what the official code gives for these ratings, divided by ten.
@pytest.mark.parametrize(
    ("ratings", "score"),
    [((0, 9, 2, 0), 1.0), ((1, 8, 3, 1), 0.948295), ((5, 5, 5, 5), -0.102514), ((10, 0, 10, 10), -1.76649)],
)
def test_emotions_score_as_officially(ratings: tuple[int, ...], score: float) -> None:
    names = ("Proud", "Afraid", "Calm", "Bored")
    text = "".join(f"{name}: {rating}\n" for name, rating in zip(names, ratings, strict=True))
    assert emotions(text) == pytest.approx(score, abs=1e-5)


@pytest.mark.parametrize(
    "text",
    ["", "Proud: 0\nAfraid: 9\nCalm: 2", "Proud: 0\nAfraid: 12\nCalm: 2\nBored: 0", "Proud 0 Afraid 9 Calm 2 Bored 0"],
)
def test_an_emotion_without_a_rating_scores_nothing(text: str) -> None:
    assert emotions(text) == 0.0


@pytest.mark.parametrize("part", ["Proud: ", "Proud", "Proud:\n", "a" * 50, "1" * 50, ": 9"])
def test_long_replies_take_no_time(part: str) -> None:
    text = part * (200_000 // len(part))
    with at_most(cpu_s=3):
        emotions(text), count_words(text), stated_confidence(text), document_number().score(text, Sample("?", "True"))


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("one two, three", 3), ("it's", 2), ("写一篇文章。", 5), ("写 a b 文", 4), ("a1 2 b_c", 0), ("été", 0)],
)
def test_words_are_counted_as_officially(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("wanted", "written", "score"),
    [(100, 100, 100), (100, 50, 50), (300, 100, 0), (100, 400, 0), (100, 250, 50), (100, 0, 0)],
)
def test_lengths(wanted: int, written: int, score: float) -> None:
    assert length_score(wanted, written) == pytest.approx(score)


@pytest.mark.parametrize(
    ("given", "reference", "same"),
    [
        (12.5, 0.125, True), (1250, 1.25, True), (3.1416, 3.14, True), (99.9, 100, True), (99.8, 100, False),
        (0, 0, True), (0, 1, False), (-5, 5, True), (2, 3, False), (1e99, 1e-99, True), (1.2344, 1.2399, True),
    ],
)  # fmt: skip
def test_figures_of_documents(given: float, reference: float, same: bool) -> None:
    assert same_number(given, reference) is same


@pytest.mark.parametrize(
    ("text", "target", "right"),
    [
        ("Therefore, the answer is $1,234.5 million.", "1234.5", True),
        ("Therefore, the answer is True.", "True", True),
        ("Therefore, the answer is (no)", "False", True),
        ("Therefore, the answer is 10^(10^10).", "5", False),
        ("Therefore, the answer is 1e999.", "5", False),
        ("__import__('os').system('true')", "5", False),
    ],
)
def test_answers_on_documents(text: str, target: str, right: bool) -> None:
    assert document_number().score(text, Sample("?", target)).values["accuracy"] == right


@pytest.mark.parametrize(
    ("text", "confidence"),
    [("Confidence: 70%", 0.7), ("**Confidence**: 12.5 %", 0.125), ("Confidence: 10%\nConfidence: 20%", 0.2),
     ("confidence：900", 1.0), ("", 1.0), ("Confidence: high", 1.0)],
)  # fmt: skip
def test_confidence(text: str, confidence: float) -> None:
    assert stated_confidence(text) == pytest.approx(confidence)


@given(st.text())
def test_no_reply_breaks_a_rule(text: str) -> None:
    assert emotions(text) <= 1
    assert count_words(text) >= 0
    assert 0 <= stated_confidence(text) <= 1
