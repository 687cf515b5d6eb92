from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.scoring.filters import Filters
from evalscope_pytest.scoring.patterns import LONGEST


@pytest.mark.parametrize(
    ("settings", "reply", "seen"),
    [
        ({"remove_until": "</think>"}, "a</think>\nb</think>c", "b</think>c"),
        ({"remove_until": "</think>"}, "no such tag", "no such tag"),
        ({"extract": r"answer is (\d+)"}, "The answer is 5", "5"),
        ({"extract": r"\d+"}, "7 then 9", "7"),
        ({"extract": {"pattern": r"\d+", "group_select": -1}}, "7 then 9", "9"),
        ({"extract": {"pattern": r"\d+", "fallback": "none"}}, "words", "none"),
        ({"regex": r"\d+"}, "words", "[invalid]"),
        ({"extract": r"(a)|(b)"}, "b", "b"),
        ({"take_first": True}, "\n\nfirst\nsecond", "first"),
        ({"remove_whitespace": True}, " a b\n c", "abc"),
        ({"remove_until": "</think>", "extract": r"\d"}, "1</think>2", "2"),
    ],
)
def test_filters_work_in_the_order_they_are_written(settings, reply, seen):
    assert Filters.of(settings).apply(reply) == seen


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"remove_untill": "x"}, "Did you mean 'remove_until'"),
        ({"remove_until": ""}, "It takes a text"),
        ({"extract": 5}, "It takes a regular expression"),
        ({"extract": {"patern": "x"}}, "Did you mean 'pattern'"),
        ({"extract": "(unclosed"}, "is broken"),
        ({"extract": "(?<=a)b"}, "capture the wanted part with a group"),
        ({"take_first": 3}, "It takes true"),
    ],
)
def test_a_wrong_filter_is_refused_with_what_is_allowed(settings, message):
    with pytest.raises(ConfigError, match=message.replace("(", r"\(")):
        Filters.of(settings)


def test_an_expression_sees_the_end_of_a_long_reply():
    assert Filters.of({"extract": r"\d+"}).apply("1" + "x" * LONGEST + "2") == "2"


def test_filters_that_do_other_things_have_other_fingerprints():
    settings = [
        {"remove_until": "a"},
        {"remove_until": "b"},
        {"extract": "a"},
        {"extract": "a", "remove_until": "a"},
        {"remove_until": "a", "extract": "a"},
    ]
    assert len({Filters.of(one).fingerprint for one in settings}) == len(settings)


@given(st.text())
def test_filters_never_raise(reply):
    Filters.of({"remove_until": "x", "extract": r"(\d+)|y", "take_first": True, "remove_whitespace": True}).apply(reply)
