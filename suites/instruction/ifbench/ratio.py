"""``ratio:*``: parts of the text compared with each other or with another text."""

from __future__ import annotations

import re

from ..ifeval.arguments import Arguments
from .text import sentences

# The English list of NLTK, cut at apostrophes: words are runs of letters here.
_STOP_WORDS = """
a about above after again against ain all am an and any are aren as at be because been before being below between both
but by can couldn d did didn do does doesn doing don down during each few for from further had hadn has hasn have haven
having he her here hers herself him himself his how i if in into is isn it its itself just ll m ma me mightn more most
mustn my myself needn no nor not now o of off on once only or other our ours ourselves out over own re s same shan she
should shouldn so some such t than that the their theirs them themselves then there these they this those through to
too under until up ve very was wasn we were weren what when where which while who whom why will with won wouldn y you
your yours yourself yourselves
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
TOLERANCE = 2  # percent


def stop_words(text: str, arguments: Arguments) -> bool:
    """Check that at most this share of the words, in percent, are stop words."""
    found = re.findall(r"\w+", text)
    stops = sum(word.lower() in STOP_WORDS for word in found)
    return bool(found) and stops / len(found) * 100 <= arguments.number("percentage")


def sentence_type(text: str, arguments: Arguments) -> bool:
    """Twice as many statements as questions."""
    ends = _ends(text)
    return ends.count(".") == 2 * ends.count("?")


def sentence_balance(text: str, arguments: Arguments) -> bool:
    """As many statements as questions and exclamations."""
    ends = _ends(text)
    return ends.count(".") == ends.count("?") == ends.count("!")


def _ends(text: str) -> list[str]:
    return [sentence[-1:] for sentence in sentences(text)]


def overlap(text: str, arguments: Arguments) -> bool:
    """Check that this share, in percent, of the runs of three characters is in the reference text, too."""
    ours, theirs = _trigrams(text), _trigrams(arguments.text("reference_text"))
    if not ours:
        return False
    return abs(len(ours & theirs) / len(ours) * 100 - arguments.number("percentage")) <= TOLERANCE


def _trigrams(text: str) -> set[str]:
    return {text[at : at + 3] for at in range(len(text) - 2)}


def sentence_words(text: str, arguments: Arguments) -> bool:
    """Three sentences of the same length."""
    found = sentences(text)
    return len(found) == 3 and len({len(sentence.strip()) for sentence in found}) == 1
