r"""Numbers in another base: ``2516_8``, ``(2516)_{8}``, ``2516_{\text{eight}}``, ``2516 (base 8)``."""

from __future__ import annotations

import re

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
