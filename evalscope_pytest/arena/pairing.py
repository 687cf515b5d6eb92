"""Pairs to compare: replies of earlier runs, ours and EvalScope's, paired, and people's votes on the pairs."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from ..core.canonical import digest
from ..core.errors import ConfigError, DatasetError, StoreError, closest
from ..report.model import load_report
from ..store.atomic import write_atomic
from ..store.layout import WorkDir, record_names

# Exceptions from reading a row that is JSON of another form.
_NO_PREDICTION = (LookupError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a reply: the same in every run with that question.

    Attributes:
        question: The prompt, all messages as one text.
        occurrence: Number of an identical question within a subset: repeats, and duplicates in the data.
    """

    benchmark: str
    subset: str
    question: str
    occurrence: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's reply, without its reasoning.

    Attributes:
        category: The record's category; empty if it has none.
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
        name: Its name in the arena; by default its id in the records.

    Raises:
        DatasetError: The folder has no replies, or those of several models.
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
            raise DatasetError(
                f"{path} is not a run: it has no folder predictions with replies. Name a run's work_dir."
            )
        found = Recorded(WorkDir(path), folders[0])
    if not found.work_dir.predictions(found.model_id).is_dir():
        raise DatasetError(f"{path} holds no replies: {found.work_dir.predictions(found.model_id)} is not there.")
    return found


def _files(found: Recorded) -> Iterator[tuple[str, str, Path]]:
    """Yield benchmark, subset and file of all predictions: reports show which part of a name is which."""
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
            raise DatasetError(f"line {number} of {file} is not a prediction: {error!r}. Remove the line.") from error
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
    """Return a message's text; EvalScope keeps reasoning and text as parts of it. Media stand for themselves."""
    if isinstance(content, str):
        return content
    shown = {"text": "{}", **dict.fromkeys(("image", "audio", "video", "file"), "[{}]")}
    parts = ((part, str(part.get("type"))) for part in content or ())
    return "".join(shown[kind].format(part[kind]) for part, kind in parts if kind in shown)


def _unreadable(row: Mapping[str, Any], file: Path, error: Exception) -> DatasetError:
    return DatasetError(f"sample {row['index']} in {file} cannot be read ({error!r}). Is it a run's prediction?")


Mode = Literal["single", "pairwise_baseline", "pairwise_all"]
MODES = ("single", "pairwise_baseline", "pairwise_all")

_log = logging.getLogger("evalscope_pytest")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two replies to the same question; of a single reply to be scored, ``second`` and its reply are empty."""

    place: Place
    first: str
    second: str
    reply_1: str
    reply_2: str
    category: str

    @property
    def question_id(self) -> str:
        """The same for all pairs over a question, its repeats included."""
        return digest(self.place.benchmark, self.place.subset, self.place.question)

    @property
    def id(self) -> str:
        """The same whatever other models are in the arena; another as soon as a reply is another."""
        place = self.place
        where = [place.benchmark, place.subset, place.question, place.occurrence]
        # A letter first: a spreadsheet would make a number of 32 digits with an "e" among them.
        return f"p{digest(where, self.first, self.second, self.reply_1, self.reply_2)[:20]}"


def mode_of(mode: str, baseline: str, names: Sequence[str]) -> Mode:
    """Return the mode a user means: against the baseline if there is one, otherwise all against all.

    Raises:
        ConfigError: Mode, baseline and models do not go together.
    """
    if mode and mode not in MODES:
        raise ConfigError(f"mode of the arena: {mode!r}. {closest(mode, MODES)}")
    if baseline and baseline not in names:
        raise ConfigError(f"baseline of the arena: {baseline!r} is none of its models. {closest(baseline, names)}")
    if mode == "pairwise_baseline" and not baseline:
        raise ConfigError("mode pairwise_baseline of the arena needs a baseline. Name one of its models.")
    if mode in ("single", "pairwise_all") and baseline:
        raise ConfigError(f"mode {mode} of the arena has no baseline. Leave one of the two out.")
    least = 1 if mode == "single" else 2
    if len(names) < least:
        how_many = "1 model" if len(names) == 1 else f"{len(names)} models"
        raise ConfigError(f"the arena has {how_many}, and needs {least} at least. Name another run or service.")
    return mode or ("pairwise_baseline" if baseline else "pairwise_all")  # type: ignore[return-value]


def pairs(contestants: Sequence[Contestant], mode: Mode, baseline: str = "") -> list[Pair]:
    """Return the pairs to judge: those over one question are adjacent, in the order of the first model.

    Raises:
        DatasetError: The models have no question in common.
    """
    if mode == "single":
        return [p for c in contestants for p in _single(c)]
    by_name = {c.name: c for c in contestants}
    names = list(by_name)
    meeting = (
        list(combinations(names, 2))
        if mode == "pairwise_all"
        else [(name, baseline) for name in names if name != baseline]
    )
    found = {(a, b): list(_pairs(by_name[a], by_name[b])) for a, b in meeting}
    _check(found, by_name)
    return [pair for over in found.values() for pair in over]


def _single(contestant: Contestant) -> Iterator[Pair]:
    for place, reply in contestant.replies.items():
        yield Pair(place, contestant.name, "", reply.text, "", reply.category)


def _pairs(one: Contestant, other: Contestant) -> Iterator[Pair]:
    for place, reply in one.replies.items():
        if (answer := other.replies.get(place)) is not None:
            category = reply.category or answer.category
            yield Pair(place, one.name, other.name, reply.text, answer.text, category)


def _check(found: Mapping[tuple[str, str], Sequence[Pair]], by_name: Mapping[str, Contestant]) -> None:
    for (a, b), over in found.items():
        most = max(len(by_name[a].replies), len(by_name[b].replies))
        if not over:
            raise DatasetError(
                f"{a!r} and {b!r} have no question in common. An arena needs runs over the same benchmarks, with the "
                "same prompts, limit and seed."
            )
        if len(over) < most:
            _log.warning("%r and %r meet over %d questions, one of them has replied to %d", a, b, len(over), most)


COLUMNS = ("pair", "question", "reply_a", "reply_b", "verdict")
VALUES: Mapping[str, float] = {"A": 1.0, "B": 0.0, "tie": 0.5}
# With these a spreadsheet takes a cell for a formula, and what a model wrote would be run.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_CELL = 10_000_000


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's verdict on one pair.

    Attributes:
        by: The file that holds it.
        verdict: ``A``, ``B`` or ``tie``, of the replies as they were shown.
        order: 0 if the first model's reply was shown as A, 1 if the second's was.
    """

    by: str
    verdict: str
    order: int

    @property
    def value(self) -> float:
        """Its value for the first model, from 0 to 1."""
        return VALUES[self.verdict] if self.order == 0 else 1 - VALUES[self.verdict]


