"""What a program would need to forge the verdict on itself: found by its text, shown with its score."""

from __future__ import annotations

import re

# The tests run in the program's own process, so nothing in it is out of a determined program's reach.
_MARKS = re.compile(
    r"\b(?:_getframe|f_back|f_globals|gc\.get_(?:objects|referrers)|ctypes|os\.(?:read|write|_exit|closerange|abort)"
    r"|sys\.(?:exit|settrace|setprofile)|setattr\(\s*builtins|__builtins__|atexit|inspect\.(?:stack|currentframe))\b"
    r"|/proc/self|\bimport\s+builtins\b"
)
_MOST = 10


def suspicious(source: str) -> tuple[str, ...]:
    """Return the words in a program that honest answers to programming tasks rarely need, each once.

    They decide nothing: a verdict that says so is worth a look.
    """
    return tuple(dict.fromkeys(match.group() for match in _MARKS.finditer(source[:1_000_000])))[:_MOST]
