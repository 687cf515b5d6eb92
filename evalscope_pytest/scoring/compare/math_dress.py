r"""Removing what only decorates mathematics: LaTeX layout, fonts and colors, Unicode forms of LaTeX commands.

The value never changes: ``x¹⁰`` becomes ``x^{10}``, ``√21`` becomes ``\sqrt{21}``, ``\color{blue}{5}`` becomes ``5``.
"""

from __future__ import annotations

import re
import unicodedata

_SYMBOLS = str.maketrans(
    {"×": "*", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "≤": "\\le ", "≥": "\\ge ", "⩽": "\\le ", "⩾": "\\ge ",
     "≠": "\\ne ", "π": "\\pi ", "∞": "\\infty ", "∪": "\\cup ", "∈": "\\in ", "′": "'", "°": "", "º": "", "˚": "",
     "≈": "\\approx ", "≃": "\\approx ", "≒": "\\approx ", "≐": "\\approx ", "∼": "\\approx ", "±": "\\pm ",
     "∅": "\\emptyset ", "Ø": "\\emptyset ", "⌀": "\\emptyset ", "ℝ": "\\mathbb{R}", "⟨": "\\langle ", "⟩": "\\rangle ",
     "〈": "\\langle ", "〉": "\\rangle ", "∠": "\\angle ", "△": "\\triangle ", "∣": "|", "\u00a0": " ", "\u2009": " "}
)  # fmt: skip
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "0123456789+-=()ni", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ", "0123456789+-=()n", strict=True))
_UNICODE_ROOT = re.compile(rf"([{''.join(_RAISED)}]?)([√∛∜])")
_RAISED_RUN = re.compile(f"[{''.join(_RAISED)}]+")
_LOWERED_RUN = re.compile(f"[{''.join(_LOWERED)}]+")
_PLAIN_ROOT = re.compile(r"(?<![A-Za-z\\])(sqrt|cbrt)(?![A-Za-z])")
_BARE_OPERAND = re.compile(r"\d+(?:\.\d+)?|\\pi(?![A-Za-z])|[A-Za-z]")
_MOST_ROOTS = 60  # Each looks for its closing bracket.
_OVERLINED = re.compile("((?:\\d\u0305)+)")

_BOX = re.compile(r"\\f?box(?:ed)?\s?(?=\{)")
_COLOR = re.compile(
    r"\\fcolorbox\s?\{[^{}]{0,40}\}\s?\{[^{}]{0,40}\}|\\(?:text|math|page)?color(?:box)?\s?(?:\[[^\[\]{}]{0,12}\])?\s?\{[^{}]{0,40}\}"
)
_LAYOUT = re.compile(
    r"\\(?:left|right|middle)(?![A-Za-z])\s?(?:\.(?!\d))?"
    r"|\\(?:displaystyle|textstyle|scriptstyle|limits|[bB]igg?[lrm]?|nonumber|notag|hfill|strut|mathstrut|null"
    r"|tiny|small|normalsize|large|Large|LARGE|huge|Huge|centering|bfseries|itshape|ensuremath)(?![A-Za-z])"
    r"|\\(?:[hv]space\*?|[hv]?phantom|tag\*?|label)\s?\{[^{}]{0,40}\}|\\(?=[$%#&_])|\^\s?\{\s?\\(?:circ|degree|(?:text|mathrm)\s?\{\s?o\s?\})\s?\}"
    r"|\^\s?\\circ(?![A-Za-z])|\^?\\degree(?![A-Za-z])|\\textdegree(?![A-Za-z])"
)
_SPACE = re.compile(r"\\[,;:>! \t\n]|\\(?:quad|qquad|enspace|thinspace|space|nobreakspace)(?![A-Za-z])|\\$")
_NARROW = frozenset(("\\,", "\\!"))
_LINE_SPACE = re.compile(r"\\\\\s?\[\s?-?[\d.]{1,8}\s?[a-z]{2}\s?\]")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_SYNONYMS = {
    "leq": "\\le ", "leqslant": "\\le ", "leqq": "\\le ", "geq": "\\ge ", "geqslant": "\\ge ", "geqq": "\\ge ",
    "neq": "\\ne ", "lt": "<", "gt": ">", "vert": "|", "lvert": "|", "rvert": "|", "mid": "|",
    "approxeq": "\\approx ", "simeq": "\\approx ", "thickapprox": "\\approx ", "thicksim": "\\approx ",
    "sim": "\\approx ", "doteq": "\\approx ", "fallingdotseq": "\\approx ",
    "varnothing": "\\emptyset ", "O": "\\emptyset ",
    "lbrace": "\\{", "rbrace": "\\}", "lbrack": "[", "rbrack": "]", "dfrac": "\\frac", "tfrac": "\\frac",
    "cfrac": "\\frac", "times": "*", "cdot": "*", "cdotp": "*", "ast": "*", "bullet": "*", "div": "/",
}  # fmt: skip
_EMPTY = re.compile(r"\\\{\s*\\\}")
_DELIMITERS = re.compile(r"(?<!\\)\\[()\[\]](?![A-Za-z])|(?<!\\)\$")
_MONEY = re.compile(r"\s*[-+]?\$\s?[-+]?[\d.][^$]*$")
_FONTS = (
    "text|textrm|textbf|textit|textsf|texttt|textnormal|textup|emph|mbox|hbox|mathrm|mathbf|mathit|mathsf|mathtt"
    "|mathnormal|operatorname|boldsymbol|bm|pmb|bold|underline|bf|rm|it"
)
_FONT = re.compile(rf"\\(?:{_FONTS})\*?\s?\{{([^{{}}]*)\}}")
_FONT_NAME = re.compile(rf"\\(?:{_FONTS})(?![A-Za-z])\*?\s?")
_LETTER = re.compile(r"[A-Za-z]")


