"""Sentences and words of English text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.scoring.english import sentences, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("no end", ["no end"]),
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("Dr. Smith met Mrs. Jones at 5 p.m. yesterday.", ["Dr. Smith met Mrs. Jones at 5 p.m. yesterday."]),
        ("We met at 5 p.m. The sun shone.", ["We met at 5 p.m.", "The sun shone."]),
        ("Acme Inc. However big, it failed.", ["Acme Inc.", "However big, it failed."]),
        ("J. R. Smith wrote it. He did.", ["J. R. Smith wrote it.", "He did."]),
        ("It costs 3.50 dollars. Pay.", ["It costs 3.50 dollars.", "Pay."]),
        ("1. Buy milk", ["1.", "Buy milk"]),
        ("It rose by 5. percent.", ["It rose by 5. percent."]),
        ("Wait... and see. Well... The end.", ["Wait... and see.", "Well...", "The end."]),
        ('He said "Go." Then he left.', ['He said "Go."', "Then he left."]),
        ("She left (at last.) He stayed.", ["She left (at last.)", "He stayed."]),
        ("“Stop.” She ran.", ["“Stop.”", "She ran."]),
        ("Jordan's. Panic rose.", ["Jordan's.", "Panic rose."]),
        ("**Bold.** Plain.", ["**Bold.", "** Plain."]),
        ("See example.com for it.", ["See example.com for it."]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ("First line.\nSecond line.\n", ["First line.", "Second line."]),
        ("P.S. I forgot.", ["P.S.", "I forgot."]),
        ("pre-Inc. Growth was slow.", ["pre-Inc. Growth was slow."]),
    ],
)
def test_sentences(text, expected):
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Hello, world.", ["Hello", ",", "world", "."]),
        ("Don't! I'LL see John's.", ["Do", "n't", "!", "I", "'LL", "see", "John", "'s", "."]),
        ("CANNOT gonna lemme", ["CAN", "NOT", "gon", "na", "lem", "me"]),
        ("state-of-the-art", ["state-of-the-art"]),
        ("3,000.50 at 10:30, or a:b", ["3,000.50", "at", "10:30", ",", "or", "a", ":", "b"]),
        ("wait...no--yes", ["wait", "...", "no", "--", "yes"]),
        ("(a) [b] {c} **D**", ["(", "a", ")", "[", "b", "]", "{", "c", "}", "*", "*", "D", "*", "*"]),
        ("The U.S. army. It won.", ["The", "U.S.", "army", ".", "It", "won", "."]),
        ("“Yes” – it’s", ["“", "Yes", "”", "–", "it", "’", "s"]),
        ("dogs' and 'tis", ["dogs", "'", "and", "'", "tis"]),
        ('Say "it."', ["Say", '"', "it", ".", '"']),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


@given(st.text(alphabet="aA1 .!?\"')(*-“”’\n", max_size=80))
def test_sentences_keep_every_character_but_white_space(text):
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@given(st.text(max_size=80))
def test_words_keep_every_character_but_white_space(text):
    assert "".join("".join(words(text)).split()) == "".join(text.split())
    assert all(words(text))
