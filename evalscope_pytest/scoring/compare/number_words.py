"""English numbers in words: ``twenty-one``, ``one hundred and five``, ``minus two``, ``one half``."""

from __future__ import annotations

import re

_BELOW_20 = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_BELOW_20.split())}
_TENS = {word: 10 * ten for ten, word in enumerate(_ROUND.split(), 2)}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_WORDS = re.compile(r"[A-Za-z]+(?:[ -][A-Za-z]+){0,12}")


def spoken(text: str) -> str | None:
    """Return the digits of a number in words, None when ``text`` is anything else."""
    if not text[:1].isalpha() or not text.isascii() or len(text) > 120 or not _WORDS.fullmatch(text):
        return None
    words = text.lower().replace("-", " ").split()
    negative = words[0] in ("minus", "negative")
    words = words[1:] if negative else words
    if not words or words[0] not in _SMALL | _TENS:
        return None
    value = _value(words)
    return None if value is None else f"{'-' if negative else ''}{value}"


def _value(words: list[str]) -> int | None:
    """Return the number ``words`` say, following the grammar of English: 21 is "twenty one", never "one twenty"."""
    total = group = 0
    last = "start"
    scale = 10**15
    for word in words:
        if word in _SMALL and (
            last in ("start", "scale", "hundred", "and") or (last == "tens" and 0 < _SMALL[word] < 10)
        ):
            group, last = group + _SMALL[word], "small"
        elif word in _TENS and last in ("start", "scale", "hundred", "and"):
            group, last = group + _TENS[word], "tens"
        elif word == "hundred" and last == "small" and 0 < group < 100:
            group, last = group * 100, "hundred"
        elif word in _SCALES and group and _SCALES[word] < scale:
            scale = _SCALES[word]
            total, group, last = total + group * scale, 0, "scale"
        elif word == "and" and last in ("hundred", "scale"):
            last = "and"
        else:
            return None
    return None if last == "and" else total + group
