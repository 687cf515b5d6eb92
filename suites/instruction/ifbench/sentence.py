"""``sentence:*``: what each sentence is like, compared with the one before."""

from __future__ import annotations

import re
from itertools import pairwise

from ..ifeval.arguments import Arguments
from .text import bare_words, sentences
from .word import first_letters


def alliteration_increment(text: str, arguments: Arguments) -> bool:
    """Each sentence has more words that begin as their neighbour does than the one before."""
    return all(left < right for left, right in pairwise([-1, *map(_alliterative, sentences(text))]))


def _alliterative(sentence: str) -> int:
    count, inside = 0, False
    for left, right in pairwise(first_letters(sentence)):
        same = left == right
        count += (1 if inside else 2) if same else 0
        inside = same
    return count


def keyword(text: str, arguments: Arguments) -> bool:
    """Check that a word is in the n-th sentence."""
    found, nth = sentences(text), arguments.number("N")
    if len(found) < nth:
        return False
    return bool(re.search(rf"\b{re.escape(arguments.text('word'))}\b", found[nth - 1], re.IGNORECASE))


def increment(text: str, arguments: Arguments) -> bool:
    """Check that each sentence has this many words more than the one before."""
    lengths = [len(bare_words(sentence)) for sentence in sentences(text)]
    more = arguments.number("small_n")
    return bool(lengths) and all(right == left + more for left, right in pairwise(lengths))
