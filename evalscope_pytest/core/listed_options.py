"""Labels of options, and options that a question lists in its own text.

Such a list is ``(A) four`` or ``A. four`` on a line each, or ``A: four, B: five``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import ascii_uppercase

# A label is at the start of the text or after a blank; what marks it is the same for all options of a list.
_LABEL = re.compile(r"(?<!\S)(?:\((?P<round>[A-Z])\)|(?P<open>[A-Z])(?P<mark>[.):：、]))[ \t]{0,8}")
_REQUEST = re.compile(r"(?<=[.!?])\s{1,4}(?:Please|Answer|Select|Choose|Reply|Respond)(?![a-z])")
_FIRST = "A"


def letters(n: int) -> tuple[str, ...]:
    """Return the labels of ``n`` options: A to Z, then 1, 2, 3 ..."""
    return tuple(ascii_uppercase[:n]) + tuple(str(number) for number in range(1, n - len(ascii_uppercase) + 1))


def options_in(text: str) -> tuple[str, ...]:
    """Return the texts of the options that a question lists, from A on; empty if it lists fewer than two."""
    return tuple(text[start:end] for start, end in _spans(text))


def reordered(text: str, options: Sequence[str], new: Sequence[str]) -> str:
    """Return a text whose list of ``options`` has the texts ``new`` instead; as it is if it does not list them."""
    spans = _spans(text)
    if [text[start:end] for start, end in spans] != list(options):
        return text
    pieces, at = [], 0
    for (start, end), option in zip(spans, new, strict=True):
        pieces += [text[at:start], option]
        at = end
    return "".join([*pieces, text[at:]])


def _spans(text: str) -> list[tuple[int, int]]:
    """Return where the options of the last list stand."""
    lists: list[list[re.Match[str]]] = []
    for found in _LABEL.finditer(text):
        letter = found["round"] or found["open"]
        if letter == _FIRST:
            lists.append([found])
        elif lists and letter == chr(ord(_FIRST) + len(lists[-1])) and found["mark"] == lists[-1][0]["mark"]:
            lists[-1].append(found)
    labels = next((found for found in reversed(lists) if len(found) > 1), None)
    if labels is None:
        return []
    ends = [following.start() for following in labels[1:]]
    spans = [_trimmed(text, label.end(), end) for label, end in zip(labels, ends, strict=False)]
    start = labels[-1].end()
    line = text.find("\n", start)
    end = len(text) if line < 0 else line
    request = _REQUEST.search(text, start, end)
    return [*spans, _trimmed(text, start, request.start() if request else end)]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch without the blanks at its end, and without the comma or semicolon before the next option."""
    bare = text[start:end].rstrip()
    if bare.endswith((",", ";")) and "\n" not in text[start:end]:
        bare = bare[:-1].rstrip()
    return start, start + len(bare)
