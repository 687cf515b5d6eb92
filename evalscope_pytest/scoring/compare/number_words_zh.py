"""Chinese numbers in characters: ``二十四``, ``三百零五``, ``三分之二``, ``百分之五``, ``一点五``, ``一半``."""

from __future__ import annotations

import re

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_STARTS = "零〇一二三四五六七八九十两"
_NUMERALS = f"{_STARTS}百千万亿"
# 千克 is one kilogram, not a thousand grams.
_NUMBER = rf"[{_STARTS}](?:[{_STARTS}百万亿点]|千(?![克米瓦卡帕焦伏赫])){{0,24}}"
_RUN = re.compile(_NUMBER)
_PART = re.compile(rf"(?P<below>百|{_NUMBER}|\d{{1,9}})分之(?P<above>{_NUMBER}|\d{{1,9}}(?:\.\d{{1,9}})?)")
# "三角形" and "一样" are words, not numbers of things.
_WORDS = re.compile(r"[角边棱面]形|[共样起定般直些切旦致律]")


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
    if run is None or value is None or _WORDS.match(text, run.end()):
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
        elif character in _SMALL:
            unit = _SMALL[character]
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
