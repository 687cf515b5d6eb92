"""Options that a question lists in its own text are found, and move there when they are shuffled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample, image, text
from evalscope_pytest.core.listed_options import options_in, reordered
from evalscope_pytest.datasets.sampling import shuffle_choices
from tests.media import png

LISTS = {
    "How many?\n(A) 4\n(B) the left one": ("4", "the left one"),
    "How many?\nOptions: A: 6, B: 10, C: 9": ("6", "10", "9"),
    "How many?\nChoices:\nA:6\nB:4\nC:5\nD:7": ("6", "4", "5", "7"),
    "Where?\nA. in Rome, Italy\nB. in Bonn": ("in Rome, Italy", "in Bonn"),
    "Where?\nA) here\n\nB) there\n": ("here", "there"),
    "Where?\n(A) left\n(B) right\nAnswer with the option's letter.": ("left", "right"),
    "Where? Choices: A. Left. B. Right. Please answer with the letter only.": ("Left.", "Right."),
    "See A. Smith. Which?\n(A) one\n(B) two": ("one", "two"),
    "Which?\n(A) one\n(B) two\nSee appendix A.": ("one", "two"),
    "什么？\nA、一\nB、二": ("一", "二"),
}


@pytest.mark.parametrize(("question", "options"), LISTS.items())
def test_listed_options_are_found(question: str, options: tuple[str, ...]) -> None:
    assert options_in(question) == options


@pytest.mark.parametrize("question", ["", "What is it?", "(A) one", "(B) one (C) two", "A or B?", "(A) one B. two"])
def test_a_text_without_a_list_has_none(question: str) -> None:
    assert options_in(question) == ()


@pytest.mark.parametrize(("question", "options"), LISTS.items())
def test_reordered_options_are_where_they_were(question: str, options: tuple[str, ...]) -> None:
    new = options[::-1]
    moved = reordered(question, options, new)
    assert options_in(moved) == new
    assert reordered(moved, new, options) == question
    assert reordered(question, ("others", *options[1:]), new) == question


@given(st.text("AB()., \n:ab", max_size=60))
def test_any_text_keeps_all_but_its_options(question: str) -> None:
    options = options_in(question)
    assert reordered(question, options, options) == question


def test_shuffled_options_move_in_the_text_of_a_question_with_a_picture() -> None:
    words = "Which?\n(A) one\n(B) two\n(C) three\n(D) four"
    sample = Sample([text(words), image(png())], "B", options_in(words))
    other = next(found for seed in range(9) if (found := shuffle_choices(sample, seed)).target != "B")
    assert options_in(other.question) == other.choices != sample.choices
    assert other.choices["ABCD".index(other.targets[0])] == "two"
    assert other.parts[1] == sample.parts[1]
