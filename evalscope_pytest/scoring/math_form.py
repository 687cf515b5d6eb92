r"""Bringing mathematical answers to one form, so that most need no computer algebra to be compared.

Only the writing changes, never the value: LaTeX that dresses, full-width digits, thousands separators, units,
currency, number words, ``x =`` in front, a full stop behind.
"""

from __future__ import annotations

import re
import unicodedata

from .extract.visible import fold
from .number_words import spoken
from .number_words_zh import spoken_zh

LONGEST = 2000

_SYMBOLS = str.maketrans(
    {"×": "*", "·": "*", "÷": "/", "≤": "\\le ", "≥": "\\ge ", "≠": "\\ne ", "π": "\\pi ", "∞": "\\infty ",
     "√": "\\sqrt ", "∪": "\\cup ", "∈": "\\in ", "²": "^2", "³": "^3", "′": "'", "°": "", "≈": "",
     "~": " ", "\u00a0": " ", "\u2009": " "}
)  # fmt: skip
_DELIMITERS = re.compile(r"\\[()\[\]](?![A-Za-z])|(?<!\\)\$")
_DRESS = re.compile(
    r"\\(?:left|right|displaystyle|textstyle|limits|big|Big|bigg|Bigg|bigl|bigr|approx|quad|qquad|boldsymbol)(?![A-Za-z])"
    r"|\\[,;:! ]|\\(?=[$%#&_])|\^\{?\\circ\}?|\\degree(?![A-Za-z])"
)
_BOX = re.compile(r"\\f?box(?:ed)?\s?(?=\{)")
_FRAC = re.compile(r"\\[dtc]frac(?![A-Za-z])")
_TEXT = re.compile(
    r"\\(?:text|mathrm|textrm|textbf|textit|mathbf|mbox|bf|rm|operatorname|mathit|mathsf)\s?\{([^{}]*)\}"
)
_SPREAD_COMMA = re.compile(r",\\!\s{0,4}")
_NAMED = re.compile(r"\\(?:text|mathrm|textrm|textbf|textit|mathbf|mbox|bf|rm|operatorname|mathit|mathsf)(?![A-Za-z])")
_MONEY = re.compile(r"\s*[-+]?\$\s?[-+]?[\d.][^$]*$")
_TIMES = re.compile(r"\\(?:times|cdot|ast)(?![A-Za-z])")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:(?:\{,\}|,)\d{3})+(?![\d,])|(?<![\d.,])\d{1,3}(?: \d{3})+(?![ ]?\d)")
_ASSIGNED = re.compile(r"^\s*(?:[A-Za-z]|\\[a-z]{2,8})(?:_\{?\w\}?|\([A-Za-z]\)|')?\s*(?:=|\\in(?![a-z]))\s*")
_MIXED = re.compile(r"(?<=\d)\s?又\s?(?=\d|\\)")  # 3又1/2
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3}|\s?\*\s?10\s?\^\s?(?:\{\s?-?\d{1,3}\s?\}|-?\d{1,3}))?"
_VALUE_THEN_UNIT = re.compile(
    rf"^(?P<value>{_NUMBER}|[-+]?\d*\\frac\{{[^{{}}]*\}}\{{[^{{}}]*\}}|[-+]?\d+\s?/\s?\d+)(?P<gap>\s*)(?P<unit>[^\d\s+*/=,(){{}}\\^-].*|\(.+\))$"
)
_CURRENCY = re.compile(
    r"^(?P<sign>[-+]?)\s*(?:US|HK|RMB|USD|EUR|CNY)?\s?[$£€¥￥]\s?(?=[-+\d.])|^(?:USD|EUR|GBP|RMB|CNY)\s(?=\d)"
)
_MONEY_BEHIND = frozenset("$£€¥￥₽₹฿৳")
_UNIT_SHAPE = re.compile(r"\(?[^\W\d_]+(?:[\s./·*-]{1,3}[^\W\d_]+){0,8}(?:\s?\^\s?\{?-?\d\}?){0,2}\)?\.?")
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
    text = fold(text[:LONGEST]).strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SYMBOLS)).replace("\u2044", "/")
        text = _MIXED.sub(" ", text)
    plain = text.rstrip(".")
    if plain.isdigit():
        return plain.lstrip("0") or "0"
    text = text.replace("−", "-").replace("\\\\(", "\\(")
    if "\\" in text or "$" in text:
        text = _dress_removed(text)
    text = text.strip().rstrip(".,;: ").strip("`\"' ")
    text = text.replace("**", "^") if "*" in text and not text.startswith("**") else text.strip("*")
    text = _THOUSANDS.sub(_joined, text)
    text = _ASSIGNED.sub("", text, count=1)
    text = text.lstrip("= ")
    return spoken(text) or (None if text.isascii() else spoken_zh(text)) or text


def _dress_removed(text: str) -> str:
    text = _SPREAD_COMMA.sub(",", _BOX.sub("", text).replace("{,}", ","))
    text = _DRESS.sub(lambda match: " " if match.group()[-1] in ";: " else "", text)
    if _MONEY.match(text) is None:
        text = _DELIMITERS.sub("", text)
    text = _FRAC.sub(r"\\frac", text)
    text = _TIMES.sub("*", text).replace("\\div", "/")
    if _NAMED.search(text):
        text = _NAMED.sub("", _TEXT.sub(lambda match: f" {match.group(1).strip()} ", text))
    return _braces_removed(text.strip())


def _braces_removed(text: str) -> str:
    while text.startswith("{") and text.endswith("}") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def _closes_at_end(text: str) -> bool:
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if depth == 0:
            return position == len(text) - 1
    return False


def _joined(match: re.Match[str]) -> str:
    return match.group().replace("{,}", "").replace(",", "").replace(" ", "")


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
    """Return ``3.5`` for ``3.5万元`` where the question asks for 万元, so that the scale is a unit; else ``text``."""
    match = _VALUE_THEN_UNIT.match(_CURRENCY.sub("", text))
    if match is None:
        return text
    unit = match.group("unit").strip()
    scale = unit[0] if unit[0] in _SCALES else unit.partition(" ")[0].lower()
    return match.group("value") if scale in _SCALES and scale in question.lower() else text


def _is_unit(unit: str, *, separated: bool) -> bool:
    """Tell a unit from variables: ``5 cm``, ``5apples`` and ``5个`` have one, ``5x`` and ``5ab`` do not."""
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
