from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.scoring.read.visible import fold, visible


@pytest.mark.parametrize(
    ("reply", "seen"),
    [
        ("plain", "plain"),
        ("<think>a</think>b", "b"),
        ("a<think>b</think>c<think>d</think>e", "ace"),
        ("<think>cut off", ""),
        ("said<think>cut off", "said"),
        ("the opening was in the prompt</think>b", "b"),
        ("<thinking>a</thinking>b", "b"),
        ("<think>a<think>b</think>c", "c"),
        ("I think so", "I think so"),
    ],
)
def test_thinking_is_not_seen(reply, seen):
    assert visible(reply) == seen


# Not "x ": behind a word and a blank, a tag without its partner is one that the sentence names.
@given(st.lists(st.sampled_from(["<think>", "</think>", "<thinking>", "</thinking>", "x", "\n"])).map("".join))
def test_no_tag_is_ever_seen_and_a_second_pass_changes_nothing(reply):
    seen = visible(reply)
    assert "think>" not in seen
    assert visible(seen) == seen


@given(st.text())
def test_folding_keeps_every_position(text):
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_full_width_forms_become_ascii():
    assert fold("ＡＮＳＷＥＲ：【Ｂ】（１２３）") == "ANSWER:[B](123)"
