"""Answers that are hard to find and easy to check: single ones (BrowseComp), and sets of them (DeepSearchQA)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.judge import Item, Labels, Marks, Rubric, graded
from evalscope_pytest.scoring.read.phrase import edged, members, read_spans

from ..reading.trivia import is_name_of, normalized

PROMPT = (
    "{question}\n\nReply in this form:\nExplanation: {{your explanation of the answer}}\nExact Answer: {{the answer, "
    "in few words}}\nConfidence: {{how sure you are, from 0% to 100%}}"
)
GRADING = """\
Decide whether the final answer of a response is the correct answer.

Question: {question}

Correct answer: {gold}

Response:
{pred}

Compare the two answers only: do not solve the problem, and do not argue for another answer. Numbers may differ by a \
small margin. A response without a final answer, with several, or with one that differs in any meaningful way is wrong.

The verdict is yes if the answers are the same, and no if they are not."""
GRADES = Labels({"yes": {"is_correct": 1.0, "is_incorrect": 0.0}, "no": {"is_correct": 0.0, "is_incorrect": 1.0}})
COUNTING = """\
Compare the answers that a response gives with the correct ones.

Question: {question}

Correct answers, of type "{answer_type}": {gold}

Response:
{pred}

Count the correct answers ("expected"; of a Single Answer that is 1), those of them that the response gives in any \
wording and order ("found"), and the other answers that it gives beside them ("excessive"). Explanations are not \
answers, and an answer given twice counts once.

The verdict is the three numbers."""
COUNTS = Marks({name: name for name in ("expected", "found", "excessive")}, low=0, high=1000)
METRICS = ("f1", "precision", "recall", "no_answer")
_SINGLE = "Single Answer"
_BETWEEN = re.compile(r"[,;\n]")
_MOST = 200  # answers of a reply
_LONGEST = 20_000  # characters of a reply whose lines are answers


def decrypted(text: str, password: str) -> str:
    """Return a text that was encrypted so that nobody comes across it: XOR with the repeated SHA-256 of a password."""
    key = hashlib.sha256(password.encode()).digest()
    return bytes(byte ^ mask for byte, mask in zip(base64.b64decode(text), cycle(key), strict=False)).decode()


def exact_answer() -> Scorer:
    """Judge a reply with "Exact Answer: ..." by its words. Metrics ``is_correct`` and ``is_incorrect``."""
    return Scorer("exact_answer", GRADES.metrics, _exact, lambda sample: f"Exact Answer: {sample.targets[0]}")


def _exact(text: str, sample: Sample) -> Score:
    readings = read_spans(text)
    right = next((reading for reading in readings if _names(reading, sample.targets[0])), None)
    values = {"is_correct": float(right is not None), "is_incorrect": float(right is None)}
    return Score.of(values, answer=right or next(iter(readings), None))


def _names(reading: str, target: str) -> bool:
    """Return whether a reading is the target, also with the surname first."""
    last, comma, first = reading.partition(",")
    turned = f"{first.strip()} {last.strip()}" if comma and "," not in first + target else reading
    return is_name_of(reading, [target]) or is_name_of(turned, [target])


@dataclass(frozen=True, slots=True)
class _Found:
    """How many answers are expected, how many of them a reply has, and how many others."""

    expected: float
    found: float
    excessive: float

    @property
    def values(self) -> dict[str, float]:
        """Precision, recall and F1."""
        given = self.found + self.excessive
        precision, recall = self.found / given if given else 0.0, self.found / self.expected
        both = precision + recall
        return {"f1": 2 * precision * recall / both if both else 0.0, "precision": precision, "recall": recall}


def answer_set() -> Scorer:
    """Compare the answers of a reply with those of the target by their words. Metrics: those of `counted`.

    A target of the type "Set Answer" is parted by commas, semicolons and line ends.
    """
    return Scorer("answer_set", METRICS, _by_words, lambda sample: sample.targets[0])


def _by_words(text: str, sample: Sample) -> Score:
    target, readings = sample.targets[0], read_spans(text)
    single = sample.metadata["answer_type"] == _SINGLE
    wanted = [target] if single else [part.strip() for part in _BETWEEN.split(target) if part.strip()]
    if any(_names(reading, target) for reading in readings):
        best = _Found(len(wanted), len(wanted), 0)
    elif single:
        best = _Found(1, 0, float(bool(readings)))
    else:
        counts = [_compared(given, wanted) for given in _lists(readings, text)]
        best = max(counts, key=lambda found: found.values["f1"], default=_Found(len(wanted), 0, 0))
    return _score_of(best, text, next(iter(readings), None))


def _lists(readings: Sequence[str], text: str) -> Iterator[list[str]]:
    """Yield the answers that each reading may be, or the lines of a reply."""
    for reading in readings:
        for stated in dict.fromkeys((reading, reading.rpartition(":")[2])):
            given = [one for part in stated.split(" | ") for one in members(part)]
            yield _once(given)
    lines = [kept for line in text[:_LONGEST].splitlines() if (kept := edged(line, " |*-•."))]
    if len(lines) > 1:
        yield _once(lines)


def _once(given: Sequence[str]) -> list[str]:
    """Return answers without those given before."""
    return list({normalized(one): one for one in given[:_MOST]}.values())


def _compared(given: Sequence[str], wanted: Sequence[str]) -> _Found:
    words = [set(normalized(one).split()) for one in given]
    used: set[int] = set()
    for target in wanted:
        shared = set(normalized(target).split())
        fits = (at for at, own in enumerate(words) if at not in used and own & shared and _names(given[at], target))
        if (at := next(fits, None)) is not None:
            used.add(at)
    return _Found(len(wanted), len(used), len(given) - len(used))


def _score_of(found: _Found, text: str, shown: str | None = None) -> Score:
    counts = f"{found.found:g} of {found.expected:g} answers, {found.excessive:g} others"
    return Score.of({**found.values, "no_answer": float(not text.strip())}, answer=shown, explanation=counts)


def counted() -> Rubric:
    """Return the rubric by which a judge counts the answers of a reply that are correct, and others.

    Metrics: ``f1``, ``precision``, ``recall``, and ``no_answer``, the share of empty replies, which score 0.
    """
    rubric = graded("deepsearchqa", COUNTING, COUNTS)

    def items(sample: Sample, reply: str) -> Sequence[Item]:
        return rubric.items(sample, reply) if reply.strip() else ()

    return replace(rubric, metrics=METRICS, items=items, score=_by_counts)


def _by_counts(sample: Sample, reply: str, decided: Sequence[Mapping[str, Any]]) -> Score:
    if not decided:
        return _score_of(_Found(1, 0, 0), reply)
    counts = decided[0]
    expected = 1.0 if sample.metadata["answer_type"] == _SINGLE else max(counts["expected"], counts["found"], 1.0)
    return _score_of(_Found(expected, min(counts["found"], expected), counts["excessive"]), reply)
