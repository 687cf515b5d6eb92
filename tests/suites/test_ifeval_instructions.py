"""Each instruction on texts that follow it and texts that nearly do. The verdicts are the official scorer's."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ScoringError
from evalscope_pytest.suites.instruction.ifeval.arguments import Arguments
from evalscope_pytest.suites.instruction.ifeval.registry import INSTRUCTIONS, check_of
from tests.cost import at_most

ENGLISH = "the weather was fine and the children were playing in the garden behind the house"
GERMAN = "Das Wetter war schön und die Kinder spielten den ganzen Tag im Garten hinter dem Haus"


def follows(instruction: str, text: str, **values: object) -> bool:
    return check_of(instruction)(text, Arguments(instruction, values))


def at_least(count: int, name: str, relation: str = "relation") -> dict[str, object]:
    return {relation: "at least", name: count}


def less_than(count: int, name: str, relation: str = "relation") -> dict[str, object]:
    return {relation: "less than", name: count}


CASES = [
    ("keywords:existence", {"keywords": ["mom", "tea"]}, "MOMENTS of steam", True),
    ("keywords:existence", {"keywords": ["mom", "tea"]}, "mom only", False),
    ("keywords:existence", {"keywords": ["a.c"]}, "abc", False),
    ("keywords:frequency", {"keyword": " war ", **at_least(3, "frequency")}, "War, warm, toward", True),
    ("keywords:frequency", {"keyword": "war", **at_least(4, "frequency")}, "War, warm, toward", False),
    ("keywords:frequency", {"keyword": "aa", **less_than(2, "frequency")}, "aaa", True),
    ("keywords:forbidden_words", {"forbidden_words": ["rock"]}, "rocks and a_rock", True),
    ("keywords:forbidden_words", {"forbidden_words": ["sky", "rock"]}, "a ROCK-hard case", False),
    ("keywords:letter_frequency", {"letter": "Q", **at_least(2, "let_frequency", "let_relation")}, "Quick quiz", True),
    ("keywords:letter_frequency", {"letter": "#", **at_least(2, "let_frequency", "let_relation")}, "#a #b", True),
    ("keywords:letter_frequency", {"letter": "!", **at_least(2, "let_frequency", "let_relation")}, "aaa !", False),
    ("keywords:letter_frequency", {"letter": "z", **less_than(0, "let_frequency", "let_relation")}, "a", False),
    ("keywords:letter_frequency", {"letter": "z", **at_least(0, "let_frequency", "let_relation")}, "a", True),
    ("language:response_language", {"language": "de"}, GERMAN, True),
    ("language:response_language", {"language": "de"}, ENGLISH, False),
    ("language:response_language", {"language": "de"}, "1234 ...", True),
    ("length_constraints:number_words", at_least(5, "num_words"), "it's a well-known", True),
    ("length_constraints:number_words", at_least(6, "num_words"), "it's a well-known", False),
    ("length_constraints:number_words", less_than(5, "num_words"), "it's a well-known", False),
    ("length_constraints:number_words", {"num_words": 5.0, "relation": "at least"}, "it's a well-known", True),
    ("length_constraints:number_sentences", less_than(3, "num_sentences"), "Mr. Smith left. He ran!", True),
    ("length_constraints:number_sentences", at_least(3, "num_sentences"), "Mr. Smith left. He ran!", False),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "one\n***\ntwo", True),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "***\none\n***\ntwo ***", True),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "one *** *** two", False),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "one\n\ntwo", False),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "one****two", True),
    (
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "elm"},
        "a\n\n\"ELM's bark",
        True,
    ),
    (
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "elm"},
        "a\n\nelms are trees",
        False,
    ),
    (
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "elm"},
        "a\n\nelm\n\nb",
        False,
    ),
    (
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "elm"},
        "a\n\n\n\nelm",
        False,
    ),
    (
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 2, "nth_paragraph": 3, "first_word": "elm"},
        "a\n\nelm",
        False,
    ),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "[name] and [[nested]", True),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "[name] and [two\nlines]", False),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "]a[ [b]", False),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "bye\np. s. one more", True),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "bye\nP.S one more", False),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}, "bye P.P. S", True),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}, "P.S. bye", False),
    ("detectable_content:postscript", {"postscript_marker": "Note:"}, "bye\nNOTE: x", True),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "Two:\n  * a\n- b\n** no", True),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "* a\n* b\n* c", False),
    ("detectable_format:number_bullet_lists", {"num_bullets": 1}, "*\n* swallowed", True),
    ("detectable_format:number_bullet_lists", {"num_bullets": 1}, "* a\n*", True),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "\n\n---\n\n*x*", True),
    ("detectable_format:number_bullet_lists", {"num_bullets": 0}, "no bullets", True),
    ("detectable_format:constrained_response", {}, "Well. My answer is maybe.", True),
    ("detectable_format:constrained_response", {}, "my answer is maybe.", False),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2}, "*a* b *c*", True),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 1}, "* *\n*a\nb*", False),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2}, "**a** **b**", True),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 3}, "**a** *b*", False),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 3}, "**a**x**b**", False),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 1}, "***a***", True),
    (
        "detectable_format:multiple_sections",
        {"section_spliter": "SECTION", "num_sections": 2},
        "SECTION1 SECTION 2",
        True,
    ),
    (
        "detectable_format:multiple_sections",
        {"section_spliter": "SECTION", "num_sections": 2},
        "Section 1 Section 2",
        False,
    ),
    ("detectable_format:multiple_sections", {"section_spliter": "Day", "num_sections": 1}, "Day  1, Day one", False),
    ("detectable_format:json_format", {}, '```json\n{"a": [1, null]}\n```', True),
    ("detectable_format:json_format", {}, "```\n[]```", True),
    ("detectable_format:json_format", {}, 'Sure: {"a": 1}', False),
    ("detectable_format:json_format", {}, "[" * 100_000, False),
    ("detectable_format:json_format", {}, "1" * 10_000, False),
    ("detectable_format:title", {}, "<<a poem>>\ntext", True),
    ("detectable_format:title", {}, "<<  >>", False),
    ("detectable_format:title", {}, "<<a\n>>", False),
    ("detectable_format:title", {}, "<<>>>", False),
    ("detectable_format:title", {}, "< <a>>", False),
    ("combination:two_responses", {}, "one\n******\ntwo", True),
    ("combination:two_responses", {}, "******one******two******", True),
    ("combination:two_responses", {}, "one******one ", False),
    ("combination:two_responses", {}, "one************two", False),
    ("combination:two_responses", {}, "one", False),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Write a Poem. "}, "\nWRITE A POEM. Roses", True),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Write a poem."}, "Sure. Write a poem.", False),
    ("startend:end_checker", {"end_phrase": " Peace! "}, '"Go in PEACE!"\n', True),
    ("startend:end_checker", {"end_phrase": "Peace!"}, "Peace! Bye", False),
    ("startend:quotation", {}, ' "all of it" ', True),
    ("startend:quotation", {}, '"', False),
    ("startend:quotation", {}, '"a" b', False),
    (
        "change_case:capital_word_frequency",
        at_least(4, "capital_frequency", "capital_relation"),
        "DON'T GO-NOW! A b",
        True,
    ),
    ("change_case:capital_word_frequency", less_than(2, "capital_frequency", "capital_relation"), "U.S. x A,b", False),
    ("change_case:english_capital", {}, ENGLISH.upper() + " 5!", True),
    ("change_case:english_capital", {}, ENGLISH.upper() + "x", False),
    ("change_case:english_capital", {}, GERMAN.upper(), False),
    ("change_case:english_lowercase", {}, ENGLISH + " 5!", True),
    ("change_case:english_lowercase", {}, ENGLISH + " X", False),
    ("change_case:english_lowercase", {}, GERMAN.lower(), False),
    ("punctuation:no_comma", {}, "no; really", True),
    ("punctuation:no_comma", {}, "no, really", False),
]


@pytest.mark.parametrize(("instruction", "values", "text", "expected"), CASES)
def test_verdict(instruction, values, text, expected):
    assert follows(instruction, text, **values) is expected


def test_every_instruction_has_a_text_that_follows_it_and_one_that_does_not():
    verdicts = {(instruction, expected) for instruction, _, _, expected in CASES}
    assert verdicts == {(instruction, expected) for instruction in INSTRUCTIONS for expected in (True, False)}


def test_there_are_the_25_instructions_of_the_paper():
    assert len(INSTRUCTIONS) == 25


ALL = {
    "keywords": ["mother", "x"],
    "keyword": "mommy",
    "frequency": 3,
    "relation": "at least",
    "forbidden_words": ["mommo", "x"],
    "letter": "!",
    "let_frequency": 3,
    "let_relation": "less than",
    "language": "en",
    "num_sentences": 5,
    "num_words": 10,
    "num_paragraphs": 3,
    "nth_paragraph": 2,
    "first_word": "a",
    "num_placeholders": 3,
    "postscript_marker": "P.P.S",
    "num_bullets": 3,
    "num_highlights": 3,
    "section_spliter": "SECTION",
    "num_sections": 3,
    "prompt_to_repeat": "a" * 300,
    "end_phrase": "b" * 100,
    "capital_frequency": 10,
    "capital_relation": "at least",
}


@pytest.mark.parametrize("instruction", INSTRUCTIONS)
@given(
    text=st.text(alphabet=st.sampled_from("aA1 \n\t*-<>[](){}\"'.,!?#:;“”’pPsS中\u3000\x85"), min_size=1, max_size=60)
)
def test_no_text_breaks_a_check(instruction, text):
    if text.strip():
        assert follows(instruction, text, **ALL) in (True, False)


HOSTILE = ["\n", "*", "*\n", "[", "<<", ". ", '."', "'a", "-", "a", "A ", "a@", "mommo", "p.", "{"]


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_of_200_kb_takes_linear_time(unit):
    text = unit * (200_000 // len(unit)) + "a"
    # All 25 together need half a second here; the least quadratic step would need minutes.
    with at_most(10):
        for instruction in INSTRUCTIONS:
            follows(instruction, text, **ALL)


def test_the_language_of_a_text_is_the_same_every_time():
    from evalscope_pytest.suites.instruction.ifeval.language import detected

    verdicts = set()
    for _ in range(40):
        detected.cache_clear()
        verdicts.add(detected("coastal haven luxury estates"))  # English most often, by chance
    assert len(verdicts) == 1


def test_threads_that_ask_first_all_get_the_same_language():
    script = (
        "from concurrent.futures import ThreadPoolExecutor as Pool\n"
        "from evalscope_pytest.suites.instruction.ifeval.language import detected\n"
        f"texts = [{GERMAN!r} + str(i) for i in range(8)]\n"
        "print(*set(Pool(8).map(detected, texts)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["de"]


@pytest.mark.parametrize(
    ("instruction", "values", "message"),
    [
        ("length_constraints:number_words", {"num_words": 5}, "'relation' is None in length_constraints:number_words"),
        ("length_constraints:number_words", {"num_words": 5, "relation": "at leas"}, "Did you mean 'at least'"),
        ("length_constraints:number_words", {"num_words": None, "relation": "at least"}, "'num_words' is None"),
        ("length_constraints:number_words", {"num_words": True, "relation": "at least"}, "a whole number"),
        ("length_constraints:number_words", {"num_words": float("nan"), "relation": "at least"}, "a whole number"),
        ("keywords:existence", {"keywords": "mom"}, "a list of texts"),
        ("startend:end_checker", {"end_phrase": ""}, "'end_phrase' is ''"),
    ],
)
def test_a_wrong_parameter_is_named(instruction, values, message):
    with pytest.raises(ScoringError, match=message):
        follows(instruction, "a text", **values)


def test_an_unknown_instruction_names_the_closest():
    with pytest.raises(ScoringError, match="Did you mean 'punctuation:no_comma'"):
        check_of("punctuation:no_commas")
