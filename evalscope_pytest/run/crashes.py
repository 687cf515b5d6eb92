"""Finds the sample that killed a process: marks of what a process works on, and conclusions from its death.

Several samples are under way when a worker dies, so none of them is to blame yet. The worker that takes its place runs
those that were at work one at a time; the one that is alone when a worker dies a second time is the culprit: it becomes
an error and is not run again. Samples that merely waited for a reply are not suspected at first.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..core.errors import ScoringError
from ..core.values import ModelOutput
from ..engine.context import SampleContext
from ..engine.handle import ModelHandle
from ..store.inflight_marks import Phase, Started, left_by_the_dead, mark_of, unfinished_files
from ..store.layout import WorkDir
from ..wire.request import Request

CHANCES = 2
OWN_SCHEDULER = ("load", "worksteal")  # values of --dist with which samples may go to any worker
T = TypeVar("T")

_slot: ContextVar[tuple[Started, int] | None] = ContextVar("evalscope_slot", default=None)


# Conclusions ---------------------------------------------------------------------------------------------------------


class ProcessDiedError(ScoringError):
    """The process died while it ran this sample and nothing else."""


@dataclass(frozen=True, slots=True)
class Handover:
    """The samples that a dead worker leaves to its replacement, by position in the collection.

    Attributes:
        lost: Samples that killed their worker, and how: not to be run again.
        alone: Samples that may have killed it: to be run with nothing else.
        rest: The others. Some may be recorded already; only a new worker reads the records again.
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
    """The history of the workers that died."""

    _deaths: Counter[int] = field(default_factory=Counter)

    def judge(
        self, queue: Sequence[int], started: Mapping[int, Phase], given: Handover, cause: str
    ) -> tuple[int | None, Handover]:
        """Return the ordinary test that died with its worker, if it was one, and what is left to run.

        Args:
            queue: The samples that the worker was given and had not reported, in order.
            started: The samples that it had started and not finished.
            given: The samples that it had taken over itself.
            cause: The way it died.
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


@dataclass(slots=True)
class Handovers:
    """The samples that dead workers leave, until new workers have got them."""

    _crashes: Crashes = field(default_factory=Crashes)
    _left: Handover = field(default_factory=Handover)
    _given: dict[str, Handover] = field(default_factory=dict)
    _unsent: set[str] = field(default_factory=set)

    @property
    def pending(self) -> bool:
        """True while a worker has not got something that a dead one left."""
        return bool(self._left.positions or self._unsent)

    @property
    def suspects(self) -> tuple[int, ...]:
        """The samples that may have killed a worker, and that no worker took over."""
        return self._left.alone

    def take_over(self, worker: str) -> Handover:
        """Return what a new worker takes over from those that died before."""
        left, self._left = self._left, Handover()
        if left.positions:
            self._given[worker] = left
            self._unsent.add(worker)
        return left

    def unsent(self, worker: str) -> list[int]:
        """Return, once, the positions that a worker took over and has not been sent."""
        if worker not in self._unsent:
            return []
        self._unsent.discard(worker)
        return self._given[worker].positions

    def ended(self, worker: str, queue: Sequence[int], started: Mapping[int, Phase], cause: str) -> int | None:
        """Take the samples that a worker leaves; return the position of the ordinary test that killed it, if one did.

        Args:
            queue: The positions that the worker was given and had not reported, in order.
            started: The samples that it had started and not finished.
            cause: The way it died.
        """
        given = self._given.pop(worker, Handover())
        if worker in self._unsent:  # it died before it got anything
            self._unsent.discard(worker)
            self._left += given
        if not queue:
            return None
        culprit, left = self._crashes.judge(queue, started, given, cause)
        self._left += left
        return culprit


@dataclass(slots=True)
class LastReports:
    """The last report of each worker: one that died may have reported a sample without ending it."""

    _last: dict[str, str] = field(default_factory=dict)
    _dead: set[str] = field(default_factory=set)

    def add(self, worker: str, name: str) -> None:
        """Note the sample that a worker reported; nothing without a worker."""
        if worker:
            self._last[worker] = name

    def died(self, worker: str) -> None:
        """Note that a worker died."""
        self._dead.add(worker)

    def is_repeated(self, worker: str, name: str) -> bool:
        """Return whether a worker that died reported the sample before."""
        return any(worker != dead and self._last.get(dead) == name for dead in self._dead)


def _without(taken: Sequence[int], queue: Sequence[int], given: Handover) -> Handover:
    """Return the rest of a queue, each part with what it was."""
    gone, lost, alone = set(taken), dict(given.lost), set(given.alone)
    left = [p for p in queue if p not in gone]
    return Handover(
        lost=tuple((p, lost[p]) for p in left if p in lost),
        alone=tuple(p for p in left if p in alone),
        rest=tuple(p for p in left if p not in lost and p not in alone),
    )


def cause_of_death(exit_code: int | None) -> str:
    """Return how a worker ended, in words.

    Args:
        exit_code: That of its process, negative for a signal; None for an unknown one, of another machine.
    """
    how = "" if exit_code is None else f", with exit code {exit_code}"
    if exit_code is not None and exit_code < 0:
        try:
            how = f", killed by {signal.Signals(-exit_code).name}"
        except ValueError:
            how = f", killed by signal {-exit_code}"
    memory = ": out of memory?" if exit_code == -signal.SIGKILL else ""
    return f"the process died while it ran this sample alone{how}{memory}"


def distribution_fault(dist: str, workers: int, in_flight: int) -> str:
    """Return why workers cannot share the requests in flight; empty if they can.

    Args:
        dist: The value of ``--dist``.
    """
    if dist == "each":
        return "--dist each would send every sample once per worker. Use -n N alone."
    if dist in OWN_SCHEDULER or workers <= in_flight:
        return ""
    return (
        f"--dist {dist} with {workers} workers has at least {workers} requests in flight, and --eval-batch-size allows "
        f"{in_flight}. Use -n {in_flight}, or leave --dist out."
    )


def left_at_work(work_dir: WorkDir, session: str, names: Iterable[str]) -> str:
    """Return a note on those of these samples that an earlier process was working on when it died; empty without any.

    Args:
        session: This run, whose own marks do not count.
    """
    marks: dict[int, Phase] = {}
    for path in unfinished_files(work_dir):
        if not path.name.startswith(session):
            marks.update(left_by_the_dead(path))
    at_work = {mark for mark, phase in marks.items() if phase is not Phase.WAITING}
    suspects = [name for name in names if mark_of(name) in at_work] if at_work else []
    if not suspects:
        return ""
    more = f" and {len(suspects) - 3} more" if len(suspects) > 3 else ""
    return (
        f"the run before died at work on {', '.join(suspects[:3])}{more}. Should a sample kill this one as well, add "
        "-n 2: then it is found out, reported as an error and left alone"
    )


# Marks ---------------------------------------------------------------------------------------------------------------


async def watched(started: Started, name: str, run: Callable[[], Awaitable[T]]) -> T:
    """Run a sample, marked as started for as long as it takes."""
    slot = started.begin(name)
    _slot.set((started, slot))
    try:
        return await run()
    finally:
        started.end(slot)


class WatchedModel(ModelHandle):
    """The model, whose replies a sample waits for without being suspected of anything."""

    async def _answer(self, request: Request, context: SampleContext | None, *, refusals: bool = False) -> ModelOutput:
        return await self.waited(super()._answer(request, context, refusals=refusals))

    async def waited(self, work: Awaitable[T]) -> T:
        """Wait for the model, with a mark that says so."""
        marked: Any = _slot.get()
        if marked is None:
            return await work
        started, slot = marked
        started.enter(slot, Phase.WAITING)
        try:
            return await work
        finally:
            started.enter(slot, Phase.WORKING)
