"""Reading the chosen option of a question with more options than letters: A to Z, then 1, 2, 3 ...

The readings of `choice` know letters only. So the numbered options that a reply names, by number or by text, borrow
letters that it does not name: "ANSWER: 19" is read as "ANSWER: B", with the text of option 19 behind B.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .choice import read_choice
from .json_text import said
from .options import LETTERS, options
from .visible import fold

_READ = 20_000  # Characters of a long reply that are read, from its end.
_NUMBER = re.compile(r"(?<![\w.,-])\d{1,3}(?![\w%]|[.,:-]\d)")
_LETTER = re.compile(r"(?<![A-Za-z0-9'])[A-Za-z](?![A-Za-z0-9'])")
_MOST_BORROWED = 20  # The other letters, which the reply names last, stay what they are.
_PASSED_OVER = "~"  # In place of a letter that is borrowed, though the reply names it far from its end.
_BORROWED = "BCDEFGHJKLMNOPQRSTUVWXYZ"  # "A" and "I" are words


def read_numbered(text: str, texts: Sequence[str], *, multiple: bool = False) -> tuple[str, ...] | None:
    """Return the chosen labels in the order they are named, None when the reply makes no choice.

    Args:
        text: The reply; thinking in it is not read.
        texts: The text of each option, more than 26.
        multiple: The question may have several right options; otherwise a choice of several is not an answer.
    """
    reply = fold(said(text))[-_READ:]
    own = dict(zip(LETTERS, texts, strict=False))
    numbered = {str(number): option for number, option in enumerate(texts[len(LETTERS) :], 1)}
    named = _named(reply, numbered)
    borrowed = dict(zip(_free(reply)[:_MOST_BORROWED], named, strict=False))
    letter_of = {number: letter for letter, number in borrowed.items()}
    shown = own | {letter: numbered[number] for letter, number in borrowed.items()}
    lettered = [_lettered(option, letter_of) for option in shown.values()]
    found = read_choice(_lettered(reply, letter_of), options(lettered), multiple=multiple)
    return found and tuple(borrowed.get(letter, letter) for letter in found)


def _named(reply: str, numbered: Mapping[str, str]) -> list[str]:
    """Return the numbers that a reply names, or whose option it names by its text; the last one first."""
    folded = reply.casefold()
    last = {match.group(): match.start() for match in _NUMBER.finditer(reply) if match.group() in numbered}
    for number, option in numbered.items():
        last[number] = max(last.get(number, -1), folded.rfind(fold(option).casefold()))
    return sorted((number for number, position in last.items() if position >= 0), key=lambda n: -last[n])


def _free(reply: str) -> list[str]:
    """Return the letters that may be borrowed: those that the reply does not name, then those it names first."""
    last = {match.group().upper(): match.start() for match in _LETTER.finditer(reply)}
    return sorted(_BORROWED, key=lambda letter: last.get(letter, -1))


def _lettered(text: str, letter_of: Mapping[str, str]) -> str:
    borrowed = frozenset(letter_of.values())
    text = _LETTER.sub(lambda match: _PASSED_OVER if match.group() in borrowed else match.group(), text)
    return _NUMBER.sub(lambda match: letter_of.get(match.group(), match.group()), text)
