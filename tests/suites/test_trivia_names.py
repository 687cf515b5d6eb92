"""TriviaQA: a name is right, a name inside another name and one of two names are wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import Sample
from evalscope_pytest.suites.reading.trivia import trivia_answer
from tests.scoring.judging import judged

WRONG = {
    "Mexico": ["New Mexico", "Mexico City", "Gulf of Mexico", "the Gulf of Mexico"],
    "Virginia": ["West Virginia", "Virginia Woolf"],
    "Ireland": ["Northern Ireland", "the Republic of Northern Ireland"],
    "Washington": ["Denzel Washington", "Washington Irving", "George Washington Carver"],
    "Phoenix": ["River Phoenix", "the Phoenix Suns"],
    "Perry": ["The Band Perry", "Katy Perry"],
    "Wonderful Life": ["It's a Wonderful Life"],
    "1945": ["before 1945", "after 1945", "until 1945", "1944-1945", "1945 or 1946", "about 1945"],
    "2": ["2 million", "2 (million)", "2.5", "-2", "1/2", "2 or 3", "half of 2"],
    "5": [".5", "0.5", "-5", "50"],
    "India": [
        "India, China", "India / China", "India and China", "India or China", "India & China", "India; China",
        "India - China", "India (or China)", "China (India)", "China rather than India", "China, not India",
        "anywhere except India", "anything but India", "everywhere but India", "outside India", "not India",
        "isn't India", "It is not India", "it wasn't India", "neither India nor China", "no, India", "British India",
        "East India Company", "Indiana", "South of India", "India. Or China.", "It is called Mother India",
        '["India", "China"]',
    ],
    "Sunset Boulevard": ["Sunset", "Boulevard", "Sunset Boulevard II", "the corner of Sunset Boulevard"],
}  # fmt: skip
RIGHT = {
    "Mexico": [
        "Mexico", "mexico.", "**Mexico**", "It was Mexico.", "in Mexico", "the country of Mexico",
        "The country is Mexico",
        "Mexico (the country)", "Mexico (not Spain)", "Mexico 🇲🇽", "I think it's Mexico", "Probably Mexico",
        "I'd say Mexico", "It is called Mexico", "Mexico is the answer", "Mexico, which borders the US",
        "Mexico, because it borders the US", "It is the country Mexico", "Mexico. It borders the US.",
    ],
    "Sunset Boulevard": [
        "the show 'Sunset Boulevard'.", "The musical Sunset Boulevard", 'the 1993 musical called "Sunset Boulevard"',
        "Sunset Boulevard (1950)", "It was the musical Sunset Boulevard", "a musical called Sunset Boulevard",
    ],
    "1945": ["In 1945", "in the year 1945", "The year was 1945", "1945 (May)", "It was 1945."],
    "Queen": [
        "the band Queen", "The rock band Queen", "The group was Queen", "a band named Queen", "They are called Queen",
    ],
    "River Phoenix": ["River Phoenix", "the actor River Phoenix"],
    "Paris": ["The capital of France is Paris", "the city of Paris"],
    "0.5": [".5", "0.50", "**.5**"],
    "1,000": ["1000", "1,000."],
}  # fmt: skip


def score(reply: str, *targets: str) -> float:
    return judged(trivia_answer(), f"ANSWER: {reply}", Sample("?", targets)).values["accuracy"]


@pytest.mark.parametrize(("target", "reply"), [(target, reply) for target in WRONG for reply in WRONG[target]])
def test_another_name_or_a_second_one_is_wrong(target, reply):
    assert score(reply, target) == 0.0


@pytest.mark.parametrize(("target", "reply"), [(target, reply) for target in RIGHT for reply in RIGHT[target]])
def test_a_name_with_a_lead_in_or_brackets_behind_is_right(target, reply):
    assert score(reply, target) == 1.0


@pytest.mark.parametrize(
    "reply",
    [
        "Myanmar (Burma)", "Burma / Myanmar", "Myanmar, formerly known as Burma", "Myanmar, also called Burma",
        "Burma or Myanmar",
    ],
)  # fmt: skip
def test_two_names_of_one_thing_are_one_answer(reply):
    assert score(reply, "Myanmar", "Burma") == 1.0
    assert score(reply, "Laos") == 0.0


@pytest.mark.parametrize(
    ("target", "reply", "right"),
    [
        ("A", "A", 1), ("A", "a.", 1), ("A", "The letter A", 1), ("The The", "The The", 1), ("The The", "the the", 1),
        ("!!!", "!!!", 1), ("A", "the", 0), ("A", "B", 0), ("A", "A or B", 0), ("The The", "The", 0), ("A", "", 0),
        ("!!!", "???", 0),
    ],
)  # fmt: skip
def test_a_name_of_articles_or_signs_is_compared_as_it_is(target, reply, right):
    assert score(reply, target) == right


@given(
    st.sampled_from(["New", "West", "Old", "Saint", "Great", "Little", "Port", "Fort"]), st.sampled_from(sorted(RIGHT))
)
def test_a_word_before_a_name_makes_another_name(word, name):
    assert score(f"{word} {name}", name) == 0.0
    assert score(f"It is {word} {name}", name) == 0.0
    assert score(f"{word} {name}", f"{word} {name}") == 1.0