def order_of(pair: str) -> int:
    """Return whose reply is shown first: 0 the first model's, 1 the second's. Follows from the pair alone."""
    return int(pair[-1], 16) % 2


def export(pairs: Iterable[Pair], path: Path) -> int:
    """Write pairs to a CSV file for people to fill in, and return their number.

    Raises:
        StoreError: It could not be written.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    count = 0
    for pair in pairs:
        shown = [pair.reply_1, pair.reply_2]
        a, b = reversed(shown) if order_of(pair.id) else shown
        writer.writerow([pair.id, *map(_harmless, (pair.place.question, a, b)), ""])
        count += 1
    # The mark at the beginning makes spreadsheets read it as UTF-8.
    write_atomic(path, text.getvalue().encode("utf-8-sig", "replace"))
    return count


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def read_votes(paths: Sequence[str]) -> dict[str, list[Vote]]:
    """Return the votes on each pair; a pair without a verdict has none.

    Raises:
        ConfigError: A file is not there, is another, or holds a verdict that is none.
    """
    votes: dict[str, list[Vote]] = {}
    for path in paths:
        for pair, vote in _read(Path(path).expanduser()):
            votes.setdefault(pair, []).append(vote)
    return votes


def _read(path: Path) -> Iterator[tuple[str, Vote]]:
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames is None or not {"pair", "verdict"}.issubset(reader.fieldnames):
                raise ConfigError(f"{path} is not a file of votes: its columns have to be {', '.join(COLUMNS)}.")
            for row in reader:
                if word := (row["verdict"] or "").strip():
                    yield _vote((row["pair"] or "").strip(), word, path, reader.line_num)
    except OSError as error:
        raise ConfigError(
            f"votes cannot be read: {path} ({error.strerror}). Name the file that was filled in."
        ) from error
    except csv.Error as error:
        raise ConfigError(f"{path} is not a CSV file: {error}. Save it as CSV again.") from error


def _vote(pair: str, word: str, path: Path, line: int) -> tuple[str, Vote]:
    verdict = next((known for known in VALUES if known.lower() == word.lower()), None)
    if verdict is None:
        raise ConfigError(f"line {line} of {path} has the verdict {word!r:.40}. {closest(word, VALUES)}")
    if not pair or pair[-1] not in "0123456789abcdef":
        raise ConfigError(f"line {line} of {path} has the pair {pair!r:.60}, which no export wrote. Export again.")
    return pair, Vote(str(path), verdict, order_of(pair))
