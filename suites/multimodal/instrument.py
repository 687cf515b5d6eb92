"""Readings of instruments: a value within an interval, with its unit (MeasureBench)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.core.errors import RecordError
from evalscope_pytest.scoring import readers
from evalscope_pytest.scoring.read.json_text import last_json
from evalscope_pytest.scoring.read.visible import fold, visible

from .quantities import factor_to, quantities, times, undressed

_TINY = 1e-9
_ASIDE = re.compile(r"(?<=\S)\s?\([^()]{0,120}\)")
_DENIED = re.compile(r"(?:^|,? (?:and|but) |,? )(?:is |it's )?(?:not|never|rather than|instead of)\b", re.IGNORECASE)
_RANGE = re.compile(
    r"\bbetween [^\d\n]{0,12}[\d.,]{1,12}[^\d\n]{1,24}[\d.,]{1,12}"
    r"|[\d.,]{1,12}[^\d\n]{0,12}?(?:\bor\b|\bto\b|(?<![e×^])[-–—]|至|或)[^\d\n]{0,4}\d[\d.,]{0,12}",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?:\b(?:more|less|greater|fewer|higher|lower) than|\bat (?:least|most)|\b(?:over|under|above|below|past)|[<>≤≥])"
    r"\s?$",
    re.IGNORECASE,
)
_OR = re.compile(r"\bor\b|或", re.IGNORECASE)


class Expected(NamedTuple):
    """One of the readings that are right.

    Attributes:
        low: The least value; of a time in seconds.
        units: Names of the unit; empty if none is needed.
    """

    low: float
    high: float
    units: tuple[str, ...]
    is_time: bool


def reading() -> Scorer:
    """Return the scorer. Metrics ``accuracy`` (value and unit), ``number_acc`` and, if units are listed, ``unit_acc``.

    A multiple of a listed unit counts as the same: ``61000 mA`` is 61 A. ``evaluator_kwargs`` of the metadata has the
    interval, or several, and the names of the unit.
    """
    return Scorer("instrument_reading", ("accuracy", "number_acc", "unit_acc"), _score, _ideal_reply)


def expected(kwargs: str) -> list[Expected]:
    """Return the readings that are right, given the parameters of the official evaluator as JSON.

    Raises:
        RecordError: They are not in the published form.
    """
    try:
        found: Mapping[str, Any] = json.loads(kwargs)
        intervals = found["intervals"] if "intervals" in found else [found["interval"]]
        units = found.get("units") or []
        several = bool(units) and isinstance(units[0], list)
        per_interval = units if several else [units] * len(intervals)
        return [_expected(low, high, names) for (low, high), names in zip(intervals, per_interval, strict=True)]
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError(f"its evaluator_kwargs are {kwargs[:80]!r} ({error}). Correct the record.") from None


def checked(record: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a record that scoring needs, and those on the picture.

    Raises:
        RecordError: It has no interval.
    """
    expected(str(record["evaluator_kwargs"]))
    return {name: str(record.get(name) or "") for name in ("image_type", "design", "evaluator", "evaluator_kwargs")}


def _expected(low: Any, high: Any, units: list[str]) -> Expected:
    units = [unit for unit in units if unit.strip()]  # a time has one without a name
    if isinstance(low, str):
        return Expected(_seconds(low), _seconds(str(high)), tuple(units), True)
    return Expected(float(low), float(high), tuple(units), False)


def _seconds(time: str) -> float:
    return sum(float(part) * scale for part, scale in zip(time.split(":"), (3600, 60, 1), strict=False) if part)


def _score(text: str, sample: Sample) -> Score:
    claim, announced = _claim(text, sample)
    best = max(_compared(claim, announced, one) for one in expected(sample.metadata["evaluator_kwargs"]))
    right, number, unit = best
    values = {"accuracy": right, "number_acc": number, **({} if unit is None else {"unit_acc": unit})}
    return Score.of(values, answer=claim[:200] or None, explanation=f"right: {_shown(sample)}")


def _shown(sample: Sample) -> str:
    """Return the intervals that are right, as the record has them."""
    found = json.loads(sample.metadata["evaluator_kwargs"])
    intervals = found["intervals"] if "intervals" in found else [found["interval"]]
    units = [found["units"]] if found.get("units") and isinstance(found["units"][0], str) else found.get("units") or []
    ends = " or ".join(f"{low} to {high}" for low, high in intervals)
    return f"{ends} {next((unit for names in units for unit in names), '')}".strip()


def _claim(text: str, sample: Sample) -> tuple[str, bool]:
    """Return the reading that a reply announces, or the reply; and whether it is announced."""
    reply = visible(text)
    fields = last_json(reply, "{", lambda value: isinstance(value, dict) and "unit" in value) if "{" in reply else None
    if fields is not None:
        value = next((fields[key] for key in ("value", "reading", "answer", "number", "result") if key in fields), "")
        return undressed(f"{value} {fields['unit']}"), True
    claims = list(readers.phrase(text, sample))
    claim = fold(claims[0]) if claims else ""
    return undressed(claim), claim.strip(" .") != fold(reply).strip(" .")


def _compared(claim: str, announced: bool, wanted: Expected) -> tuple[float, float, float | None]:
    """Return accuracy, whether the value is right, and whether the unit is; None if no unit is needed."""
    aside = _ASIDE.sub(lambda found: found[0] if _is_unit(found[0], wanted) else "", claim)
    stated = _DENIED.split(aside)[0]
    if wanted.is_time:
        number, unit = _time_in(stated, wanted), factor_to(stated, "", wanted.units) is not None
        return _verdict(number, unit or not wanted.units, wanted)
    stated = _RANGE.sub("…", stated)
    found = [one for one in quantities(stated) if not _BOUND.search(stated[: one.start])]
    scaled = [(one, factor_to(one.behind, one.before, wanted.units) if wanted.units else 1.0) for one in found]
    with_unit = [(one.value * factor, True) for one, factor in scaled if factor is not None]
    values = with_unit or [(one.value, False) for one, _ in scaled]
    if not values:
        return _verdict(False, False, wanted)
    value, unit = values[0 if announced else -1]
    return _verdict(_within(value, wanted), unit, wanted)


def _is_unit(aside: str, wanted: Expected) -> bool:
    """Return whether brackets hold the unit: ``10 (A)``."""
    word = aside.strip(" ()")
    return " " not in word and factor_to(word, "", wanted.units) is not None


def _verdict(number: bool, unit: bool, wanted: Expected) -> tuple[float, float, float | None]:
    return float(number and unit), float(number), float(unit) if wanted.units else None


def _time_in(text: str, wanted: Expected) -> bool:
    found = times(text)
    if not found or (_OR.search(text) and any(other != found[0] for other in found)):
        return False
    return any(_within(value, wanted) for value in found[0])


def _within(value: float, wanted: Expected) -> bool:
    slack = _TINY * max(abs(wanted.low), abs(wanted.high))
    return wanted.low - slack <= value <= wanted.high + slack


def _ideal_reply(sample: Sample) -> str:
    low, high, units, is_time = expected(sample.metadata["evaluator_kwargs"])[0]
    middle = (low + high) / 2
    if is_time:
        whole = int(middle)
        return f"Answer: {whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d} {' '.join(units[:1])}".strip()
    return f"Answer: {middle!r} {' '.join(units[:1])}".strip()
