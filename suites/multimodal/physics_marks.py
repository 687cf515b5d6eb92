"""Marks for physics problems: by criterion if the official marking scheme is there, else by comparing final answers.

A problem may have several schemes, for different ways to solve it: the best one counts. Without a scheme, answers that
are plainly the same or plainly another letter need no judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evalscope_pytest import Sample, Score
from evalscope_pytest.judge import Labels
from evalscope_pytest.judge.contract import Number
from evalscope_pytest.judge.rubric import Item, Rubric, question
from evalscope_pytest.scoring.read.boxes import boxes

CRITERION = """\
You mark a solution in a physics olympiad by one criterion of the official scheme, and by nothing else.

Problem: {question}

Solution:
{pred}

Criterion: {criterion}

Give the points that the criterion awards to this solution."""
ANSWER = """\
Decide whether an answer to a physics problem agrees with the reference answer.

Problem: {question}

Reference answer: {gold}

Answer:
{pred}

Equivalent formulas agree, and so do equal numbers, whether or not a unit is written; a number agrees with a range \
that holds it. If the answer states several results, the last one counts. An option agrees by its letter or by its \
content.

The verdict is yes if they agree, and no if they do not."""
AGREES = Labels({"yes": {"agrees": 1.0}, "no": {"agrees": 0.0}})
LONGEST = 8000  # characters of a reply without a box: its end has the answer
_POINTS = re.compile(r"(?:[Aa]ward|得)\s{0,3}([0-9]{1,4}(?:\.[0-9]{1,4})?)\s{0,3}(?:pt|分)")
_DRESS = re.compile(r"\\(?:text|mathrm|mathbf|textbf)\{([^{}]{0,200})\}")
_LETTER = re.compile(r"[\s$({\[]{0,4}([A-H])(?![A-Za-z0-9])")


def points_of(criterion: str) -> float:
    """Return the most points that a criterion awards."""
    return max((float(found) for found in _POINTS.findall(criterion)), default=1.0)


def marked() -> Rubric:
    """Return the rubric of physics problems: ``accuracy`` is the share of the points."""
    return Rubric("physics_marks", ("accuracy",), _items, _score, options=f"{CRITERION}\0{ANSWER}")


def _items(sample: Sample, reply: str) -> Sequence[Item]:
    if not reply.strip():
        return ()
    if criteria := [criterion for scheme in sample.metadata["marking"] for criterion in scheme]:
        return [Item((_by_criterion(sample, reply, criterion),)) for criterion in criteria]
    return [Item((_by_answer(sample, gold, box or reply[-LONGEST:]),)) for gold, box, same in _pairs(sample, reply)
            if same is None]  # fmt: skip


def _by_criterion(sample: Sample, reply: str, criterion: str) -> Any:
    fields = {"question": sample.question, "pred": reply, "criterion": criterion}
    return question(CRITERION, Number(0.0, points_of(criterion), "awarded"), fields, ("pred",))


def _by_answer(sample: Sample, gold: str, answer: str) -> Any:
    return question(ANSWER, AGREES, {"question": sample.question, "gold": gold, "pred": answer}, ("pred",))


def _pairs(sample: Sample, reply: str) -> Iterator[tuple[str, str, bool | None]]:
    """Yield each reference answer with its box, the last with the last, and whether they agree; None if unclear."""
    golds = sample.metadata["answers"]
    found = [box.content for _, box in zip(golds, boxes(reply), strict=False)][::-1]
    for gold, box in zip(golds, [""] * (len(golds) - len(found)) + found, strict=True):
        yield gold, box, _same(gold, box)


def _same(gold: str, box: str) -> bool | None:
    plain, answer = (_DRESS.sub(r"\1", text).strip(" $.") for text in (gold, box))
    if plain and plain.replace(" ", "") == answer.replace(" ", ""):
        return True
    if len(plain) == 1 and "A" <= plain <= "H":
        letter = _LETTER.match(answer)
        return letter[1] == plain if letter else None
    return None


def _score(sample: Sample, reply: str, decided: Sequence[Mapping[str, float]]) -> Score:
    schemes = sample.metadata["marking"]
    if not reply.strip():
        return Score(accuracy=0.0, answer="")
    if any(schemes):
        awarded = iter([metrics["awarded"] for metrics in decided])
        shares = [sum(next(awarded) for _ in scheme) / sum(map(points_of, scheme)) for scheme in schemes if scheme]
        return Score(accuracy=min(max(shares), 1.0), answer=reply[-200:])
    judged = iter([metrics["agrees"] for metrics in decided])
    pairs = list(_pairs(sample, reply))
    right = [float(same) if same is not None else next(judged) for _, _, same in pairs]
    return Score(accuracy=sum(right) / len(right), answer=" | ".join(box for _, box, _ in pairs))
