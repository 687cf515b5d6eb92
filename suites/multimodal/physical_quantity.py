"""Physical quantities, a number with its unit: ``0.5 m`` is ``50 cm``, and neither is ``0.5 cm``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from evalscope_pytest import Sample, Scorer, scoring
from evalscope_pytest.scoring import comparers, readers
from evalscope_pytest.scoring.composed import Comparer, Later, Reader, Readings
from evalscope_pytest.scoring.read.visible import fold, visible
from evalscope_pytest.scoring.readers import boxed_target, plain

from .physical_units import unit_of

_LONGEST = 200
_DRESS = re.compile(r"\\(?:text|mathrm|mathbf|textbf|rm|operatorname|unit|bf|mbox)\s?\{([^{}]{0,80})\}")
_SPACE = re.compile(r"\\[,;:! ]|\\q?quad|[~$*`]|\\left|\\right|\\displaystyle|\\rm\b")
_SIGNS = (
    ("\\times", "×"), ("\\cdot", "·"), ("\\Omega", "Ω"), ("\\mu", "μ"), ("\\%", "%"), ("^{\\circ}", "°"),
    ("^\\circ", "°"), ("\\circ", "°"), ("\\degree", "°"), ("µ", "μ"), ("⋅", "·"), ("−", "-"), ("–", "-"), ("º", "°"),
)  # fmt: skip
_LEAD = re.compile(
    r"(?:[^=≈\d]{0,30}(?:=|≈|\\approx|\\simeq|\\sim)\s?|(?:about|approximately|approx\.?|roughly|around|约为?|大约)\s?)"
)
_NUMBER = re.compile(
    r"(?P<sign>[-+]?)\s?(?P<whole>\d{1,3}(?:,\d{3}){1,5}|\d{0,18})(?P<decimals>\.\d{1,18})?"
    r"(?:e(?P<e>[-+]?\d{1,3})|\s?[×x*·]\s?10\s?\^?\s?[({]?(?P<power>[-+]?\d{1,3})[)}]?)?"
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_NEARLY = 1e-9


class Quantity(NamedTuple):
    """A number and its unit.

    Attributes:
        place: The value of its last digit; 0 if it is a whole number, which is exact.
        unit: The text behind the number, empty if there is none.
    """

    value: float
    place: float
    unit: str


def quantity_of(text: str) -> Quantity | None:
    """Return the quantity that a text is; None if it is something else."""
    words = text[:_LONGEST].translate(_RAISED) if len(text) <= _LONGEST else ""
    for sign, plainer in _SIGNS:
        words = words.replace(sign, plainer)
    words = _SPACE.sub(" ", _DRESS.sub(r" \1 ", words)).strip(" .。,，")
    lead = _LEAD.match(words)
    words = words[lead.end() :].lstrip() if lead else words
    found = _NUMBER.match(words.replace("E", "e") if re.match(r"[-+]?[\d.]{1,20}E[-+]?\d", words) else words)
    if found is None or not (found["whole"] or found["decimals"]):
        return None
    unit = words[found.end() :].strip(" .()[]{}")
    if re.search(r"\d{2}|\d\.|[=<>≈\\]|\b(?:or|and|not|to\s\d)\b|[,;，；、]", unit):
        return None
    exponent = int(found["e"] or found["power"] or 0)
    decimals = found["decimals"] or ""
    value = float(f"{found['sign']}{found['whole'].replace(',', '') or 0}{decimals}") * 10.0**exponent
    exact = not decimals and not (found["e"] or found["power"])
    place = 0.0 if exact else 10.0 ** (exponent - max(0, len(decimals) - 1))
    return Quantity(value, place, unit) if math.isfinite(value) else None


def same_quantity(gold: Quantity, given: Quantity) -> bool:
    """Return whether an answer is the reference, or rounds to it, in the same unit, another, or none."""
    gold_unit, given_unit = unit_of(gold.unit), unit_of(given.unit)
    if not gold.unit or not given.unit or plain(gold.unit) == plain(given.unit):
        return _near(gold.value, given.value, gold.place)
    if gold_unit is None or given_unit is None or gold_unit.dimensions != given_unit.dimensions:
        return False
    scale = given_unit.factor / gold_unit.factor
    return _near(gold.value, given.value * scale, gold.place)


def _near(gold: float, given: float, place: float) -> bool:
    return abs(gold - given) <= place * (0.5 + _NEARLY) + _NEARLY * max(abs(gold), abs(given))


def with_unit(text: str) -> bool:
    """Return whether a text is a number with something behind it."""
    found = quantity_of(text)
    return found is not None and found.unit != ""


def _readings(text: str, sample: Sample) -> Readings:
    reply = fold(visible(text))
    found = [*_boxed(text, sample), *readers.phrase(reply, sample)]
    if not any(with_unit(reading) for reading in found):  # a bare number would have the reference's unit
        found += readers.math(text, sample)
    return tuple(dict.fromkeys(reading.strip() for reading in found if reading.strip()))


def _boxed(text: str, sample: Sample) -> Iterator[str]:
    if "\\boxed" in text:
        yield from readers.math(text, sample)


def _same(given: str, sample: Sample) -> bool | Later:
    gold = sample.targets[0]
    if plain(given) == plain(gold):
        return True
    one, other = quantity_of(gold), quantity_of(given)
    if one is not None and other is not None:
        return same_quantity(one, other)
    if one is not None and one.unit:  # a formula is not a measured quantity
        return False
    return comparers.measured_math(given, sample)


def quantity_answer() -> Scorer:
    """Return the scorer of a quantity or a formula. Metric ``accuracy``.

    Units are converted; an answer without one has the reference's. A decimal reference is rounded.
    """
    read = Reader("quantity", _readings, boxed_target)
    return scoring.answer("quantity_answer", read=read, same=Comparer("quantity", _same), options="")
