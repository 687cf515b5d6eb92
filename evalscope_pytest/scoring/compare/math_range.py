r"""Intervals, inequalities and their unions in one form: ``(3, \infty)``, ``x > 3``, ``7 \ge x \ge -2``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from .math_sides import is_name
from .math_value import exact

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
