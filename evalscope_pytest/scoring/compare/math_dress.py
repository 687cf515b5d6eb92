"""Removes what surrounds or decorates a value: LaTeX layout and fonts, words and labels before it, units behind it."""

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


_WORD = re.compile(r"[A-Za-z]{3,}|\b(?:[Hh]e|[Ii]t|[Ww]e)\b|[\u0370-\u1fff\u3040-\u30ff一-鿿]")
# The words before a value and what it is of; a colon or a verb ends it.
_LEAD = re.compile(
    r"\s*(?P<words>[^\d\\{}\[\]=<>:;^*/+|$]{1,80}?(?:\([A-Za-z0-9]{1,2}\)|\b[A-Za-z]?\d{0,2})?)\s*"
    r"(?::(?![=:])|(?<=[\s)\d])(?:is|are|was|equals?)\b:?|(?:是|为))\s*"
)
_BARE_LEAD = re.compile(
    r"\s*(?:(?:the\s)?(?:final\s)?(?:answer|result|total)|so|thus|hence|therefore|exactly|approximately|approx\.?"
    r"|about|roughly|around|equal to|equals?|simply|just|only)[\s,]+(?=\S)",
    re.IGNORECASE,
)
# "Tom walked 54 miles": a statement in words about one number.
_STATED = re.compile(
    r"(?P<words>[A-Za-z][A-Za-z' -]{2,80}?),?\s{1,3}"
    r"(?=[-+]?\$?\s?(?:\d|\\frac|\\sqrt)[^A-Za-z]{0,60}(?:\s(?!(?:times|or|to|and)\b)[A-Za-z .-]{0,80})?$)"
)
_QUALIFIED = re.compile(
    r"\b(?:less|more|fewer|least|most|over|under|above|below|between|up|within|nearly|almost|plus|minus|times|divided"
    r"|twice|thrice|double|triple|half|third|quarter|sin|cos|tan|log|ln|choose|mod|max|min|gcd|lcm|remainder|base|or)\b"
    r"|\b(?:in|on|at|by|for|of|from|to|with|after|before|per|every|each|and|a|the|part|step|question|problem|case|day"
    r"|week|month|year|age|group)$",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|neither|nor|wrong|incorrect|false|except|than|unlike|without|excluding|no|cannot|if|when|where)\b"
    r"|n't\b|[不非错]",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\s*(?:\(\s?(?P<a>[A-H])\s?\)|(?P<b>[A-H])[.:)])(?P<gap>\s*)(?=[^\s^*/!_'=,;)\]}|<>])")
_SIGNED = re.compile(r"[-+(\[]")
_ROUNDED_WORDS = re.compile(
    r"(?<!\\)\b(?:approximately|approx\b\.?|roughly)|(?<=\()\s?(?:or )?(?:about|around|nearly)(?=\s{1,3}\$?[\d.])",
    re.IGNORECASE,
)
_MOST_SIGNS = 12
_SIGN = "\\approx"
_ASIDE = re.compile(r"[,;]?\s*\((?:or|i\.e\.|which is)?,?\s*(?:is\s)?\\approx[^()]{0,120}\)")
_JOINED_BY = re.compile(r"[,;]?\s*(?:\b(?:or|and|which is|i\.e\.)\s*,?|\()\s*$|[,;]\s*$")
_NAME_ONLY = re.compile(
    r"\s*(?:[A-Za-z](?:_\{?\w{1,4}\}?)?|\\[a-z]{2,8}|[A-Z]{1,3}|[A-Za-z]{3,}(?: [A-Za-z]+){0,6})\s*"
)
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

_UNIT_NAMES = (
    "units? cm mm km dm nm m kg mg g lbs? lb oz ml mL L ft in inch inches feet foot yards? yd miles? mi met(?:er|re)s?"
    " (?:centi|milli|kilo|deci)met(?:er|re)s? (?:kilo|milli)?grams? lit(?:er|re)s? seconds? sec minutes? min hours? hr"
    " days? weeks? years? degrees? radians? rad dollars? cents? pounds? ounces? gallons? acres? mph"
).replace(" ", "|")
_POWER = r"(?:\s?\^\s?(?:\{\s?-?\d\s?\}|-?\d))?"
_ONE_UNIT = rf"(?:(?:square|cubic|sq\.?|cu\.?)\s)?(?:{_UNIT_NAMES})\.?{_POWER}"
_UNIT_BEHIND = re.compile(rf"(?<=[\w}})\s])\s+\(?{_ONE_UNIT}(?:\s?(?:/|per)\s?{_ONE_UNIT})?\)?\.?$")
_UNIT_TEXT = re.compile(
    rf"(?:\s|~|\\[ ,;:!]|\\quad)*\\(?:text|textrm|mathrm|mbox|operatorname|rm|mathit|textit|textbf)\s?"
    rf"\{{(?P<unit>[^{{}}\\]{{1,60}})\}}{_POWER}(?=\s*(?:$|[,;)\]($]|\.$|\\approx|\\simeq|\\sim(?![a-z])|≈|\\[)\]]))"
)
_UNIT_NAME = re.compile(rf"\s*\(?{_ONE_UNIT}\)?\s*")
_LIST_BEFORE = re.compile(r"(?:[)\]]|\\\})(?:\s|~|\\[ ,;:!])*$")  # a point, an interval, a set
_UNIT_WORDS = re.compile(r"\s*\(?\s*[A-Za-z]{1,}\.?(?:[\s/·*-]{1,3}[A-Za-z]+\.?){0,5}(?:\s?\^\s?-?\d)?\s*\)?\s*")
_EXCLUDED = (
    "and or if for where when with is are not even odd than more less times of at most least to as but so either both"
    " all any some none no hundred thousand million billion trillion dozen percent half pi mod since because only"
    " positive negative on from solution solutions real integer integers undefined base i e d x y z n a b c"
)
_NO_UNIT = frozenset(_EXCLUDED.split())
_CONDITION = re.compile(
    r"(?:\s|~|[,;(]|\\[ ,;:!]|\\q?quad){0,6}\\(?:text|textrm|mathrm|mbox)\s?\{[\s,(]{0,4}"
    r"(?:since|because|for|where|when|whenever|if|with|provided|given|assuming|as long as)\b"
)
# "r>0" or "(r>0)" behind a value, which says nothing about it.
_RELATION_BEHIND = re.compile(
    r"(?:\s|~|\\[ ,;:!]){0,6}(?:,|\(|\\q?quad|\\left\()(?:\s|~|\\[ ,;:!]|\\q?quad|\(){0,6}[A-Za-z](?:_\{?\w\}?)?\s?"
    r"(?:[<>≤≥≠]|\\(?:le|ge|leq|geq|leqslant|geqslant|ne|neq|gt|lt)(?![A-Za-z]))\s?[-+]?[A-Za-z0-9.\\]{1,12}"
    r"(?:\s|\\right){0,2}\)?\.?$"
)
_ORDER = re.compile(r"[<>≤≥≠]|\\(?:le|ge|leq|geq|leqslant|geqslant|ne|neq|gt|lt|in|cup)(?![A-Za-z])")
_REACH = 80
_SEVERAL = re.compile(r"\\text|(?<!\\)[,;&]|\\\\|\b(?:otherwise|else)\b")
_EXPRESSION = re.compile(r"\\(?:pi|sqrt|frac|dfrac|tfrac)(?![A-Za-z])|[√π∛]")
_NUMBER_ONLY = re.compile(r"[-+]?[\d.,\s]*(?:\\[dtc]?frac\s?\{[^{}\\]*\}\s?\{[^{}\\]*\})?(?:\s|~|\\[ ,;:!])*")


def without_lead(text: str) -> str:
    r"""Return ``5`` for ``Answer: 5``, ``The value of x is 5`` and ``about 5``; words that deny or compare stay."""
    for _ in range(3):
        match = _LEAD.match(text)
        if match is None or not _introduces(match["words"]):
            match = _BARE_LEAD.match(text)
        if match is None or not text[match.end() :].strip(" .$"):
            return _without_statement(text)
        text = text[match.end() :].lstrip()
    return text


def _without_statement(text: str) -> str:
    """Return ``54 miles`` for ``Tom walked 54 miles``, if no word compares, counts or denies."""
    stated = _STATED.match(text)
    if stated is None or not _introduces(stated["words"]) or _QUALIFIED.search(stated["words"]):
        return text
    return text[stated.end() :] if " " in stated["words"].strip() else text


def _introduces(words: str) -> bool:
    return _WORD.search(words) is not None and _DENIED.search(words) is None and len(words.split()) <= 12


def without_label(text: str) -> str:
    r"""Return ``36`` for ``(C) 36``, the text of an option behind its letter; a letter alone stays."""
    match = _LABEL.match(text)
    if match is None or (match["b"] and not match["gap"]):
        return text
    rest = text[match.end() :]
    if _SIGNED.match(rest) and not match["gap"]:
        return text  # (A)-1 and (A)(B) calculate with A.
    return rest


def label_of(text: str) -> str:
    """Return the letter of an option that has its text behind it, empty when there is none."""
    match = _LABEL.match(text)
    return "" if match is None or without_label(text) == text else match["a"] or match["b"]


def exact_side(text: str) -> str:
    r"""Return the value before an approximation sign (``2\pi \approx 6.28``); a sign in front is dropped."""
    text = _ROUNDED_WORDS.sub(lambda _: "\\approx ", text)
    if _SIGN not in text or text.count(_SIGN) > _MOST_SIGNS:
        return text
    text = _ASIDE.sub("", text)
    for _ in range(20):
        at = text.find(_SIGN)
        if at < 0:
            break
        text = _one_cut(text, at)
    return text.strip()


def _one_cut(text: str, at: int) -> str:
    start, end = _segment(text, at)
    head, behind = text[start:at], text[at + len(_SIGN) :]
    if joined := _JOINED_BY.search(text[:at]):
        if text[: joined.start()].strip() and not joined.group().lstrip().startswith("("):
            # "2\pi, or \approx 6.28": the rounded value is not a second answer.
            return text[: joined.start()] + text[end:]
        return text[:at] + behind.lstrip()
    if not head.strip() or head.rstrip().endswith("="):
        return text[:at] + behind.lstrip()
    if _NAME_ONLY.fullmatch(head) and not head.strip().startswith("\\pi"):
        return f"{text[:at]}={behind}"
    return text[:at].rstrip() + text[end:]


def _segment(text: str, at: int) -> tuple[int, int]:
    """Return where the member of a list that holds position ``at`` begins and ends."""
    start, depth = at, 0
    grouped = {match.start() for match in _GROUPED.finditer(text)}
    while start > 0:
        character = text[start - 1]
        depth += (character in ")]}") - (character in "([{")
        if depth < 0 or (depth == 0 and character in ",;" and start - 1 not in grouped):
            break
        start -= 1
    words = [m.end() for m in re.finditer(r"\b(?:or|and)\s", text[start:at])]
    end, depth = at, 0
    while end < len(text):
        character = text[end]
        depth += (character in "([{") - (character in ")]}")
        if depth < 0 or (depth == 0 and character in ",;" and end not in grouped):
            break
        if depth == 0 and re.compile(r"\s(?:or|and)\s").match(text, end):
            break
        end += 1
    return start + (words[-1] if words else 0), end - (text[:end].endswith("\\") and text[end : end + 1] == "}")


def condition_removed(answer: str, gold: str) -> str:
    r"""Return ``36`` for ``36 \text{ (since }x>0)``: one condition behind a value, unless the gold answer has one."""
    if _ORDER.search(answer) and not _ORDER.search(gold):
        start = max(0, len(answer) - _REACH)
        relation = _RELATION_BEHIND.search(answer, start)
        if relation and answer[: relation.start()].strip() and not _ORDER.search(answer[: relation.start()]):
            return answer[: relation.start()]
    if "\\text" not in answer or _CONDITION.search(gold):
        return answer
    condition = _CONDITION.search(answer)
    if condition is None or not answer[: condition.start()].strip() or _SEVERAL.search(answer, condition.end()):
        return answer
    return answer[: condition.start()]


def unit_text_removed(text: str) -> str:
    r"""Return ``36\pi`` for ``36\pi\ \text{cm}^3``: units behind an expression or a list, not behind a plain number."""
    return _UNIT_TEXT.sub(_unit_or_words, text)


def _unit_or_words(match: re.Match[str]) -> str:
    before = match.string[: match.start()]
    words = match["unit"]
    if _LIST_BEFORE.search(before) and _UNIT_NAME.fullmatch(words):
        return ""
    if _EXPRESSION.search(before) is None or _NUMBER_ONLY.fullmatch(before) or not _UNIT_WORDS.fullmatch(words):
        return match.group()
    return match.group() if _NO_UNIT & set(re.findall(r"[A-Za-z]+", words)) else ""


def unit_removed(text: str) -> str:
    r"""Return ``2\sqrt{3}`` for ``2\sqrt{3} cm``: a unit in plain letters behind an expression."""
    return _UNIT_BEHIND.sub("", text) if _EXPRESSION.search(text) else text
