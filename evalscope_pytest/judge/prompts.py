"""Prompts for judges if a benchmark brings no prompt, or shares one with others."""

from __future__ import annotations

from .contract import Labels
from .rubric import Rubric, graded

CORRECTNESS = (
    "An assistant replied to a question. Decide whether its reply gives the same answer as the reference. Only the "
    "final answer counts: ignore wording, length, language and reasoning. A number may be written in any form. A reply "
    "that gives several different answers, or none, is incorrect.\n\n"
    "Question:\n{question}\n\nReference answer:\n{gold}\n\nReply to judge:\n{pred}\n\n"
    "The verdict is A if the reply is correct, and B if it is not."
)
FACT = """\
Grade the answer to a question against the reference.

A, correct: it gives everything in the reference that the question asks for, and nothing that contradicts it. Ignore \
spelling, order, wording, language and expressions of uncertainty: "I believe it was Lima" is as good as "Lima".
B, incorrect: something in it contradicts the reference, even if it is hedged: another name, an additional name, \
several alternatives.
C, not attempted: it does not give what the question asks for and does not contradict the reference: it says that it \
does not know, asks for clarification, or gives only a part of the reference.

- A number must agree with the reference to the reference's last significant figure. A range that includes the number \
("more than 50") is C.
- Information that the question states or implies need not be repeated: the unit, the country of a city, a surname.
- A misspelled name is the same name if it is clear who is meant.

Question: {question}
Reference: {gold}
Answer: {pred}

The verdict is A, B or C."""
QUALITY = (
    "An assistant replied to a question. Rate how correct, helpful, relevant and complete its reply is. A reply that "
    "is longer than necessary is worse.\n\n"
    "Question:\n{question}\n\nReply to judge:\n{pred}\n\n"
    "The verdict is a number from 0 (worthless) to 1 (as good as a reply can be)."
)
PREFERENCE = (
    "Two assistants answered the same question. Decide which reply serves the user better: the more correct one, and "
    "if both are equally correct, the more helpful and concise one. Ignore the order in which they are shown and "
    "their length.\n\n"
    "Question:\n{question}\n\nReply of assistant A:\n{a}\n\nReply of assistant B:\n{b}\n\n"
    "The verdict is A or B for the better reply, or tie if neither is better."
)
EQUIVALENCE = (
    "Two answers to a problem are given. Decide whether they are equivalent: whether they express the same value or "
    "meaning, in any form, notation or unit. Do not solve the problem.\n\n"
    "Problem: {question}\n\nAnswer 1: {gold}\n\nAnswer 2, the final answer of this reply:\n{pred}\n\n"
    "The verdict is YES if the answers are equivalent, and NO if they are not."
)

CRITERION = """\
Below are a conversation, the assistant's last reply in it, and one criterion. Decide whether that reply meets the \
criterion.

# Conversation

{conversation}

# The assistant's last reply

{pred}

# Criterion

{criterion}

- A criterion with several parts is met only if all of them are. Its examples ("such as", "including") need not all \
be present.
- A criterion may describe a fault, such as a wrong statement or needless length. It is met if the reply has the \
fault. You decide whether the criterion applies, not whether the reply is good.

The verdict is yes if the criterion is met, and no if it is not."""


def same_answer(name: str) -> Rubric:
    """Return the rubric of whether a reply's final answer and the reference are equivalent: ``accuracy``."""
    return graded(name, EQUIVALENCE, Labels({"YES": {"accuracy": 1.0}, "NO": {"accuracy": 0.0}}))
