"""LLM-as-a-judge: prompts for judges, reading of their replies, and combination of verdicts."""

from .attempts import attempted as attempted
from .contract import Labels as Labels
from .contract import Marks as Marks
from .contract import Number as Number
from .judging import Item as Item
from .judging import Judging as Judging
from .judging import compared as compared
from .judging import graded as graded
from .judging import question as question
from .rubrics import rubrics as rubrics

__all__ = ["Item", "Judging", "Labels", "Marks", "Number", "attempted", "compared", "graded", "question", "rubrics"]
