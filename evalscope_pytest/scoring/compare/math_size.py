r"""Numbers that cannot be written out: ``9^{9^{9^{9}}}``, ``(10^{9})!``. Found without computing them."""

from __future__ import annotations

import re
from fractions import Fraction

from .math_value import exact

# Computer algebra needs more than its five seconds for these (measured: 2^{10^8} 1.5 s, 2^{10^9} and 10^6! over 5 s).
_MOST_BITS = 500_000_000
_MOST_FACTORIAL = 2_000_000
_OPERATOR = re.compile(r"[!^]")
_DIGITS_BEFORE = re.compile(r"(?<![\d.,_])\d{1,40}\Z")
_EXPONENT = re.compile(r"-?[\d^]{1,40}")
_OPENING = {"}": "{", ")": "("}


def is_huge(text: str) -> bool:
    """Return whether a part of an expression is an integer power of over 500 million bits, or a factorial as large."""
    text = re.sub(r"\s|\\(?:left|right)(?![A-Za-z])", "", text)
    return any(
        _is_huge_factorial(text, found.start()) if found.group() == "!" else _is_huge_power(text, found.start())
        for found in _OPERATOR.finditer(text)
    )


def _is_huge_power(text: str, at: int) -> bool:
    base, exponent = _integer(_before(text, at)), _value(_after(text, at + 1))
    if base is None or exponent is None:
        return False
    return abs(exponent) * (base.bit_length() - 1) >= _MOST_BITS


def _is_huge_factorial(text: str, at: int) -> bool:
    operand = _integer(_before(text, at))
    return operand is not None and operand >= _MOST_FACTORIAL


def _before(text: str, at: int) -> str:
    """Return what an operator applies to on its left: an integer or a group; empty for anything else."""
    if match := _DIGITS_BEFORE.search(text, max(0, at - 41), at):
        return match.group()
    start = _group_start(text, at)
    return "" if start is None or text[:start].endswith("_") else text[start:at]


def _group_start(text: str, end: int) -> int | None:
    closing = text[end - 1 : end]
    opening, depth = _OPENING.get(closing), 0
    for position in range(end - 1, -1, -1) if opening else ():
        depth += (text[position] == closing) - (text[position] == opening)
        if depth == 0:
            return position
    return None


def _after(text: str, start: int) -> str:
    """Return an exponent: a group, or the digits that follow."""
    if text[start : start + 1] != "{":
        found = _EXPONENT.match(text, start)
        return found.group() if found else ""
    depth = 0
    for position in range(start, len(text)):
        depth += (text[position] == "{") - (text[position] == "}")
        if depth == 0:
            return text[start : position + 1]
    return ""


def _integer(text: str) -> int | None:
    value = _value(text)
    return value.numerator if value is not None and value.denominator == 1 else None


def _value(text: str) -> Fraction | None:
    """Return the value of plain arithmetic or of a factorial, which may be a lower bound: any beyond the limits is."""
    while len(text) > 1 and _OPENING.get(text[-1]) == text[0] and _group_start(text, len(text)) == 0:
        text = text[1:-1]
    if not text.endswith("!"):
        return exact(text)
    if text.endswith("!!"):
        return None
    operand = _integer(text[:-1])
    if operand is None or operand < 0:
        return None
    value = 1
    for factor in range(2, min(operand, 100) + 1):
        value *= factor
    return Fraction(value)
