"""Exact values of plain arithmetic, and numbers in another base: ``0.4*10^{1}``, ``12 1/2``, ``(2516)_{8}``."""

from __future__ import annotations

import math
import re
from fractions import Fraction

_NAMES = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen",
)  # fmt: skip
_BASES = {name: base for base, name in enumerate(_NAMES, 2)} | {
    "binary": 2, "bin": 2, "ternary": 3, "octal": 8, "oct": 8, "decimal": 10, "dec": 10, "hexadecimal": 16, "hex": 16,
}  # fmt: skip
_BASE = rf"(?P<{{0}}>\d{{{{1,2}}}}|{'|'.join(_BASES)})"
_SUBSCRIPT = rf"_\s?\{{?\s?\(?\s?\{{?\s?(?:base[\s-]?)?\s?{_BASE.format('sub')}\s?\}}?\s?\)?\s?\}}?"
_WORDS = rf",?\s*\(?\s?(?:in\s{{1,3}})?base[\s-]{{0,3}}\{{?{_BASE.format('word')}\}}?\s?\)?"
_BASED = re.compile(
    rf"\(?\s?\{{?(?P<digits>-?[0-9A-F][0-9A-Fa-f ]{{0,60}})\}}?\s?\)?\s?(?:{_SUBSCRIPT}|{_WORDS})", re.IGNORECASE
)
_ASKED = re.compile(rf"\b(?:in|to|into) (?:a )?base[ -]?[$(]?\s?{_BASE.format('asked')}", re.IGNORECASE)
_DIGIT_SUBSCRIPT = re.compile(r"\d\}?\s?\)?\s?_\s?[\d{(]")


def based(text: str) -> tuple[str, int] | None:
    """Return the digits and the base of a number that names its base, None for anything else."""
    match = _BASED.fullmatch(text)
    if match is None:
        return None
    base = _base(match["sub"] or match["word"])
    digits = match["digits"].replace(" ", "").upper()
    if not any(map(str.isdigit, digits)) and base < 11:
        return None  # A_4 is a variable.
    negative = digits.startswith("-")
    return ("-" if negative else "") + (digits.lstrip("-").lstrip("0") or "0"), base


def _base(text: str) -> int:
    return int(text) if text.isdigit() else _BASES[text.lower()]


def same_based(gold: str, answer: str, question: str) -> bool | None:
    """Compare two numbers of which one names its base; None when neither does.

    A base that only the gold answer names may be left out. One that only the answer names has to be 10, unless the
    question asks for a number in that base.
    """
    one, other = based(gold), based(answer)
    if one is None and other is None:
        return False if _DIGIT_SUBSCRIPT.search(answer) and not _DIGIT_SUBSCRIPT.search(gold) else None
    if one is not None:
        return one == other if other is not None else one[0] == (answer.upper().lstrip("0") or "0")
    assert other is not None
    if other[1] == 10 or _asked_base(question) == other[1]:
        return other[0] == (gold.upper().lstrip("0") or "0")
    return False


def _asked_base(question: str) -> int | None:
    asked = [match["asked"] for match in _ASKED.finditer(question)]
    return _base(asked[-1]) if asked else None


_LONGEST = 200
_DEEPEST = 20
_BITS = 4096
_PLAIN = re.compile(r"[-+]?\d{1,40}")
_SYMBOL = re.compile(r"\s*(?:(\d+(?:\.\d*)?(?:[eE][-+]?\d{1,3}(?![\d.]))?|\.\d+)|(\\frac|[-+*/^(){}%]))")
_WIDE_BITS = 40_000
_MOST_EXPONENT = 40_000
_MOST_FACTORIAL = 3_000
_WIDE_SYMBOL = re.compile(_SYMBOL.pattern.replace("\\\\frac|", "\\\\frac|\\\\binom|!|"))


class _NotArithmetic(Exception):
    """The text holds something else than arithmetic, or too much of it."""


def exact(text: str) -> Fraction | None:
    """Return the value of an arithmetic expression, None when it is not one. A percent sign divides by 100."""
    if _PLAIN.fullmatch(text):
        return Fraction(int(text))
    if not text or len(text) > _LONGEST or not any(character.isdigit() for character in text):
        return None
    try:
        return _Arithmetic(text).value()
    except (_NotArithmetic, ZeroDivisionError, OverflowError, ValueError):
        return None


def wide(text: str) -> Fraction | None:
    r"""Return the value of arithmetic that may hold factorials, binomials and large powers: ``1/100!``."""
    if not text or len(text) > _LONGEST or not any(character.isdigit() for character in text):
        return None
    try:
        return _Arithmetic(text, _WIDE_BITS).value()
    except (_NotArithmetic, ZeroDivisionError, OverflowError, ValueError):
        return None


