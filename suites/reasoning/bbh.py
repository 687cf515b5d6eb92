"""BIG-Bench Hard: a letter if the question lists options, otherwise a short free answer."""

from __future__ import annotations

import re
from fractions import Fraction

from evalscope_pytest.core.values import Sample
from evalscope_pytest.scoring.compare.math_form import simplified, without_unit
from evalscope_pytest.scoring.compare.math_value import exact
from evalscope_pytest.scoring.composed import Comparer, Reader, Readings, answer
from evalscope_pytest.scoring.read.choice import read_choice
from evalscope_pytest.scoring.read.json_text import said
from evalscope_pytest.scoring.read.options import listed, options
from evalscope_pytest.scoring.read.phrase import read_phrase
from evalscope_pytest.scoring.scorer import Scorer

_BRACKETS = frozenset("()[]{}<> ")
_LONGEST = 1000
_DIGIT = re.compile(r"\d")
_VARIABLE = re.compile(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])")
_LEAD_IN = re.compile(
    r"^(?:(?:that )?(?:it|this|(?:the|this) [a-z]{2,20}(?: [a-z]{2,20}){0,3}) (?:is|evaluates to|must be)"
    r"(?: deductively)?|deductively) ",
    re.IGNORECASE,
)
_TRUTH = re.compile(r"(?:(?:true|false|and|or|not|[()\s]){1,400}=){1,8}\s{0,3}(?:true|false)", re.IGNORECASE)
# What joins the words of a sorted list: arrows, signs of order, quotes and brackets of JSON, the "and" before the last.
_SEPARATORS = re.compile(r"\s(?:->|=>|[<>→⇒|/;≤])\s|[\[\]\"'`;]|(?:,|\s)\s?and (?=[\w-]{1,40}\W{0,3}$)")
_DRESSED = re.compile(r"\\boxed\{([^{}]{1,80})\}|\$([^$]{1,80})\$|(?<=\w)\*\*(?!\s?[\w(])|(?<=\w)\*\*(?=\s[a-z])")
_MINUS = re.compile(r"^(?:minus|negative) (?=\d)", re.IGNORECASE)
_EXCLAIMED = re.compile(r"(?<=[a-z])!$")
_SCALED = re.compile(r"\d{1,9} (?:dozens?|hundred|thousand|million|billion)(?: [a-z]{1,20}){0,3}", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?:that )?(?:(?:so |thus |in total,? |altogether,? )?(?:i|you|we|they|he|she|there)"
    r"(?:'ve| have| has| had| are| is| were| would have)? )?"
    r"(?:(?:a total of|a sum of|exactly|only|just|precisely) )?"
    r"(?P<number>[-+]?\d[\d,]{0,20}|[a-z]{3,9}(?:-[a-z]{3,5})?)"
    # What is counted, unless it says more or less of it, or counts in dozens.
    r"(?:[ -](?!(?:or|and|to|plus|minus|times|over|divided|hundred|thousand|million|billion|trillion|dozens?|percent"
    r"|squared|cubed|mod|less|more|fewer|half|point|factorial)(?![a-z]))[a-z][a-z'-]{0,20}){0,6}"
    r"(?::\s(?!(?:no|wait|sorry|or|actually)(?![a-z])).{1,300})?",
    re.IGNORECASE,
)


def bbh_answer() -> Scorer:
    """Judge replies to the tasks of BIG-Bench Hard (Suzgun et al. 2022), of the form "So the answer is ...".

    Metric ``accuracy``. A target of one letter is an option: those of the question ("(A) text" on lines of their
    own) or the sample's choices. Free answers are compared without case, commas and wrapping; brackets without blanks;
    numbers without what they count or the sum they come from.
    """
    read = Reader("bbh", _read, _ideal_reply)
    return answer("bbh_answer", read=read, same=Comparer("bbh", _is_target), options="")


def _ideal_reply(sample: Sample) -> str:
    target = sample.targets[0]
    return f"So the answer is ({target})." if _is_letter(target) else f"So the answer is {target}."


def _is_letter(target: str) -> bool:
    return len(target) == 1 and target.isascii() and target.isupper()


def _letters(sample: Sample) -> list[str]:
    """Return the letters of the targets; empty if one of them is another answer than an option."""
    bare = [target.strip("()") if len(target) == 3 else target for target in map(str.strip, sample.targets)]
    return bare if all(map(_is_letter, bare)) else []


def _read(text: str, sample: Sample) -> Readings:
    if _letters(sample):
        chosen = read_choice(text, options(sample.choices or listed(sample.question)))
        return chosen[:1] if chosen else ()
    return (*read_phrase(text), *_truth_field(text))


def _is_target(reading: str, sample: Sample) -> bool:
    if letters := _letters(sample):
        return reading in letters
    return any(_same(target.strip(), reading) for target in sample.targets)


def _truth_field(text: str) -> tuple[str, ...]:
    """Return the word for the truth value that a reply in JSON answers: ``yes`` for ``{"plausible": true}``."""
    value = said(text) if "{" in text and len(text) <= _LONGEST else ""
    return {"True": ("yes",), "False": ("no",)}.get(value, ())


def _same(target: str, given: str) -> bool:
    if target.lstrip("-").isdigit():
        return _number(given) == int(target)
    if set(target) <= _BRACKETS:
        return target.replace(" ", "") == given.replace(" ", "")
    words = _words(target)
    if words in (_words(given), _words(_LEAD_IN.sub("", given))):
        return True
    if words in (["true"], ["false"]):
        return _TRUTH.fullmatch(given[:_LONGEST]) is not None and _words(given.rpartition("=")[2]) == words
    return len(words) > 1 and words == [word for word in _words(_SEPARATORS.sub(" ", given)) if word]


def _number(given: str) -> Fraction | None:
    """Return the number an answer gives: alone, behind the sum it comes from, or counting something."""
    sides = _DRESSED.sub(r"\1\2", given[:_LONGEST]).split("=")
    if any(_VARIABLE.search(side) and _DIGIT.search(side) for side in sides[:-1]):
        return None  # an equation in something: its right side is not the answer
    value = _MINUS.sub("-", _EXCLAIMED.sub("", sides[-1].strip()))
    if counted := _COUNTED.fullmatch(value):
        value = counted.group("number")
    elif _SCALED.fullmatch(value):
        value = without_unit(value)
    return exact(simplified(value))


def _words(text: str) -> list[str]:
    return text.casefold().replace(",", " ").split()
