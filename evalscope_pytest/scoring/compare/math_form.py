r"""Bringing mathematical answers to one form, so that most need no computer algebra to be compared.

Only the writing changes, never the value: LaTeX that dresses, full-width digits, thousands separators, units,
currency, number words, ``x =`` in front, a full stop behind.
"""

from __future__ import annotations

import re

from ..read.visible import fold
from .math_dress import (
    exact_side,
    in_latex,
    plain_roots,
    undressed,
    unit_removed,
    unit_text_removed,
    without_label,
    without_lead,
)
from .number_words import spoken, spoken_zh

LONGEST = 2000

_GROUP_COMMA = re.compile(r"(?<=\d)(?:\{,\}|,\\!|\\,)\s{0,4}(?=\d{3}(?!\d))")
_REPEATING = re.compile(
    r"(?<![\d.])(?P<whole>\d{0,12})\.(?P<fixed>\d{0,12})"
    r"(?:\\(?:overline|bar|overbar)\s?(?:\{\s?(?P<line>\d{1,20})\s?\}|(?P<one>\d))"
    r"|\\dot\s?\{?(?P<dot>\d)\}?(?:(?P<between>\d{0,12})\\dot\s?\{?(?P<last>\d)\}?)?)(?![\d_])"
)
_RUNNING_ON = re.compile(
    r"(?<![\d.])(?P<whole>\d{0,12})\.(?P<digits>\d{3,24})\s?(?:\.{3}|…|\\[lc]?dots(?![A-Za-z]))\s?"
)
_EMPTY_SET = re.compile(
    r"(?:(?:the )?(?:empty|null) set|no (?:real )?solutions?)"
    r"|(?:the (?:empty|null) set,?\s{0,3})?\(?\\emptyset\s{0,3}\)?"
    r"(?:,?\s{0,3}\(?\s?(?:i\.e\.,? |or )?(?:(?:the )?(?:empty|null) set|no (?:real )?solutions?)\)?)?",
    re.IGNORECASE,
)
_BARE_SET = re.compile(r"(?P<name>(?:[A-Za-z]\s?(?:=|\\in)\s{0,3})?)\{(?P<members>[^{}=|:]{1,200},[^{}=|:]{1,200})\}")
_BARE_EXPONENT = re.compile(r"\^\s?(-\d{1,6})(?![\d.])")
_REPEATING_IN_BRACKETS = re.compile(r"(?P<sign>-?)(?P<whole>\d{1,12})\.(?P<fixed>\d{0,12})\((?P<line>\d{1,20})\)")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:(?:\{,\}|,)\d{3})+(?!\d|,\d)|(?<![\d.,])\d{1,3}(?: \d{3})+(?![ ]?\d)")
_ASSIGNED = re.compile(r"^\s*(?:[A-Za-z]|\\[a-z]{2,8})(?:_\{?\w\}?|\([A-Za-z]\)|')?\s*(?:=|\\in(?![a-z]))\s*")
_LETTERS = re.compile(r"[A-Za-z\\]|[^\x00-\x7f]")
_MAYBE_LIST = re.compile(r"\s*\$?\s*-?\d{1,3}(?:,-?\d{3}){1,20}\s*\$?\s*")
_MIXED = re.compile(r"(?<=\d)\s?又\s?(?=\d|\\)")  # 3又1/2
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3}|\s?\*\s?10\s?\^\s?(?:\{\s?-?\d{1,3}\s?\}|-?\d{1,3}))?"
_VALUE_THEN_UNIT = re.compile(
    rf"^(?P<value>{_NUMBER}|[-+]?\d*\\frac\{{[^{{}}]*\}}\{{[^{{}}]*\}}|[-+]?\d+\s?/\s?\d+)(?P<gap>\s*)(?P<unit>[^\d\s+*/=,(){{}}\\^-].*|/[A-Za-z]{{3,12}}|\(.+\))$"
)
_CURRENCY = re.compile(
    r"^(?P<sign>[-+]?)\s*(?:US|HK|RMB|USD|EUR|CNY)?\s?[$£€¥￥]\s?(?=[-+\d.])|^(?:USD|EUR|GBP|RMB|CNY)\s(?=\d)"
)
_MONEY_BEHIND = frozenset("$£€¥￥₽₹฿৳")
_UNIT_SHAPE = re.compile(r"\(?\s?[^\W\d_]+(?:[\s./·*-]{1,3}[^\W\d_]+){0,8}(?:\s?\^\s?\{?-?\d\}?){0,2}\s?\)?\.?")
_UNITS = (
    "m g s h l L N J W V A K C F Pa Hz cm mm km dm nm kg mg ml mL cL ft in yd mi lb lbs oz hr hrs min sec ms mph kph"
    " km/h km/hr m/s kWh cc rad sq pm am"
)
_SHORT_UNITS = frozenset(_UNITS.split())
_SCALES = {
    "hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "百": 2, "千": 3, "万": 4, "亿": 8,
}  # fmt: skip
# Units that begin as a scale does: 千克 is a kilogram, not a thousand grams.
_PREFIXED = ("千克", "千米", "千瓦", "千卡", "千帕", "千焦", "千伏", "千赫", "百分点")
# Letters and vowel signs of scripts that mathematics does not use: what is written in them is a unit.
_OTHER_SCRIPT = re.compile(r"[\u0400-\u1eff\u2e80-\ufffd\s./·-]+")


