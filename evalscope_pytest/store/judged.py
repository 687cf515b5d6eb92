"""Judgements in the light row of a judged sample: counts, and votes if there are several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..core.values import JudgeCall, Score

# Key under which a score keeps requests to judges and their replies (judge/panel.py).
RECORDS = "judgements"
_PLACE = {"judge", "item", "order", "repeat"}


class Vote(NamedTuple):
    """One verdict among several on the same thing.

    Attributes:
        judge: Position in ``Judged.judges``.
        item: Index of the sample's question.
        order: Order in which two replies were shown.
        repeat: 0 for the first request to this judge.
        label: Value of the verdict for the reply, metric by metric, joined by commas: the same whatever the order.
    """

    judge: int
    item: int
    order: int
    repeat: int
    label: str

    @property
    def value(self) -> float:
        """The first metric's value: of a comparison, from 0 (lost) to 1 (won)."""
        return float(self.label.partition(",")[0])


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgements of one sample.

    Attributes:
        requests: Number of requests to judges, second tries included.
        judgements: Number of judgements planned: items, times orders, judges and repeats.
        verdicts: Judgements with a verdict.
        votes: The verdicts; empty if no item has more than one.
    """

    judges: tuple[str, ...]
    requests: int
    judgements: int
    verdicts: int
    votes: tuple[Vote, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Judged:
        """Read the output of `judged_header`."""
        votes = tuple(Vote(*vote) for vote in data.get("votes", ()))
        return cls(tuple(data["judges"]), data["requests"], data["judgements"], data["verdicts"], votes)


def judged_header(score: Score | None, calls: Sequence[JudgeCall]) -> dict[str, Any] | None:
    """Return the row's field as JSON; None for a sample without judges.

    Args:
        calls: Requests to judges, unless a score holds them.
    """
    records = _records(score)
    if not records:
        return _without_verdicts(calls) if calls else None
    judges = list(dict.fromkeys(record["judge"] for record in records))
    places = {(r["judge"], r["item"], r["order"], r["repeat"]): r.get("metrics") for r in records}
    voted = {place: metrics for place, metrics in places.items() if metrics}
    header = {"judges": judges, "requests": len(records), "judgements": len(places), "verdicts": len(voted)}
    if any(count > 1 for count in Counter(item for _, item, _, _ in voted).values()):
        header["votes"] = [
            [judges.index(judge), *place, ",".join(f"{value:g}" for value in metrics.values())]
            for (judge, *place), metrics in voted.items()
        ]
    return header


def _records(score: Score | None) -> list[Mapping[str, Any]]:
    found = score.metadata.get(RECORDS) if score is not None else None
    # An author's own score may call something else by this name.
    return [r for r in found if isinstance(r, Mapping) and r.keys() >= _PLACE] if isinstance(found, list) else []


def _without_verdicts(calls: Sequence[JudgeCall]) -> dict[str, Any]:
    judges = list(dict.fromkeys(call.judge for call in calls))
    first = sum(all(message.role != "assistant" for message in call.messages) for call in calls)
    return {"judges": judges, "requests": len(calls), "judgements": first, "verdicts": 0}
