"""Scorers, answer extraction, aggregation of scores over samples. The scorers are loaded when first used."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from ..lazy import loading

if TYPE_CHECKING:
    from .bbh import bbh_answer as bbh_answer
    from .by_subset import by_subset as by_subset
    from .drop import drop_answer as drop_answer
    from .emotions import emotion_ratings as emotion_ratings
    from .entities import entity_answer as entity_answer
    from .first_error import first_error as first_error
    from .function_calls.call import called as called
    from .function_calls.scorer import function_calls as function_calls
    from .grid import grid_answer as grid_answer
    from .ifbench.scorer import ifbench as ifbench
    from .ifeval.scorer import ifeval as ifeval
    from .local_math import local_math_answer as local_math_answer
    from .matching import exact_match as exact_match
    from .matching import includes as includes
    from .mathematics import aime_answer as aime_answer
    from .mathematics import math_answer as math_answer
    from .multiple_choice import choice_answer as choice_answer
    from .multiple_choice import multi_choice_accuracy as multi_choice_accuracy
    from .needle import needle_answer as needle_answer
    from .olympiad import olympiad_answer as olympiad_answer
    from .pattern import pattern as pattern
    from .protocol import Scorer as Scorer
    from .similarity import similarity as similarity
    from .tolerant import document_number as document_number
    from .tool_plan import tool_plan as tool_plan
    from .trivia import trivia_answer as trivia_answer
    from .writing_length import writing_length as writing_length
    from .yes_no import yes_no as yes_no
    from .yes_no import yes_no_in_groups as yes_no_in_groups
    from .yes_no import yes_no_maybe as yes_no_maybe
    from .zebra import zebra_answer as zebra_answer

_HOME = {
    "Scorer": "protocol",
    "aime_answer": "mathematics",
    "bbh_answer": "bbh",
    "by_subset": "by_subset",
    "called": "function_calls.call",
    "choice_answer": "multiple_choice",
    "document_number": "tolerant",
    "drop_answer": "drop",
    "emotion_ratings": "emotions",
    "entity_answer": "entities",
    "exact_match": "matching",
    "first_error": "first_error",
    "function_calls": "function_calls.scorer",
    "grid_answer": "grid",
    "ifbench": "ifbench.scorer",
    "ifeval": "ifeval.scorer",
    "includes": "matching",
    "local_math_answer": "local_math",
    "math_answer": "mathematics",
    "multi_choice_accuracy": "multiple_choice",
    "needle_answer": "needle",
    "olympiad_answer": "olympiad",
    "pattern": "pattern",
    "similarity": "similarity",
    "tool_plan": "tool_plan",
    "trivia_answer": "trivia",
    "writing_length": "writing_length",
    "yes_no": "yes_no",
    "yes_no_in_groups": "yes_no",
    "yes_no_maybe": "yes_no",
    "zebra_answer": "zebra",
}

__all__ = [
    "Scorer",
    "aime_answer",
    "bbh_answer",
    "by_subset",
    "called",
    "choice_answer",
    "document_number",
    "drop_answer",
    "emotion_ratings",
    "entity_answer",
    "exact_match",
    "first_error",
    "function_calls",
    "grid_answer",
    "ifbench",
    "ifeval",
    "includes",
    "local_math_answer",
    "math_answer",
    "multi_choice_accuracy",
    "needle_answer",
    "olympiad_answer",
    "pattern",
    "similarity",
    "tool_plan",
    "trivia_answer",
    "writing_length",
    "yes_no",
    "yes_no_in_groups",
    "yes_no_maybe",
    "zebra_answer",
]


class _Package(ModuleType):
    """This package: its names are scorers and `pattern`, also where a submodule is called the same (``ifeval``)."""

    def __setattr__(self, name: str, value: object) -> None:
        # The import system binds a submodule to its package when it is loaded, which would hide the scorer.
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


__getattr__ = loading(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)


sys.modules[__name__].__class__ = _Package
