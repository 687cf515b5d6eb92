"""Which sample killed its worker, and what becomes of the others it was working on.

Several samples are under way when a worker dies, so none of them is to blame yet. The worker that takes its place runs
those that were at work one at a time; the one that is alone when a worker dies a second time is the culprit: it becomes
an error and is not run again. Samples that merely waited for a reply are not suspected at first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..store.inflight_marks import Phase

CHANCES = 2


@dataclass(frozen=True, slots=True)
class Handover:
    """What a dead worker leaves to the one that takes its place, by position in the collection.

    Attributes:
        lost: Samples that killed their worker, and how: not to be run again.
        alone: Samples that may have: to be run with nothing else.
        rest: What it was given besides. Some may be recorded already; only a new worker reads records anew.
    """

    lost: tuple[tuple[int, str], ...] = ()
    alone: tuple[int, ...] = ()
    rest: tuple[int, ...] = ()

    @property
    def positions(self) -> list[int]:
        """All of it, in the order it is to be run."""
        return [*(position for position, _ in self.lost), *self.alone, *self.rest]

    def __add__(self, other: Handover) -> Handover:
        return Handover(self.lost + other.lost, self.alone + other.alone, self.rest + other.rest)


@dataclass(slots=True)
class Crashes:
    """What is known of the workers that died so far."""

    _deaths: Counter[int] = field(default_factory=Counter)

    def judge(
        self, queue: Sequence[int], started: Mapping[int, Phase], given: Handover, cause: str
    ) -> tuple[int | None, Handover]:
        """Return the ordinary test that died with its worker, if it was one, and what is left to run.

        Args:
            queue: What the worker was given and had not reported, in order.
            started: What it had started and not finished.
            given: What it had taken over itself.
            cause: How it died.
        """
        under_way = [p for p in queue if p in started]
        self._deaths.update(under_way)
        if len(under_way) == 1 and self._is_to_blame(under_way[0], started, given):
            (culprit,) = under_way
            left = _without([culprit], queue, given)
            if started[culprit] is Phase.TEST:
                return culprit, left
            return None, Handover(lost=((culprit, cause),)) + left
        at_work = [p for p in under_way if started[p] is not Phase.WAITING or self._deaths[p] > 1]
        suspects = at_work or under_way
        return None, Handover(alone=tuple(suspects)) + _without(suspects, queue, given)

    def _is_to_blame(self, only: int, started: Mapping[int, Phase], given: Handover) -> bool:
        """Return whether the only running item caused the crash; a waiting one did if that keeps happening."""
        if started[only] is Phase.WAITING:
            return only in given.alone and self._deaths[only] > CHANCES
        return only in given.alone or started[only] is Phase.TEST


def _without(taken: Sequence[int], queue: Sequence[int], given: Handover) -> Handover:
    """Return the rest of a queue, each part with what it was."""
    gone, lost, alone = set(taken), dict(given.lost), set(given.alone)
    left = [p for p in queue if p not in gone]
    return Handover(
        lost=tuple((p, lost[p]) for p in left if p in lost),
        alone=tuple(p for p in left if p in alone),
        rest=tuple(p for p in left if p not in lost and p not in alone),
    )