def in_latex(text: str) -> str:
    """Return text with Unicode symbols, exponents, roots and fractions written in LaTeX."""
    text = _UNICODE_ROOT.sub(lambda m: _root_command(m.group(2), _RAISED.get(m.group(1), "")), text)
    if "\u0305" in text:
        text = _OVERLINED.sub(lambda m: "\\overline{" + m.group(1).replace("\u0305", "") + "}", text)
    text = _RAISED_RUN.sub(lambda m: "^{" + "".join(_RAISED[c] for c in m.group()) + "}", text)
    text = _LOWERED_RUN.sub(lambda m: "_{" + "".join(_LOWERED[c] for c in m.group()) + "}", text)
    text = "".join(_fraction_apart(character) for character in text.translate(_SYMBOLS))
    return _roots_closed(unicodedata.normalize("NFKC", text).replace("\u2044", "/").replace("−", "-"))


def _root_command(sign: str, index: str) -> str:
    degree = index or {"√": "", "∛": "3", "∜": "4"}[sign]
    return f"\ue000{f'[{degree}]' if degree else ''}"


def _fraction_apart(character: str) -> str:
    r"""Return ``\frac{1}{2}`` for ``½``, so that ``3½`` is a mixed number and ``½√3`` a product."""
    if character.isascii() or not unicodedata.decomposition(character).startswith("<fraction>"):
        return character
    above, _, below = unicodedata.normalize("NFKC", character).partition("\u2044")
    return f"\\frac{{{above}}}{{{below}}}" if below else f" {above}"


def plain_roots(text: str) -> str:
    r"""Return ``\sqrt{21}`` for ``sqrt(21)`` and ``sqrt 21``."""
    if _PLAIN_ROOT.search(text) is None:
        return text
    return _roots_closed(_PLAIN_ROOT.sub(lambda m: "\ue000" + ("[3]" if m.group(1) == "cbrt" else ""), text))


def _roots_closed(text: str) -> str:
    r"""Give each root sign the argument a reader sees: a group, a whole number, or one letter."""
    if text.count("\ue000") > _MOST_ROOTS:
        return text.replace("\ue000", "\\sqrt ")
    while (at := text.rfind("\ue000")) >= 0:
        start = at + 1
        index = ""
        if match := re.compile(r"\[\w\]").match(text, start):
            index, start = match.group(), match.end()
        while text[start : start + 1] == " ":
            start += 1
        argument, end = _root_argument(text, start)
        text = f"{text[:at]}\\sqrt{index}{argument}{text[end:]}"
    return text


def _root_argument(text: str, start: int) -> tuple[str, int]:
    opening = text[start : start + 1]
    if opening == "(":
        end = _closing(text, start, "(", ")")
        return (f"{{{text[start + 1 : end - 1]}}}", end) if end else ("", start)
    if match := _BARE_OPERAND.match(text, start):
        return f"{{{match.group()}}}", match.end()
    return "", start


def _closing(text: str, start: int, opening: str, closing: str) -> int:
    depth = 0
    for position in range(start, len(text)):
        depth += (text[position] == opening) - (text[position] == closing)
        if depth == 0:
            return position + 1
    return 0


def undressed(text: str) -> str:
    """Return LaTeX without boxes, colors, fonts, spacing and math delimiters; synonyms become one command."""
    text = _BOX.sub("", text) if "box" in text else text
    text = _COLOR.sub("", text) if "color" in text else text
    text = _LINE_SPACE.sub(r"\\\\ ", text) if "\\\\" in text else text
    text = _LAYOUT.sub("", text.replace("\\\\", "\ue001"))
    if _MONEY.match(text) is None:
        text = _DELIMITERS.sub("", text)
    text = _SPACE.sub(lambda m: "" if m.group() in _NARROW else " ", text).replace("\ue001", "\\\\")
    text = _EMPTY.sub(r"\\emptyset ", _COMMAND.sub(lambda m: _SYNONYMS.get(m.group(1), m.group()), text))
    for _ in range(3 if _FONT_NAME.search(text) else 0):  # Fonts inside fonts.
        if _FONT.search(text) is None:
            break
        text = _FONT.sub(_unfonted, text)
    text = _FONT_NAME.sub("", text)
    return braces_removed(text.strip())


def _unfonted(match: re.Match[str]) -> str:
    content = match.group(1).strip()
    if len(content) == 1 and _LETTER.match(content):
        return f" {content}"  # A constant such as e: a blank behind it is more than computer algebra reads.
    return f" {content} "


def braces_removed(text: str) -> str:
    """Return the text in braces around the whole text."""
    while text.startswith("{") and text.endswith("}") and _closing(text, 0, "{", "}") == len(text):
        text = text[1:-1].strip()
    return text
