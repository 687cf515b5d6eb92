"""The promises of everything that reads hostile text, on generated texts: the fuzzer's targets, run quickly."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

PIECES = st.sampled_from(
    ["\\boxed{", "}", "####", "ANSWER:", "the answer is ", "<think>", "</think>", "答案是", "(A)", "B", " and ", " or ",
     "**", "$", "\\frac", "\\(", "1,000", "3.5", "-", "|", "\n", "- ", "{", "[", "&a ", "*a", "<<: ", '"', ",", "..",
     "CON", "/", "<script>", "&amp;", "'", "\x1b[31m", "\u202e", "\x00", "\u2028", "\ud83d", "\ude00", "://a:b@", "é",
     "data: ", "\r\n", "%", "x", "=", "9" * 50, "\x85", "e\u0301", "不", "sqrt", "cm", "\\text{", "^", "sk-abcdefghijk"]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=30).map("".join),
    st.tuples(st.text(max_size=9), PIECES, st.integers(1, 300), st.text(max_size=9)).map(
        lambda parts: parts[0] + parts[1] * parts[2] + parts[3]
    ),
)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS)
def test_no_text_breaks_a_promise(target, text):
    target(text)
