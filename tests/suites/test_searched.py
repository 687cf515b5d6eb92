"""Answers found by search: the forms of a right one, sets of them, and the counts of a judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import Sample, Score
from evalscope_pytest.suites.knowledge.searched import answer_set, exact_answer

from .test_judged import judged
from .test_suites import from_written


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        ("Exact Answer:\nAda Quill\n\nConfidence: 5%", 1),
        ("## Exact Answer\nAda Quill", 1),
        ("Exact Answer: It is Ada Quill.", 1),
        ("Exact Answer: \\boxed{Ada Quill}", 1),
        ("Exact Answer: Ada Quill (1902-1977)", 1),
        ("Exact Answer: Quill, Ada", 1),
        ("Exact Answer: Bo Reed\nExact Answer: Ada Quill", 1),
        ("Exact Answer: not Ada Quill", 0),
        ("Exact Answer: Ada Quill or Bo Reed", 0),
        ("Exact Answer: Ada Quillon", 0),
        ("Explanation: Ada Quill.\nExact Answer: Bo Reed\nConfidence: 1%", 0),
        ("", 0),
    ],
)
def test_an_exact_answer(reply: str, right: int) -> None:
    score = exact_answer().score(reply, Sample("?", "Ada Quill"))
    assert isinstance(score, Score)
    assert score.values == {"is_correct": right, "is_incorrect": 1 - right}


@pytest.mark.parametrize(
    ("reply", "precision", "recall"),
    [
        ("The answers are Torv, Bree and Linn.", 1, 1),
        ("1. Torv\n2. Bree\n3. Linn", 1, 1),
        ("Here is the list:\n* **Torv** - a mill\n* **Bree**: a port\n* **Linn**", 1, 1),
        ("Torv\nBree\nLinn", 1, 1),
        ("| Torv |\n| Bree |\n| Linn |", 1, 1),
        ("After long research, the set is: Torv, Bree, Linn.", 1, 1),
        ("Torv (a mill), Bree (a port), Linn (an inn)", 1, 1),
        ("torv; bree; linn; Torv", 1, 1),
        ("Torv and Linn", 1, 2 / 3),
        ("Torv, Bree, Linn, Harn", 3 / 4, 1),
        ("Torvald, Breeze, Linnet", 0, 0),
        ("I cannot find them.", 0, 0),
        ("", 0, 0),
    ],
)
def test_a_set_of_answers(reply: str, precision: float, recall: float) -> None:
    sample = Sample("?", "Torv, Bree, Linn", metadata={"answer_type": "Set Answer"})
    score = answer_set().score(reply, sample)
    assert isinstance(score, Score)
    both = precision + recall
    f1 = 2 * precision * recall / both if both else 0
    assert score.values == pytest.approx(
        {"f1": f1, "precision": precision, "recall": recall, "no_answer": float(not reply)}
    )


@pytest.mark.parametrize(
    ("counts", "precision", "recall"),
    [
        ({"expected": 3, "found": 3, "excessive": 1}, [0.75, 0.5], [1, 1]),
        ({"expected": 4, "found": 1, "excessive": 0}, [1, 1], [0.25, 1]),
        ({"expected": 0, "found": 0, "excessive": 2}, [0, 0], [0, 0]),
    ],
)
def test_a_judge_counts(counts: dict[str, int], precision: list[float], recall: list[float], tmp_path: Path) -> None:
    scores, scripted = judged("deepsearchqa", tmp_path, ["Torv", "Ada Quill"], lambda prompt: counts)
    assert [score.values["precision"] for score in scores] == precision
    assert [score.values["recall"] for score in scores] == recall
    assert ['"Single Answer"' in prompt for prompt in scripted.asked] == [False, True]


def test_an_empty_reply_counts_as_nothing_found(tmp_path: Path) -> None:
    scores, scripted = judged("deepsearchqa", tmp_path, ["", " \n"], lambda prompt: {})
    assert [score.values for score in scores] == [{"f1": 0, "precision": 0, "recall": 0, "no_answer": 1}] * 2
    assert scripted.asked == []


def test_browsecomp_decrypts_its_records(tmp_path: Path) -> None:
    def correct(prompt: str) -> Any:
        assert "Correct answer: Ada Quill" in prompt
        return "yes"

    ((score,), _) = judged("browsecomp", tmp_path, ["Exact Answer: A. Quill"], correct)
    assert score.values == {"is_correct": 1.0, "is_incorrect": 0.0}
    (sample,) = from_written("browsecomp", tmp_path).subsets["default"]
    assert sample.question == "Who wrote the ledger of Törv, which nobody has read since 1902?"
