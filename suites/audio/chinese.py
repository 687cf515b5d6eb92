"""Chinese as it is spoken: simplified characters, and figures in words."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")
_LONGEST = 4 * len(_GROUPS)
_CALLED, _TELEPHONE = 7, 11  # figures of a number that are read one by one, if it is not round
_TIME = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])")
_NUMBER = re.compile(r"((?<!\d)-(?=\d))?(\d{1,3}(?:,\d{3}){1,5}(?!\d)|\d{1,64})(?:\.(\d{1,64}))?(%?)(年?)")
# Words of the same sound and sense that no listener can distinguish.
_SAME = str.maketrans("两〇著妳", "二零着你")


@cache
def _to_simplified() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """Return a text in simplified characters, one for all that sound and mean the same."""
    return text if text.isascii() else str(_to_simplified().convert(text)).translate(_SAME)


def spoken_figures(text: str) -> tuple[str, ...]:
    """Return a text with its figures in words: as they are usually read, all one by one, and all as numbers."""
    if not any(sign.isdecimal() for sign in text):
        return (text,)
    return tuple(dict.fromkeys(_NUMBER.sub(_read(how), _TIME.sub(r"\1点\2分", text)) for how in ("", "one", "all")))


def _read(how: str) -> Any:
    def words(found: re.Match[str]) -> str:
        minus, whole, decimals, percent, year = found.groups()
        whole = whole.replace(",", "")
        one_by_one = how == "one" or (not how and not decimals and _is_called(whole, year))
        read = _one_by_one(whole) if one_by_one else cardinal(whole)
        read += f"点{_one_by_one(decimals)}" if decimals else ""
        return f"{'负' if minus else ''}{'百分之' if percent else ''}{read}{year}"

    return words


def _is_called(whole: str, year: str) -> bool:
    if year and len(whole) in (2, 4):
        return True
    return len(whole) == _TELEPHONE or (len(whole) >= _CALLED and not whole.endswith("000"))


def _one_by_one(figures: str) -> str:
    return "".join(DIGITS[int(figure)] for figure in figures)


def cardinal(figures: str) -> str:
    """Return the words of a whole number: ``二十五`` of ``25``; one that is very long, or begins with 0, one by one."""
    if len(figures) > _LONGEST or (figures.startswith("0") and len(figures) > 1):
        return _one_by_one(figures)
    groups = [figures[max(0, end - 4) : end] for end in range(len(figures), 0, -4)]
    read = ""
    for place in reversed(range(len(groups))):
        group = groups[place]
        if int(group):
            gap = "零" if read and (int(group) < 1000 or read.endswith("零")) else ""
            read = f"{read.rstrip('零')}{gap}{_thousands(group)}{_GROUPS[place]}"
    read = read or "零"
    return read.removeprefix("一") if read.startswith("一十") else read


def _thousands(group: str) -> str:
    read = ""
    for figure, place in zip(group, reversed(_PLACES[: len(group)]), strict=True):
        if figure != "0":
            read += DIGITS[int(figure)] + place
        elif read and not read.endswith("零"):
            read += "零"
    return read.rstrip("零")
