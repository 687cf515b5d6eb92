"""Scorers, the reading of answers, aggregation. The scorers are loaded when first used.

What one benchmark alone uses lies beside it in ``suites/``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..lazy import loading

if TYPE_CHECKING:
    from . import comparers as comparers
    from . import readers as readers
    from .composed import Comparer as Comparer
    from .composed import Reader as Reader
    from .composed import answer as answer
    from .overlap import similarity as similarity
    from .patterns import pattern as pattern
    from .rules import aime_answer as aime_answer
    from .rules import by_subset as by_subset
    from .rules import choice_answer as choice_answer
    from .rules import exact_match as exact_match
    from .rules import includes as includes
    from .rules import math_answer as math_answer
    from .rules import multi_choice_accuracy as multi_choice_accuracy
    from .rules import yes_no as yes_no
    from .rules import yes_no_in_groups as yes_no_in_groups
    from .rules import yes_no_maybe as yes_no_maybe
    from .scorer import Scorer as Scorer

_HOME = {
    "Comparer": "composed",
    "Reader": "composed",
    "Scorer": "scorer",
    "aime_answer": "rules",
    "answer": "composed",
    "by_subset": "rules",
    "choice_answer": "rules",
    "exact_match": "rules",
    "includes": "rules",
    "math_answer": "rules",
    "multi_choice_accuracy": "rules",
    "pattern": "patterns",
    "similarity": "overlap",
    "yes_no": "rules",
    "yes_no_in_groups": "rules",
    "yes_no_maybe": "rules",
}

_MODULES = ("comparers", "readers")  # of the ready-made parts of `answer`

__all__ = [*_HOME, *_MODULES]

_load = loading(__name__, _HOME)


def __getattr__(name: str) -> Any:
    return import_module(f".{name}", __name__) if name in _MODULES else _load(name)


def __dir__() -> list[str]:
    return sorted(__all__)
