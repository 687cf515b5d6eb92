"""Prompts for judges if a benchmark brings no prompt, or shares one with others."""

from __future__ import annotations

from .contract import Labels
from .rubric import Rubric, graded

CORRECTNESS = (
    "A question was put to an assistant. Decide whether its reply gives the same answer as the reference. Only the "
    "final answer counts: wording, length, language and the way it was found do not matter, and a number may be "
    "written in any form. A reply that gives several different answers, or none, is incorrect.\n\n"
    "Question:\n{question}\n\nReference answer:\n{gold}\n\nReply to judge:\n{pred}\n\n"
    "The verdict is A if the reply is correct, and B if it is not."
)
QUALITY = (
    "A question was put to an assistant. Rate its reply for how correct, helpful, relevant and complete it is; a reply "
    "that is longer than it needs to be is worse for it.\n\n"
    "Question:\n{question}\n\nReply to judge:\n{pred}\n\n"
    "The verdict is a number from 0, worthless, to 1, as good as a reply can be."
)
PREFERENCE = (
    "Two assistants were asked the same. Decide which reply serves the user better: which is more correct first, then "
    "more helpful and to the point. The order in which they are shown means nothing, nor does their length.\n\n"
    "Question:\n{question}\n\nReply of assistant A:\n{a}\n\nReply of assistant B:\n{b}\n\n"
    "The verdict is A or B for the better reply, or tie where neither is."
)
EQUIVALENCE = (
    "Two answers to a problem are given. Decide whether they are equivalent: whether they stand for the same value or "
    "mean the same, in whatever form, notation or unit. Do not solve the problem.\n\n"
    "Problem: {question}\n\nAnswer 1: {gold}\n\nAnswer 2, the final answer of this reply:\n{pred}\n\n"
    "The verdict is YES if the answers are equivalent, and NO if they are not."
)


def same_answer(name: str) -> Rubric:
    """Return the rubric of whether a reply's final answer and the reference are equivalent: ``accuracy``."""
    return graded(name, EQUIVALENCE, Labels({"YES": {"accuracy": 1.0}, "NO": {"accuracy": 0.0}}))
