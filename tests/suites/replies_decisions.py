"""Replies to the first records of `written_decisions`: right, wrong, and one without certainty."""

from __future__ import annotations

from typing import Any


def _answer(**probabilities: float) -> str:
    return '{"probabilities": {' + ", ".join(f'"{name}": {p}' for name, p in probabilities.items()) + "}}"


_CHOICES = (_answer(refund=0.9, repair=0.1), _answer(refund=0.1, repair=0.9), _answer(refund=0.49, repair=0.51))


def _levels(*probabilities: float) -> str:
    return _answer(**{str(level): p for level, p in enumerate(probabilities)})


REPLIES: dict[str, Any] = {
    **dict.fromkeys(("general_decision", "open_decisions", "jevbench"), _CHOICES),
    "stsb": (_levels(0, 0, 0, 0, 0.25, 0.75), _levels(1, 0, 0, 0, 0, 0), _levels(0.2, 0.16, 0.16, 0.16, 0.16, 0.16)),
}
