"""Regular expressions of users and authors: Python's meaning, in linear time."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ConfigError, ScoringError
from evalscope_pytest.scoring.patterns import pattern
from tests.cost import grows_linearly

TEXT = "Größe 5 cm,\t答案是 42。\nI say: Ⅷ, ١٢ and_so on\u3000[x] a-b naïve \u2028end 7"


EXPRESSIONS = [
    r"\d+", r"\D+", r"\w+", r"\W+", r"\s+", r"\S+", r"[\w-]+", r"[^\w]+", r"[\W]+", r"[^\W\d]+", r"[\s\S]", r"[^\s,]",
    r"[\d.]+", r"[]x]+", r"[^]x]+", r"[x[]+", r"[a\]x]+", r"答案是\s*(\d+)", r"答案是 ?(\w+)", r"(?i)i SAY: (\w)",
    r"(?m)^\w+", r"(?m)\w+$", r"\u7b54", r"[\u4e00-\u9fff]+", r"\$", r"[$]", r"\\", r"(?P<n>\d)(?:x|y)?", r"(\w)(\w)?",
    r"\A\w+", r"\d\Z", r"7$", r".+?,", r"(?s).*", r"a{1,3}|\d{2}", r"\U0000000a.", r"\x5bx", r"(?:^|,)\s",
]  # fmt: skip


@pytest.mark.parametrize("source", EXPRESSIONS)
def test_an_expression_means_what_it_means_to_python(source):
    ours, python = pattern(source), list(re.finditer(source, TEXT))
    assert [(m.span(), m.groups()) for m in ours.finditer(TEXT)] == [(m.span(), m.groups()) for m in python]
    assert ours.sub("<\\1>", TEXT) == re.sub(source, lambda _: "<\\1>", TEXT)


@given(st.text(st.sampled_from("aZ5_٣ßé答Ⅷ²,-\n\t \u3000\u2028\x85\x1c"), max_size=12), st.sampled_from("dDwWsS"))
def test_classes_hold_the_characters_they_hold_in_python(text, name):
    for source in (f"\\{name}", f"[\\{name}]", f"[^\\{name}]"):
        if source != r"[\S]" and source != r"[^\S]":  # within brackets, blanks beyond ASCII are no blanks
            assert [m.span() for m in pattern(source).finditer(text)] == [m.span() for m in re.finditer(source, text)]


def test_the_end_of_a_text_may_be_a_newline():
    assert pattern(r"(\d+)$").captured("5\n6\n") == ["6"]


def test_what_a_match_captures():
    assert pattern(r"(a)|(b)|c").captured("abc") == ["a", "b", "c"]
    assert pattern(r"(\d+)").last("7 then 9") == "9"
    assert pattern(r"x").last("7 then 9") is None


@pytest.mark.parametrize("source", ["(?<=a)b", "a(?=b)", r"(a)\1", "a++", "(unclosed", "[", "a{2000}", "*", "\ud800"])
def test_what_takes_no_linear_time_is_refused_with_what_to_write(source):
    with pytest.raises(ConfigError, match=r"in here is broken: .* capture the wanted part with a group"):
        pattern(source, "here")


@pytest.mark.parametrize("source", [r"(a+)+$", r"(a|a)*b", r"(a|aa)+$", r"(?s).*a.*a.*a.*b", r"a*a*a*a*b", r"\s+$"])
def test_expressions_that_make_python_hang_take_no_time(source):
    expression = pattern(source)

    def search(text):
        assert expression.search(text) is None

    grows_linearly(search, lambda length: "a" * length + "!" + " " * length + "!", 200_000, glance_s=0.5)


def test_very_many_slow_matches_are_given_up(monkeypatch):
    monkeypatch.setattr(sys.modules["evalscope_pytest.scoring.patterns"], "LIMIT_S", 0.05)
    with pytest.raises(ScoringError, match="looks far ahead again and again"):
        pattern("a.*?b|a").captured("a" * 50_000)


@given(st.text(st.characters(), max_size=50), st.text(max_size=20))
def test_no_text_breaks_an_expression(text, source):
    try:
        compiled = pattern(source)
    except ConfigError:
        return
    compiled.captured(text)
    assert isinstance(compiled.sub("", text), str)
