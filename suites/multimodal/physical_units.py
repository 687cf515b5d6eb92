"""Units of measurement, as symbols and as English or Chinese words, by their size and dimensions."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import NamedTuple

_LONGEST = 40
_PREFIXES = {
    "p": 1e-12, "n": 1e-9, "μ": 1e-6, "u": 1e-6, "m": 1e-3, "c": 1e-2, "d": 1e-1, "h": 1e2, "k": 1e3, "K": 1e3,
    "M": 1e6, "G": 1e9, "T": 1e12, "f": 1e-15,
}  # fmt: skip
_LONG_PREFIXES = {
    "pico": "p", "nano": "n", "micro": "μ", "milli": "m", "centi": "c", "deci": "d", "kilo": "k", "mega": "M",
    "giga": "G", "tera": "T",
}  # fmt: skip
# Symbol: size in base units, and their powers.
_WITH_PREFIX: dict[str, tuple[float, dict[str, int]]] = {
    "m": (1, {"m": 1}),
    "g": (1e-3, {"kg": 1}),
    "s": (1, {"s": 1}),
    "A": (1, {"A": 1}),
    "K": (1, {"K": 1}),
    "mol": (1, {"mol": 1}),
    "cd": (1, {"cd": 1}),
    "Hz": (1, {"s": -1}),
    "N": (1, {"kg": 1, "m": 1, "s": -2}),
    "Pa": (1, {"kg": 1, "m": -1, "s": -2}),
    "bar": (1e5, {"kg": 1, "m": -1, "s": -2}),
    "J": (1, {"kg": 1, "m": 2, "s": -2}),
    "eV": (1.602176634e-19, {"kg": 1, "m": 2, "s": -2}),
    "cal": (4.184, {"kg": 1, "m": 2, "s": -2}),
    "W": (1, {"kg": 1, "m": 2, "s": -3}),
    "C": (1, {"A": 1, "s": 1}),
    "V": (1, {"kg": 1, "m": 2, "s": -3, "A": -1}),
    "F": (1, {"kg": -1, "m": -2, "s": 4, "A": 2}),
    "Ω": (1, {"kg": 1, "m": 2, "s": -3, "A": -2}),
    "S": (1, {"kg": -1, "m": -2, "s": 3, "A": 2}),
    "Wb": (1, {"kg": 1, "m": 2, "s": -2, "A": -1}),
    "T": (1, {"kg": 1, "s": -2, "A": -1}),
    "H": (1, {"kg": 1, "m": 2, "s": -2, "A": -2}),
    "lm": (1, {"cd": 1}),
    "Bq": (1, {"s": -1}),
    "L": (1e-3, {"m": 3}),
    "l": (1e-3, {"m": 3}),
}
_ALONE: dict[str, tuple[float, dict[str, int]]] = {
    "min": (60, {"s": 1}),
    "h": (3600, {"s": 1}),
    "hr": (3600, {"s": 1}),
    "d": (86400, {"s": 1}),
    "day": (86400, {"s": 1}),
    "yr": (31557600, {"s": 1}),
    "t": (1000, {"kg": 1}),
    "rad": (1, {"angle": 1}),
    "°": (math.pi / 180, {"angle": 1}),
    "deg": (math.pi / 180, {"angle": 1}),
    "rev": (2 * math.pi, {"angle": 1}),
    "%": (0.01, {}),
    "°C": (1, {"°C": 1}),
    "℃": (1, {"°C": 1}),
    "°F": (1, {"°F": 1}),
    "Å": (1e-10, {"m": 1}),
    "u": (1.66053907e-27, {"kg": 1}),
    "atm": (101325, {"kg": 1, "m": -1, "s": -2}),
    "mmHg": (133.322387415, {"kg": 1, "m": -1, "s": -2}),
    "in": (0.0254, {"m": 1}),
    "ft": (0.3048, {"m": 1}),
    "mi": (1609.344, {"m": 1}),
    "lb": (0.45359237, {"kg": 1}),
    "mph": (0.44704, {"m": 1, "s": -1}),
}
_WORDS = {
    "meter": "m", "metre": "m", "gram": "g", "second": "s", "sec": "s", "ampere": "A", "amp": "A", "kelvin": "K",
    "mole": "mol", "hertz": "Hz", "newton": "N", "pascal": "Pa", "joule": "J", "electronvolt": "eV",
    "calorie": "cal", "watt": "W", "coulomb": "C", "volt": "V", "farad": "F", "ohm": "Ω", "weber": "Wb", "tesla": "T",
    "henry": "H", "becquerel": "Bq", "liter": "L", "litre": "L", "minute": "min", "hour": "h", "days": "day",
    "year": "yr", "radian": "rad", "degree": "°", "revolution": "rev", "percent": "%", "inch": "in", "foot": "ft",
    "feet": "ft", "mile": "mi", "pound": "lb", "ton": "t", "tonne": "t", "atmosphere": "atm", "celsius": "°C",
}  # fmt: skip
_CHINESE = {
    "摄氏度": "°C", "千克": "kg", "公斤": "kg", "毫克": "mg", "毫米": "mm", "厘米": "cm", "分米": "dm", "千米": "km",
    "公里": "km", "微米": "μm", "纳米": "nm", "平方米": "m^2", "立方米": "m^3", "平方": "square ", "立方": "cubic ",
    "毫升": "mL", "毫秒": "ms", "分钟": "min", "小时": "h", "牛顿": "N", "焦耳": "J", "千焦": "kJ", "瓦特": "W",
    "千瓦": "kW", "毫安": "mA", "安培": "A", "毫伏": "mV", "伏特": "V", "欧姆": "Ω", "帕斯卡": "Pa", "赫兹": "Hz",
    "库仑": "C", "特斯拉": "T", "摩尔": "mol", "百分之": "%", "弧度": "rad", "米": "m", "克": "g", "秒": "s", "吨": "t",
    "升": "L", "牛": "N", "焦": "J", "瓦": "W", "安": "A", "伏": "V", "欧": "Ω", "帕": "Pa", "赫": "Hz", "库": "C",
    "时": "h", "分": "min", "天": "day", "年": "yr", "度": "°", "每": "/",
}  # fmt: skip
_ZH = re.compile("|".join(sorted(_CHINESE, key=len, reverse=True)))
_SQUARED = re.compile(r"\b(square|cubic)\s([^\s/·*]{1,20})|([^\s/·*]{1,20})\s(squared|cubed)")
_TOKEN = re.compile(r"(?P<symbol>[^\s\d/·*.^(){}-]{1,20})\s?\^?[({]?(?P<power>-?\d)?[)}]?")


class Unit(NamedTuple):
    """The size of a unit in base units, and its dimensions."""

    factor: float
    dimensions: tuple[tuple[str, int], ...]


def unit_of(text: str) -> Unit | None:
    """Return the unit that a text is, such as ``m/s^2``, ``kg·m²`` or ``meters per second``; None if it is none."""
    if not text or len(text) > _LONGEST:
        return None
    words = _SQUARED.sub(_raised, _ZH.sub(lambda found: _CHINESE[found[0]], text)).replace(" per ", "/")
    factor, powers = 1.0, Counter[str]()
    at, below = 0, 1
    while at < len(words):
        if words[at] in " ·*.(){}":
            at += 1
        elif words[at] == "/":
            at, below = at + 1, -1  # J/kg·K is J/(kg·K)
        elif (token := _TOKEN.match(words, at)) and (found := _symbol(token["symbol"])):
            power = below * int(token["power"] or 1)
            factor *= found[0] ** power
            powers.update({name: power * times for name, times in found[1].items()})
            at = token.end()
        else:
            return None
    return Unit(factor, tuple(sorted((name, power) for name, power in powers.items() if power)))


def _raised(found: re.Match[str]) -> str:
    power = 2 if "squar" in found[0] else 3
    return f"{found[2] or found[3]}^{power}"


def _symbol(name: str) -> tuple[float, dict[str, int]] | None:
    if known := _ALONE.get(name) or _WITH_PREFIX.get(name):
        return known
    prefix, rest = name[0], name[1:]
    if prefix in _PREFIXES and (known := _WITH_PREFIX.get(rest)):
        return _PREFIXES[prefix] * known[0], known[1]
    return _word(name.lower())


def _word(name: str) -> tuple[float, dict[str, int]] | None:
    """Return the unit of an English word, in the singular or plural."""
    for word in (name, name.removesuffix("s"), name.removesuffix("es")):
        if word in _WORDS:
            return _symbol(_WORDS[word])
        for long, short in _LONG_PREFIXES.items():
            if word.startswith(long) and (rest := _WORDS.get(word[len(long) :])):
                return _symbol(short + rest)
    return None
