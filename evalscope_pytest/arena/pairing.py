"""Who meets whom: single replies to score, each model against a baseline, or all against all."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from ..core.canonical import digest
from ..core.errors import ConfigError, DatasetError, closest
from .replies import Contestant, Place

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
    """Return the mode a user means: against the baseline where there is one, else all against all.

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
    """Return what there is to judge: the pairs over one question stand together, in the order of the first model.

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
