"""Words in a program that hint at a forged verdict."""

import pytest

from evalscope_pytest.sandbox.suspicion import suspicious


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def add(a, b):\n    return a + b", ()),
        ("import os, sys\nos._exit(0)\nsys.exit()\nos._exit(1)", ("os._exit", "sys.exit")),
        ("frame = sys._getframe().f_back", ("_getframe", "f_back")),
        ("import builtins", ("import builtins",)),
        ("open('/proc/self/fd/3')", ("/proc/self",)),
        ("gc.get_objects()", ("gc.get_objects",)),
        ("my_f_back_up = 1; atexits = 2", ()),
    ],
)
def test_each_word_once(source, words):
    assert suspicious(source) == words


def test_long_text_is_quick():
    assert suspicious("_" * 5_000_000) == ()
