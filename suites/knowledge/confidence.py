"""The confidence that a reply states."""

from __future__ import annotations

import re

_STATED = re.compile(r"confidence[*_\s]{0,4}[:：][*_\s]{0,4}(\d{1,3}(?:\.\d{1,4})?)(?!\d)", re.IGNORECASE)


def stated_confidence(text: str) -> float:
    """Return the last stated confidence, "Confidence: 70 %", from 0 to 1; without any, a reply counts as sure."""
    found = [float(match.group(1)) for match in _STATED.finditer(text)]
    return min(found[-1], 100.0) / 100 if found else 1.0