def simplified(text: str) -> str:
    """Return ``text`` in the form answers are compared in: LaTeX without dress, ASCII digits, plain numbers plain."""
    return _ASSIGNED.sub("", written(text), count=1).lstrip("= ")


def written(text: str, *, label: bool = True) -> str:
    """Return ``text`` as `simplified` does, but keep the name before "=".

    Args:
        text: An answer.
        label: True if an option's letter before the value may go.
    """
    text = fold(text[:LONGEST]).strip()
    if "..." in text or "dots" in text or "…" in text:
        text = _RUNNING_ON.sub(_period_marked, text)
    if not text.isascii():
        text = _MIXED.sub(" ", in_latex(text))
    plain = text.rstrip(".")
    if plain.isdigit():
        return plain.lstrip("0") or "0"
    text = text.replace("\\\\(", "\\(").replace("~", " ")
    if "\\" in text or "$" in text:
        text = undressed(unit_text_removed(_GROUP_COMMA.sub("", text)))
    text = text.strip().rstrip(".,;: ").strip("`\"' ")
    text = text.replace("**", "^") if "*" in text and not text.startswith("**") else text.strip("*")
    if _LETTERS.search(text):
        text = _without_words(text, label)
        text = "\\emptyset" if text[-1:] in "tns)" and _EMPTY_SET.fullmatch(text.strip()) else text
        text = _BARE_EXPONENT.sub(r"^{\1}", text) if "^-" in text else text
    text = _thousands_joined(text).lstrip("= ")
    if text.endswith("}") and (bare := _BARE_SET.fullmatch(text)) and not _THOUSANDS.fullmatch(bare["members"]):
        text = f"{bare['name']}\\{{{bare['members']}\\}}"
    return spoken(text) or (None if text.isascii() else spoken_zh(text)) or text


def _without_words(text: str, label: bool) -> str:
    text = exact_side(plain_roots(text))
    text = without_lead(text)
    if label:
        text = without_lead(without_label(text))
    return _REPEATING.sub(_repeating, unit_removed(text)) if "." in text else unit_removed(text)


