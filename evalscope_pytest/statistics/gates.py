"""The language of gates: what a run must show, or must not be shown to miss. Needs nothing but core/.

::

    gate   = what sign bound                                     point: the printed score decides
           | what sign bound "@" level                           demand: must be shown
           | what "not shown below" | "not shown above" bound "@" level      alarm: must not be refuted
           | what "no worse than baseline" ["by" margin] ["@" level] [pair]  demand (point without @)
           | what "better than baseline" ["by" margin] ["@" level] [pair]    demand (point without @)
           | what "not shown worse than baseline" ["by" margin] "@" level [pair]   alarm
    what   = benchmark ["[" subset or category "]"] [":" metric]  |  "ALL"
    pair   = "(paired)" | "(unpaired)"
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from ..core.errors import ConfigError

Kind = Literal["point", "demand", "alarm"]
ALL = "ALL"
OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
# Each phrase with the comparison it stands for; an alarm is the one that begins with "not shown".
_PHRASES = {
    "not shown worse than baseline": "no worse",
    "no worse than baseline": "no worse",
    "better than baseline": "better",
    "not shown below": ">=",
    "not shown above": "<=",
}
_AGAINST_BASELINE = ("no worse", "better")
_PHRASE = {phrase: re.compile(r"(?<!\S)" + r"\s{1,50}".join(phrase.split()) + r"(?![a-z])") for phrase in _PHRASES}
_NAME = re.compile(r"[\w.-]{1,1000}")
_STRAY_LEVEL = re.compile(r"\s@|@[\d.]{1,20}%")
_PAIR = re.compile(r"\(\s{0,50}(paired|unpaired)\s{0,50}\)\Z")
FORM = (
    "Write 'gsm8k>=0.7', 'mmlu[STEM]:mean_acc>=60%', 'gsm8k>=0.7 @95%', 'gsm8k not shown below 0.7 @95%' or "
    "'gsm8k no worse than baseline by 0.02 @95%'."
)


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition.

    Attributes:
        text: As the user wrote it.
        part: A subset or category; empty for the whole benchmark.
        metric: As the user calls it; empty for the primary one.
        comparison: ``>=`` and its like, ``no worse`` or ``better``.
        bound: A share if the user wrote per cent; None against a baseline.
        margin: Permitted drop, or required gain, in points of the metric's scale.
        level: Confidence of a demand or alarm, between 0.5 and 1; None for a point gate.
    """

    text: str
    benchmark: str
    part: str
    metric: str
    comparison: str
    bound: float | None
    margin: float = 0.0
    kind: Kind = "point"
    level: float | None = None
    pairing: Literal["auto", "paired", "unpaired"] = "auto"

    @property
    def against_baseline(self) -> bool:
        """True if the gate compares with an earlier run."""
        return self.comparison in _AGAINST_BASELINE


def parse_gate(text: str) -> Gate:
    """Read a gate.

    Raises:
        ConfigError: The text is not a gate; the message says at which word.
    """
    start, end, phrase = _comparison(text)
    if start < 0:
        raise ConfigError(f"gate {text!r} compares nothing: no sign or phrase is in it. {FORM}{_baseline_hint(text)}")
    benchmark, part, metric = _what(text, text[:start].strip(), phrase)
    comparison = _PHRASES.get(phrase, phrase)
    rest, pairing = _pairing(text, text[end:].strip(), comparison)
    rest, level = _level(text, rest)
    kind: Kind = "alarm" if phrase.startswith("not shown") else "demand" if level is not None else "point"
    if kind == "alarm" and level is None:
        raise ConfigError(f"gate {text!r}: '{phrase}' needs a level. Add @95%, for example.")
    if comparison == "==" and level is not None:
        raise ConfigError(f"gate {text!r}: equality cannot be shown at a level. Write >= or <=, or drop the @.")
    bound, margin = (None, _margin(text, rest)) if comparison in _AGAINST_BASELINE else (_number(text, rest), 0.0)
    return Gate(text.strip(), benchmark, part, metric, comparison, bound, margin, kind, level, pairing)


def alarm_against_baseline(benchmark: str, margin: float, level: float) -> Gate:
    """Return the alarm that ``--eval-baseline`` sets for a benchmark."""
    by = f" by {margin:g}" if margin else ""
    text = f"{benchmark} not shown worse than baseline{by} @{100 * level:g}%"
    return Gate(text, benchmark, "", "", "no worse", None, margin, "alarm", level)


def _comparison(text: str) -> tuple[int, int, str]:
    """Return start, end and name of the last comparison: subsets may have signs and phrases in their names."""
    found = [(text.rfind(sign), text.rfind(sign) + len(sign), sign) for sign in OPERATORS]
    for phrase, pattern in _PHRASE.items():
        for match in pattern.finditer(text):
            found.append((match.start(), match.end(), phrase))
    return max(found, key=lambda at: (at[1] if at[0] >= 0 else -1, at[1] - at[0]))


