"""Puts media into a prompt: where marks such as ``<image 1>`` stand, or around its text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

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
    pieces = re.split(f"({_any_of(parts)})", content)
    if len(pieces) == 1:
        return content
    found = [parts.get(piece) if odd % 2 else Text(piece) for odd, piece in enumerate(pieces)]
    return tuple(part for part in found if part is not None and not (isinstance(part, Text) and not part.text.strip()))


def _any_of(marks: Iterable[str]) -> str:
    """Return the expression of any mark, the longest first."""
    return "|".join(map(re.escape, sorted(marks, key=len, reverse=True)))


def _in_part(part: Part, media: Marks) -> Sequence[Part]:
    placed = in_place(part.text, media) if isinstance(part, Text) else ""
    return (part,) if isinstance(placed, str) else placed


def around_text(parts: Sequence[Part]) -> tuple[Sequence[Part], Sequence[Part], Sequence[Part]]:
    """Return the parts before the first text, those from it to the last one, and those after it."""
    texts = [place for place, part in enumerate(parts) if isinstance(part, Text) and not part.beside]
    if not texts:
        return parts, (), ()
    first, last = texts[0], texts[-1] + 1
    return parts[:first], parts[first:last], parts[last:]


def marked(parts: Sequence[Part], prefix: str = "") -> tuple[str, list[tuple[str, Part]]]:
    """Return parts as one text, with marks in place of the media, and what they stand for; see `renamed`."""
    marks: list[tuple[str, Part]] = []
    words: list[str] = []
    for number, part in enumerate(parts):
        if isinstance(part, Text):
            if words and number and isinstance(parts[number - 1], Text):
                words.append("\n")
            words.append(part.text)
        else:
            marks.append((f"{_OPEN}{prefix}{number}{_CLOSE}", part))
            words.append(marks[-1][0])
    return "".join(words), marks


def renamed(text: str, media: Marks, prefix: str) -> tuple[str, list[tuple[str, Part]]]:
    """Return a text with other marks, and what they stand for: two texts may call different media by one name.

    Args:
        prefix: Tells the marks from those of other texts of the same prompt.
    """
    parts = dict(media)
    if not parts:
        return text, []
    names = {mark: f"{_OPEN}{prefix}{number}{_CLOSE}" for number, mark in enumerate(parts)}
    words = {mark: part.text if isinstance(part, Text) else names[mark] for mark, part in parts.items()}
    text = re.sub(_any_of(parts), lambda found: words[found[0]], text)
    return text, [(names[mark], part) for mark, part in parts.items() if not isinstance(part, Text)]
