r"""The sides of an equation: names a reader overlooks (``x =``, ``|AB| =``, ``Area =``), and what says something."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_FUNCTIONS = "sqrt|frac|pi|infty|sin|cos|tan|cot|sec|csc|log|ln|exp|pm|cup|cap|emptyset|begin|end|le|ge|ne|in|max|min"
_SYMBOL = rf"(?:[A-Za-z]|\\(?!(?:{_FUNCTIONS})(?![A-Za-z]))[A-Za-z]{{2,10}})"
_SUBSCRIPT = r"(?:_(?:\{[^{}]{1,20}\}|\\?\w{1,8}))?"
_NAMES = re.compile(
    rf"{_SYMBOL}{_SUBSCRIPT}'{{0,3}}|\|{{1,2}}\s?[A-Za-z]{{1,4}}\s?\|{{1,2}}|[A-Z]{{2,6}}'?"
    r"|m?\\(?:angle|triangle|overline|vec|hat|bar|overrightarrow|widehat|mathbf|tilde)\s?\{?\s?[A-Za-z]{1,4}\s?\}?"
    r"|\[[A-Z]{3,6}\]|\((?:[A-Za-z]\w?,\s?){1,5}[A-Za-z]\w?\)|\\frac\{d[a-z]?\}\{d[a-z]\}"
    r"|\\(?:lim|int|sum|prod|Pr|det|gcd|mathbb)(?![A-Za-z]).{0,80}"
)
_CALL = re.compile(
    r"(?P<f>[A-Za-z](?:_\{?\w{1,4}\}?)?(?:\^\{?-1\}?)?'{0,3}|\([a-z] ?\\circ ?[a-z]\))\((?P<of>[^()=]{1,30})\)"
)
_COORDINATES = frozenset("xyz")
_WORDS = re.compile(r"[A-Za-z][A-Za-z' -]*(?:\\(?:triangle|angle)\s?)?[A-Za-z ]*")
_VOWEL = re.compile(r"[aeiouAEIOUy]")
_OF_NAME = re.compile(r"(?:^|.*\s)(?:of|for)\s([A-Za-z])$")
_EQUALS = re.compile(r"(?<![<>!:=])(?::=|={1,2})(?!=)")
_IN_SET = re.compile(r"^(?P<name>[A-Za-z](?:_\{?\w\}?)?)\s*\\in(?![a-z])\s*")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_LONG_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]{3,}(?![A-Za-z])")
_TIMES_WORD = re.compile(r"^\s*\d[\d.]{0,12}\s?\*\s*[A-Za-z]{3,20}$")  # "3 * shirt"
_INDEXED = re.compile(r"^([xyznt])_\d$")
_GRAPHS = ({"y", "f(x)"}, {"y", "g(x)"}, {"y", "h(x)"})
_ASKS = r"(?:find|whatis|valueof|valuesof|compute|evaluate|determine|calculate|giventhat|is|for)(?:thevalueof|all)?"


@dataclass(frozen=True, slots=True)
class Sides:
    """An answer as a reader takes it: a value, with the name it is given; or an equation that says more.

    Attributes:
        value: Value of the name; of an equation that says more, all of it.
        name: Text before "=", empty if there is none.
        relation: True if both sides have content, as in ``2x + 1 = 5``.
        ends: First and last part of a relation.
    """

    value: str
    name: str = ""
    relation: bool = False
    ends: tuple[str, str] = ("", "")

    @property
    def equation(self) -> str:
        """Return the whole equation."""
        return f"{self.name} = {self.value}" if self.name else self.value


def sides(text: str, question: str = "") -> Sides:
    """Return what an answer gives a value to, and the value."""
    if "=" not in text:
        member = _IN_SET.match(text) if "\\in" in text else None
        return Sides(text[member.end() :], member["name"]) if member else Sides(text)
    parts = _top_level(text)
    if len(parts) < 2 or not all(parts):
        return Sides(parts[-1] if len(parts) > 1 else text)
    first, last = parts[0], parts[-1]
    if is_name(first):
        return Sides(last, _named(first))
    if is_name(last) and len(parts) == 2:
        return Sides(first, _named(last))
    if not (_has_variable(first) or _has_variable(last)) or _asked_for(first, question):
        return Sides(last)
    return Sides(text, relation=True, ends=(first, last))


def _top_level(text: str) -> list[str]:
    parts, start, depth, seen = [], 0, 0, 0
    for match in _EQUALS.finditer(text):
        for character in text[seen : match.start()]:
            depth += (character in "([{") - (character in ")]}")
        seen = match.start()
        if depth == 0:
            parts.append(text[start : match.start()].strip())
            start = match.end()
    return [*parts, text[start:].strip()]


def is_name(text: str) -> bool:
    r"""Return whether a text is a bare name: ``x``, ``a_1``, ``f(2)``, ``|AB|``, ``\angle A``, ``Area``."""
    if _NAMES.fullmatch(text):
        return True
    if call := _CALL.fullmatch(text):
        return call["f"][0] not in _COORDINATES and call["f"][0] not in call["of"]
    return _is_words(text)


def _is_words(text: str) -> bool:
    if not _WORDS.fullmatch(text):
        return False
    longest = max(map(len, text.split()))
    return longest > 2 and _VOWEL.search(text) is not None and not _consecutive(text) and "not" not in text.split()


def _consecutive(text: str) -> bool:
    """Return whether a text is a product of variables (abc, xyz) rather than a word."""
    return all(ord(after) - ord(before) == 1 for before, after in pairwise(text))


def _named(text: str) -> str:
    of = _OF_NAME.match(text)
    return of.group(1) if of else text


def _has_variable(text: str) -> bool:
    if _TIMES_WORD.search(text):
        return True
    rest = _LONG_WORD.sub(lambda m: m.group() if _consecutive(m.group()) else " ", _COMMAND.sub(" ", text))
    return re.search(r"(?<![A-Za-z])[a-df-zA-Z]|[A-Za-z]{2}", rest) is not None


def _asked_for(left: str, question: str) -> bool:
    if not question:
        return False
    asked = re.sub(r"[\s${}]|\\(?:left|right|[,;:!])", "", question)
    return (
        re.search(_ASKS + re.escape(re.sub(r"[\s{}]", "", left)) + r"(?:[.?,]|if|given|when|$)", asked, re.I)
        is not None
    )


def same_name(one: str, other: str) -> bool:
    """Return whether two names may stand for the same: symbols have to be equal, words say which symbol is meant."""
    plain = re.compile(r"[\s{}]")
    one, other = plain.sub("", one), plain.sub("", other)
    one, other = (
        _INDEXED.sub(r"\1", one) if other.isalpha() else one,
        _INDEXED.sub(r"\1", other) if one.isalpha() else other,
    )
    if {one, other} in _GRAPHS:
        return True
    return not one or not other or one == other or _is_words(one) or _is_words(other)
