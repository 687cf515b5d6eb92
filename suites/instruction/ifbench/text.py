"""Parts of a text that several checks share."""

from __future__ import annotations

import string
import unicodedata

from evalscope_pytest.scoring.english import sentences, words

__all__ = ["AROUND", "bare_words", "in_ascii", "sentences", "word_tokens", "words"]

AROUND = string.punctuation + " "
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def without_punctuation(text: str) -> str:
    """Return a text without its ASCII punctuation."""
    return text.translate(_NO_PUNCTUATION)


def bare_words(text: str) -> list[str]:
    """Return the words between blanks, without punctuation."""
    return without_punctuation(text).split()


def word_tokens(text: str) -> list[str]:
    """Return the tokens that hold a letter or digit."""
    return [token for token in words(text) if any(map(str.isalnum, token))]


def in_ascii(text: str) -> str:
    """Return a text without accents, and without what has no ASCII form."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
