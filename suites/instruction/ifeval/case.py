"""``change_case:*``: capital and small letters."""

from __future__ import annotations

from evalscope_pytest.scoring.english import words

from .arguments import Arguments
from .language import is_in


def capital_word_frequency(text: str, arguments: Arguments) -> bool:
    """Check the number of words all in capitals; a hyphenated word is one, ``DON'T`` two."""
    return arguments.holds(sum(map(str.isupper, words(text))), "capital_frequency", "capital_relation")


def english_capital(text: str, _: Arguments) -> bool:
    """English, without a small letter."""
    return text.isupper() and is_in("en", text)


def english_lowercase(text: str, _: Arguments) -> bool:
    """English, without a capital letter."""
    return text.islower() and is_in("en", text)
