"""Answers inside a sentence: ``Larnvik`` of "The company is based in Larnvik."."""

from __future__ import annotations

import re

_LEAD = re.compile(
    r"(?:the|it|its|this|these|they|he|she|there|our|their|an?)\s(?:[\w'’$%,-]{1,30}\s){0,12}?"
    r"(?:is|was|are|were|has|have|had)(?:\s\w{1,20}(?:ed|ade|own|eld|en))?"
    r"(?:\s(?:in|on|by|at|to|for|of|from|as|with|due to))?\s",
    re.IGNORECASE,
)
_UNDECIDED = re.compile(r"\b(?:not|never|no longer|or|either)\b|n't\b", re.IGNORECASE)


def stated(sentence: str) -> str | None:
    """Return what a sentence states of its subject; None if it denies, leaves open, or is no sentence."""
    lead = _LEAD.match(sentence)
    return None if lead is None or _UNDECIDED.search(sentence) else sentence[lead.end() :].strip(" .")
