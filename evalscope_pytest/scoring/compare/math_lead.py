r"""Skips the text around a value: words and option labels before it, a rounded value or a unit behind it."""

from __future__ import annotations

import re

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
    r"""Return ``36\pi`` for ``36\pi\ \text{cm}^3``: a unit behind an expression. Units of plain numbers stay."""
    return _UNIT_TEXT.sub(_unit_or_words, text)


def _unit_or_words(match: re.Match[str]) -> str:
    before = match.string[: match.start()]
    words = match["unit"]
    if _EXPRESSION.search(before) is None or _NUMBER_ONLY.fullmatch(before) or not _UNIT_WORDS.fullmatch(words):
        return match.group()
    return match.group() if _NO_UNIT & set(re.findall(r"[A-Za-z]+", words)) else ""


def unit_removed(text: str) -> str:
    r"""Return ``2\sqrt{3}`` for ``2\sqrt{3} cm``: a unit in plain letters behind an expression."""
    return _UNIT_BEHIND.sub("", text) if _EXPRESSION.search(text) else text
