"""Thinking is told apart from the answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.wire.content import split_reasoning
from tests.cost import grows_linearly


@pytest.mark.parametrize(
    ("reply", "reasoning", "text"),
    [
        ("42", "", "42"),
        ("", "", ""),
        ("  42\n", "", "  42\n"),
        ("<think>six times seven</think>42", "six times seven", "42"),
        ("\n <think>\na\n</think>\n\n42 ", "a", "42 "),
        ("<think></think>42", "", "42"),
        ("<think>a</think>\n<think>b</think> c", "a\nb", " c"),
        ("<think>never closed", "never closed", ""),
        ("<think>", "", ""),
        ("opened by the prompt</think>\n42", "opened by the prompt", "42"),
        ("</think>42", "", "42"),
        ("use <think> in XML", "", "use <think> in XML"),
        ("<think>a</think>The tag </think> ends it", "a", "The tag </think> ends it"),
        ("<think>a <think> b</think>c", "a <think> b", "c"),
        ("<think>a</think>\n    return 1", "a", "    return 1"),
        ("<thinking>a</thinking>b", "a", "b"),
    ],
)
def test_splits(reply, reasoning, text):
    assert split_reasoning(reply) == (reasoning, text)


@pytest.mark.parametrize(
    ("reply", "reasoning", "text"),
    [("a</think>b", "a", "b"), ("cut off", "cut off", ""), ("<think>a</think>b", "a", "b"), ("<think>cut", "cut", "")],
)
def test_splits_where_the_prompt_had_opened_the_block(reply, reasoning, text):
    assert split_reasoning(reply, opened=True) == (reasoning, text)


@given(st.text() | st.lists(st.sampled_from(["<think>", "</think>", "\n", " ", "a", "42"])).map("".join), st.booleans())
def test_nothing_is_invented_and_no_tag_means_no_change(reply, opened):
    reasoning, text = split_reasoning(reply, opened=opened)
    assert reply.endswith(text)
    assert all(line in reply for line in reasoning.split("\n"))
    if "think>" not in reply and not opened:
        assert (reasoning, text) == ("", reply)


@pytest.mark.parametrize("piece", ["<think></think>", "<think>", "</think>", " ", "<think", "\n<think> </think>\n"])
def test_hostile_text_takes_linear_time(piece):
    grows_linearly(split_reasoning, piece.__mul__, 100_000, glance_s=3)
