"""Quantities in a text: a number or a time with its unit, and how units compare (MeasureBench)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from evalscope_pytest.scoring.compare.number_words import spoken

_LONGEST = 400
_UNIT_WORDS = 5
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<sign>[-+]?)(?:(?P<whole>\d{1,9}) )?(?P<top>\d{1,9}) ?/ ?(?P<bottom>\d{1,9})(?![\d/.])"
    r"|(?<![\w.,])(?P<value>[-+]?(?:\d{1,3}(?:[, ]\d{3}){1,4}(?![\d,])|\d{1,15})?(?:[.,]\d{1,15})?)"
    r"(?:(?:e|E|\s?[x×*]\s?10\^?\{?)(?P<power>[-+]?\d{1,2})\}?)?(?=\D|$)"
)
_CLOCK = re.compile(
    r"(?<![\d:.])(\d{1,3}):(\d\d)(?::(\d\d(?:\.\d{1,3})?))?(?![\d:])(?:\s?([ap])\.?\s?m\b)?"
    r"|(?<![\d:.])(\d{1,3})\s?(?:h|hours?|点|时|小时)(?![a-z])\s?(?:and )?"
    r"(?:(\d{1,2})\s?(?:m|min|minutes?|分钟?)?(?![a-z\d]))?\s?(?:and )?(?:(\d{1,2})\s?(?:s|sec|seconds?|秒))?",
    re.IGNORECASE,
)
_O_CLOCK = re.compile(r"\b(\d{1,2}|[a-z]{3,6}) o'?clock(?:\s?([ap])\.?\s?m\b)?", re.IGNORECASE)
_PAST = re.compile(
    r"\b(half|quarter|[a-z]{3,6}(?:[- ][a-z]{3,5})?|\d{1,2})(?: minutes?)? (past|to) (\d{1,2}|[a-z]{3,6})\b"
)
_DRESS = re.compile(r"\\(?:text|mathrm|mathbf|mathit|operatorname|textbf|boxed)\s?\{([^{}]{0,80})\}")
_SPACES = re.compile(r"\\[,;:! ]|[~$*_`<>\"]|\\(?:left|right)(?![a-z])")
_POWER = re.compile(r"(?<=[a-z])\^\{?([23])\}?", re.IGNORECASE)
_UNIT_LABEL = re.compile(r"[,;]?\s{0,3}\bunits?\s?[:=]", re.IGNORECASE)
_UNCERTAIN = re.compile(r"\s?(?:±|\+/-|\\pm)\s?[\d.,]{1,12}")
# Names by symbol.
_NAMES = """
a: amp amps ampere amperes
v: volt volts
w: watt watts
ω: ohm ohms
hz: hertz
pa: pascal pascals
g: gram grams gramme grammes
m: meter meters metre metres
l: liter liters litre litres ℓ
s: second seconds sec secs
min: minute minutes mins
h: hour hours hr hrs
n: newton newtons
j: joule joules
b: bel bels
k: kelvin kelvins
bar: bars
°c: celsius degc degreecelsius degreescelsius degreesc degreec centigrade c
°f: fahrenheit degf degreefahrenheit degreesfahrenheit degreesf degreef f
°: degree degrees deg degs
%: percent percentage pct
%rh: rh %r.h. percentrh relativehumidity
in: inch inches ″
ft: foot feet
lb: pound pounds lbs
oz: ounce ounces
mi: mile miles
gal: gallon gallons
rpm: r/min rev/min revolution/min revolutions/min rotations/min
psi: poundspersquareinch pounds/squareinch lb/in2 lb/in² lbf/in2
kgf/cm2: kg/cm2 kg/cm² kgf/cm²
m3: m³ cubicmeters cubicmetres cubicmeter
"""
_JOINED = {"kmh": "km/h", "kph": "km/h", "kmph": "km/h", "mph": "mi/h", "milesperhour": "mi/h"}
_BASES = {
    name: base
    for base, _, names in (line.partition(": ") for line in _NAMES.strip().splitlines())
    for name in (base, *names.split())
}
_SYMBOLS = {"n": 1e-9, "µ": 1e-6, "μ": 1e-6, "u": 1e-6, "m": 1e-3, "c": 1e-2, "d": 1e-1, "h": 1e2, "k": 1e3}
_SYMBOLS |= {"K": 1e3, "M": 1e6, "G": 1e9}
_WORDS = {"nano": 1e-9, "micro": 1e-6, "milli": 1e-3, "centi": 1e-2, "deci": 1e-1, "hecto": 1e2, "kilo": 1e3}
_WORDS |= {"mega": 1e6, "giga": 1e9}
_SCALABLE = frozenset(["a", "v", "w", "ω", "hz", "pa", "g", "m", "l", "s", "n", "j", "b", "bar"])
_PER = re.compile(r"\s{1,2}per\s{1,2}", re.IGNORECASE)


class Quantity(NamedTuple):
    """A number and what follows it.

    Attributes:
        value: The number; of a time its seconds.
        behind: The text after it, in which its unit is looked for.
        before: The word in front of it.
        start: Where it begins in the text.
    """

    value: float
    behind: str
    before: str
    start: int


class Unit(NamedTuple):
    """A unit as a multiple of another: ``mA`` is 0.001 of ``a``."""

    factor: float
    base: str


def undressed(text: str) -> str:
    """Return a text without what only lays it out, and without uncertainties: ``61 ± 0.5 A`` is ``61 A``."""
    shown = text[:_LONGEST].replace("\\degree", "°").replace("^\\circ", "°").replace("^{\\circ}", "°")
    shown = shown.replace("\\circ", "°").replace("\\%", "%").replace("\\Omega", "Ω").replace("\\mu", "µ")
    shown = shown.replace("−", "-").replace("\\times", "×").replace("\\cdot", "*")
    shown = _POWER.sub(lambda power: "²³"[power[1] == "3"], shown)
    for _ in range(2):
        shown = _DRESS.sub(r" \1", shown)
    shown = re.sub(r"\\d?frac\{(\d{1,9})\}\{(\d{1,9})\}", r" \1/\2", shown)
    return " ".join(_UNIT_LABEL.sub(" ", _UNCERTAIN.sub("", _SPACES.sub(" ", shown))).split())


def quantities(text: str) -> Iterator[Quantity]:
    """Yield the numbers of a text that `undressed` returned, each with the text up to the next one."""
    found = [match for match in _NUMBER.finditer(text) if _value_of(match) is not None]
    for position, match in enumerate(found):
        end = found[position + 1].start() if position + 1 < len(found) else len(text)
        value = _value_of(match)
        assert value is not None
        words = text[: match.start()].split()
        yield Quantity(value, text[match.end() : end], words[-1] if words else "", match.start())
    if not found and (number := _in_words(text)):
        yield number


def _value_of(match: re.Match[str]) -> float | None:
    if match["top"]:
        share = int(match["top"]) / int(match["bottom"]) if int(match["bottom"]) else None
        if share is None:
            return None
        return (share + int(match["whole"] or 0)) * (-1 if match["sign"] == "-" else 1)
    digits = match["value"].replace(" ", "")
    if not any(c.isdigit() for c in digits):
        return None
    if "," in digits:  # a group of three digits, or a decimal point
        head, _, tail = digits.rpartition(",")
        grouped = len(tail.partition(".")[0]) == 3 and head.strip("+-0") != ""
        digits = digits.replace(",", "" if grouped else ".")
    try:
        return float(digits) * 10.0 ** int(match["power"] or 0)
    except ValueError:
        return None


def _in_words(text: str) -> Quantity | None:
    """Return the number that a text begins with in words; None if there is none."""
    words = text.split(" ")
    for start in range(min(len(words), 4)):
        for count in range(min(6, len(words) - start), 0, -1):
            if number := spoken(" ".join(words[start : start + count]).strip(".,")):
                return Quantity(float(number), " " + " ".join(words[start + count :]), "", start)
    return None


def times(text: str) -> list[list[float]]:
    """Return the times of a text in seconds, each with the other half of the day if am or pm is said."""
    found: list[list[float]] = []
    for match in _CLOCK.finditer(text):
        hours, minutes, rest = (match[1], match[2], match[3]) if match[1] else (match[5], match[6], match[7])
        found.append(_of_day(int(hours), int(minutes or 0), float(rest or 0), match[4]))
    for match in _O_CLOCK.finditer(text) if not found else ():
        if (hour := _small(match[1])) is not None:
            found.append(_of_day(hour, 0, 0.0, match[2]))
    for match in _PAST.finditer(text.casefold()) if not found else ():
        minutes, hour = _small(match[1]), _small(match[3])
        if minutes is not None and hour is not None:
            late = match[2] == "to"
            found.append([((hour - late) % 12 or 12) * 3600.0 + (60 - minutes if late else minutes) * 60.0])
    return found


def _small(word: str) -> int | None:
    known = {"half": 30, "quarter": 15}
    if word.isdigit():
        return int(word)
    return known.get(word) or (int(number) if (number := spoken(word)) else None)


def _of_day(hours: int, minutes: int, seconds: float, half: str | None) -> list[float]:
    said = hours * 3600 + minutes * 60 + seconds
    if not half or hours > 12:
        return [said]
    other = (hours % 12 + (12 if half in "pP" else 0)) * 3600 + minutes * 60 + seconds
    return [said, other]


@lru_cache(maxsize=4096)
def unit(text: str) -> Unit | None:
    """Return the unit that a text is; None if it is none that is known."""
    bare = _squeezed(_PER.sub("/", text))
    bare = _JOINED.get(bare.casefold(), bare)
    name = bare.casefold()
    if name in _BASES:
        return Unit(1.0, _BASES[name])
    if name.count("/") == 1:
        top, bottom = (unit(part) for part in bare.split("/"))
        return Unit(top.factor / bottom.factor, f"{top.base}/{bottom.base}") if top and bottom else None
    for prefix, factor in _WORDS.items():
        if name.startswith(prefix) and (base := _BASES.get(name[len(prefix) :], "")) in _SCALABLE:
            return Unit(factor, base)
    if bare[:1] in _SYMBOLS and (base := _BASES.get(bare[1:].casefold(), "")) in _SCALABLE:
        return Unit(_SYMBOLS[bare[0]], base)
    return None


def _squeezed(text: str) -> str:
    """Return a text without blanks and signs around it, and with one form for each letter."""
    plain = unicodedata.normalize("NFKC", text.replace("º", "°").replace("˚", "°"))
    return "".join(plain.split()).strip(".,;:!?()[]{}")


def factor_to(behind: str, before: str, listed: tuple[str, ...]) -> float | None:
    """Return how many of a listed unit one of the unit beside a number is; None if it is none of them.

    Args:
        behind: The text after the number.
        before: The word in front of it (``pH 7``).
        listed: Names of the unit that is meant.
    """
    golds = [found for name in listed if (found := unit(name))]
    plain = {_squeezed(name).casefold() for name in listed}
    words = behind.replace("(", " ").replace(")", " ").split()[:_UNIT_WORDS]
    written = [" ".join(words[:count]) for count in range(len(words), 0, -1)]
    for name in (*written, before):
        if _squeezed(name).casefold() in plain - {""}:
            return 1.0
        found = unit(name)
        same = [gold for gold in golds if found and gold.base == found.base]
        if found and same:
            return found.factor / same[0].factor
    return None
