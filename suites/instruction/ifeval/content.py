"""``detectable_content:*`` and ``punctuation:*``: marks that can be found in the reply."""

from __future__ import annotations

import re

from .arguments import Arguments

# Spaces may be between the letters; the second marker does without its last full stop.
_POSTSCRIPTS = {"P.S.": re.compile(r"p\.\s?s\."), "P.P.S": re.compile(r"p\.\s?p\.\s?s")}


def number_placeholders(text: str, arguments: Arguments) -> bool:
    """Check for at least this many ``[placeholders]``, each within a line."""
    return sum(_bracketed(line) for line in text.split("\n")) >= arguments.number("num_placeholders")


def _bracketed(line: str) -> int:
    count, end = 0, -1
    while (start := line.find("[", end + 1)) >= 0 and (end := line.find("]", start)) >= 0:
        count += 1
    return count


def postscript(text: str, arguments: Arguments) -> bool:
    """A postscript begins with its marker, in either case, anywhere in the text."""
    marker = arguments.text("postscript_marker").strip()
    known = _POSTSCRIPTS.get(marker)
    return bool(known.search(text.lower())) if known else marker.lower() in text.lower()


def no_comma(text: str, _: Arguments) -> bool:
    """Check that the reply contains no comma."""
    return "," not in text
