"""What models replied in earlier runs, read from the predictions of their work_dirs, ours and EvalScope's alike."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import DatasetError, StoreError
from ..report.model import load_report
from ..store.layout import WorkDir, record_names

# What reading a row raises where it is JSON of something else.
_NO_PREDICTION = (LookupError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reply belongs: the same in every run that asked the question.

    Attributes:
        question: What was asked, all messages as one text.
        occurrence: Counts a question that is asked several times in a subset: repeats, and duplicates in the data.
    """

    benchmark: str
    subset: str
    question: str
    occurrence: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's reply, without its reasoning.

    Attributes:
        category: The record's own, empty where it has none.
    """

    text: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A model in an arena, and its replies in the order they were recorded."""

    name: str
    replies: Mapping[Place, Reply]


@dataclass(frozen=True, slots=True)
class Recorded:
    """The records of one model in a work_dir."""

    work_dir: WorkDir
    model_id: str


def contestant(path: str, name: str = "") -> Contestant:
    """Read a model's replies.

    Args:
        path: A work_dir, or a model's folder in its ``reports``, ``predictions`` or ``reviews``.
        name: What the arena calls it; its id in the records by default.

    Raises:
        DatasetError: There are no replies there, or those of several models.
    """
    found = _located(Path(path).expanduser())
    replies: dict[Place, Reply] = {}
    for benchmark, subset, file in _files(found):
        seen: Counter[str] = Counter()
        for row in sorted(_rows(file), key=lambda row: row["index"]):
            question, reply = _question(row, file), _reply(row, file)
            replies[Place(benchmark, subset, question, seen[question])] = reply
            seen[question] += 1
    if not replies:
        raise DatasetError(f"{path} holds no replies of {found.model_id!r}. Name a run that has answered something.")
    return Contestant(name or found.model_id, replies)


def _located(path: Path) -> Recorded:
    if path.parent.name in ("reports", "predictions", "reviews"):
        found = Recorded(WorkDir(path.parent.parent), path.name)
    else:
        folders = sorted(p.name for p in (path / "predictions").glob("*") if p.is_dir())
        if len(folders) > 1:
            raise DatasetError(
                f"{path} holds the replies of {len(folders)} models. Name one: {path / 'reports' / folders[0]}, "
                f"where there is also {', '.join(folders[1:4])}."
            )
        if not folders:
            raise DatasetError(f"{path} is no run: it has no folder predictions with replies. Name a run's work_dir.")
        found = Recorded(WorkDir(path), folders[0])
    if not found.work_dir.predictions(found.model_id).is_dir():
        raise DatasetError(f"{path} holds no replies: {found.work_dir.predictions(found.model_id)} is not there.")
    return found


def _files(found: Recorded) -> Iterator[tuple[str, str, Path]]:
    """Yield benchmark, subset and file of all predictions: reports tell which part of a name is which."""
    pairs, names = [], []
    for file in sorted(found.work_dir.reports(found.model_id).glob("*.json")):
        try:
            report = load_report(file)
        except StoreError:
            continue  # another tool's
        names.append(report.dataset_name)
        pairs += [(report.dataset_name, subset.name) for metric in report.metrics for subset in metric.subsets]
    known = {name: pair for pair, name in record_names(pairs).items()}
    for file in sorted(found.work_dir.predictions(found.model_id).glob("*.jsonl")):
        benchmark, subset = known.get(file.name) or _split(file.stem, names)
        yield benchmark, subset, file


def _split(stem: str, benchmarks: Sequence[str]) -> tuple[str, str]:
    """Return benchmark and subset of a file no report speaks of: nothing in it has a score."""
    named = max((b for b in benchmarks if stem.startswith(f"{b}_")), key=len, default="")
    return (named, stem[len(named) + 1 :]) if named else (stem, "default")


def _rows(file: Path) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="surrogateescape").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            row["index"] + 0
        except (ValueError, RecursionError, *_NO_PREDICTION) as error:
            raise DatasetError(f"line {number} of {file} is no prediction: {error!r}. Remove the line.") from error
        yield row


def _question(row: Mapping[str, Any], file: Path) -> str:
    try:
        messages = list(row["messages"])
        if messages and messages[-1]["role"] == "assistant":
            messages.pop()  # the reply itself
        texts = [(str(message["role"]), _text(message["content"])) for message in messages]
    except _NO_PREDICTION as error:
        raise _unreadable(row, file, error) from error
    if len(texts) == 1:
        return texts[0][1]
    return "\n\n".join(f"[{role}]\n{text}" for role, text in texts)


def _reply(row: Mapping[str, Any], file: Path) -> Reply:
    try:
        text = _text(row["model_output"]["choices"][0]["message"]["content"])
    except _NO_PREDICTION as error:
        raise _unreadable(row, file, error) from error
    metadata = row.get("metadata")
    category = metadata.get("category") if isinstance(metadata, Mapping) else None
    return Reply(text, category if isinstance(category, str) else "")


def _text(content: Any) -> str:
    """Return a message's text; EvalScope keeps reasoning and text as parts of it."""
    if isinstance(content, str):
        return content
    return "".join(str(part["text"]) for part in content or () if part.get("type") == "text")


def _unreadable(row: Mapping[str, Any], file: Path, error: Exception) -> DatasetError:
    return DatasetError(f"sample {row['index']} in {file} cannot be read ({error!r}). Is it a run's prediction?")
