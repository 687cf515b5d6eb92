"""Samples worth a look: those that did not get the full score, and some that did, with prompt, reply and reference."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..store.atomic import storing
from ..store.compact import BenchmarkRows
from ..store.layout import WorkDir
from ..store.plan import RunPlan
from ..store.rows import SampleSummary
from .execution import sample_id
from .model import Report
from .semantics import identify, meaning

RIGHT = 1.0
SHOWN = 12  # characters of the name of a medium, of which it is the content address


@dataclass(frozen=True, slots=True)
class WrongSample:
    """One sample that was not right.

    Attributes:
        prompt: The conversation before the last reply, each message under its role.
        pictures: The pictures and videos in it, as the records refer to them; of a video with the part in question.
        answer: Answer extracted from the reply.
        lower_is_better: The value is an error rate.
        is_heard: The prompt holds a recording: the reply is likely to be a transcript.
        is_judged: A judge has decided on the whole reply, so that no answer had to be extracted from it.
    """

    id: str
    prompt: str
    reply: str
    answer: str
    target: str
    value: float
    explanation: str
    subset: str = ""
    pictures: tuple[str, ...] = ()
    is_judged: bool = False
    is_heard: bool = False
    lower_is_better: bool = False

    @property
    def credit(self) -> float:
        """What the value is worth: 1 for right."""
        return 1.0 - self.value if self.lower_is_better else self.value

    @property
    def is_unread(self) -> bool:
        """True if the sample was not right and no answer was found in its reply."""
        return not self.answer and not self.is_judged and self.credit < RIGHT


@dataclass(frozen=True, slots=True)
class WrongSamples:
    """Number of wrong samples of a benchmark, and some of them."""

    total: int
    shown: tuple[WrongSample, ...]


NONE_WRONG = WrongSamples(0, ())


def wrong_samples(workdir: WorkDir, plan: RunPlan, rows: BenchmarkRows, report: Report, most: int = 50) -> WrongSamples:
    """Return samples of a benchmark whose primary metric is not that of a right one, taken from all its subsets.

    Nothing is returned for metrics that have no right or wrong. Damaged rows are passed over.
    """
    return _samples(workdir, plan, rows, report, most, right=False)


def right_samples(workdir: WorkDir, plan: RunPlan, rows: BenchmarkRows, report: Report, most: int = 10) -> WrongSamples:
    """Return samples with the full score, as `wrong_samples` returns the others."""
    return _samples(workdir, plan, rows, report, most, right=True)


def _samples(
    workdir: WorkDir, plan: RunPlan, rows: BenchmarkRows, report: Report, most: int, *, right: bool
) -> WrongSamples:
    metric = report.primary_metric
    if metric is None or not metric.semantics.is_share_of_right:
        return NONE_WRONG
    wanted = metric.identity.raw_name
    name = next((n for n in _names(rows) if identify(n).raw_name == wanted), wanted)
    by_subset = _places(rows, name, right=right)
    names = plan.file_names()
    folder = workdir.reviews(plan.model_id)
    share = -(-most // max(1, len(by_subset)))
    found: list[WrongSample] = []
    for subset, places in by_subset.items():
        found += _read(folder / names[rows.name, subset], dict(list(places.items())[:share]), name)
    return WrongSamples(sum(map(len, by_subset.values())), tuple(found[:most]))


def _places(rows: BenchmarkRows, metric: str, *, right: bool) -> dict[str, dict[int, SampleSummary]]:
    """Return by subset the right or the wrong rows, under the number of their line in the reviews."""
    found: dict[str, dict[int, SampleSummary]] = {}
    lines: dict[str, int] = {}
    semantics = meaning(metric)
    for row in rows.rows:
        if row.values is None:
            continue
        line = lines[row.subset] = lines.get(row.subset, -1) + 1
        if metric in row.values and (semantics.credit(row.values[metric]) >= RIGHT) is right:
            found.setdefault(row.subset, {})[line] = row
    return found


def _names(rows: BenchmarkRows) -> Iterator[str]:
    first = next((row.values for row in rows.rows if row.values), {})
    return iter(first)


def _read(path: Path, places: Mapping[int, SampleSummary], metric: str) -> Iterator[WrongSample]:
    last = max(places, default=-1)
    if not path.exists():
        return
    try:
        with storing(path), open(path, "rb") as file:
            for place, line in enumerate(file):
                if place in places:
                    yield sample_of(json.loads(line), places[place], metric)
                if place >= last:
                    return
    except (ValueError, LookupError, TypeError):
        return  # a damaged row: what comes before it is enough to show


def sample_of(review: Mapping[str, Any], row: SampleSummary, metric: str) -> WrongSample:
    """Return a sample with the texts of its review.

    Raises:
        LookupError, TypeError, ValueError: The review is damaged.
    """
    score, messages = review["sample_score"]["score"], review["messages"]
    target = review["target"]
    return WrongSample(
        id=sample_id(row),
        prompt=_prompt(messages[:-1]),
        reply=_text(score["prediction"]),
        answer=_text(score["extracted_prediction"]),
        target=target if isinstance(target, str) else " | ".join(map(str, target)),
        value=float(score["value"][metric]),
        explanation=_text(score["explanation"]),
        subset=row.subset,
        pictures=tuple(_pictures(messages[:-1])),
        is_judged=bool((score.get("metadata") or {}).get("judgements")),
        lower_is_better=meaning(metric).direction == "lower_is_better",
        is_heard=any(part["type"] == "audio" for part in _parts(messages[:-1])),
    )


def _parts(messages: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for message in messages:
        if isinstance(message["content"], list):
            yield from message["content"]


def _pictures(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for part in _parts(messages):
        if part["type"] == "image":
            yield part["image"]
        elif part["type"] == "video":
            times = [part.get("start"), part.get("end")]
            shown = ",".join("" if at is None else f"{float(at):g}" for at in times)
            yield part["video"] + (f"#t={shown}" if shown != "," else "")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _prompt(messages: Sequence[Mapping[str, Any]]) -> str:
    if len(messages) == 1:
        return _content(messages[0]["content"])
    return "\n\n".join(f"[{message['role']}]\n{_content(message['content'])}" for message in messages)


def _content(content: Any) -> str:
    """Return a content as text, with a mark in place of each picture and the like."""
    return content if isinstance(content, str) else "\n".join(map(_part, content))


def _part(part: Mapping[str, Any]) -> str:
    kind = str(part["type"])
    if kind in ("text", "reasoning"):
        return str(part[kind]).strip("\n")
    file = PurePosixPath(str(part.get(kind)))
    return f"[{kind} {file.stem[:SHOWN]}{file.suffix}]"
