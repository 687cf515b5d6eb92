"""Tests as LiveCodeBench packs them are read; a pickle that does anything else is not."""

from __future__ import annotations

import base64
import os
import pickle
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.scoring.programs.contest import check_packed, unpacked


def pack(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode()


@given(st.text(), st.integers(2, pickle.HIGHEST_PROTOCOL))
def test_a_text_comes_back_as_it_was(text, protocol):
    packed = pack(pickle.dumps(text, protocol))
    check_packed(packed)
    assert unpacked(packed) == text


def test_a_long_text_comes_back():
    text = "[1, 2]\n" * 100_000
    packed = pack(pickle.dumps(text))
    check_packed(packed)
    assert unpacked(packed) == text


class Harmful:
    def __reduce__(self):
        return os.system, ("touch /tmp/evalscope-was-here",)


@pytest.mark.parametrize(
    "content", [Harmful(), ["a list"], {"a": "mapping"}, 3, ("two", "texts"), b"bytes"], ids=lambda c: type(c).__name__
)
def test_another_pickle_is_refused_and_never_run(content):
    packed = pack(pickle.dumps(content))
    with pytest.raises(ValueError, match="does more than hold a text"):
        unpacked(packed)
    with pytest.raises(ValueError, match="does more than hold a text"):
        check_packed(packed)
    assert not os.path.exists("/tmp/evalscope-was-here")


@pytest.mark.parametrize("packed", ["", "not base64!", "QUJD", pack(b"plain"), pack(b"")])
def test_what_is_not_a_packed_text_is_refused(packed):
    with pytest.raises(ValueError, match=r"no whole text|no pickle|not base64"):
        unpacked(packed)
    with pytest.raises(ValueError, match="not base64"):
        check_packed(packed)


def test_a_bomb_and_a_torso_are_refused(monkeypatch):
    monkeypatch.setattr("evalscope_pytest.scoring.programs.contest.MOST_BYTES", 1 << 16)
    for packed in (pack(pickle.dumps("a" * (1 << 20))), pack(pickle.dumps("abc" * 50))[:-8]):
        with pytest.raises(ValueError, match="no "):
            unpacked(packed)
