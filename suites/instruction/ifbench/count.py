"""``count:*``: how often something is there."""

from __future__ import annotations

import re

from ..ifeval.arguments import Arguments
from .text import AROUND, without_punctuation, words

_CONJUNCTIONS = "and but for nor or so yet"
_NAMES = """
Emma Liam Sophia Jackson Olivia Noah Ava Lucas Isabella Mason Mia Ethan Charlotte Alexander Amelia Benjamin Harper Leo
Zoe Daniel Chloe Samuel Lily Matthew Grace Owen Abigail Gabriel Ella Jacob Scarlett Nathan Victoria Elijah Layla
Nicholas Audrey David Hannah Christopher Penelope Thomas Nora Andrew Aria Joseph Claire Ryan Stella Jonathan
"""
_PRONOUNS = """
i me we us you he him she her it they them my mine our ours your yours his hers its their theirs myself ourselves
yourself yourselves himself herself itself themselves this that these those who whom whose which what whoever whomever
whatever whichever anybody anyone anything everybody everyone everything nobody nothing somebody someone something each
either neither both all some any none
"""
CONJUNCTIONS = frozenset(_CONJUNCTIONS.split())
NAMES = frozenset(_NAMES.split())
PRONOUNS = frozenset(_PRONOUNS.split())
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def word_count_range(text: str, arguments: Arguments) -> bool:
    """Check the number of words: runs of letters, digits and underscores."""
    count = len(re.findall(r"\w+", text))
    return arguments.number("min_words") <= count <= arguments.number("max_words")


def unique_word_count(text: str, arguments: Arguments) -> bool:
    """Check the number of different words."""
    return len({word.strip(AROUND) for word in text.lower().split()}) >= arguments.number("N")


def conjunctions(text: str, arguments: Arguments) -> bool:
    """Check the number of different coordinating conjunctions, by their spelling."""
    found = {word for word in text.split() if word.strip(AROUND).lower() in CONJUNCTIONS}
    return len(found) >= arguments.number("small_n")


def person_names(text: str, arguments: Arguments) -> bool:
    """Check the number of different names from a list of fifty."""
    found = NAMES.intersection(re.findall(r"\w+", text))
    return len(found) >= arguments.number("N")


def numbers(text: str, arguments: Arguments) -> bool:
    """Check that there are exactly this many numbers."""
    return len(re.findall(r"\d+", without_punctuation(text))) == arguments.number("N")


def pronouns(text: str, arguments: Arguments) -> bool:
    """Check the number of pronouns."""
    found = [word for word in words(text.replace("/", " ").lower()) if word in PRONOUNS]
    return len(found) >= arguments.number("N")


def punctuation(text: str, arguments: Arguments) -> bool:
    """Every usual mark, and an interrobang besides."""
    if not any(mark in text for mark in ("!?", "?!", "‽")):
        return False
    rest = text.replace("?!", "", 1) if "?!" in text else text.replace("!?", "", 1)
    return set(".,!?;:") <= set(rest)


def keywords_multiple(text: str, arguments: Arguments) -> bool:
    """Five keywords once, twice, three, five and seven times, parts of words included."""
    lower = text.lower()
    counts = zip(range(1, 6), (1, 2, 3, 5, 7), strict=True)
    return all(lower.count(arguments.text(f"keyword{n}").strip().lower()) == count for n, count in counts)


def words_japanese(text: str, arguments: Arguments) -> bool:
    """Every n-th word is written in Japanese, unless it is a number."""
    every = arguments.number("N")
    nth = (word.strip(AROUND) for word in text.split()[every - 1 :: every])
    return all(not word or word.isdigit() or _JAPANESE.search(word) for word in nth)
