"""What a run that may stop early needs from its beginning: the order of its questions, and what it counts.

`run.stopping` decides. It is loaded only if gates are to be decided while the run goes on.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from ..engine.evaluation import Outcome, Unit
from ..engine.loop import Job, Stopped
from ..report.baseline import Early, name_of, tested_at
from ..report.execution import GateResult
from ..report.model import Report
from ..statistics.gates import Gate
from ..store.plan import Ordered, recorded_order_seed

if TYPE_CHECKING:
    from ..statistics.verdicts import Verdict
    from .assembly import Run
    from .progress import Verdict as SampleVerdict
    from .stopping import Stopping

log = logging.getLogger(__name__)

STOPPED = "stopped: decided"
_TURN_S = 0.01  # between two looks at the reporter of samples

Place = tuple[str, int]


class Answer(NamedTuple):
    """A finished sample, as the process that decides gets it.

    Attributes:
        values: Its metrics, those with a weight left out; None without a score.
    """

    subset: str
    group: int
    repeat: int
    values: Mapping[str, float] | None


def answer_of(outcome: Outcome) -> Answer:
    """Return a finished sample as the process that decides gets it."""
    result, score = outcome.result, outcome.result.score
    if score is None:
        return Answer(result.subset, result.group, result.repeat, None)
    weighted = score.metadata.get("weights") or ()
    values = {name: float(value) for name, value in score.values.items() if name not in weighted}
    return Answer(result.subset, result.group, result.repeat, values)


def without_score(unit: Unit) -> Answer:
    """Return a sample that could not be run."""
    return Answer(unit.subset, unit.group, unit.repeat, None)


def in_drawn_order(units: Iterable[tuple[str, Unit]], seed: int) -> list[tuple[str, Unit]]:
    """Return the samples of a benchmark in random order, those of a question and of a cluster together."""
    of_question: dict[Place, list[tuple[str, Unit]]] = {}
    for sample in units:
        of_question.setdefault((sample[1].subset, sample[1].group), []).append(sample)
    clusters = [found[0][1].cluster or place for place, found in of_question.items()]
    from ..statistics.sequential import draw_order

    drawn = draw_order(list(of_question), seed, clusters)
    return [sample for unit in drawn for place in unit for sample in of_question[place]]  # type: ignore[index]


def order_of(units: Iterable[Unit], drawn: Sequence[Place]) -> tuple[Ordered, ...]:
    """Return the questions of a benchmark that run, in the order drawn, whatever has reordered the samples since."""
    found: dict[Place, list[Unit]] = {}
    for unit in units:
        found.setdefault((unit.subset, unit.group), []).append(unit)
    places = [place for place in drawn if place in found]
    return tuple(
        Ordered(*place, len(own), own[0].question, own[0].cluster) for place in places if (own := found[place])
    )


def seed_of(run: Run) -> int | None:
    """Return the seed of the order in which a run sends its questions; None if that is the order of the data.

    A run that is carried on keeps its order; a list of samples shows that of the data.
    """
    if run.task.stop_when_decided is False or run.driver.listing:
        return None
    if run.process.is_worker:
        return run.process.order_seed
    recorded = recorded_order_seed(run.work_dir.root)
    return random.SystemRandom().getrandbits(32) if recorded is None else recorded


class Replay:
    """Holds new samples of a run that is carried on back until what is recorded before the first of them was counted.

    That may decide everything, and nothing is sent then.

    Args:
        decided: Benchmarks of which no more samples are needed.
        patience_s: Maximum time for news of a decision, in a worker: its controller counts.

    Attributes:
        awaited: The sample that the reporter of samples waits for.
    """

    def __init__(self, decided: Collection[str], *, is_needed: bool, patience_s: float = 0.0) -> None:
        self.awaited: Unit | None = None
        self._decided = decided
        self._is_over = not is_needed
        self._patience_s = patience_s

    async def turn(self, unit: Unit) -> None:
        """Wait until a sample may be sent: the first one until all before it are reported, the others for that one."""
        if self._is_over:
            return
        while not self._is_over and self.awaited is not unit:
            await asyncio.sleep(_TURN_S)
        waits = round(self._patience_s / _TURN_S)
        while not self._is_over and waits > 0 and unit.evaluation.name not in self._decided:
            waits -= 1
            await asyncio.sleep(_TURN_S)
        self._is_over = True


def is_decided(run: Run) -> bool:
    """Return whether all gates of all benchmarks are decided: no sample is needed any more."""
    return bool(run.decided) and all(plan.name in run.decided for plan in run.benchmarks)


def outcome_of(run: Run, unit: Unit, job: Job[Outcome]) -> Outcome:
    """Wait for the outcome of a sample; one that was refused before its benchmark was decided is skipped.

    Raises:
        Stopped: It will never be finished.
    """
    try:
        return run.ahead.take(job)
    except Stopped:
        if run.stopped or unit.evaluation.name not in run.decided:
            raise
    again = Job(job.start)
    run.ahead.feed_now(again)
    return run.ahead.take(again)


def count(run: Run, verdict: SampleVerdict) -> None:
    """Count a reported sample for the gates of its benchmark."""
    name, stopping = verdict.benchmark, run.stopping if verdict.answer is not None else None
    if stopping is None or verdict.answer is None or not stopping.add(name, verdict.answer):
        return
    log.info("%s: all gates are decided", name)
    run.decided.add(name)
    if run.on_decided is not None:
        run.on_decided(name)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was decided while a run went on, for the evaluation of its gates at the end.

    Attributes:
        stopped: Benchmarks of which the rest was not sent.
        alarm_level: Of the comparison with a baseline; None if the printed scores are compared.
    """

    stopping: Stopping | None
    stopped: Mapping[str, bool]
    alarm_level: float | None = None

    @classmethod
    def of(cls, run: Run, reports: Sequence[Report], alarm_level: float | None) -> Judged:
        """Return what was decided in a run."""
        stopped = {report.dataset_name: bool(report.execution and report.execution.stopped) for report in reports}
        return cls(run.stopping, stopped, alarm_level)

    def verdict(self, name: str, benchmark: str) -> Verdict | None:
        """Return the verdict of a gate that is final; None if the gate is to be evaluated now."""
        is_stopped = self.stopped.get(benchmark, False)
        return self.stopping.verdict(name, is_stopped=is_stopped) if self.stopping else None

    def tested(self, gate: Gate) -> Gate:
        """Return a gate with the level of its test at the end."""
        return replace(gate, level=self.stopping.level(gate.text, gate.level)) if self.stopping else gate

    def as_written(self, gate: Gate, result: GateResult) -> GateResult:
        """Return the result of a test with the gate's own level, and a note if the test was at another."""
        level = self.tested(gate).level
        if level == gate.level:
            return result
        facts = {**result.facts, "level": gate.level, "tested_level": level}
        return replace(result, line=result.line + tested_at(gate, level), facts=facts)

    def alarms(self) -> Early | None:
        """Return the comparisons with the baseline that were decided; None for a run that was not watched."""
        if self.stopping is None:
            return None
        verdicts = {}
        levels = [self.alarm_level or 0.0]
        for name in self.stopped:
            levels.append(self.stopping.level(name_of(name), self.alarm_level) or 0.0)
            if verdict := self.verdict(name_of(name), name):
                in_family = verdict.passed and verdict.gate.level is not None
                verdicts[name] = replace(verdict, p=1.0) if in_family else verdict
        return Early(max(levels) or None, verdicts)