def _baseline_hint(text: str) -> str:
    if re.search(r"\b(?:worse|better)\b", text) and "baseline" not in text:
        return " The word 'baseline' is missing."
    return ""


def _what(text: str, what: str, phrase: str) -> tuple[str, str, str]:
    """Return benchmark, part and metric of the left side."""
    if what.endswith("="):
        raise ConfigError(f"gate {text!r}: '={phrase}' is not a comparison. {FORM}")
    benchmark, bracket, rest = what.partition("[")
    part = ""
    if bracket:
        part, closed, metric = rest.rpartition("]")
        if "," in metric and _compares(metric):
            raise ConfigError(f"gate {text!r} holds several comparisons. Give --eval-gate once for each.")
        if not closed or not part.strip() or (metric.strip() and not metric.strip().startswith(":")):
            raise ConfigError(f"gate {text!r} is not readable at {what!r}. {FORM}")
        metric = metric.strip()[1:]
    else:
        benchmark, _, metric = what.partition(":")
    benchmark, part, metric = benchmark.strip(), part.strip(), metric.strip()
    if not benchmark:
        raise ConfigError(f"gate {text!r} names no benchmark. {FORM}")
    if _compares(benchmark) or _compares(metric):
        raise ConfigError(f"gate {text!r} holds several comparisons. Give --eval-gate once for each.")
    if _STRAY_LEVEL.search(metric):
        raise ConfigError(f"gate {text!r} is not readable at {what!r}: a level comes last. {FORM}")
    if not _NAME.fullmatch(benchmark):
        raise ConfigError(f"gate {text!r} is not readable at {benchmark!r}: a benchmark is one word. {FORM}")
    if benchmark == ALL and (part or metric):
        raise ConfigError(f"gate {text!r}: {ALL} is the mean over all benchmarks and has no part or metric. {FORM}")
    return benchmark, part, metric


def _compares(name: str) -> bool:
    """Return whether a name holds a comparison itself."""
    return any(sign in name for sign in OPERATORS) or any(pattern.search(name) for pattern in _PHRASE.values())


def _pairing(text: str, rest: str, comparison: str) -> tuple[str, Literal["auto", "paired", "unpaired"]]:
    found = _PAIR.search(rest)
    if found is None:
        return rest, "auto"
    if comparison not in _AGAINST_BASELINE:
        raise ConfigError(
            f"gate {text!r}: ({found[1]}) is about a baseline, and this gate has a bound. Drop it, or write 'no worse "
            "than baseline'."
        )
    return rest[: found.start()].strip(), "paired" if found[1] == "paired" else "unpaired"


def _level(text: str, rest: str) -> tuple[str, float | None]:
    """Return what is before ``@`` and the level after it."""
    before, sign, after = rest.partition("@")
    return (before.strip(), parse_level(after, f"gate {text!r}", "@")) if sign else (rest, None)


def parse_level(text: str, where: str, sign: str = "") -> float:
    """Read a level: ``95%`` or ``0.95``.

    Args:
        where: The option or gate that the level belongs to, for the message.
        sign: The sign before the level, for the message.

    Raises:
        ConfigError: The text is not a number above 50 % and below 100 %.
    """
    text = text.strip()
    value = _decimal(text)
    if value is None:
        raise ConfigError(f"{where}: {text!r} is not a level. Write {sign}95% or {sign}0.95.")
    if not text.endswith("%") and value >= 1:
        raise ConfigError(f"{where}: {sign}{text} is not a level. Did you mean {sign}{text}%?")
    if not Decimal("0.5") < value < 1:
        raise ConfigError(f"{where}: {sign}{text} is not between 50% and 100%. Write {sign}95% or {sign}0.95.")
    return float(value)


def _margin(text: str, rest: str) -> float:
    if not rest:
        return 0.0
    if not rest.startswith("by"):
        raise ConfigError(f"gate {text!r} is not readable at {rest!r}. Write 'by 0.02' or '@95%' after 'baseline'.")
    margin = _number(text, rest.removeprefix("by"))
    if margin < 0:
        raise ConfigError(f"gate {text!r}: a margin of {margin:g} is below 0. Write how much worse or better: by 0.02.")
    return margin


def _number(text: str, number: str) -> float:
    value = _decimal(number)
    if value is None:
        raise ConfigError(f"gate {text!r}: {number.strip()!r} is not a number. {FORM}")
    return float(value)


def _decimal(text: str) -> Decimal | None:
    """Return a number, divided by 100 if it is in per cent; None if it is not one."""
    text = text.strip()
    try:
        value = Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        return None
    if not value.is_finite():
        return None
    return value / 100 if text.endswith("%") else value
