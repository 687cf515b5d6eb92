"""``words:*``: what the words are, and in what order."""

from __future__ import annotations

import string
from collections import Counter
from itertools import pairwise

from ..ifeval.arguments import Arguments
from .text import AROUND, bare_words, sentences, word_tokens, words

PRIMES = frozenset(n for n in range(2, 98) if all(n % d for d in range(2, n)))
_CONSONANTS = frozenset("bcdfghjklmnpqrstvwxyz")


def alphabet(text: str, arguments: Arguments) -> bool:
    """Words begin with the letters of the alphabet in turn, z being followed by a."""
    letters = [word[0].lower() for word in bare_words(text)]
    if not letters or letters[0] not in string.ascii_lowercase:
        return False
    first = ord(letters[0]) - ord("a")
    return all(letter == string.ascii_lowercase[(first + at) % 26] for at, letter in enumerate(letters))


def vowel(text: str, arguments: Arguments) -> bool:
    """One paragraph, with three different vowels at most."""
    paragraph = text.strip().lower()
    return "\n" not in paragraph and len(set("aeiou") & set(paragraph)) <= 3


def consonants(text: str, arguments: Arguments) -> bool:
    """Every word has two consonants one after the other."""
    return all(any(_CONSONANTS.issuperset(pair) for pair in pairwise(word)) for word in text.lower().split())


def palindrome(text: str, arguments: Arguments) -> bool:
    """Ten palindromes of five letters or more."""
    found = [word for word in bare_words(text.lower()) if len(word) >= 5 and word == word[::-1]]
    return len(found) >= 10


def prime_lengths(text: str, arguments: Arguments) -> bool:
    """The length of every word is a prime."""
    return all(len(word) in PRIMES for word in bare_words(text))


def repeats(text: str, arguments: Arguments) -> bool:
    """Check that no word occurs more often than this."""
    most = arguments.number("small_n")
    return all(count <= most for count in Counter(bare_words(text.lower())).values())


def last_first(text: str, arguments: Arguments) -> bool:
    """Every sentence begins with the last word of the one before."""
    for before, after in pairwise(sentences(text)):
        last, first = before.rstrip(AROUND).split(), after.lstrip(AROUND).split()
        if not last or not first or last[-1].lower() != first[0].lower():
            return False
    return True


def paragraph_last_first(text: str, arguments: Arguments) -> bool:
    """Every paragraph ends with the word it begins with."""
    split = (line.strip().lower().strip(AROUND).split() for line in text.split("\n"))
    return all(line[0] == line[-1] for line in split if line)


def no_consecutive(text: str, arguments: Arguments) -> bool:
    """No two words in a row begin with the same letter."""
    return all(left[0] != right[0] for left, right in pairwise(bare_words(text.lower())))


def keywords_specific_position(text: str, arguments: Arguments) -> bool:
    """The m-th word of the n-th sentence is the keyword."""
    found, nth, mth = sentences(text), arguments.number("n"), arguments.number("m")
    if len(found) < nth:
        return False
    tokens = word_tokens(found[nth - 1])
    return len(tokens) >= mth and tokens[mth - 1].lower() == arguments.text("keyword").strip().lower()


def words_position(text: str, arguments: Arguments) -> bool:
    """The second word and the last but one are the keyword."""
    tokens = [token.lower() for token in words(text)]
    at = 3 if tokens and tokens[-1] in string.punctuation else 2
    return len(tokens) >= at and tokens[1] == tokens[-at] == arguments.text("keyword").strip().lower()


def first_letters(text: str) -> list[str]:
    """Return the first character of every word, punctuation before it left out."""
    return [word[0] for word in (part.lstrip(AROUND) for part in text.lower().split()) if word]


def capitals(text: str, arguments: Arguments) -> bool:
    """Every word is written in title case."""
    return all(_is_title(token) for token in words(text) if token[:1].isalpha())


def _is_title(word: str) -> bool:
    if len(word) == 1:
        return not word.islower()
    return not (word[0].islower() and (word[1:].isupper() or word[1:].islower()))