class _Arithmetic:
    """One pass over the symbols of an expression; each method reads one level of precedence."""

    def __init__(self, text: str, bits: int = 0) -> None:
        self.wide = bits > 0
        self.bits = bits or _BITS
        self.symbols = _symbols(text, _WIDE_SYMBOL if self.wide else _SYMBOL)
        self.at = 0
        self.depth = 0

    def value(self) -> Fraction:
        result = self.sum()
        if self.at != len(self.symbols):
            raise _NotArithmetic
        return result

    def peek(self) -> str:
        return self.symbols[self.at] if self.at < len(self.symbols) else ""

    def take(self, expected: str = "") -> str:
        symbol = self.peek()
        if not symbol or (expected and symbol != expected):
            raise _NotArithmetic
        self.at += 1
        return symbol

    def sum(self) -> Fraction:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _NotArithmetic
        sign = -1 if self.peek() == "-" else 1
        if self.peek() in ("-", "+"):
            self.take()
        result = sign * self.product()
        while self.peek() in ("+", "-"):
            result = self.bounded(result + self.product() if self.take() == "+" else result - self.product())
        self.depth -= 1
        return result

    def product(self) -> Fraction:
        result = self.power()
        while True:
            symbol = self.peek()
            if symbol == "*":
                self.take()
                result = self.bounded(result * self.signed())
            elif symbol == "/":
                self.take()
                result = self.bounded(result / self.signed())
            elif symbol in ("(", "{"):
                result = self.bounded(result * self.power())
            else:
                return result

    def signed(self) -> Fraction:
        if self.peek() == "-":
            self.take()
            return -self.power()
        return self.power()

    def bounded(self, value: Fraction) -> Fraction:
        if value.numerator.bit_length() + value.denominator.bit_length() > 2 * self.bits:
            raise _NotArithmetic
        return value

    def power(self) -> Fraction:
        base = self.atom()
        if self.wide and self.peek() == "!":
            self.take()
            if self.peek() == "!":
                raise _NotArithmetic  # n!! takes every other factor only.
            base = Fraction(math.factorial(_small(base, _MOST_FACTORIAL)))
        if self.peek() == "^":
            self.take()
            exponent = self.exponent()
            if abs(exponent) * max(base.numerator.bit_length(), base.denominator.bit_length()) > self.bits:
                raise _NotArithmetic
            base = base**exponent
        if self.peek() == "%":
            self.take()
            base = base / 100
        return base

    def exponent(self) -> int:
        if self.peek() == "-":
            self.take()
            value = -self.atom()
        else:
            value = self.atom()
        if value.denominator != 1 or abs(value) > (_MOST_EXPONENT if self.wide else 1000):
            raise _NotArithmetic
        return int(value)

    def atom(self) -> Fraction:
        symbol = self.take()
        if symbol in ("(", "{"):
            value = self.sum()
            self.take(")" if symbol == "(" else "}")
            return value
        if symbol == "\\frac":
            return self.argument() / self.argument()
        if symbol == "\\binom":
            upper, lower = self.argument(), self.argument()
            return Fraction(math.comb(_small(upper, _MOST_FACTORIAL), _small(lower, _MOST_FACTORIAL)))
        if not (symbol[0].isdigit() or symbol[0] == "."):
            raise _NotArithmetic
        number = Fraction(symbol)
        if self.peek() == "\\frac" and number.denominator == 1:
            self.take()
            return _mixed(number, self.argument() / self.argument())
        if _is_integer(symbol) and _is_integer(self.peek()):
            numerator = Fraction(self.take())
            self.take("/")
            return _mixed(number, numerator / Fraction(self.take()))
        return number

    def argument(self) -> Fraction:
        """Read one argument of a LaTeX command: a group, or the first digit of what follows."""
        if self.peek() == "{":
            return self.atom()
        symbol = self.take()
        if not _is_integer(symbol):
            raise _NotArithmetic
        if len(symbol) > 1:
            self.at -= 1
            self.symbols[self.at] = symbol[1:]
        return Fraction(symbol[0])


def _small(value: Fraction, most: int) -> int:
    if value.denominator != 1 or not 0 <= value <= most:
        raise _NotArithmetic
    return int(value)


def _symbols(text: str, pattern: re.Pattern[str]) -> list[str]:
    symbols: list[str] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = pattern.match(text, position)
        if match is None:
            raise _NotArithmetic
        symbols.append(match.group(1) or match.group(2))
        position = match.end()
    return symbols


def _is_integer(symbol: str) -> bool:
    return symbol.isdigit()


def _mixed(whole: Fraction, part: Fraction) -> Fraction:
    if not 0 < part < 1:
        raise _NotArithmetic
    return whole + part
