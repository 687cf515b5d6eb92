"""Parts of a metric that count as one each: a question in all its forms, a pair, a chain of questions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple


class Member(NamedTuple):
    """The value of a metric that belongs to a part.

    Attributes:
        weight: Its weight there; in a chain, its step.
    """

    part: Hashable
    repeat: int
    weight: float
    value: float


def _all(members: Sequence[Member]) -> float:
    return float(all(member.value >= 1.0 for member in members))


def _least(members: Sequence[Member]) -> float:
    return min(member.value for member in members)


def _chain(members: Sequence[Member]) -> float:
    """Return how far a chain of questions holds (Video-MME-v2, arXiv:2604.05015).

    A question of step n is worth 2 n - 1, and counts if all questions of the steps before are right. Without steps, k
    right ones of n questions are worth (k / n) squared, in any order.
    """
    right = sum(member.value >= 1.0 for member in members)
    if not any(member.weight for member in members):
        return float((right / len(members)) ** 2)
    holds, gained, most = True, 0.0, 0.0
    for step in sorted({member.weight for member in members}):
        values = [member.value >= 1.0 for member in members if member.weight == step]
        worth = 2 * step - 1
        gained += worth * sum(values) * holds
        most += worth * len(values)
        holds = holds and all(values)
    return gained / most if most else 0.0


# Value of a part, by aggregation.
OF_PART: Mapping[str, Callable[[Sequence[Member]], float]] = {
    "all_of_part": _all,
    "least_of_part": _least,
    "chains": _chain,
}


def units(how: str, members: Iterable[Member]) -> dict[Hashable, float]:
    """Return the value of each part under an aggregation; of repeated questions, once for each repeat.

    A part that has to be right as a whole (``all_of_part``) has to be in all repeats.
    """
    parts: dict[Hashable, list[Member]] = {}
    for member in members:
        key = member.part if how == "all_of_part" else (member.part, member.repeat)
        parts.setdefault(key, []).append(member)
    return {part: OF_PART[how](found) for part, found in parts.items()}
