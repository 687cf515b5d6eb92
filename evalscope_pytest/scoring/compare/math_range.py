r"""Sides of an equation, as in ``x =``, and ranges: ``(3, \infty)``, ``x > 3``, ``7 \ge x \ge -2`` in one form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from .math_value import exact

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


_LONGEST = 300
_RELATION = re.compile(r"\\(?:le|ge|ne)(?![A-Za-z])|<=|>=|<|>")
_BELOW = {"<": True, "\\le": True, "<=": True, ">": False, "\\ge": False, ">=": False}
_INFINITE = re.compile(r"(?P<sign>[-+]?)\s*(?:\\infty|inf(?:inity)?)(?![A-Za-z])")
_OR = re.compile(r"\s(?:or|\\lor|\\vee)\s|\\cup(?![A-Za-z])")
_AND = re.compile(r"\s(?:and|\\land|\\wedge)\s|,|\\cap(?![A-Za-z])")
_BUILDER = re.compile(r"\\\{\s*(?P<name>[A-Za-z])\s*(?:\\in\s*\\mathbb\{R\}\s*)?[|:](?P<rule>.+)\\\}")
_MEMBER = re.compile(r"(?P<name>[A-Za-z](?:_\{?\w\}?)?)\s*\\in(?![a-z])\s*(?P<set>.+)")
_ABSOLUTE = re.compile(r"\|\s?(?P<name>[A-Za-z])\s?\|")
_ALL = frozenset(("\\mathbb{R}", "all real numbers", "\\R", "all reals"))


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; an end of None is infinite."""

    low: str | None
    high: str | None
    low_closed: bool = False
    high_closed: bool = False


@dataclass(frozen=True, slots=True)
class Ranges:
    """A union of intervals.

    Attributes:
        pieces: From low to high, as far as known.
        name: The variable, empty in interval notation.
        plain: True if it is one pair in brackets, which may be a point as well.
    """

    pieces: tuple[Range, ...]
    name: str = ""
    plain: bool = False


def ranges(text: str) -> Ranges | None:
    """Return the set of numbers an answer describes, None when it describes none."""
    text = text.strip()
    if len(text) > _LONGEST or not (_RELATION.search(text) or text[:1] in ("(", "[") or "\\" in text or text in _ALL):
        return None
    if builder := _BUILDER.fullmatch(text):
        text = builder["rule"].strip()
    name, pieces = "", list[Range]()
    parts = [part.strip() for part in _OR.split(text)]
    for part in parts:
        found = _piece(part)
        if found is None or (found.name and name and found.name != name):
            return None
        name = name or found.name
        pieces.extend(found.pieces)
    plain = len(parts) == 1 and not name and text not in _ALL
    return Ranges(_ordered(pieces), name, plain)


def _piece(text: str) -> Ranges | None:
    if text in _ALL:
        return Ranges((Range(None, None),))
    if member := _MEMBER.fullmatch(text):
        inner = _piece(member["set"].strip())
        return Ranges(inner.pieces, member["name"]) if inner else None
    if _RELATION.search(text) is None:
        return _interval(text)
    conditions = [_condition(part.strip()) for part in _AND.split(text)]
    result = conditions[0]
    for condition in conditions[1:]:
        result = _both(result, condition)
    return result


def _interval(text: str) -> Ranges | None:
    if text.startswith("\\{") and text.endswith("\\}"):
        points = [point.strip() for point in text[2:-2].split(",")]
        return Ranges(tuple(Range(p, p, True, True) for p in points)) if all(map(_is_end, points)) else None
    if text[:1] not in ("(", "[") or text[-1:] not in (")", "]"):
        return None
    ends = [end.strip() for end in text[1:-1].split(",")]
    if len(ends) != 2 or not all(ends) or any("[" in end or "]" in end for end in ends):
        return None
    low, high = _end(ends[0], "-"), _end(ends[1], "")
    return Ranges((Range(low, high, text[0] == "[", text[-1] == "]"),))


def _end(text: str, sign: str) -> str | None:
    infinite = _INFINITE.fullmatch(text)
    return None if infinite and infinite["sign"].replace("+", "") == sign else text


def _is_end(text: str) -> bool:
    return bool(text) and _RELATION.search(text) is None and "=" not in text


def _condition(text: str) -> Ranges | None:
    signs = _RELATION.findall(text)
    terms = [term.strip() for term in _RELATION.split(text)]
    if len(signs) == 2 and is_name(terms[1]) and "\\ne" not in signs:
        return _chain(terms, signs)
    if len(signs) != 1 or not all(map(_is_end, terms)):
        return None
    (left, right), sign = terms, signs[0]
    if absolute := _ABSOLUTE.fullmatch(left):
        return _absolute(absolute["name"], right, sign)
    if not is_name(left):
        if not is_name(right):
            return None
        left, right = right, left
        sign = {"<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le", "<=": ">=", ">=": "<="}.get(sign, sign)
    if is_name(right) and len(right) == 1:
        return None  # Of x > y it is not known which is the variable.
    if sign == "\\ne":
        return Ranges((Range(None, right), Range(right, None)), left)
    closed = sign not in ("<", ">")
    if _BELOW[sign]:
        high = _end(right, "")
        return Ranges((Range(None, high, False, closed and high is not None),), left)
    low = _end(right, "-")
    return Ranges((Range(low, None, closed and low is not None, False),), left)


def _chain(terms: list[str], signs: list[str]) -> Ranges | None:
    if _BELOW[signs[0]] != _BELOW[signs[1]] or not all(map(_is_end, terms)):
        return None
    closed = [sign not in ("<", ">") for sign in signs]
    if not _BELOW[signs[0]]:
        terms, closed = terms[::-1], closed[::-1]
    low, high = _end(terms[0], "-"), _end(terms[2], "")
    return Ranges((Range(low, high, closed[0] and low is not None, closed[1] and high is not None),), terms[1])


def _absolute(name: str, bound: str, sign: str) -> Ranges | None:
    if sign == "\\ne":
        return None
    closed, negative = sign not in ("<", ">"), bound[1:] if bound.startswith("-") else f"-{bound}"
    value = exact(bound)
    if value is None or value <= 0:
        return None
    if _BELOW[sign]:
        return Ranges((Range(negative, bound, closed, closed),), name)
    return Ranges((Range(None, negative, False, closed), Range(bound, None, closed, False)), name)


def _both(one: Ranges | None, other: Ranges | None) -> Ranges | None:
    """Return where both conditions hold, when one is a lower and the other an upper bound."""
    if one is None or other is None or one.name != other.name or len(one.pieces) != 1 or len(other.pieces) != 1:
        return None
    lower, upper = one.pieces[0], other.pieces[0]
    if lower.low is None:
        lower, upper = upper, lower
    if lower.low is None or upper.high is None or lower.high is not None or upper.low is not None:
        return None
    bounds = exact(lower.low), exact(upper.high)
    if bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]:
        return None
    return Ranges((Range(lower.low, upper.high, lower.low_closed, upper.high_closed),), one.name)


def _ordered(pieces: list[Range]) -> tuple[Range, ...]:
    """Sort by the lower end, or by the upper one if that is infinite; leave the order when an end is unknown."""
    keys: list[tuple[int, Fraction]] = []
    for piece in pieces:
        if piece.low is None:
            keys.append((0, Fraction(0)))
            continue
        value = exact(piece.low)
        if value is None:
            upward = sorted(pieces, key=lambda p: (p.low is not None, p.high is None))
            return tuple(upward)
        keys.append((1, value))
    return tuple(piece for _, piece in sorted(zip(keys, pieces, strict=True), key=lambda pair: pair[0]))
