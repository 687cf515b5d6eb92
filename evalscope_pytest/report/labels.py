"""The verdicts that people wrote into ``judge_audit.txt``, and the judgements that they are about."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import UsageError, closest
from ..core.text import visible
from ..judge.contract import Contract, Labels, Verdict, contract_of
from ..store.atomic import storing
from ..store.layout import WorkDir
from .audit import VERDICT, Judgement, judgements, review_rows

_HEADING = re.compile(r"[0-9]{1,9}\. .{1,2000}#([0-9a-f]{16})\s{0,20}")
_FIRST = re.compile(r"[0-9][0-9,]{0,14} of ([0-9][0-9,]{0,14}) judgements")
_AFTER = "-- what the judge replied"
_LONGEST = 1 << 27  # bytes of a file
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Given:
    """The verdict of a person, as written.

    Attributes:
        place: File and line, for messages.
    """

    text: str
    place: str


def read_given(path: Path) -> dict[str, Given]:
    """Return the verdicts of people in an audit file by the keys of their judgements; those left out are not there.

    Raises:
        UsageError: It is not UTF-8 or UTF-16, a verdict belongs to no judgement, or a judgement has two.
    """
    if not path.is_file():
        return {}
    found: dict[str, Given] = {}
    key, waiting = "", False
    for number, line in enumerate(_lines(path), 1):
        text, place = line.strip(), f"{path}, line {number}"
        if heading := _HEADING.fullmatch(text):
            key, waiting = heading[1], False
        elif text.casefold().startswith(VERDICT.casefold()):
            given = text[len(VERDICT) :].strip(" \t_")
            if given:
                _check_new(key, found, place)
                found[key] = Given(given, place)
            key, waiting = "", not given
        elif text.startswith(_AFTER):
            waiting = False
        elif waiting and text:
            raise UsageError(
                f"judge audit: {visible(text[:_MOST_SHOWN])!r} in {place}. A verdict is on the line {VERDICT!r}. "
                "Write it there, in place of ____."
            )
    return found


def drawn_from(path: Path) -> int | None:
    """Return the number of judgements that an audit file was drawn from; None if its first line is another now."""
    found = _FIRST.match(_lines(path)[0])
    return int(found[1].replace(",", "")) if found else None


def _check_new(key: str, found: Mapping[str, Given], place: str) -> None:
    if not key:
        raise UsageError(
            f"judge audit: a verdict without a judgement in {place}. Each belongs below the heading with the number of "
            "its judgement, as in '3. NAME[main-7], judged by NAME #0123456789abcdef'. Restore the heading, or put "
            "____ back."
        )
    if key in found:
        raise UsageError(
            f"judge audit: a second verdict on judgement #{key} in {place}. The first one is in {found[key].place}. "
            "Leave one of them."
        )


def _lines(path: Path) -> list[str]:
    with storing(path), open(path, "rb") as file:
        data = file.read(_LONGEST)
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UsageError(
            f"judge audit: {path} is not UTF-8 in line {line} (byte {data[error.start]:#04x}). Allowed: UTF-8, or "
            "UTF-16 with a byte order mark. Save it as UTF-8."
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def check_labels(workdir: WorkDir, model_id: str) -> None:
    """Check, before any request is sent, the verdicts of people in a run that is carried on.

    Raises:
        UsageError: A verdict cannot be read, or is about a judgement that the run does not have.
    """
    given = read_given(workdir.judge_audit)
    if not given:
        return
    matches = Matches(given)
    for path in sorted(workdir.reviews(model_id).glob("*.jsonl")):
        for row in review_rows(path):
            matches.take(judgements(row))
        matches.settle()
    if unknown := given.keys() - matches.known:
        first = min(unknown, key=list(given).index)
        raise UsageError(
            f"judge audit: judgement #{first} in {given[first].place} is not in the records of {workdir.root}. Allowed "
            f"are the judgements that --eval-judge-audit drew from this run. Restore its heading, or put ____ back."
        )


class Matches:
    """Matches the verdicts of people with the judgements that they are about.

    Attributes:
        known: Keys of the judgements that were found.
        read: Metrics that each verdict stands for, by the key of its judgement.
    """

    def __init__(self, given: Mapping[str, Given]) -> None:
        self.known: set[str] = set()
        self.read: dict[str, Mapping[str, float]] = {}
        self._given = given
        self._old: list[Judgement] = []
        self._seen: dict[str, Mapping[str, float] | None] = {}

    def take(self, found: Iterable[Judgement]) -> None:
        """Read the verdicts on some judgements of a benchmark."""
        for judgement in found:
            metrics = judgement.record.get("metrics") or {}
            if self._seen.setdefault(judgement.record["verdict"], metrics) != metrics:
                self._seen[judgement.record["verdict"]] = None  # worth something else in another order
            if judgement.key not in self._given:
                continue
            self.known.add(judgement.key)
            if judgement.allowed:
                self.read[judgement.key] = self._verdict(judgement, contract_of(judgement.record["allowed"]))
            else:
                self._old.append(judgement)

    def settle(self) -> None:
        """Read, at the end of a benchmark, those on records that do not name the allowed verdicts."""
        worth = Labels({word: metrics for word, metrics in self._seen.items() if metrics is not None})
        for judgement in self._old:
            self.read[judgement.key] = self._verdict(judgement, worth)
        self._old, self._seen = [], {}

    def _verdict(self, judgement: Judgement, contract: Contract) -> Mapping[str, float]:
        given = self._given[judgement.key]
        found = _read(given.text, contract)
        if found is None:
            near = closest(given.text, contract.values) if isinstance(contract, Labels) else ""
            meant = f"{near} " if near.startswith("Did you mean") else ""
            raise UsageError(
                f"judge audit: verdict {visible(given.text[:_MOST_SHOWN])!r} in {given.place}. Allowed: "
                f"{visible(contract.allowed)}. {meant}Correct the line, or put ____ back."
            )
        return found.metrics


def _read(text: str, contract: Contract) -> Verdict | None:
    """Return the verdict that a person wrote; the case of a label does not matter if no other is meant."""
    value: Any = text
    if text.startswith("{"):
        try:
            value = json.loads(text)
        except ValueError:
            return None
    found: Verdict | None = contract.verdict(value)
    if found is None and isinstance(contract, Labels):
        alike = [word for word in contract.values if word.casefold() == text.casefold()]
        return contract.verdict(alike[0]) if len(alike) == 1 else None
    return found
