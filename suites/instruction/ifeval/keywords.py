"""``keywords:*``: words and letters that must, or must not, be in the reply."""

from __future__ import annotations

import re

from .arguments import Arguments


def existence(text: str, arguments: Arguments) -> bool:
    """Every keyword is there, also as a part of a word."""
    return all(_count(keyword, text) for keyword in arguments.texts("keywords"))


def frequency(text: str, arguments: Arguments) -> bool:
    """Check how often a keyword occurs, parts of words included."""
    return arguments.holds(_count(arguments.text("keyword").strip(), text), "frequency")


def forbidden_words(text: str, arguments: Arguments) -> bool:
    """None of the words is there as a whole word."""
    words = arguments.texts("forbidden_words")
    return not any(re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) for word in words)


def letter_frequency(text: str, arguments: Arguments) -> bool:
    """Check how often a character occurs, in either case. The data also asks for ``#`` and ``!``."""
    return arguments.holds(text.lower().count(arguments.text("letter").lower()), "let_frequency", "let_relation")


def _count(keyword: str, text: str) -> int:
    return len(re.findall(re.escape(keyword), text, re.IGNORECASE))