def _period_marked(match: re.Match[str]) -> str:
    r"""Return ``0.\overline{3}`` for ``0.333...``; digits that show no period twice (one digit: three times) stay."""
    digits = match["digits"]
    for length in range(1, len(digits) // 2 + 1):
        for fixed in range(len(digits) - max(2 * length, 3) + 1):
            rest = digits[fixed:]
            if all(rest[at] == rest[at - length] for at in range(length, len(rest))) and fixed <= len(digits) // 2:
                return f"{match['whole'] or '0'}.{digits[:fixed]}\\overline{{{rest[:length]}}}"
    return match.group()


def _repeating(match: re.Match[str]) -> str:
    groups = match.groupdict()
    period = groups["line"] or groups.get("one") or f"{groups['dot']}{groups['between'] or ''}{groups['last'] or ''}"
    whole, fixed = match["whole"] or "0", match["fixed"]
    nines = (10 ** len(period) - 1) * 10 ** len(fixed)
    return f"\\frac{{{int(whole + fixed + period) - int(whole + fixed)}}}{{{nines}}}"


def _thousands_joined(text: str) -> str:
    """Join digits that commas or blanks group. In brackets a comma separates members, unless blanks follow others."""
    if "," not in text and " " not in text:
        match = _REPEATING_IN_BRACKETS.fullmatch(text) if text.endswith(")") else None
        return match["sign"] + _repeating(match) if match else text
    depths: list[int] | None = None
    if "(" in text or "[" in text or "\\{" in text:
        depths, depth = [], 0
        for position, character in enumerate(text):
            if character in "([" or (character == "{" and text[position - 1 : position] == "\\"):
                depth += 1
            elif character in ")]" or (character == "}" and text[position - 1 : position] == "\\"):
                depth -= 1
            depths.append(depth)

    def joined(match: re.Match[str]) -> str:
        if depths is not None and depths[match.start()] > 0 and "," in match.group() and ", " not in text:
            return match.group()
        return match.group().replace("{,}", "").replace(",", "").replace(" ", "")

    return _THOUSANDS.sub(joined, text)


def as_list(text: str) -> str | None:
    """Return a number whose commas may separate members with blanks behind them, None when it has no such commas."""
    return text.replace(",", ", ") if _MAYBE_LIST.fullmatch(text) else None


def without_unit(text: str) -> str:
    """Return the value of ``5 cm``, ``240元``, ``$18`` or ``5 million`` (scaled); other text as it is."""
    text = _CURRENCY.sub(lambda m: m.group("sign") or "", text)
    match = _VALUE_THEN_UNIT.match(text)
    if match is None:
        return text
    value, unit = match.group("value"), match.group("unit").strip()
    first = unit.partition(" ")[0]
    scale = _SCALES.get(first.lower()) or (None if unit.startswith(_PREFIXED) else _SCALES.get(unit[0]))
    if scale is not None:
        return f"{value}*10^{scale}"
    if first.lower() == "dozen":
        return f"{value}*12"
    return value if _is_unit(unit, separated=bool(match.group("gap"))) else text


def asked_scale_removed(text: str, question: str) -> str:
    """Return ``3.5`` for ``3.5万元`` if the question asks for 万元, so that the scale is a unit; else ``text``."""
    match = _VALUE_THEN_UNIT.match(_CURRENCY.sub("", text))
    if match is None:
        return text
    unit = match.group("unit").strip()
    scale = unit[0] if unit[0] in _SCALES else unit.partition(" ")[0].lower()
    return match.group("value") if scale in _SCALES and scale in question.lower() else text


def _is_unit(unit: str, *, separated: bool) -> bool:
    """Return whether a text is a unit, as in ``5 cm``, ``5apples`` and ``5个``, and not variables (``5x``, ``5ab``)."""
    if unit[:1] == "/":
        return True  # "$18/day"
    if unit in _MONEY_BEHIND or _OTHER_SCRIPT.fullmatch(unit):
        return True
    if not _UNIT_SHAPE.fullmatch(unit):
        return False
    word = unit.strip("().").split("^")[0].strip()
    if any(ord(character) > 0x2E80 for character in word):
        return True
    if " or " in f" {word} " or " and " in f" {word} ":
        return False
    if word in _SHORT_UNITS:
        return separated or len(word) > 1
    letters = re.sub(r"[^A-Za-z]", "", word)
    return len(letters) >= (3 if separated else 4)
