"""Templates are filled in one pass, and messages have EvalScope's structure."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest import FewShot, Message, Sample, hub, image, text
from evalscope_pytest.benchmarks.definition import Benchmark
from evalscope_pytest.benchmarks.prompt import Exemplars, messages, release_shots, shot_text
from evalscope_pytest.benchmarks.shots import shots_of
from evalscope_pytest.core.content import Text, medium_of
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.core.template import render
from evalscope_pytest.datasets.media_files import with_bytes_on_disk
from tests.media import png

CHOICES = Sample(input="2 + 2?", choices=["3", "4"], target="B", subset="sums", metadata={"topic": "adding", "n": 3})
HOSTILE = "{target} {{question}} {0.__class__} {question!r:>9} }{"


def defined(**options: object) -> Benchmark:
    values = {"name": "demo", "body": print, "file": Path(__file__), "dataset": hub("a/b"), "to_sample": print}
    return Benchmark(**{**values, **options})


def asked(benchmark: Benchmark, sample: Sample, shots: str = "") -> str:
    (message,) = messages(benchmark, sample, Exemplars(shots))
    assert message.role == "user"
    return message.content


@given(question=st.text(), topic=st.text())
def test_values_arrive_as_they_are_whatever_they_hold(question: str, topic: str) -> None:
    assert render("<{question}|{topic}|{question}>", {"question": question, "topic": topic}) == (
        f"<{question}|{topic}|{question}>"
    )


@given(literal=st.text())
def test_doubled_braces_make_any_text_a_literal(literal: str) -> None:
    template = literal.replace("{", "{{").replace("}", "}}")
    assert render(template, {}) == literal


@given(parts=st.lists(st.sampled_from(["{{", "}}", "{a}", "{b c}", "x", "\\boxed{{}}", "\n", "é"])))
def test_a_well_formed_template_gives_what_str_format_gives(parts: list[str]) -> None:
    template, fields = "".join(parts), {"a": "{b c}", "b c": "}{"}
    assert render(template, fields) == template.format(**fields)


@given(template=st.text(alphabet="{}ab.[]!:0 "))
def test_any_template_renders_or_is_a_config_error(template: str) -> None:
    with suppress(ConfigError):
        assert isinstance(render(template, {"a": "1", "b": "2"}), str)


def test_an_unknown_field_names_the_closest_one_and_how_to_write_a_brace() -> None:
    with pytest.raises(ConfigError, match=r"unknown field \{quesiton\} in prompt_template of 'demo'.*'question'.*\{\{"):
        messages(defined(prompt="Q: {quesiton}"), CHOICES)


@pytest.mark.parametrize("template", ["a { b", "a } b", "{}", "{ }", "{a{b}", "{{}"])
def test_a_stray_brace_says_where_it_is_and_how_to_write_it(template: str) -> None:
    with pytest.raises(ConfigError, match=r"single '[{}]' at .* in prompt_template of 'demo'. Write \{\{ and \}\}"):
        messages(defined(prompt=template), CHOICES)


@pytest.mark.parametrize("template", ["{question.__class__}", "{question[0]}", "{question!r}", "{question:>9}"])
def test_attributes_conversions_and_format_specs_are_unknown_fields(template: str) -> None:
    with pytest.raises(ConfigError, match="unknown field"):
        messages(defined(prompt=template), CHOICES)


def test_the_target_is_not_a_field_of_the_prompt() -> None:
    with pytest.raises(ConfigError, match=r"unknown field \{target\}"):
        messages(defined(prompt="{question} {target}"), CHOICES)


def test_without_a_template_the_bare_question_is_sent() -> None:
    assert asked(defined(), CHOICES) == "2 + 2?"


def test_options_are_on_a_line_each_and_letters_are_joined_by_commas() -> None:
    assert asked(defined(prompt="{letters}: {question}\n{choices}"), CHOICES) == "A,B: 2 + 2?\nA) 3\nB) 4"


def test_the_choice_template_is_the_benchmarks_own() -> None:
    assert asked(defined(prompt="{choices}", choice="{letter}. {text};"), CHOICES) == "A. 3;\nB. 4;"


def test_strings_of_the_metadata_are_fields_but_never_hide_the_questions_own() -> None:
    sample = Sample(input="real", subset="s", metadata={"topic": "adding", "question": "fake"})
    assert asked(defined(prompt="{topic} {subset} {query} {question}"), sample) == "adding s real real"


def test_dataset_text_is_never_read_as_a_template() -> None:
    sample = Sample(input=HOSTILE, choices=[HOSTILE, "b"], target="A", rationale=HOSTILE, metadata={"m": HOSTILE})
    benchmark = defined(prompt="{question}|{choices}|{m}", few_shot=FewShot(1, shot="{rationale}", prompt="{fewshot}"))
    shots = shot_text(benchmark, sample)
    assert asked(benchmark, sample, shots) == f"{HOSTILE}\n{HOSTILE}|A) {HOSTILE}\nB) b|{HOSTILE}"


def test_a_system_message_is_sent_only_if_one_is_set() -> None:
    assert [m.role for m in messages(defined(), CHOICES)] == ["user"]
    assert messages(defined(system_prompt="Be brief."), CHOICES)[0] == Message("system", "Be brief.")


def test_a_conversation_is_sent_as_it_is() -> None:
    turns = (Message("user", "hi"), Message("assistant", "hello"), Message("user", "{question}"))
    benchmark = defined(prompt="Q: {question}", few_shot=FewShot(1))
    assert messages(benchmark, Sample(input=turns), Exemplars("shots")) == turns


def test_a_conversations_own_system_message_goes_before_the_benchmarks() -> None:
    own = (Message("system", "own"), Message("user", "hi"))
    assert messages(defined(system_prompt="set"), Sample(input=own)) == own
    assert messages(defined(system_prompt="set"), Sample(input=own[1:]))[0].content == "set"


def test_a_header_of_shots_is_one_newline_before_the_prompt() -> None:
    benchmark = defined(prompt="Q: {question}", few_shot=FewShot(2, prompt="Examples:\n\n{fewshot}\n\n"))
    assert asked(benchmark, CHOICES, "S1\n\nS2") == "Examples:\n\nS1\n\nS2\n\n\nQ: 2 + 2?"


def test_a_template_of_shots_that_holds_the_question_is_the_whole_prompt() -> None:
    benchmark = defined(prompt="unused", few_shot=FewShot(2, prompt="{fewshot}\nNow: {question}"))
    assert asked(benchmark, CHOICES, "S1") == "S1\nNow: 2 + 2?"


def test_without_shots_the_prompt_is_the_zero_shot_one() -> None:
    benchmark = defined(prompt="Q: {question}", few_shot=FewShot(0, prompt="{fewshot} Now: {question}"))
    assert asked(benchmark, CHOICES) == "Q: 2 + 2?"


def test_an_exemplar_shows_its_options_and_its_answer() -> None:
    assert shot_text(defined(few_shot=FewShot(1)), CHOICES) == "2 + 2?\nA) 3\nB) 4\nANSWER: B"
    assert shot_text(defined(few_shot=FewShot(1)), Sample(input="1 + 1?", target="2")) == "1 + 1?\nANSWER: 2"


def test_an_exemplar_with_several_right_letters_shows_them_all() -> None:
    sample = Sample(input="primes?", choices=["2", "3", "4"], target=["A", "B"])
    assert shot_text(defined(few_shot=FewShot(1)), sample).endswith("ANSWER: A,B")


INTRODUCTION = "Introduction,\n\nin two parts."
RELEASE = f"Do not train.\n-----\n{INTRODUCTION}\n\nQ: one\nA: 1\n\nQ: two\n\nA: 2\n\nQ: three\nA: 3"


def test_release_shots_keep_the_introduction_and_drop_the_canary() -> None:
    assert release_shots(RELEASE, 2, "f.txt") == f"{INTRODUCTION}\n\nQ: one\nA: 1\n\nQ: two\n\nA: 2"


def test_more_release_shots_than_there_are_is_an_error_that_counts_them() -> None:
    with pytest.raises(ConfigError, match=r"few_shot_num: 4, but f.txt holds 3"):
        release_shots(RELEASE, 4, "f.txt")


PICTURES = [image(png(5, 5, colour)) for colour in range(4)]
QUESTIONS = [
    Sample([PICTURES[0], text("First?")], "a"),
    Sample("Is <image 1> second?", "b", media={"<image 1>": PICTURES[1]}),
    Sample([text("Third"), PICTURES[2], text("?")], "c", media={"<image 1>": text("")}),
    Sample("Is <image 1>fourth?", "d", media={"<image 1>": text("")}),
    Sample("Fifth?", "e"),
]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (0, ["> ", 0, "First?"]),
        (1, ["> Is ", 1, " second?"]),
        (2, ["> Third", 2, "?"]),
        (3, ["> Is ", "fourth?"]),
        (4, ["> Fifth?"]),
    ],
)
@pytest.mark.parametrize("header", ["{fewshot}", "{fewshot}\n> {question}"])
def test_exemplars_bring_their_media_and_come_before_those_of_the_question(
    own: int, expected: list[Any], header: str
) -> None:
    few_shot = FewShot(5, split="train", shot="{question}={target}", prompt=header)
    benchmark = defined(prompt="" if "question" in header else "> {question}", few_shot=few_shot)
    found = [with_bytes_on_disk(sample) for sample in QUESTIONS]
    shots = shots_of(benchmark, "default", found, few_shot)
    (message,) = messages(benchmark, found[own], shots.before(found[own]))
    assert not isinstance(message.content, str)
    shown = [part.text if isinstance(part, Text) else medium_of(part).read() for part in message.content]
    first = [0, "First?=a\n\nIs ", 1, " second?=b\n\nThird", 2, "?=c\n\nIs fourth?=d\n\nFifth?=e\n"]
    if own == 0 and "question" not in header:  # the template goes around the text
        expected = ["", 0, "> First?"]
    last = [f"{first[-1]}{expected[0]}", *expected[1:]]
    assert shown == [medium(part) if isinstance(part, int) else part for part in [*first[:-1], *last]]


def test_a_question_is_told_from_its_exemplars_by_its_picture() -> None:
    few_shot = FewShot(2, split="test")
    found = [with_bytes_on_disk(Sample([text("What is shown?"), PICTURES[n]], str(n))) for n in range(3)]
    shots = shots_of(defined(few_shot=few_shot), "default", found, few_shot)
    for own in range(3):
        before = shots.before(found[own])
        assert [medium_of(part).read() for _, part in before.media] == [medium(n) for n in range(3) if n != own]


def medium(number: int) -> bytes:
    return png(5, 5, number)
