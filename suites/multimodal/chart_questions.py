"""The questions on charts of scientific papers (CharXiv): what each means, and how answers to it compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from evalscope_pytest.core.errors import RecordError, closest
from evalscope_pytest.datasets.reader import Reader
from evalscope_pytest.judge import Labels, Rubric, graded

NOT_THERE = "Answer 'Not Applicable' if there is none."
_TERM = (
    "The answer names the same term as the reference. Notation, grammar and letter case may differ (α or alpha, R^2 or "
    "$R^2$); a term that differs in substance, or a number of another value, is incorrect."
)
_NUMBER = "The answer is a number of exactly the same value as the reference, in any notation."
# How an answer agrees with the reference, by kind of question.
RULES = {
    "title": f"{_TERM} A letter in front of a title, such as (a), may be left out.",
    "term": _TERM,
    "number": _NUMBER,
    "yes_no": "The answer is the same yes or no as the reference.",
    "list": f"The answer lists the same terms in the same order. {_TERM}",
    "trend": "The answer describes the same general trend as the reference.",
    "layout": "The answer gives the same number of rows and the same number of columns.",
    "terms": f"{_TERM} If there are several terms, their order does not matter.",
    "phrase": "If the question offers options, the answer is the same option. Otherwise it means the same.",
}


class Asked(NamedTuple):
    """A question that charts have in common.

    Attributes:
        how: The form that the final answer has to have.
        whole: True if it is about the whole figure, not about one plot in it.
    """

    words: str
    kind: str
    how: str
    whole: bool = False


def _tick(place: str, axis: str) -> Asked:
    words = f"what is the {place} labeled tick on the {axis}-axis?"
    return Asked(
        words, "term", "Give the tick's value as it is written, without a unit or scale that is written apart."
    )


def _step(axis: str) -> Asked:
    words = f"what is the difference between consecutive numerical tick values on the {axis}-axis?"
    how = "Answer 'Not Applicable' if the axis has no ticks with numbers, or if the difference is not always the same."
    return Asked(words, "number", how)


def _label(axis: str, several: str) -> Asked:
    how = f"Give it as it is written, also if several plots share it; of two labels, {several} one. {NOT_THERE}"
    return Asked(f"what is the label of the {axis}-axis?", "term", how)


_BAR = "the tick labels on the continuous legend (the color bar)?"
_PERCENT = f"Leave percent signs out. {NOT_THERE}"
ASKED: Mapping[int, Asked] = {
    1: Asked("what is its title?", "title", f"Give the title that is written. A letter alone is not one. {NOT_THERE}"),
    2: _label("x", "the lower"),
    3: _label("y", "the left"),
    4: _tick("leftmost", "x"),
    5: _tick("rightmost", "x"),
    6: _tick("spatially lowest", "y"),
    7: _tick("spatially highest", "y"),
    8: _step("x"),
    9: _step("y"),
    10: Asked("how many lines are there?", "number", f"Grid lines, ticks and the like do not count. {NOT_THERE}"),
    11: Asked("do any lines intersect?", "yes_no", f"Answer Yes or No. If there are no lines: {NOT_THERE}"),
    12: Asked("how many discrete labels are there in the legend?", "number", f"Count those of this plot. {NOT_THERE}"),
    13: Asked("what are the names of the labels in the legend?", "list",
              f"List them from top to bottom, then from left to right, with commas between them. {NOT_THERE}"),
    14: Asked(f"what is the difference between the greatest and the least of {_BAR}", "number", _PERCENT),
    15: Asked(f"what is the greatest of {_BAR}", "number", _PERCENT),
    16: Asked("what is the general trend of data from left to right?", "trend", "Answer in a few words."),
    17: Asked("what is the number of explicitly labeled ticks on all axes together?", "number", "Give a number."),
    18: Asked("What is the layout of the subplots?", "layout", "Answer 'n by m' for n rows and m columns.", whole=True),
    19: Asked("What is the number of subplots?", "number", "A figure without subplots has 1.", whole=True),
}  # fmt: skip
REASONING = {
    1: ("terms", "Answer with text that is written in the chart: whole names, with commas between several."),
    2: ("phrase", "Answer with one of the options if the question has some, as it says, or with a short phrase."),
    3: ("number", "Answer with a number that is written in the chart, even if it is about right only."),
    4: ("number", ""),
}
_GRADE = """\
Decide whether the final answer of a reply to a question on a chart agrees with the reference.

{rule}
If the reference is "Not Applicable", the reply has to say so. A reply without an answer is incorrect.

Question: {question}
Reference: {gold}

Reply:
{pred}

The verdict is correct or incorrect."""


def agreement() -> Rubric:
    """Return the rubric: ``accuracy``, by the ``rule`` of the metadata."""
    return graded("charxiv", _GRADE, Labels({"correct": {"accuracy": 1.0}, "incorrect": {"accuracy": 0.0}}))


def described(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the descriptive questions of a chart, up to four.

    Raises:
        RecordError: The number of a question is unknown.
    """
    place = record.get("subplot_loc")
    prefix = f"For {place}, " if place and isinstance(place, str) else "For the current plot, "
    for number in range(1, 5):
        if (asked := record.get(f"descriptive_q{number}")) is None:
            continue
        if int(asked) not in ASKED:
            raise RecordError(f"its descriptive_q{number} is {asked!r}. {closest(str(asked), map(str, ASKED))}")
        one = ASKED[int(asked)]
        words = one.words if one.whole else prefix + one.words
        yield {"question": words, "answer": str(record[f"descriptive_a{number}"]), "how": one.how, "kind": one.kind}


def reasoned(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the question of a chart that takes reasoning, if it has one."""
    if not (words := record.get("reasoning_q")):
        return
    answer = str(record["reasoning_a"])
    kind, how = REASONING.get(int(record.get("reasoning_a_type") or 1), REASONING[1])
    if not how:
        places = len(answer.partition(".")[2])
        how = f"Answer with a number of {places} decimal places." if places else "Answer with a whole number."
    yield {"question": words, "answer": answer, "how": how, "kind": kind}


QUESTIONS = {"descriptive": described, "reasoning": reasoned}


def questions(read: Reader, subset: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the questions of a subset on all charts."""
    return [{**chart, **asked} for chart in read.rows() for asked in QUESTIONS[subset](chart)]


def about(record: Mapping[str, Any]) -> dict[str, str]:
    """Return what prompt, judge and records need to know of a question."""
    name = str(record.get("original_id") or record.get("original_figure_path") or "")
    fields = {"category": str(record.get("category") or ""), "original_id": name}
    return {**fields, "how": record["how"], "rule": RULES[record["kind"]]}
