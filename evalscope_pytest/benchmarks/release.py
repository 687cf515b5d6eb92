"""Records as authors release them: JSON lines, with the answers of a baseline or a reference in a second file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ..core.errors import DatasetError

Read = Callable[..., list[str]]


def json_lines(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return the records of JSON lines.

    Raises:
        DatasetError: A line is not a JSON object.
    """
    records = []
    for number, line in enumerate((line for text in texts for line in text.split("\n")), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise DatasetError(f"line {number} is not JSON: {error}. Correct the file.") from error
        if not isinstance(record, dict):
            raise DatasetError(f"line {number} is not a JSON object but {type(record).__name__}. Correct the file.")
        records.append(record)
    return records


def with_answers(read: Read, questions: str, answers: str, *, by: str = "question_id") -> list[dict[str, Any]] | None:
    """Return the records of ``questions``, each with the turns of its answer as ``answers``.

    Args:
        read: The function that `records` of a benchmark gets.
        questions: Pattern of the file of questions.
        answers: Pattern of the file of answers, in FastChat's form; a question may have none.
        by: The field that both have.

    Returns:
        None if the dataset is not such a release: on a hub its records are whole.

    Raises:
        DatasetError: A line is not JSON, or a record lacks what is read here.
    """
    try:
        question_texts, answer_texts = read(questions), read(answers)
    except DatasetError:
        return None
    try:
        turns = {row[by]: [_text(turn) for turn in row["choices"][0]["turns"]] for row in json_lines(answer_texts)}
        return [{**row, "answers": turns.get(row[by], [])} for row in json_lines(question_texts)]
    except (LookupError, TypeError) as error:
        raise DatasetError(f"a record of {questions} or {answers} cannot be read: {error!r}. Correct it.") from error


def _text(turn: str | dict[str, str]) -> str:
    return turn if isinstance(turn, str) else turn["content"]
