"""Templates: every field is filled once, with its text as it is; what cannot be read is refused with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.core.template import render

LITERALS = st.text(st.characters(codec="utf-8", exclude_characters="{}"), max_size=12)
VALUES = st.text(max_size=20) | st.sampled_from(["{question}", "{{", "}", "{0.__class__}", "%s", "\\1"])


@given(st.lists(LITERALS, min_size=3, max_size=3), VALUES, VALUES)
def test_values_arrive_as_they_are_whatever_they_look_like(literals: list[str], question: str, answer: str) -> None:
    template = literals[0] + "{question}" + literals[1] + "{answer}" + literals[2]
    rendered = render(template, {"question": question, "answer": answer, "unused": "x"})
    assert rendered == literals[0] + question + literals[1] + answer + literals[2]


@given(st.text("{}ab", max_size=12))
def test_doubled_braces_give_back_any_text(text: str) -> None:
    assert render(text.replace("{", "{{").replace("}", "}}"), {}) == text


def test_a_field_may_come_twice_and_side_by_side() -> None:
    assert render("{a}{b}{a}", {"a": "1", "b": "2"}) == "121"
    assert render("", {"a": "1"}) == ""
    assert render("{{{a}}}", {"a": "1"}) == "{1}"


@pytest.mark.parametrize(
    ("template", "brace"),
    [
        ("open { and no end", "{"),
        ("only } closes", "}"),
        ("{}", "{"),
        ("{ }", "{"),
        ("{outer {inner}}", "{"),
        ("ends with {", "{"),
        ("{a}}", "}"),
    ],
)
def test_a_single_brace_is_refused_with_what_is_around_it(template: str, brace: str) -> None:
    with pytest.raises(ConfigError) as caught:
        render(template, {"a": "1", "inner": "2"}, "prompt_template of mine")
    assert f"a single {brace!r} at" in str(caught.value)
    assert str(caught.value).endswith("in prompt_template of mine. Write {{ and }} for literal braces.")


@pytest.mark.parametrize(
    ("template", "hint"),
    [("{qestion}", "Did you mean 'question'?"), ("{zzz}", "Allowed: choices, question."), ("{question.x}", "question")],
)
def test_an_unknown_field_is_refused_with_the_closest_one(template: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        render(template, {"question": "q", "choices": "c"})
    assert f"unknown field {template} in the template. " in str(caught.value)
    assert hint in str(caught.value)
