"""Light rows of samples, read from the records of a run with the place of each record in its file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Any

from ..report.semantics import Semantics, identify, meaning
from ..report.wrong import RIGHT
from ..store.journal import entries
from ..store.rows import SampleSummary

MAX_ANSWER = 200  # characters of an answer or an error in a row
CUT_SHORT = ("length", "max_tokens", "model_length", "max_output_tokens")  # reasons why a reply ended


@dataclass(frozen=True, slots=True)
class Place:
    """A record in a file; ``length`` in bytes."""

    offset: int = 0
    length: int = 0


@dataclass(slots=True)
class Row:
    """What lists show of a sample, and what they are filtered and sorted by.

    Attributes:
        state: ``right``, ``wrong``, ``partial``, ``scored`` for a metric without right and wrong, ``error``,
            ``unscored`` for a reply without a score, or ``damaged`` for a record that cannot be read.
        tokens: Of all replies.
    """

    subset: str
    index: int
    group: int = 0
    repeat: int = 0
    state: str = "unscored"
    value: float | None = None
    answer: str | None = None
    target: str | None = None
    note: str = ""
    truncated: bool = False
    empty: bool = False
    latency: float | None = None
    tokens: int | None = None
    prediction: Place = Place()
    review: Place = Place()


def rows_of(subset: str, predictions: Path | None, reviews: Path | None, metric: str) -> Iterator[Row]:
    """Yield the samples of a subset.

    Args:
        metric: Of which a row has the value; the first one of the record if that lacks it.
    """
    replies: dict[int, Row] = {}
    damaged = -1
    for place, data in _lines(predictions) if predictions else ():
        try:
            row = _replied(subset, data)
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
            yield Row(subset, damaged, state="damaged", prediction=place)
            damaged -= 1
            continue
        row.prediction = place
        replies[row.index] = row
    for place, data in _lines(reviews) if reviews else ():
        try:
            row = _scored(subset, data, metric, replies)
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
            yield Row(subset, damaged, state="damaged", review=place)
            damaged -= 1
            continue
        row.review = place
        replies.pop(row.index, None)
        yield row
    yield from replies.values()


def _lines(path: Path) -> Iterator[tuple[Place, Any]]:
    """Yield the records of a file, None for one that is not JSON. A line without an end is still being written."""
    from orjson import JSONDecodeError, loads

    offset = 0
    with open(path, "rb") as file:
        for line in file:
            place = Place(offset, len(line))
            offset += len(line)
            if line.isspace():
                continue
            try:
                yield place, loads(line)
            except JSONDecodeError:
                if line.endswith(b"\n"):
                    yield place, _by_standard_library(line)


def _by_standard_library(line: bytes) -> Any:
    """Return a record with lone surrogates, or nested deeply; None if it is damaged."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _replied(subset: str, data: Mapping[str, Any]) -> Row:
    row = Row(subset, int(data["index"]))
    row.group = row.index
    calls = [call["model_output"] for call in data.get("calls") or ()] or [data["model_output"] or {}]
    times = [_number(output.get("time")) for output in calls]
    row.latency = sum(time for time in times if time is not None) if any(t is not None for t in times) else None
    usages = [_number((output.get("usage") or {}).get("output_tokens")) for output in calls]
    row.tokens = int(sum(n for n in usages if n is not None)) if any(n is not None for n in usages) else None
    choices = calls[-1].get("choices") or [{}]
    row.truncated = choices[0].get("stop_reason") in CUT_SHORT
    content = (choices[0].get("message") or {}).get("content")
    row.empty = not content and not (choices[0].get("message") or {}).get("tool_calls")
    if error := calls[-1].get("error") or data.get("error"):
        row.state, row.note = "error", _short(error) or ""
    return row


def _scored(subset: str, data: Mapping[str, Any], metric: str, replies: Mapping[int, Row]) -> Row:
    place = data["sample_score"]
    score = place["score"]
    index = int(data["index"])
    row = replies.get(index) or Row(subset, index)
    row.group, row.repeat = int(place.get("group_id") or 0), int(place.get("generation_index") or 0)
    values = {name: float(v) for name, v in score["value"].items() if isinstance(v, (int, float)) and isfinite(v)}
    row.value, row.state = judged(values, metric)
    row.answer, row.target = _short(score.get("extracted_prediction")), _short(data.get("target"))
    return row


def judged(values: Mapping[str, float], metric: str) -> tuple[float | None, str]:
    """Return the value of a metric among those of a sample, and its state."""
    name = next((n for n in values if n == metric or _known(n)[0] == metric), next(iter(values), None))
    if name is None:
        return None, "unscored"
    known = _known(name)[1]
    if not known.is_share_of_right:
        return values[name], "scored"
    credit = known.credit(values[name])
    return values[name], "right" if credit >= RIGHT else "partial" if credit > 0 else "wrong"


@lru_cache(512)
def _known(metric: str) -> tuple[str, Semantics]:
    """Return the name of a metric in reports, and what is known of it."""
    return identify(metric).raw_name, meaning(metric)


def journal_rows(path: Path, metrics: Mapping[str, str], begin: int) -> Iterator[tuple[str, Row]]:
    """Yield the samples of a journal with their benchmark; the place of one is that of its whole line.

    Args:
        metrics: By benchmark, the metric of which a row has the value.
        begin: Byte from which on records are new.
    """
    for entry in entries(path):
        if entry.offset >= begin:
            row = _journaled(entry.row, metrics)
            row.prediction = Place(entry.offset, entry.length)
            yield entry.row.benchmark, row


def _journaled(found: SampleSummary, metrics: Mapping[str, str]) -> Row:
    row = Row(found.subset, found.index, found.group, found.repeat, answer=_short(found.answer))
    row.truncated, row.empty = found.truncated, found.empty
    row.latency, row.tokens = found.latency_s, found.output_tokens
    if found.error is not None or found.status == "error":
        row.state = "error"
        row.note = _short(f"{found.error.type}: {found.error.message}") or "" if found.error else ""
    else:
        row.value, row.state = judged(found.values or {}, metrics.get(found.benchmark, ""))
    return row


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and isfinite(value) else None


def _short(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else " | ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text[:MAX_ANSWER].encode("utf-8", "replace").decode()
