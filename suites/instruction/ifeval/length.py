"""``length_constraints:*``: how many words, sentences and paragraphs."""

from __future__ import annotations

import re

from evalscope_pytest.scoring.english import sentences

from .arguments import Arguments


def number_words(text: str, arguments: Arguments) -> bool:
    """Check the number of runs of letters, digits and underscores: ``it's`` counts as two."""
    return arguments.holds(len(re.findall(r"\w+", text)), "num_words")


def number_sentences(text: str, arguments: Arguments) -> bool:
    """Check the number of sentences."""
    return arguments.holds(len(sentences(text)), "num_sentences")


def number_paragraphs(text: str, arguments: Arguments) -> bool:
    """Check for exactly this many parts between ``***`` lines, none of them blank but for the outer two."""
    parts = [bool(part.strip()) for part in text.split("***")]
    return all(parts[1:-1]) and sum(parts) == arguments.number("num_paragraphs")


def nth_paragraph_first_word(text: str, arguments: Arguments) -> bool:
    """Check for exactly this many paragraphs, separated by blank lines, of which the n-th begins with a word."""
    paragraphs = [part.strip() for part in text.split("\n\n")]
    count = sum(map(bool, paragraphs))
    nth = arguments.number("nth_paragraph")
    # Blank paragraphs are not counted, yet they do shift the n-th one: so does the official scorer.
    if count != arguments.number("num_paragraphs") or not 1 <= nth <= count or not paragraphs[nth - 1]:
        return False
    word = paragraphs[nth - 1].split(maxsplit=1)[0].lstrip("'").lstrip('"')
    return re.split("[.,?!'\"]", word, maxsplit=1)[0].lower() == arguments.text("first_word").lower()
