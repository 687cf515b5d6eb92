"""Replies that state whether something is there, without a yes or no."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.scoring.read.existence import read_existence

DOG = "Is there a hot dog in the image?"
THERE = """It is there.|There is a hot dog.|I can see a hot dog on the table|The image shows two hot dogs.
A hot dog is visible.|It's present in the image.|There are several hot dogs in the image.
**There is one.**|I see one|There is a hot dog, not a cat."""
NOT_THERE = """It is not there.|There is no hot dog.|There isn't any hot dog in the image.|I don't see a hot dog.
There is none.|The image does not contain a hot dog.|No hot dog is visible.
I can't see any hot dog in the picture."""
NEITHER = """There is no cat, only a hot dog.
It may be there.|There is a cat.|I am not sure there is a hot dog.|There is a plate. It is red.
Is there a hot dog?|There is a hot dog, but it is not in the image.|I cannot see the image.
If it is there, I missed it.|There is not no hot dog.|The picture has a person and a ball.|
There is a hot dog. There is no hot dog.|I'm unable to view images."""


@pytest.mark.parametrize(("replies", "verdict"), [(THERE, "yes"), (NOT_THERE, "no"), (NEITHER, None)])
def test_what_is_there(replies: str, verdict: str | None) -> None:
    found = {reply: read_existence(reply, DOG) for line in replies.splitlines() for reply in line.split("|")}
    assert set(found.values()) == {verdict}, found


def test_other_questions_have_no_such_answer() -> None:
    assert read_existence("It is there.", "Is the sky blue?") is None
    assert read_existence("There is a cat.", "Can you see cats in the picture?") == "yes"


@given(reply=st.text(max_size=300), question=st.text(max_size=100))
def test_any_text_is_read(reply: str, question: str) -> None:
    assert read_existence(reply, question) is None or len(question) > 10
    read_existence(f"There is {reply}", DOG)
