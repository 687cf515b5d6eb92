"""Puts media into a prompt: where marks such as ``<image 1>`` stand, or around its text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..core.content import Content, Part, Text

Marks = Mapping[str, Part] | Sequence[tuple[str, Part]]
# Around the number of a medium, while a template is filled in: private characters, so that no question has them.
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"


def in_place(content: Content, media: Marks) -> Content:
    """Return a text, or parts with texts, with media in place of their marks; blank pieces of text are left out.

    A text without a mark stays a text. A mark that stands for an empty text is removed.
    """
    parts = dict(media)
    if not parts:
        return content
    if not isinstance(content, str):
        return tuple(placed for part in content for placed in _in_part(part, media))
    longest_first = sorted(parts, key=len, reverse=True)
    pieces = re.split(f"({'|'.join(map(re.escape, longest_first))})", content)
    if len(pieces) == 1:
        return content
    found = [parts.get(piece) if odd % 2 else Text(piece) for odd, piece in enumerate(pieces)]
    return tuple(part for part in found if part is not None and not (isinstance(part, Text) and not part.text.strip()))


def _in_part(part: Part, media: Marks) -> Sequence[Part]:
    placed = in_place(part.text, media) if isinstance(part, Text) else ""
    return (part,) if isinstance(placed, str) else placed


def around_text(parts: Sequence[Part]) -> tuple[Sequence[Part], Sequence[Part], Sequence[Part]]:
    """Return the parts before the first text, those from it to the last one, and those after it."""
    texts = [place for place, part in enumerate(parts) if isinstance(part, Text)]
    if not texts:
        return parts, (), ()
    first, last = texts[0], texts[-1] + 1
    return parts[:first], parts[first:last], parts[last:]


def marked(parts: Sequence[Part]) -> tuple[str, list[tuple[str, Part]]]:
    """Return parts as one text, with marks in place of the media, and what they stand for."""
    marks: list[tuple[str, Part]] = []
    words: list[str] = []
    for number, part in enumerate(parts):
        if isinstance(part, Text):
            if words and number and isinstance(parts[number - 1], Text):
                words.append("\n")
            words.append(part.text)
        else:
            marks.append((f"{_OPEN}{number}{_CLOSE}", part))
            words.append(marks[-1][0])
    return "".join(words), marks
