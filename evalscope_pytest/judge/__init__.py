"""LLM-as-a-judge: rubrics, contracts for verdicts, panels, and the scorer made of them."""

from .contract import Labels as Labels
from .contract import Marks as Marks
from .contract import Number as Number
from .contract import Points as Points
from .rubric import Item as Item
from .rubric import Rubric as Rubric
from .rubric import attempted as attempted
from .rubric import compared as compared
from .rubric import graded as graded
from .rubric import question as question
from .rubric import rubrics as rubrics
from .scorer import judged as judged

Judging = Rubric  # its name in authors' files of earlier versions

__all__ = [
    "Item",
    "Judging",
    "Labels",
    "Marks",
    "Number",
    "Points",
    "Rubric",
    "attempted",
    "compared",
    "graded",
    "judged",
    "question",
    "rubrics",
]
