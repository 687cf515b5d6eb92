"""Numbers in words: ``twenty-one``, ``minus two``, ``one half``; ``二十四``, ``三分之二``, ``百分之五``, ``一点五``."""

from __future__ import annotations

import re

_BELOW_20 = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_BELOW_20.split())}
_TENS = {word: 10 * ten for ten, word in enumerate(_ROUND.split(), 2)}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_WORDS = re.compile(r"[A-Za-z]+(?:[ -][A-Za-z]+){0,12}")


def spoken(text: str) -> str | None:
    """Return the digits of a number in words, None when ``text`` is anything else."""
    if not text[:1].isalpha() or not text.isascii() or len(text) > 120 or not _WORDS.fullmatch(text):
        return None
    words = text.lower().replace("-", " ").split()
    negative = words[0] in ("minus", "negative")
    words = words[1:] if negative else words
    if not words or words[0] not in _SMALL | _TENS:
        return None
    value = _value(words)
    return None if value is None else f"{'-' if negative else ''}{value}"


def _value(words: list[str]) -> int | None:
    """Return the number ``words`` say, following the grammar of English: 21 is "twenty one", never "one twenty"."""
    total = group = 0
    last = "start"
    scale = 10**15
    for word in words:
        if word in _SMALL and (
            last in ("start", "scale", "hundred", "and") or (last == "tens" and 0 < _SMALL[word] < 10)
        ):
            group, last = group + _SMALL[word], "small"
        elif word in _TENS and last in ("start", "scale", "hundred", "and"):
            group, last = group + _TENS[word], "tens"
        elif word == "hundred" and last == "small" and 0 < group < 100:
            group, last = group * 100, "hundred"
        elif word in _SCALES and group and _SCALES[word] < scale:
            scale = _SCALES[word]
            total, group, last = total + group * scale, 0, "scale"
        elif word == "and" and last in ("hundred", "scale"):
            last = "and"
        else:
            return None
    return None if last == "and" else total + group


_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_DIGITS_ZH = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_STARTS = "零〇一二三四五六七八九十两"
_NUMERALS = f"{_STARTS}百千万亿"
# 千克 is one kilogram, not a thousand grams.
_NUMBER = rf"[{_STARTS}](?:[{_STARTS}百万亿点]|千(?![克米瓦卡帕焦伏赫])){{0,24}}"
_RUN = re.compile(_NUMBER)
_PART = re.compile(rf"(?P<below>百|{_NUMBER}|\d{{1,9}})分之(?P<above>{_NUMBER}|\d{{1,9}}(?:\.\d{{1,9}})?)")
# "三角形" and "一样" are words, not numbers of things.
_WORDS_ZH = re.compile(r"[角边棱面]形|[共样起定般直些切旦致律]")


def spoken_zh(text: str) -> str | None:
    """Return ``text`` with the number it begins with in digits, what follows (a unit) as it is; or None."""
    if text.startswith("负") and (positive := spoken_zh(text[1:])):
        return f"-{positive}"
    if text == "一半":
        return "1/2"
    if part := _PART.match(text):
        below, above = _digits(part["below"]), _digits(part["above"])
        if above is None or (below is None and part["below"] != "百"):
            return None
        return (f"{above}%" if part["below"] == "百" else f"{above}/{below}") + text[part.end() :]
    run = _RUN.match(text)
    value = _digits(run.group()) if run else None
    if run is None or value is None or _WORDS_ZH.match(text, run.end()):
        return None
    return value + text[run.end() :]


def last_spoken_zh(text: str) -> str | None:
    """Return the last number in characters that ``text`` holds, in digits; None when there is none."""
    found = [spoken_zh(text[match.start() :]) for match in re.finditer(rf"(?<![{_NUMERALS}分之])负?{_NUMBER}", text)]
    numbers = [match.group() for value in found if value and (match := re.match(r"-?\d[\d./]*%?", value))]
    return numbers[-1] if numbers else None


def _digits(text: str) -> str | None:
    """Return a number in digits, None when it is written as nobody would."""
    if text.isdigit() or "." in text:
        return text
    whole, point, decimals = text.partition("点")
    value = _integer(whole)
    if value is None or not point:
        return None if value is None else str(value)
    if not decimals or any(character not in _DIGITS for character in decimals):
        return None
    return f"{value}." + "".join(str(_DIGITS[character]) for character in decimals)


def _integer(text: str) -> int | None:
    if len(text) > 2 and all(character in _DIGITS for character in text):  # a year, 二〇二四
        return int("".join(str(_DIGITS[character]) for character in text))
    total = section = digit = 0
    unit, last = 1, 10**9
    for character in text:
        if character in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[character]
            unit = 1 if digit == 0 else unit
        elif character in _DIGITS_ZH:
            unit = _DIGITS_ZH[character]
            if unit >= last:
                return None
            section, digit, last = section + (digit or 1) * unit, 0, unit
        else:
            large = _LARGE[character]
            section += digit
            if not total + section:
                return None
            total = total + section * large if large == 10**4 else (total + section) * large
            section, digit, unit, last = 0, 0, large, 10**9
    # 一百二 is short for 一百二十, 一万二 for 一万二千.
    return total + section + digit * (unit // 10 if digit and unit > 10 else 1)
