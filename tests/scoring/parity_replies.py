"""The replies of ../shared/parity whose truth is known, as samples and scorers of this project."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalscope_pytest import Sample, Scorer
from evalscope_pytest.scoring import choice_answer, math_answer, multi_choice_accuracy
from evalscope_pytest.suites.reasoning.bbh import bbh_answer

SCORERS: dict[str, Scorer] = {
    "arc": choice_answer(),
    "mmlu": choice_answer(),
    "hellaswag": choice_answer(),
    "ceval": choice_answer(language="zh"),
    "general_mcq": choice_answer(language="zh"),
    "truthful_qa": multi_choice_accuracy(),
    "math_500": math_answer(),
    "competition_math": math_answer(),
    "bbh": bbh_answer(),
    "gsm8k": math_answer(),
}
_OPTION = re.compile(r"^([A-Z])[).] (.*)$", re.MULTILINE)
_WRONG_GSM8K = {"two_boxed_first_right", "words", "wrong_plain", "empty", "wrong_boxed", "spaces"}


@dataclass(frozen=True)
class Reply:
    """A canned reply, what a human reader makes of it, and what EvalScope did (None: not scored there)."""

    run: str
    kind: str
    text: str
    sample: Sample
    truth: float
    evalscope: float | None


def replies(parity: Path, run: str) -> Iterator[Reply]:
    yield from _gsm8k(parity) if run == "gsm8k" else _run(parity, run)


def _run(parity: Path, run: str) -> Iterator[Reply]:
    for row in _rows(parity / run / "samples.jsonl"):
        if row["truth"] is None:
            continue
        question = row["messages"][-1]["content"]
        if run == "bbh":
            question = question.rpartition("\nQ: ")[2].rpartition("\nA:")[0]
        choices = () if run in ("bbh", "math_500", "competition_math") else _last_options(question)
        sample = Sample(question, row["target"], choices)
        yield Reply(run, row["kind"], row["answer"], sample, row["truth"], row["score"][row["main_score"]])


def _last_options(prompt: str) -> tuple[str, ...]:
    texts: list[str] = []
    for letter, text in reversed(_OPTION.findall(prompt)):
        texts.append(text)
        if letter == "A":
            break
    return tuple(reversed(texts))


def _gsm8k(parity: Path) -> Iterator[Reply]:
    evalscope = [row["accuracy"] for row in _rows(parity / "gsm8k" / "expected_scores.jsonl")]
    for row in _rows(parity / "gsm8k" / "canned_answers.jsonl"):
        numbers = re.findall(r"\d[\d,]*", row["answer"])
        if row["kind"] == "last_number" and numbers[-1].replace(",", "") != row["gold"].replace(",", ""):
            continue  # An official solution that does not end in its answer: nobody knows what was meant.
        truth = float(row["kind"] not in _WRONG_GSM8K)
        if row["kind"] == "percent":
            truth = float("what percent" in row["match"].lower())
        scored = evalscope[row["index"]] if row["index"] < len(evalscope) else None
        yield Reply("gsm8k", row["kind"], row["answer"], Sample(row["match"], row["gold"]), truth, scored)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
